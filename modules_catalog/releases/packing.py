"""Packing: the files of a catalog as one compressed archive, the same bytes for the same files, and back."""

import gzip
import io
import json
import tarfile

from kernel.canonical import canonical_json
from modules_catalog.loading.files import CatalogFiles

_MANIFEST = "release.json"


def packed(files: CatalogFiles) -> bytes:
    """Return the files as a gzipped tar without dates, owners or order of chance."""
    manifest = canonical_json({"folder": files.folder, "libraries": list(files.libraries)})
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in [(_MANIFEST, manifest), *sorted(files.files.items())]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(archive.getvalue(), mtime=0)


def unpacked(content: bytes) -> CatalogFiles:
    """Return the files that ``packed`` made an archive of."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content)), mode="r") as tar:
        for entry in tar:
            member = tar.extractfile(entry)
            assert member is not None  # noqa: S101 - packed() writes files only
            files[entry.name] = member.read()
    manifest = json.loads(files.pop(_MANIFEST))
    return CatalogFiles(manifest["folder"], files, tuple(manifest["libraries"]))
