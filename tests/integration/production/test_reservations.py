"""Reserving, confirming, giving back and expiring on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from kernel.database import Database
from production.errors import BeyondHorizon, PlantNotFound, PromiseExpired, ReservationNotFound
from production.model import BindingKind, Demand, MaterialNeed, OperationLoad, ReservationState
from production.plants.model import Hours, Plant, StockRow, WorkCentre, WorkCentreKind
from production.promise import service

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # Monday, 07:00 in Berlin
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)


def small_plant(*, horizon_days: int = 10) -> Plant:
    return Plant(
        code="small",
        line="toys",
        timezone="Europe/Berlin",
        country="DE",
        subdivision="BE",
        floor_locale="en",
        horizon_days=horizon_days,
        work_centres=(
            WorkCentre("saw", WorkCentreKind.FLOW, 1, (DAY,)),
            WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=3),
            WorkCentre("rack", WorkCentreKind.SLOT, 2, (DAY,)),
            WorkCentre("pack", WorkCentreKind.FLOW, 1, (DAY,)),
        ),
        stock=(StockRow("wood", 10, 4), StockRow("dye", 2, 30)),
    )


LOADS = (
    OperationLoad("cut", "saw", 600),
    OperationLoad("dip", "bath", 3600, (0,), "red"),
    OperationLoad("dry", "rack", 9000, (1,)),
    OperationLoad("box", "pack", 300, (2,)),
)


def one(quantity: int = 1, *materials: MaterialNeed) -> Demand:
    return Demand(LOADS, materials, quantity)


def ledger(db: Session) -> dict[str, int]:
    """Everything that is free, in one look: what must be the same after giving back."""
    found: dict[str, int] = {}
    for query in (
        "SELECT 'bucket ' || work_centre || ' ' || start_s, free_s FROM production_bucket",
        "SELECT 'batch ' || work_centre || ' ' || start_s || ' ' || recipe, free_pieces FROM production_batch_load",
        "SELECT 'stock ' || material, free FROM production_stock",
        "SELECT 'receipt ' || id, free FROM production_receipt",
        "SELECT 'takes ' || key, count(*) FROM production_reservation_load GROUP BY key",
        "SELECT 'materials ' || key, count(*) FROM production_reservation_material GROUP BY key",
    ):
        found |= {name: int(free) for name, free in db.execute(text(query))}
    return found


@pytest.fixture
def seeded(database: Database) -> Database:
    with database.write() as db:
        service.seed_plant(db, small_plant(), now=NOW)
    return database


def test_the_first_promise_follows_the_routing_bucket_by_bucket(seeded: Database) -> None:
    """07:30 saw, 09:00 bath, rack 10:30-13:30, pack 13:30-15:00, one spare bucket to 16:30."""
    with seeded.read() as db:
        promise = service.inquire(db, "toys", one(), now=NOW)

    assert promise.date == date(2026, 3, 2)
    assert promise.start_at == datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    assert promise.finish_at == datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    assert promise.binding.kind is BindingKind.CALENDAR


def test_an_inquiry_takes_nothing(seeded: Database) -> None:
    with seeded.read() as db:
        before = ledger(db)
        service.inquire(db, "toys", one(3), now=NOW)
        assert ledger(db) == before


def test_a_reservation_takes_the_seconds_of_its_plan(seeded: Database) -> None:
    with seeded.write() as db:
        service.reserve(db, "toys", one(1, MaterialNeed("wood", 4)), key="q1", now=NOW, expires_at=None)
    with seeded.read() as db:
        taken = db.execute(
            text(
                "SELECT work_centre, sum(capacity_s - free_s) FROM production_bucket "
                "WHERE free_s < capacity_s GROUP BY work_centre ORDER BY work_centre"
            )
        ).all()
        free = ledger(db)

    assert [tuple(row) for row in taken] == [("bath", 3600), ("pack", 300), ("rack", 9000), ("saw", 600)]
    assert free["stock wood"] == 6
    assert [count for name, count in free.items() if name.startswith("batch")] == [2]


def test_pieces_of_one_recipe_share_a_batch(seeded: Database) -> None:
    """Three red pieces fill one load; the fourth opens another, and blue never joins red."""
    with seeded.write() as db:
        service.reserve(db, "toys", one(4), key="red", now=NOW, expires_at=None)
        blue = (OperationLoad("dip", "bath", 3600, (), "blue"),)
        service.reserve(db, "toys", Demand(blue), key="blue", now=NOW, expires_at=None)
        loads = db.execute(text("SELECT recipe, free_pieces FROM production_batch_load ORDER BY recipe, start_s")).all()

    assert [tuple(row) for row in loads] == [("blue/3600", 2), ("red/3600", 0), ("red/3600", 2)]


def test_giving_back_restores_the_ledger_exactly(seeded: Database) -> None:
    needs = (MaterialNeed("wood", 4), MaterialNeed("dye", 3))
    with seeded.write() as db:
        service.receive_later(db, "toys", "dye", day=date(2026, 3, 4), quantity=5)
        before = ledger(db)
        service.reserve(db, "toys", one(2, *needs), key="q1", now=NOW, expires_at=None)
        assert ledger(db) != before

    with seeded.write() as db:
        assert service.give_back(db, "q1") is True
        assert ledger(db) == before
        assert service.give_back(db, "q1") is False
        assert ledger(db) == before


def test_the_same_key_is_promised_once(seeded: Database) -> None:
    with seeded.write() as db:
        first = service.reserve(db, "toys", one(), key="q1", now=NOW, expires_at=NOW + timedelta(hours=1))
        after = ledger(db)
    with seeded.write() as db:
        again = service.reserve(db, "toys", one(9), key="q1", now=NOW, expires_at=NOW + timedelta(hours=1))

        assert again == first
        assert ledger(db) == after


def test_an_exchange_may_use_what_the_old_reservation_held(seeded: Database) -> None:
    """All ten logs are the old one's; the new one wants nine of them and gets them, for the same day."""
    with seeded.write() as db:
        first = service.reserve(db, "toys", one(1, MaterialNeed("wood", 10)), key="old", now=NOW, expires_at=None)
        second = service.exchange(
            db, "old", "toys", one(1, MaterialNeed("wood", 9)), key="new", now=NOW, expires_at=None
        )
        after = ledger(db)
        again = service.exchange(db, "old", "toys", one(), key="new", now=NOW, expires_at=None)

        assert (second.date, second.material_at) == (first.date, NOW)
        assert after["stock wood"] == 1
        assert service.reservation(db, "old").state is ReservationState.GIVEN_BACK
        assert service.reservation(db, "new").state is ReservationState.CONFIRMED
        assert (again, ledger(db)) == (second, after)
    with seeded.write() as db:
        assert service.give_back(db, "new")
        with pytest.raises(PromiseExpired):
            service.exchange(db, "old", "toys", one(), key="third", now=NOW, expires_at=None)


