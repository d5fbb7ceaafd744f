"""A catalog as a zip: its folders as they are; read with every bound checked before anything is unpacked."""

import io
import zipfile
import zlib

from modules_catalog.exchange.errors import ArchiveNotValid
from modules_catalog.exchange.gathering import MOST_BYTES, MOST_FILES, LibraryFiles, gathered, require_name
from modules_catalog.loading.files import LINE_FILE, CatalogFiles

MOST_PACKED = 8 * 1024 * 1024
"""Of the zip itself."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def zipped(files: CatalogFiles) -> bytes:
    """Return a catalog's folders as a zip, the same bytes for the same files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in sorted(files.files.items()):
            target.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def unzipped(content: bytes, lend: LibraryFiles) -> CatalogFiles:
    """Return the catalog in a zip; hidden files and what editors and systems leave behind are passed over.

    The folders may stand in the zip by themselves or below one folder that holds them.

    Raises:
        ArchiveNotValid: It is no zip, too large, or no catalog.
        CatalogNotValid: A ``line.yaml`` cannot be read.
    """
    if len(content) > MOST_PACKED:
        raise ArchiveNotValid(reason="too_large", most=MOST_PACKED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sent = _members(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ArchiveNotValid(reason="not_zip") from error
    return gathered(_without_outer_folder(sent), lend)


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_litter(entry.filename)]
    if len(entries) > MOST_FILES:
        raise ArchiveNotValid(reason="too_many_files", most=MOST_FILES)
    room = MOST_BYTES
    found: dict[str, bytes] = {}
    for entry in entries:
        require_name(entry.filename)
        if entry.filename in found:
            raise ArchiveNotValid(reason="name", name=entry.filename)
        with archive.open(entry) as member:
            # What a member claims to hold may be a lie: no more is read than there is room for.
            content = member.read(room + 1)
        room -= len(content)
        if room < 0:
            raise ArchiveNotValid(reason="too_large", most=MOST_BYTES)
        found[entry.filename] = content
    return found


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return ".." not in parts and any(part.startswith((".", "__")) or part.endswith("~") for part in parts)


def _without_outer_folder(sent: dict[str, bytes]) -> dict[str, bytes]:
    outer = {name.partition("/")[0] for name in sent}
    if len(outer) == 1 and f"{next(iter(outer))}/{LINE_FILE}" not in sent:
        inner = {name.partition("/")[2]: content for name, content in sent.items()}
        if all("/" in name for name in inner):
            return inner
    return sent
