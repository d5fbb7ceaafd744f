"""Worker slots: a fixed number of names for job workers, each held by one living process at a time.

A slot is held by a lock that ends with its holder, however it ends: on PostgreSQL an advisory lock
on a connection kept for it, beside a SQLite file a lock on a file. Whoever gets the lock of a slot
knows that no living worker has it.
"""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

import psycopg

from kernel.database import Database

_LOCK_SPACE = 1_869_901_921
"""First half of the advisory lock's key, so that other users of the database do not meet ours."""


class WorkerSlots(Protocol):
    """Takes and gives back slots. Not shared between threads."""

    def take(self, slot: int) -> bool:
        """Return whether the slot was free and is now held."""

    def release(self, slot: int) -> None:
        """Give a held slot back."""

    def holds(self) -> bool:
        """Return whether the slots taken are still held; a lost connection loses them."""

    def close(self) -> None:
        """Give all slots back."""


def worker_slots(database: Database) -> WorkerSlots:
    """Return the slots of the workers on this database."""
    return FileSlots(Path(str(database.url.database))) if database.is_sqlite else AdvisorySlots(database)


def worker_name(slot: int) -> str:
    """Return the name under which the worker in a slot claims jobs."""
    return f"worker-{slot}"


class FileSlots:
    """Slots of the workers on one machine, beside the SQLite file."""

    def __init__(self, database_path: Path) -> None:
        self._path = database_path
        self._held: dict[int, IO[bytes]] = {}

    def take(self, slot: int) -> bool:
        """Return whether the slot was free and is now held."""
        if slot in self._held:
            return False
        file = self._path.with_name(f"{self._path.name}.{worker_name(slot)}.lock").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held[slot] = file
        return True

    def release(self, slot: int) -> None:
        """Give a held slot back."""
        self._held.pop(slot).close()

    def holds(self) -> bool:
        """Return True: the machine keeps a file's lock for as long as the process lives."""
        return True

    def close(self) -> None:
        """Give all slots back."""
        for slot in list(self._held):
            self.release(slot)


class AdvisorySlots:
    """Slots of the workers on all machines of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(url, autocommit=True, application_name="lotone-worker-slot")

    def take(self, slot: int) -> bool:
        """Return whether the slot was free and is now held."""
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_SPACE, slot)).fetchone()
        return row == (True,)

    def release(self, slot: int) -> None:
        """Give a held slot back."""
        self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCK_SPACE, slot))

    def holds(self) -> bool:
        """Return whether the connection that holds the slots still answers."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give all slots back."""
        with suppress(psycopg.OperationalError):
            self._connection.close()
