"""The files a catalog is made of: read once from disk, kept as bytes, named by their content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kernel.canonical import canonical_hash, content_hash
from kernel.errors import NotFound
from modules_catalog.loading.problems import CatalogNotValid, Mistake, Problems
from modules_catalog.loading.yaml_nodes import root
from modules_catalog.model import Source
from modules_catalog.wording import said

BUILT_IN_CATALOGS = Path(__file__).parents[1] / "catalogs"
LINE_FILE = "line.yaml"


class CatalogNotFound(NotFound):
    """There is no such folder, or it has no ``line.yaml``."""


@dataclass(frozen=True, slots=True)
class CatalogFiles:
    """A line's folder and the libraries it uses, as bytes.

    Attributes:
        folder: Name of the line's own folder.
        files: ``folder/path`` → content, for the line and its libraries.
        libraries: Names of the library folders, in the order they are merged.
        tables: ``file.csv`` → content of tables that stand in for the same-named ones.
        tables_folder: Name of the folder those came from, for messages.
    """

    folder: str
    files: Mapping[str, bytes]
    libraries: tuple[str, ...] = ()
    tables: Mapping[str, bytes] = field(default_factory=dict)
    tables_folder: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """The line's own folder, then its libraries."""
        return (self.folder, *self.libraries)

    def release(self) -> str:
        """Return the SHA-256 that names this content: the same files, the same release, wherever the folder lies."""
        hashes = {name: content_hash(content) for name, content in self.files.items()}
        tables = {name: content_hash(content) for name, content in self.tables.items()}
        return canonical_hash(
            {"files": hashes, "folder": self.folder, "libraries": list(self.libraries), "tables": tables}
        )

    def tables_of(self, folder: str) -> list[str]:
        """Return the names of the tables beside a folder's ``line.yaml``."""
        own = (name.removeprefix(f"{folder}/") for name in self.files if name.startswith(f"{folder}/"))
        return [name for name in own if name.endswith(".csv") and "/" not in name]

    def table(self, folder: str, name: str) -> tuple[str, bytes] | None:
        """Return a table's name for messages and its content, the stand-in before the folder's own."""
        if name in self.tables:
            return f"{self.tables_folder}/{name}", self.tables[name]
        own = self.files.get(f"{folder}/{name}")
        return None if own is None else (f"{folder}/{name}", own)


def read_files(folder: Path, *, catalogs: Path | None = None, tables: Path | None = None) -> CatalogFiles:
    """Return the files of a catalog folder and of the libraries it uses.

    Libraries are looked for in ``catalogs`` (the folder's parent unless given), then among the built-in ones.

    Raises:
        CatalogNotFound: The folder has no line.yaml, or a library or the folder of tables is not there.
        CatalogNotValid: A ``line.yaml`` cannot be read, or libraries use each other in a circle.
    """
    folder = folder.resolve()
    if not (folder / LINE_FILE).is_file():
        raise CatalogNotFound(folder=str(folder))
    if tables is not None and not tables.is_dir():
        raise CatalogNotFound(folder=str(tables))
    places = (catalogs or folder.parent, BUILT_IN_CATALOGS)
    files = _files_of(folder)
    libraries: list[str] = []
    waiting = list(uses_of(folder.name, files))
    while waiting:
        name, source = waiting.pop(0)
        if name in libraries:
            continue
        if name == folder.name:
            raise _not_valid(source, said("`%(name)s` uses itself", name=name))
        library = next((place / name for place in places if (place / name / LINE_FILE).is_file()), None)
        if library is None or "/" in name:
            raise _not_valid(
                source,
                said(
                    "there is no library `%(name)s` beside this folder, nor a built-in one: add it, or correct its name",
                    name=name,
                ),
                code="library_not_found",
            )
        libraries.append(name)
        library_files = _files_of(library)
        files.update(library_files)
        waiting.extend(uses_of(name, library_files))
    stand_ins = {path.name: path.read_bytes() for path in sorted(tables.glob("*.csv"))} if tables else {}
    return CatalogFiles(folder.name, files, tuple(libraries), stand_ins, tables.resolve().name if tables else "")


def users_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the folders beside this one that use it as a library; those that cannot be read use nothing."""
    folder = folder.resolve()
    found = []
    for file in sorted(folder.parent.glob(f"*/{LINE_FILE}")):
        own = f"{file.parent.name}/{LINE_FILE}"
        try:
            used = uses_of(file.parent.name, {own: file.read_bytes()})
        except CatalogNotValid:
            continue
        if any(name == folder.name for name, _ in used):
            found.append(file.parent.name)
    return tuple(found)


def built_in_library(name: str) -> dict[str, bytes] | None:
    """Return the files of a library the program comes with, or None."""
    folder = BUILT_IN_CATALOGS / name
    return _files_of(folder) if "/" not in name and (folder / LINE_FILE).is_file() else None


def _files_of(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder by name, without hidden ones and what editors leave behind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__")) or part.endswith("~") for part in parts):
            found["/".join((folder.name, *parts))] = path.read_bytes()
    return found


def uses_of(folder: str, files: Mapping[str, bytes]) -> list[tuple[str, Source]]:
    """Return the libraries a folder names, with the place where it does.

    Raises:
        CatalogNotValid: Its ``line.yaml`` cannot be read.
    """
    name = f"{folder}/{LINE_FILE}"
    if b"uses" not in files[name]:
        return []  # Large catalogs are not read twice for nothing.
    try:
        uses = root(files[name], name).mapping().get("uses")
        return [(item.text(), item.source) for item in uses.items()] if uses else []
    except Mistake as mistake:
        raise _not_valid(mistake.source, mistake.problem) from None


def _not_valid(source: Source, problem: str, *, code: str = "not_valid") -> CatalogNotValid:
    problems = Problems()
    problems.add(source, problem, code=code)
    try:
        problems.raise_any()
    except CatalogNotValid as error:
        return error
    raise AssertionError
