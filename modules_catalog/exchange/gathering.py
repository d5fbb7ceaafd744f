"""Gathering: from files somebody sent to the files of one catalog, its libraries found and nothing strange let in."""

import re
from collections.abc import Callable, Mapping

from modules_catalog.exchange.errors import ArchiveNotValid
from modules_catalog.loading.files import LINE_FILE, CatalogFiles, uses_of

MOST_BYTES = 32 * 1024 * 1024
"""All files of a catalog together, unpacked."""
MOST_FILES = 2_000
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", re.ASCII)

LibraryFiles = Callable[[str], Mapping[str, bytes] | None]
"""Returns the files of a library by ``folder/path``, or None when there is none of the name."""


def gathered(sent: Mapping[str, bytes], lend: LibraryFiles) -> CatalogFiles:
    """Return the catalog among files that were sent, each named ``folder/path``.

    The line is the one folder with a ``line.yaml`` that no other one uses. Libraries that were not sent are asked for.

    Raises:
        ArchiveNotValid: There is no such folder, or more than one; a library is nowhere.
        CatalogNotValid: A ``line.yaml`` cannot be read, or libraries use each other in a circle.
    """
    _require_small(sent)
    for name in sent:
        require_name(name)
    folders = sorted(
        {name.partition("/")[0] for name in sent if name.count("/") == 1 and name.endswith(f"/{LINE_FILE}")}
    )
    used = {library for folder in folders for library, _ in uses_of(folder, sent)}
    lines = [folder for folder in folders if folder not in used]
    if len(lines) != 1:
        raise ArchiveNotValid(reason="several_lines" if lines else "no_line", name=", ".join(lines))
    (folder,) = lines
    files = _of_folder(sent, folder)
    libraries: list[str] = []
    waiting = list(uses_of(folder, files))
    while waiting:
        name, _source = waiting.pop(0)
        if name in libraries or name == folder:
            continue
        own = _of_folder(sent, name) if name in folders else lend(name)
        if own is None:
            raise ArchiveNotValid(reason="library", name=name)
        libraries.append(name)
        files.update(own)
        waiting.extend(uses_of(name, files))
    return CatalogFiles(folder, files, tuple(libraries))


def with_file(files: CatalogFiles, name: str, content: bytes) -> CatalogFiles:
    """Return a catalog with one file written otherwise, or added to one of its folders.

    Raises:
        ArchiveNotValid: The name leads out of the catalog's folders, or the catalog grows too large.
    """
    require_name(name)
    if name.partition("/")[0] not in files.folders:
        raise ArchiveNotValid(reason="name", name=name)
    changed = {**files.files, name: content}
    _require_small(changed)
    return CatalogFiles(files.folder, changed, files.libraries)


def require_name(name: str) -> None:
    """Refuse a name that is not ``folder/path`` in plain letters, or that leads elsewhere.

    Raises:
        ArchiveNotValid: It is such a name.
    """
    parts = name.split("/")
    if len(parts) < 2 or not all(_PART.fullmatch(part) and not part.startswith("__") for part in parts):
        raise ArchiveNotValid(reason="name", name=name[:200])


def _require_small(files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES:
        raise ArchiveNotValid(reason="too_many_files", most=MOST_FILES)
    if sum(map(len, files.values())) > MOST_BYTES:
        raise ArchiveNotValid(reason="too_large", most=MOST_BYTES)


def _of_folder(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith(f"{folder}/")}
