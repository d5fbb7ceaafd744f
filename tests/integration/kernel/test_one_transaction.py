"""Several units of work that come true together, on both engines."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from kernel.database import Database

tables = MetaData()
note = Table("probe_note", tables, Column("id", Integer, primary_key=True), Column("words", String, unique=True))


@pytest.fixture
def prepared(database: Database) -> Iterator[Database]:
    tables.create_all(database.engine)
    yield database
    tables.drop_all(database.engine)


def write(database: Database, words: str) -> None:
    with database.write() as db:
        db.execute(insert(note).values(words=words))


def read(database: Database) -> list[str]:
    with database.read() as db:
        return sorted(db.execute(select(note.c.words)).scalars())


def seen_from_elsewhere(database: Database) -> list[str]:
    """Return what another thread reads: it has no part in the transaction."""
    found: list[list[str]] = []
    reader = threading.Thread(target=lambda: found.append(read(database)))
    reader.start()
    reader.join()
    return found[0]


def claiming(db: Session) -> None:
    db.execute(insert(note).values(words="claim"))


def test_units_come_true_together_with_what_they_begin_with(prepared: Database) -> None:
    with prepared.as_one() as one:
        one.begin_with(claiming)
        assert read(prepared) == []
        assert not one.is_open
        write(prepared, "a")
        write(prepared, "b")
        assert read(prepared) == ["a", "b", "claim"]
        assert seen_from_elsewhere(prepared) == []
        assert one.kept_units == 2
        one.finish()

    assert seen_from_elsewhere(prepared) == ["a", "b", "claim"]


@pytest.mark.parametrize("dies", [False, True], ids=["unfinished", "an error"])
def test_nothing_is_left_of_what_was_not_finished(prepared: Database, dies: bool) -> None:
    """A request that breaks after its writes leaves neither them nor its claim, and the way is free for the next."""

    def work() -> None:
        with prepared.as_one() as one:
            one.begin_with(claiming)
            write(prepared, "a")
            if dies:
                raise ZeroDivisionError

    if dies:
        with pytest.raises(ZeroDivisionError):
            work()
    else:
        work()
    assert read(prepared) == []
    write(prepared, "claim")
    assert read(prepared) == ["claim"]


def test_a_unit_that_fails_is_taken_back_alone(prepared: Database) -> None:
    with prepared.as_one() as one:
        one.begin_with(claiming)
        write(prepared, "a")
        with pytest.raises(IntegrityError):
            write(prepared, "a")
        with prepared.trial() as db:
            db.execute(insert(note).values(words="tried"))
        write(prepared, "b")
        one.finish()

    assert read(prepared) == ["a", "b", "claim"]


def test_what_it_begins_with_refuses_the_first_write(prepared: Database) -> None:
    """The refusal comes out of the unit of work that would have written; nothing is written and no lock is kept."""
    write(prepared, "claim")
    with prepared.as_one() as one:
        one.begin_with(claiming)
        with pytest.raises(IntegrityError):
            write(prepared, "a")

    write(prepared, "b")
    assert read(prepared) == ["b", "claim"]


def test_until_it_is_told_what_to_begin_with_units_stand_alone(prepared: Database) -> None:
    with prepared.as_one() as one:
        write(prepared, "a")
        assert seen_from_elsewhere(prepared) == ["a"]
        assert (one.is_joined, one.is_open, one.kept_units) == (False, False, 0)
