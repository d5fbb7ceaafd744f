"""The unit of work on both engines."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from kernel.clock import TimeNotUtc
from kernel.database import Database, DatabaseBusy, DatabaseUrlNotValid, WrittenWhileReading, changed_rows
from kernel.schema import UtcDateTime
from kernel.schema import metadata as rooms_metadata

tables = MetaData(naming_convention=rooms_metadata.naming_convention)
bucket = Table(
    "probe_bucket",
    tables,
    Column("id", Integer, primary_key=True),
    Column("free_s", Integer, CheckConstraint("free_s >= 0", name="free_s_not_negative"), nullable=False),
    Column("at", UtcDateTime),
)
booking = Table(
    "probe_booking",
    tables,
    Column("id", String, primary_key=True),
    Column("bucket_id", ForeignKey("probe_bucket.id", deferrable=True, initially="DEFERRED"), nullable=False),
)


@pytest.fixture
def stocked(database: Database) -> Iterator[Database]:
    tables.create_all(database.engine)
    with database.write() as db:
        db.execute(insert(bucket).values(id=1, free_s=20))
    yield database
    tables.drop_all(database.engine)


def free_s(database: Database) -> int:
    with database.read() as db:
        return db.execute(select(bucket.c.free_s)).scalar_one()


def test_a_block_that_ends_well_is_kept(stocked: Database) -> None:
    with stocked.write() as db:
        db.execute(update(bucket).values(free_s=7))

    assert free_s(stocked) == 7


def test_an_error_takes_back_the_whole_block(stocked: Database) -> None:
    with pytest.raises(ZeroDivisionError), stocked.write() as db:
        db.execute(update(bucket).values(free_s=7))
        db.flush()
        raise ZeroDivisionError

    assert free_s(stocked) == 20


def test_a_trial_sees_its_writes_and_leaves_none(stocked: Database) -> None:
    with stocked.trial() as db:
        db.execute(update(bucket).values(free_s=7))
        assert db.execute(select(bucket.c.free_s)).scalar_one() == 7
    assert free_s(stocked) == 20
    with pytest.raises(ZeroDivisionError), stocked.trial() as db:
        db.execute(update(bucket).values(free_s=7))
        raise ZeroDivisionError
    assert free_s(stocked) == 20


def test_a_reader_cannot_write_by_statement(stocked: Database) -> None:
    with pytest.raises(DBAPIError), stocked.read() as db:
        db.execute(update(bucket).values(free_s=7))

    assert free_s(stocked) == 20


def test_a_reader_that_was_given_a_row_says_so(stocked: Database) -> None:
    from sqlalchemy.orm import registry

    class Booking:
        id: str
        bucket_id: int

    mapping = registry()
    mapping.map_imperatively(Booking, booking)
    row = Booking()
    row.id, row.bucket_id = "a", 1
    with pytest.raises(WrittenWhileReading), stocked.read() as db:
        db.add(row)
    mapping.dispose()

    with stocked.read() as db:
        assert db.execute(select(booking)).all() == []


def test_a_reader_sees_one_moment(stocked: Database) -> None:
    with stocked.read() as db:
        before = db.execute(select(bucket.c.free_s)).scalar_one()
        with stocked.write() as other:
            other.execute(update(bucket).values(free_s=3))
        after = db.execute(select(bucket.c.free_s)).scalar_one()

    assert (before, after, free_s(stocked)) == (20, 20, 3)


def test_a_commit_that_fails_is_raised_and_changes_nothing(stocked: Database) -> None:
    with pytest.raises(IntegrityError), stocked.write() as db:
        db.execute(insert(booking).values(id="a", bucket_id=99))
        db.execute(update(bucket).values(free_s=3))

    assert free_s(stocked) == 20


def test_a_guard_that_refuses_changes_no_row(stocked: Database) -> None:
    take = update(bucket).where(bucket.c.free_s >= 15).values(free_s=bucket.c.free_s - 15)
    with stocked.write() as db:
        assert changed_rows(db, take) == 1
        assert changed_rows(db, take) == 0

    assert free_s(stocked) == 5


def test_thirty_threads_take_the_last_twenty_once(stocked: Database) -> None:
    """Contended writers wait for one another; none fails, none oversells."""
    taken: list[int] = []
    start = threading.Barrier(30)

    def take_one() -> None:
        start.wait()
        for _ in range(2):
            with stocked.write() as db:
                free = db.execute(select(bucket.c.free_s)).scalar_one()
                guarded = update(bucket).where(bucket.c.free_s >= 1).values(free_s=bucket.c.free_s - 1)
                if free >= 0 and changed_rows(db, guarded):
                    taken.append(1)

    threads = [threading.Thread(target=take_one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), free_s(stocked)) == (20, 0)


def test_waiting_too_long_is_said_as_busy(stocked: Database) -> None:
    """A writer that does not get its turn hears DatabaseBusy (503), and its block did nothing."""
    impatient = Database(stocked.url.render_as_string(hide_password=False), wait_ms=50)
    with stocked.write() as first:
        first.execute(update(bucket).values(free_s=1))
        with pytest.raises(DatabaseBusy), impatient.write() as second:
            second.execute(update(bucket).values(free_s=2))
    impatient.dispose()

    assert free_s(stocked) == 1


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://root:secret@host/db"])
def test_other_databases_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(DatabaseUrlNotValid) as refusal:
        Database(url)

    assert "secret" not in str(refusal.value)


def test_moments_come_back_in_utc(stocked: Database) -> None:
    moment = datetime(2026, 3, 29, 0, 59, 59, 123_456, tzinfo=UTC)
    with stocked.write() as db:
        db.execute(update(bucket).values(at=moment))

    with stocked.read() as db:
        read = db.execute(select(bucket.c.at)).scalar_one()
    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "moment", [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))], ids=["naive", "taipei"]
)
def test_moments_of_no_or_another_zone_are_refused(stocked: Database, moment: datetime) -> None:
    with pytest.raises(StatementError) as refusal, stocked.write() as db:
        db.execute(update(bucket).values(at=moment))

    assert isinstance(refusal.value.orig, TimeNotUtc)


def test_sqlite_keeps_its_promises(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as db:
        settings = [
            db.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "query_only")
        ]
    with database.read() as db:
        read_only = db.execute(text("PRAGMA query_only")).scalar_one()
    database.dispose()

    assert settings == ["wal", 1, 2, 0]  # synchronous=FULL: a committed order survives a power cut.
    assert read_only == 1