def test_a_refused_exchange_changes_nothing(seeded: Database) -> None:
    with seeded.write() as db:
        service.reserve(db, "toys", one(1, MaterialNeed("wood", 4)), key="old", now=NOW, expires_at=None)
        before = ledger(db)
        with pytest.raises(BeyondHorizon):
            service.exchange(db, "old", "toys", one(2000), key="new", now=NOW, expires_at=None)
        with pytest.raises(ReservationNotFound):
            service.exchange(db, "never", "toys", one(), key="new", now=NOW, expires_at=None)

        assert ledger(db) == before
        assert service.reservation(db, "old").state is ReservationState.CONFIRMED
    with seeded.read() as db, pytest.raises(ReservationNotFound):
        service.reservation(db, "new")


def test_only_held_reservations_expire(seeded: Database) -> None:
    later = NOW + timedelta(days=2)
    with seeded.write() as db:
        service.reserve(db, "toys", one(), key="kept", now=NOW, expires_at=later)
        service.confirm(db, "kept")
        before = ledger(db)
        service.reserve(db, "toys", one(), key="held", now=NOW, expires_at=later)
    with seeded.write() as db:
        assert service.expire(db, later - timedelta(seconds=1)) == 0
        assert service.expire(db, later) == 1
        assert service.expire(db, later) == 0
        assert ledger(db) == before
        assert service.reservation(db, "held").state is ReservationState.EXPIRED
        assert service.reservation(db, "kept").state is ReservationState.CONFIRMED


