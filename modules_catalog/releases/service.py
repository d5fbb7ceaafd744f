"""Publishing, and finding the model that is, or was, in force."""

from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from threading import Lock

from sqlmodel import Session

from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import CatalogFiles, read_files
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import repository
from modules_catalog.releases.errors import CatalogChanged, ReleaseDamaged, ReleaseNotFound, TablesReplaced
from modules_catalog.releases.packing import packed, unpacked

MODELS_KEPT = 16

_models: OrderedDict[str, ConfigurationModel] = OrderedDict()
_models_lock = Lock()


def publish(
    db: Session, folder: Path, model: ConfigurationModel, *, now: datetime, effective_from: datetime | None = None
) -> str:
    """Freeze a catalog folder that was read as ``model``, and return the release's name.

    Publishing what is in force already changes nothing. The publish gate is ``orders.publishing``; nothing is
    checked here but that the files are still those the model was read from.

    Args:
        db: A writing unit of work.
        folder: The catalog folder; its libraries are frozen with it.
        model: What was read from it, and checked.
        now: The present moment.
        effective_from: From when it is in force; now unless given.

    Raises:
        CatalogChanged: The files have changed since the model was read.
        CatalogNotFound: The folder is not there.
    """
    files = read_files(folder)
    if files.release() != model.release:
        raise CatalogChanged(folder=str(folder), read=model.release, found=files.release())
    return publish_files(db, files, model, now=now, effective_from=effective_from)


def publish_loaded(db: Session, loaded: LoadedCatalog, *, now: datetime, effective_from: datetime | None = None) -> str:
    """Freeze a catalog that was loaded, and return the release's name; see ``publish``.

    Raises:
        TablesReplaced: Other tables stood in for its own.
    """
    return publish_files(db, loaded.files, loaded.model, now=now, effective_from=effective_from)


def publish_files(
    db: Session,
    files: CatalogFiles,
    model: ConfigurationModel,
    *,
    now: datetime,
    effective_from: datetime | None = None,
) -> str:
    """Freeze the files a model was read from, and return the release's name; see ``publish``.

    Raises:
        TablesReplaced: Other tables stood in for its own.
    """
    if files.tables:
        raise TablesReplaced(line=model.line, tables=files.tables_folder)
    start = effective_from or now
    if not repository.has_release(db, model.release):
        repository.add_release(db, model.release, model.line, packed(files), now=now)
    if repository.release_in_force(db, model.line, start) != model.release:
        repository.add_start(db, model.release, model.line, start, now=now)
    return model.release


def current_release(db: Session, line: str, *, now: datetime) -> str:
    """Return the release in force for a line.

    Raises:
        ReleaseNotFound: Nothing was published for it up to now.
    """
    release = repository.release_in_force(db, line, now)
    if release is None:
        raise ReleaseNotFound(line=line)
    return release


def current_lines(db: Session, *, now: datetime) -> list[str]:
    """Return the codes of the lines that have a release in force."""
    return repository.lines_in_force(db, now)


def users_in_force(db: Session, library: str, *, now: datetime) -> tuple[str, ...]:
    """Return the codes of the lines whose release in force takes a folder as a library."""
    in_force = [(line, current_release(db, line, now=now)) for line in current_lines(db, now=now) if line != library]
    return tuple(line for line, release in in_force if library in files_of(db, release).libraries)


def starts_of(db: Session, line: str) -> list[tuple[str, datetime, datetime]]:
    """Return (release, in force from, published at) of a line, the latest start first."""
    return repository.starts_of(db, line)


def files_of(db: Session, release: str) -> CatalogFiles:
    """Return the files a release was published from, byte for byte.

    Raises:
        ReleaseNotFound: There is no such release.
        ReleaseDamaged: The stored content is not the one the release is named by.
    """
    content = repository.content_of(db, release)
    if content is None:
        raise ReleaseNotFound(release=release)
    files = unpacked(content)
    if files.release() != release:
        raise ReleaseDamaged(release=release, found=files.release())
    return files


def model_of(db: Session, release: str) -> ConfigurationModel:
    """Return a release's model; the last ones used are kept in the process.

    Raises:
        ReleaseNotFound: There is no such release.
        ReleaseDamaged: The stored content is not the one the release is named by.
    """
    with _models_lock:
        if release in _models:
            _models.move_to_end(release)
            return _models[release]
    model = read_catalog(files_of(db, release)).model
    with _models_lock:
        _models[release] = model
        while len(_models) > MODELS_KEPT:
            _models.popitem(last=False)
    return model


def forget_models() -> None:
    """Drop the models kept in the process; the next reader builds them from the database again."""
    with _models_lock:
        _models.clear()


def write_files(files: CatalogFiles, target: Path) -> list[Path]:
    """Write a catalog's folders below ``target`` as they were published, and return the paths written.

    Raises:
        FileExistsError: A folder of one of the names is there already.
    """
    for name in files.folders:
        (target / name).mkdir(parents=True)
    written = []
    for name, content in sorted(files.files.items()):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return written
