"""Releases on both databases: immutable, named by content, rebuilt from the database alone."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import update

from kernel.database import Database
from modules_catalog.loading.catalog import load_catalog, read_catalog
from modules_catalog.loading.files import read_files
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import repository, service
from modules_catalog.releases.errors import CatalogChanged, ReleaseDamaged, ReleaseNotFound, TablesReplaced
from modules_catalog.releases.packing import packed, unpacked
from modules_catalog.releases.tables import ReleaseRow

CATALOGS = Path(__file__).parents[2] / "data" / "catalogs"


@pytest.fixture(autouse=True)
def empty_process() -> None:
    service.forget_models()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(CATALOGS, tmp_path / "catalogs")
    return tmp_path / "catalogs" / "desk"


def with_new_price(desk: Path) -> ConfigurationModel:
    table = desk / "top.csv"
    table.write_text(table.read_text().replace(",30000,", ",31000,"))
    return load_catalog(desk)


def test_the_model_is_rebuilt_from_the_database_alone(database: Database, desk: Path, now: datetime) -> None:
    model = load_catalog(desk)
    with database.write() as db:
        release = service.publish(db, desk, model, now=now)
    shutil.rmtree(desk.parent)

    with database.read() as db:
        assert service.model_of(db, release) == model
        assert service.current_release(db, "desk", now=now) == release == model.release
        assert service.current_lines(db, now=now) == ["desk"]


def test_publishing_what_is_in_force_changes_nothing(database: Database, desk: Path, now: datetime) -> None:
    model = load_catalog(desk)
    for days in range(3):
        with database.write() as db:
            service.publish(db, desk, model, now=now + timedelta(days=days))

    with database.read() as db:
        assert repository.starts_of(db, "desk") == [(model.release, now, now)]


def test_each_moment_has_the_release_that_started_last_before_it(database: Database, desk: Path, now: datetime) -> None:
    """A release may start later, and an old one may come back."""
    old = load_catalog(desk)
    day = timedelta(days=1)
    with database.write() as db:
        service.publish(db, desk, old, now=now)
    new = with_new_price(desk)
    with database.write() as db:
        service.publish(db, desk, new, now=now, effective_from=now + day)
    files = read_files(CATALOGS / "desk")
    with database.write() as db:
        service.publish_files(db, files, old, now=now, effective_from=now + 2 * day)

    with database.read() as db:
        in_force = [service.current_release(db, "desk", now=now + hours * day / 24) for hours in (0, 23, 24, 47, 48)]
        assert in_force == [old.release, old.release, new.release, new.release, old.release]
        with pytest.raises(ReleaseNotFound):
            service.current_release(db, "desk", now=now - timedelta(seconds=1))
        assert service.model_of(db, old.release).feature("top").options[0].price_minor == 30000
        assert service.model_of(db, new.release).feature("top").options[0].price_minor == 31000


def test_of_two_that_start_at_one_moment_the_one_published_last_counts(
    database: Database, desk: Path, now: datetime
) -> None:
    with database.write() as db:
        service.publish(db, desk, load_catalog(desk), now=now)
    new = with_new_price(desk)
    with database.write() as db:
        service.publish(db, desk, new, now=now)

    with database.read() as db:
        assert service.current_release(db, "desk", now=now) == new.release


def test_files_that_changed_since_they_were_checked_are_not_published(
    database: Database, desk: Path, now: datetime
) -> None:
    model = load_catalog(desk)
    with_new_price(desk)

    with pytest.raises(CatalogChanged), database.write() as db:
        service.publish(db, desk, model, now=now)

    with database.read() as db:
        assert repository.starts_of(db, "desk") == []
        assert not repository.has_release(db, model.release)


def test_a_catalog_with_other_tables_is_not_published(database: Database, desk: Path, now: datetime) -> None:
    loaded = read_catalog(read_files(desk, tables=desk))

    with pytest.raises(TablesReplaced), database.write() as db:
        service.publish_loaded(db, loaded, now=now)


def test_content_that_was_tampered_with_is_noticed(database: Database, desk: Path, now: datetime) -> None:
    model = load_catalog(desk)
    other = packed(read_files(desk.parent / "parcels"))
    with database.write() as db:
        service.publish(db, desk, model, now=now)
        db.connection().execute(update(ReleaseRow).values(content=other))

    with database.read() as db, pytest.raises(ReleaseDamaged):
        service.model_of(db, model.release)


def test_a_release_is_named_by_a_sha256_and_known_to_the_database(database: Database, now: datetime) -> None:
    with pytest.raises(IntegrityError), database.write() as db:
        repository.add_release(db, "latest", "desk", b"", now=now)
    with database.read() as db, pytest.raises(ReleaseNotFound):
        service.model_of(db, "0" * 64)


def test_a_model_is_built_once_a_process(database: Database, desk: Path, now: datetime, max_queries) -> None:  # type: ignore[no-untyped-def]
    with database.write() as db:
        release = service.publish(db, desk, load_catalog(desk), now=now)
    with database.read() as db:
        first = service.model_of(db, release)
    with max_queries(database, 0), database.read() as db:
        assert service.model_of(db, release) is first


def test_a_folder_comes_back_byte_for_byte(database: Database, desk: Path, now: datetime, tmp_path: Path) -> None:
    """Folder → release → folder: identical, libraries and names beyond ASCII included."""
    (desk / "pictures" / "橡木.svg").write_bytes(b"<svg/>\r\n")
    model = load_catalog(desk)
    with database.write() as db:
        release = service.publish(db, desk, model, now=now)

    with database.read() as db:
        service.write_files(service.files_of(db, release), tmp_path / "out")

    for name in ("desk", "parcels"):
        before = {p.relative_to(desk.parent): p.read_bytes() for p in (desk.parent / name).rglob("*") if p.is_file()}
        after = {
            p.relative_to(tmp_path / "out"): p.read_bytes() for p in (tmp_path / "out" / name).rglob("*") if p.is_file()
        }
        assert after == before
    assert load_catalog(tmp_path / "out" / "desk") == model
    with pytest.raises(FileExistsError):
        service.write_files(read_files(desk), tmp_path / "out")


def test_packing_gives_the_same_bytes_for_the_same_files(desk: Path) -> None:
    files = read_files(desk)

    assert packed(files) == packed(read_files(CATALOGS / "desk"))
    assert unpacked(packed(files)) == files