def test_what_has_ended_cannot_be_confirmed(seeded: Database) -> None:
    with seeded.write() as db:
        service.reserve(db, "toys", one(), key="q1", now=NOW, expires_at=NOW + timedelta(hours=1))
        service.give_back(db, "q1")
        with pytest.raises(PromiseExpired):
            service.confirm(db, "q1")
        with pytest.raises(PromiseExpired):
            service.reserve(db, "toys", one(), key="q1", now=NOW, expires_at=None)
        with pytest.raises(ReservationNotFound):
            service.confirm(db, "never")


def test_an_overdue_reservation_is_refused_before_the_sweep(seeded: Database) -> None:
    with seeded.write() as db:
        service.reserve(db, "toys", one(), key="q1", now=NOW, expires_at=NOW + timedelta(hours=1))
    with pytest.raises(PromiseExpired), seeded.write() as db:
        service.confirm(db, "q1", now=NOW + timedelta(hours=1))
    with seeded.read() as db:
        assert service.reservation(db, "q1").state is ReservationState.HELD


def test_a_missing_part_sets_the_date(seeded: Database) -> None:
    """Three dyes, two in stock: the supplier needs 30 days; a fitting receipt shortens that."""
    demand = one(1, MaterialNeed("dye", 3))
    with seeded.write() as db:
        service.roll_horizon(db, "toys", now=NOW + timedelta(days=40))
        late = service.inquire(db, "toys", demand, now=NOW)
        service.receive_later(db, "toys", "dye", day=date(2026, 3, 4), quantity=1)
        sooner = service.inquire(db, "toys", demand, now=NOW)

    assert late.date == date(2026, 4, 2)
    assert (late.binding.kind, late.binding.code) == (BindingKind.PART, "dye")
    assert late.binding.sooner == date(2026, 3, 2)
    assert sooner.date == date(2026, 3, 5)


def test_a_full_work_centre_sets_the_date(seeded: Database) -> None:
    """Ten bath buckets hold one load each; blue loads take Monday's and Tuesday's."""
    blue = Demand((OperationLoad("dip", "bath", 5400, (), "blue"),), (), 12 * 3)
    with seeded.write() as db:
        service.reserve(db, "toys", blue, key="blue", now=NOW, expires_at=None)
        promise = service.inquire(db, "toys", one(), now=NOW)

    assert promise.date == date(2026, 3, 4)
    assert (promise.binding.kind, promise.binding.code) == (BindingKind.WORK_CENTRE, "bath")
    assert promise.binding.sooner == date(2026, 3, 2)


def test_a_requested_date_is_met_as_late_as_it_allows(seeded: Database) -> None:
    with seeded.read() as db:
        asked = service.inquire(db, "toys", one(), now=NOW, by=date(2026, 3, 6))
        missed = service.inquire(db, "toys", one(), now=NOW, by=date(2026, 3, 1))

    assert asked.date == date(2026, 3, 6)
    assert asked.start_at >= datetime(2026, 3, 5, 23, 0, tzinfo=UTC)
    assert (asked.binding.kind, asked.binding.sooner) == (BindingKind.REQUESTED, date(2026, 3, 2))
    assert (missed.date, missed.is_on_time) == (date(2026, 3, 2), False)


def test_beyond_the_horizon_nothing_is_promised(seeded: Database) -> None:
    with seeded.write() as db:
        before = ledger(db)
        with pytest.raises(BeyondHorizon):
            service.reserve(db, "toys", one(2000), key="q1", now=NOW, expires_at=None)
        assert ledger(db) == before
        with pytest.raises(PlantNotFound):
            service.inquire(db, "boats", one(), now=NOW)


def test_the_horizon_rolls_on_without_touching_what_is_there(seeded: Database) -> None:
    with seeded.write() as db:
        service.reserve(db, "toys", one(), key="q1", now=NOW, expires_at=None)
        before = ledger(db)
        assert service.roll_horizon(db, "toys", now=NOW) == 0
        added = service.roll_horizon(db, "toys", now=NOW + timedelta(days=1))
        after = ledger(db)

    assert added == 3 * 6 + 3 * 16  # Monday's buckets, and the rack's over the weekend before it.
    assert {name: free for name, free in after.items() if name in before} == before


