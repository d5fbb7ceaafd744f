"""One shop with both demo lines, seeded once a session and copied for each test; catalogs are compiled once."""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kernel.blobs import BlobStore
from kernel.clock import fixed_clock
from kernel.database import Database
from kernel.ids import id_maker
from kernel.jobs import run_pending
from orders.drafts.configurators import Configurators
from tests.conftest import TEST_VAULT, PostgresServer
from tests.journeys.person import Person
from tests.printers import invoice_printer, paper_printer, sheet_printer
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.demo.seeding import seed_catalogs, seed_people
from web.jobs import job_functions
from web.shop import Shop

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def configurators() -> Configurators:
    """Shared by all tests of a session: a release's name says what it holds."""
    return Configurators()


@pytest.fixture(scope="session")
def make_shop(configurators: Configurators) -> Callable[[str, Path], Shop]:
    def make(url: str, blobs: Path) -> Shop:
        clock = fixed_clock(NOW)
        ids = id_maker(clock, random.Random(1))
        return Shop(
            Database(url, vault=TEST_VAULT),
            configurators,
            BlobStore(str(blobs)),
            sheet_printer(),
            ids,
            clock,
            invoice_printer(),
            paper_printer(),
            outbox=blobs / "outbox",
        )

    return make


@pytest.fixture(scope="session")
def seeded_sqlite(
    sqlite_template: Path, make_shop: Callable[[str, Path], Shop], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("journeys")
    shutil.copyfile(sqlite_template, folder / "seeded.db")
    seed(make_shop(f"sqlite:///{folder / 'seeded.db'}", folder / "blobs"))
    return folder / "seeded.db"


@pytest.fixture(scope="session")
def seeded_postgres(
    postgres_server: PostgresServer,
    make_shop: Callable[[str, Path], Shop],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    with postgres_server.new_database() as url:
        seed(make_shop(url, tmp_path_factory.mktemp("blobs")))
        yield url.partition("?")[0].rpartition("/")[2]


def seed(shop: Shop) -> None:
    seed_catalogs(shop)
    seed_people(shop)
    shop.database.dispose()


@pytest.fixture
def shop(seeded_sqlite: Path, make_shop: Callable[[str, Path], Shop], tmp_path: Path) -> Iterator[Shop]:
    """The seeded shop on SQLite, this test's own."""
    shutil.copyfile(seeded_sqlite, tmp_path / "lotone.db")
    opened = make_shop(f"sqlite:///{tmp_path / 'lotone.db'}", tmp_path / "blobs")
    yield opened
    opened.database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def either_shop(
    request: pytest.FixtureRequest, make_shop: Callable[[str, Path], Shop], tmp_path: Path
) -> Iterator[Shop]:
    """The seeded shop, this test's own: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("shop")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database(template=request.getfixturevalue("seeded_postgres")) as url:
        opened = make_shop(url, tmp_path / "blobs")
        yield opened
        opened.database.dispose()


@pytest.fixture(params=[True, False], ids=["htmx", "plain"])
def htmx(request: pytest.FixtureRequest) -> bool:
    """Whether forms are sent as htmx does, or as a browser without scripts does."""
    return bool(request.param)


def enter(shop: Shop, *, htmx: bool = False, login_name: str = "") -> Person:
    """Return a new visitor of the shop, signed in if they have a name."""
    person = Person(app_of(shop), htmx=htmx)
    if login_name:
        person.sign_in(login_name, DEMO_PASSWORD)
    return person


def do_jobs(shop: Shop) -> list[Any]:
    """Do what a worker would; fail where a job does."""
    outcomes = run_pending(shop.database, job_functions(shop))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return outcomes
