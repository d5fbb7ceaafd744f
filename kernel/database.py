"""The unit of work: one request or job is one transaction, opened and ended here and nowhere else.

SQLite is the embedded engine: write-ahead log, one writer at a time from its first statement on
(``BEGIN IMMEDIATE``), readers on connections that cannot write. PostgreSQL is the engine for
several machines: writers at READ COMMITTED with guarded statements, readers on one snapshot in a
read-only transaction.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, UpdateBase, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from kernel.errors import NotAvailable, NotValid
from kernel.one_transaction import OneTransaction, present
from kernel.vault import Vault, no_vault

# PostgreSQL: serialization failure, deadlock, lock not available, too many connections, shutting down, starting up.
_PASSING_STATES = frozenset({"40001", "40P01", "55P03", "53300", "57P01", "57P03"})


class DatabaseUrlNotValid(NotValid):
    """The URL names neither a SQLite file nor a PostgreSQL database."""


class DatabaseBusy(NotAvailable):
    """Another transaction stood in the way for too long; nothing was changed."""


class WrittenWhileReading(RuntimeError):
    """A unit of work opened for reading was given something to write: a mistake in the program."""


class Database:
    """One database and its units of work. Safe to share between threads.

    Args:
        url: ``sqlite:///path/to/file.db`` or ``postgresql://user@host/name``.
        pool_size: Connections kept open for writers, and as many for readers.
        wait_ms: How long a writer waits for its turn before it hears `DatabaseBusy`.
        vault: Seals what is private; without one, whatever needs it is refused.
    """

    def __init__(self, url: str, *, pool_size: int = 5, wait_ms: int = 10_000, vault: Vault | None = None) -> None:
        self.url = _driver_url(url)
        self._session_info: dict[str, Any] = {"per_database": {}, "vault": vault or no_vault()}
        # SQLite's own waiting is a lottery of sleeps in which one of many threads may never win: a process's writers
        # queue here first. PostgreSQL lets them in side by side.
        self._turn = threading.Lock() if self.is_sqlite else None
        self._wait_s = wait_ms / 1000
        if self.is_sqlite:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
            self._writer = _sqlite_engine(self.url, pool_size, wait_ms, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(self.url, pool_size, wait_ms, begin="BEGIN", query_only=True)
        else:
            self._writer = create_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_pre_ping=True,
                connect_args={"options": f"-c lock_timeout={wait_ms}"},
            )
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        """The writers' engine, for migrations and the job system's own tables; rooms use units of work."""
        return self._writer

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines on which statements can be counted; PostgreSQL's readers share the writers'."""
        return (self._writer, self._reader) if self.is_sqlite else (self._writer,)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open one transaction; commit it at the end of the block, roll it back on any error.

        Raises:
            DatabaseBusy: Another transaction stood in the way for too long.
        """
        one = self._joined()
        if one is not None:
            with _passing_trouble_as_busy(), one.unit(is_kept=True) as session:
                yield session
            return
        with self._in_turn(), _passing_trouble_as_busy(), self._writing() as session, session.begin():
            session.connection()  # Takes SQLite's write lock before the first read.
            yield session

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """Open one transaction that is always taken back: to see what a write would come to.

        Raises:
            DatabaseBusy: Another transaction stood in the way for too long.
        """
        one = self._joined()
        if one is not None and one.is_open:
            with _passing_trouble_as_busy(), one.unit(is_kept=False) as session:
                yield session
            return
        with self._in_turn(), _passing_trouble_as_busy(), self._writing() as session:
            session.connection()
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def as_one(self) -> Iterator[OneTransaction]:
        """Let the units of work opened in this block be one transaction, once it is told what it begins with.

        Whoever opens the block commits it (`OneTransaction.finish`); what was not committed at its end is undone.
        """
        one = OneTransaction(self, self._connecting, self._session_info)
        token = present.set(one)
        try:
            yield one
        finally:
            present.reset(token)
            one.take_back()

    def _joined(self) -> OneTransaction | None:
        one = present.get()
        return one if one is not None and one.is_joined and one.owner is self else None

    @contextmanager
    def _connecting(self) -> Iterator[Connection]:
        with self._in_turn(), _passing_trouble_as_busy(), self._writer.connect() as connection, connection.begin():
            yield connection

    def _writing(self) -> Session:
        return Session(self._writer, expire_on_commit=False, info=self._session_info)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._wait_s):
            raise DatabaseBusy(reason="WritersQueue")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open one snapshot to read from; the database refuses every write in it.

        Raises:
            WrittenWhileReading: A row was added, changed or deleted in the session.
            DatabaseBusy: The database does not take readers now.
        """
        one = self._joined()
        if one is not None and one.is_open:
            with _passing_trouble_as_busy(), one.unit(is_kept=False) as session:
                yield session
            return
        new_session = Session(self._reader, autoflush=False, expire_on_commit=False, info=self._session_info)
        with _passing_trouble_as_busy(), new_session as session:
            yield session
            if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
                raise WrittenWhileReading("use Database.write() for a unit of work that writes")

    def dispose(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def changed_rows(session: Session, statement: UpdateBase) -> int:
    """Return how many rows the guarded statement changed: 0 says that its guard refused.

    Scarce things are taken this way, never by read, decide, write back::

        taken = changed_rows(db, update(Bucket).where(Bucket.id == id, Bucket.free_s >= need_s).values(...))
        if taken != 1:
            raise CapacityTaken(...)
    """
    session.flush()
    return session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def overwrite_deleted(session: Session) -> None:
    """Have what this connection deletes overwritten in the file; PostgreSQL's vacuum does as much in its own time."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


@contextmanager
def _passing_trouble_as_busy() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_passing(error.orig):
            raise DatabaseBusy(reason=type(error.orig).__name__) from error
        raise
    except PoolTimeout as error:
        raise DatabaseBusy(reason="no connection free") from error


def _is_passing(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error, "sqlstate", None) in _PASSING_STATES


def _driver_url(url: str) -> URL:
    """Return the URL with the driver we use; other databases and a SQLite in memory are refused."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseUrlNotValid(url=parsed.render_as_string(hide_password=True))


def _sqlite_engine(url: URL, pool_size: int, wait_ms: int, *, begin: str, query_only: bool = False) -> Engine:
    """Return an engine whose transactions start by ``begin``: the driver itself never opens one."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=-1,
        connect_args={"timeout": wait_ms / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def open_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
