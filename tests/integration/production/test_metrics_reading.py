"""Figures read from the database of a real floor, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from kernel.database import Database
from production.floor import service as floor
from production.floor.model import Action
from production.metrics import service
from production.metrics.model import Adherence, Agreement, FirstPass, LeadTime, MeasurePass, Share, Use
from production.model import Bom, FinishedMeasure, Operation, Routing, Variant, WorkCentreCode, demand_of
from production.plants.model import Adjustment, AdjustmentKind, Hours, Plant, WorkCentre, WorkCentreKind
from production.promise import adjusting
from production.promise import service as promises

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday, seven o'clock in Berlin
MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)
DAY = Hours(frozenset(range(5)), 8 * 60, 16 * 60)
LINE, HOUR = "toys", 3600
Queries = Callable[[Database, int], AbstractContextManager[list[str]]]


def variant() -> Variant:
    return Variant(
        LINE,
        "0" * 64,
        Bom(()),
        Routing(
            (
                Operation(10, "cut", WorkCentreCode("table"), 3600, checks=("waist",)),
                Operation(20, "dye", WorkCentreCode("bath"), 3600, (10,), recipe="blue"),
            )
        ),
    )


@pytest.fixture
def plant_shop(database: Database) -> Database:
    plant = Plant(
        code="small",
        line=LINE,
        timezone="Europe/Berlin",
        country="DE",
        subdivision=None,
        floor_locale="en",
        horizon_days=10,
        work_centres=(
            WorkCentre("table", WorkCentreKind.FLOW, 1, (DAY,), reserve_percent=20),
            WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=2),
        ),
    )
    with database.write() as db:
        promises.seed_plant(db, plant, now=NOW)
        for number in ("T-1", "T-2"):
            promises.reserve(db, LINE, demand_of(variant()), key=f"q-{number}", now=NOW, expires_at=None)
            floor.release_work(
                db,
                variant(),
                order_number=number,
                revision="A",
                reservation_key=f"q-{number}",
                now=NOW,
                measures=(FinishedMeasure("waist", 842, 12),),
            )
        adjusting.adjust(db, LINE, Adjustment("table", AdjustmentKind.OVERTIME, MONDAY, 16 * 60, 18 * 60), now=NOW)
    return database


def work(db: Session, number: str, operation: int, action: Action, at: datetime, waist_mm: int = 0) -> None:
    floor.scan(
        db,
        f"L1:{number}:A:{operation}",
        action,
        scan_id=f"{number}-{operation}-{action}-{at.isoformat()}",
        operator="f",
        now=at,
        measured_mm={"waist": waist_mm} if waist_mm else {},
    )


def agreed(numbers: object) -> dict[str, Agreement]:
    return {"T-1": Agreement(int(NOW.timestamp()) - HOUR, MONDAY, MONDAY, MONDAY - timedelta(days=1))}


def test_figures_of_a_week_are_those_of_its_events(plant_shop: Database, max_queries: Queries) -> None:
    """T-1 failed its waist once and was built on Monday; T-2 is being cut, by somebody else's order."""
    with plant_shop.write() as db:
        start = NOW + timedelta(hours=2)  # nine o'clock in Berlin
        work(db, "T-1", 10, Action.START, start)
        work(db, "T-1", 10, Action.FINISH, start + timedelta(minutes=30), waist_mm=860)
        work(db, "T-1", 10, Action.REWORK, start + timedelta(minutes=45))
        work(db, "T-1", 10, Action.START, start + timedelta(minutes=60))
        work(db, "T-1", 10, Action.FINISH, start + timedelta(minutes=90), waist_mm=840)
        work(db, "T-1", 20, Action.START, start + timedelta(minutes=120))
        work(db, "T-1", 20, Action.FINISH, start + timedelta(minutes=180))
        work(db, "T-2", 10, Action.START, start + timedelta(minutes=180))
    with plant_shop.read() as db, max_queries(plant_shop, 6):
        found = service.measure(db, LINE, MONDAY, SUNDAY, agreed, now=start + timedelta(hours=4))
    assert (found.released, found.built, found.scrapped) == (2, 1, 0)
    assert (found.kept, found.requested, found.slippage_days) == (Share(1, 1), Share(0, 1), {0: 1})
    assert found.lead == LeadTime(
        pieces=1,
        office_s=HOUR,
        first_wait_s=2 * HOUR,
        between_s=15 * 60 + 30 * 60,
        work_s=30 * 60 + 30 * 60 + HOUR,
        stopped_s=15 * 60,
    )
    assert found.operations == {"cut": FirstPass(1, 0, 1), "dye": FirstPass(1, 1, 0)}
    assert found.measures == {"waist": MeasurePass(1, 0, 18)}
    assert found.uses["table", MONDAY] == Use(2 * HOUR, 10 * HOUR)
    assert found.uses["bath", MONDAY] == Use(HOUR, 2 * 8 * HOUR)
    assert found.wip_s == 5 * HOUR + 6 * HOUR
    assert sum(found.adherence.values(), Adherence()).share.whole == 3


def test_a_period_before_or_after_has_none_of_it(plant_shop: Database) -> None:
    """The week before knows nothing; the week after has two pieces on the floor and no events."""
    for first, wip in ((MONDAY - timedelta(days=7), 0), (MONDAY + timedelta(days=7), 2 * 7 * 24 * HOUR)):
        with plant_shop.read() as db:
            now = NOW + timedelta(days=30)
            found = service.measure(db, LINE, first, first + timedelta(days=6), agreed, now=now)
        assert (found.released, found.built, found.wip_s) == (0, 0, wip)


def test_the_floor_is_counted_by_state_and_kind(plant_shop: Database) -> None:
    """Two pieces released, two events of it."""
    with plant_shop.read() as db:
        counts = service.floor_counts(db)
    assert counts.pieces == {(LINE, "released"): 2}
    assert counts.events == {(LINE, "released"): 2}