def test_free_capacity_bounds_what_one_order_may_use(seeded: Database) -> None:
    with seeded.read() as db:
        free = service.free_capacity(db, "toys", now=NOW, by=date(2026, 3, 2))
        largest = service.free_capacity(db, "toys", now=NOW, by=date(2026, 3, 2), at_most={"saw": 2})

    assert free == {"saw": 6 * 5400, "bath": 6 * 5400, "rack": 11 * 2 * 5400, "pack": 6 * 5400}
    assert largest == {"saw": 2 * 5400, "bath": 5400, "rack": 2 * 5400, "pack": 5400}


def test_material_dates(seeded: Database) -> None:
    needs = [MaterialNeed("wood", 1), MaterialNeed("dye", 3), MaterialNeed("glue", 1, 6), MaterialNeed("nails", 1)]
    with seeded.read() as db:
        dates = service.material_dates(db, "toys", needs, now=NOW)

    assert dates == {
        "wood": date(2026, 3, 2),
        "dye": date(2026, 4, 2),
        "glue": date(2026, 3, 9),
        "nails": date(2026, 3, 13),
    }


def test_an_inquiry_reads_little(
    seeded: Database, max_queries: Callable[[Database, int], AbstractContextManager[list[str]]]
) -> None:
    """Everything in one statement; before a process's first the whole board, in two."""
    with seeded.read() as db:
        with max_queries(seeded, 3):
            service.inquire(db, "toys", one(1, MaterialNeed("wood", 1)), now=NOW)
        with max_queries(seeded, 1):
            service.inquire(db, "toys", one(1, MaterialNeed("wood", 1)), now=NOW)


def test_a_reservation_costs_few_statements(
    seeded: Database, max_queries: Callable[[Database, int], AbstractContextManager[list[str]]]
) -> None:
    """One reading; on PostgreSQL one taking, which is sent with its savepoint past the count; on SQLite one per kind of row."""
    demand = Demand((OperationLoad("cut", "saw", 600), OperationLoad("box", "pack", 300, (0,))), ())
    with seeded.read() as db:
        service.inquire(db, "toys", demand, now=NOW)
    most = 6 if seeded.is_sqlite else 1
    with max_queries(seeded, most), seeded.write() as db:
        service.reserve(db, "toys", demand, key="q1", now=NOW, expires_at=None)


def test_what_a_process_keeps_follows_what_others_do(seeded: Database, database_url: str) -> None:
    """L-1: two processes take and give back in turn, and each sees at once what the other left."""
    elsewhere = Database(database_url)
    whole_day = Demand((OperationLoad("cut", "saw", 6 * 5400),))
    for number in range(3):
        for here, there in ((seeded, elsewhere), (elsewhere, seeded)):
            key = f"{number}-{here is seeded}"
            with there.read() as db:
                before = service.inquire(db, "toys", whole_day, now=NOW)
            with here.write() as db:
                service.reserve(db, "toys", whole_day, key=key, now=NOW, expires_at=None)
            with there.read() as db:
                during = service.inquire(db, "toys", whole_day, now=NOW)
            with here.write() as db:
                service.give_back(db, key)
            with there.read() as db:
                after = service.inquire(db, "toys", whole_day, now=NOW)

            assert (before.date, during.date, after.date) == (date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 3))
    elsewhere.dispose()


def test_what_is_rolled_back_is_not_kept(seeded: Database) -> None:
    """L-3: neither the taking nor the giving back of an undone transaction shows in later promises."""

    class Undone(Exception):
        pass

    whole_day = Demand((OperationLoad("cut", "saw", 6 * 5400),))
    with seeded.write() as db:
        service.reserve(db, "toys", whole_day, key="kept", now=NOW, expires_at=None)
    with pytest.raises(Undone), seeded.write() as db:
        service.give_back(db, "kept")
        inside = service.inquire(db, "toys", whole_day, now=NOW)
        raise Undone
    with pytest.raises(Undone), seeded.write() as db:
        service.reserve(db, "toys", whole_day, key="lost", now=NOW, expires_at=None)
        service.inquire(db, "toys", whole_day, now=NOW)
        raise Undone
    with seeded.read() as db:
        after = service.inquire(db, "toys", whole_day, now=NOW)

    assert (inside.date, after.date) == (date(2026, 3, 3), date(2026, 3, 4))
