"""The audit chain on both databases: whole after every history, and any change in it shows."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import text

from kernel.database import Database
from orders.audit.model import Actor
from orders.audit.repository import entries
from orders.audit.service import first_broken_link, record

CLERK = Actor("clerk-1", "store")


def test_a_chain_of_entries_is_whole(database: Database, now: datetime) -> None:
    """Each entry follows from the one before."""
    with database.write() as db:
        for number in range(5):
            record(db, "order:JE-1", "moved", actor=CLERK, now=now, step=number)

    with database.read() as db:
        assert first_broken_link(db) is None
        assert [entry.details["step"] for entry, _previous, _hash in entries(db, "order:JE-1")] == [0, 1, 2, 3, 4]


def test_an_entry_is_gone_with_the_change_it_records(database: Database, now: datetime) -> None:
    """What is rolled back leaves no entry and no gap."""
    with database.write() as db:
        record(db, "order:JE-1", "placed", actor=CLERK, now=now)
    with pytest.raises(ValueError, match="no"), database.write() as db:
        record(db, "order:JE-1", "cancelled", actor=CLERK, now=now)
        raise ValueError("no")
    with database.write() as db:
        record(db, "order:JE-1", "released", actor=CLERK, now=now)

    with database.read() as db:
        assert [entry.action for entry, _previous, _hash in entries(db)] == ["placed", "released"]
        assert first_broken_link(db) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_id = 'somebody else' WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 2",
        "UPDATE audit_entry SET action = 'never happened' WHERE number = 2",
    ],
)
def test_a_changed_or_missing_entry_shows(database: Database, now: datetime, change: str) -> None:
    """The second entry was tampered with: the chain breaks there."""
    with database.write() as db:
        for _ in range(3):
            record(db, "order:JE-1", "moved", actor=CLERK, now=now)
    with database.write() as db:
        db.connection().execute(text(change))

    with database.read() as db:
        assert first_broken_link(db) == 2


def test_writers_at_once_make_one_chain(database: Database, now: datetime) -> None:
    """Eight threads, five entries each: forty links, none broken."""

    def write(name: str) -> None:
        for _ in range(5):
            with database.write() as db:
                record(db, f"order:{name}", "moved", actor=CLERK, now=now)

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as db:
        assert len(entries(db)) == 40
        assert first_broken_link(db) is None
