"""A reserve read from what the floor recorded, tried, set, and what it does to buckets and promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from kernel.database import Database
from kernel.schema import metadata
from production.calibrating.model import Verdict
from production.calibrating.service import proposals
from production.errors import ReserveNotValid, WorkCentreNotFound
from production.floor.model import EventKind, OperationState, WorkState
from production.model import Demand, OperationLoad
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.promise import adjusting, service

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = Hours(frozenset(range(5)), 8 * 60, 16 * 60)
PLANT = Plant(
    code="small",
    line="toys",
    timezone="Europe/Berlin",
    country="DE",
    subdivision="BE",
    floor_locale="en",
    horizon_days=10,
    bucket_min=60,
    work_centres=(
        WorkCentre("saw", WorkCentreKind.FLOW, 1, (DAY,), reserve_percent=5),
        WorkCentre("oven", WorkCentreKind.SLOT, 2, (DAY,)),
    ),
)


@pytest.fixture
def seeded(database: Database) -> Database:
    with database.write() as db:
        service.seed_plant(db, PLANT, now=NOW)
    return database


def capacities(database: Database) -> set[tuple[int, int, int]]:
    with database.read() as db:
        rows = db.connection().execute(
            text(
                "SELECT capacity_s, free_s, short_s FROM production_bucket WHERE work_centre = 'saw' AND start_s >= :s"
            ),
            {"s": int((NOW + timedelta(days=1)).timestamp())},
        )
        return {(int(one[0]), int(one[1]), int(one[2])) for one in rows}


def record(database: Database, worked_s: int, times: int) -> None:
    """So many pieces, sawn one each ten minutes since last Tuesday, each planned for 600 s."""
    orders, operations, events = (
        metadata.tables[each] for each in ("production_work_order", "production_work_operation", "production_event")
    )
    with database.write() as db:
        for number in range(times):
            start = datetime(2026, 2, 24, 8, 0, tzinfo=UTC) + timedelta(minutes=number)
            row = db.execute(
                insert(orders).returning(orders.c.id),
                {
                    "order_number": f"T-{number}",
                    "piece": 1,
                    "pieces": 1,
                    "revision": "A",
                    "line": "toys",
                    "due_at": NOW,
                    "measures": {},
                    "state": WorkState.SHIPPED,
                    "is_kitted": True,
                    "reservation": "",
                },
            ).scalar_one()
            db.execute(
                insert(operations),
                {
                    "work_order_id": row,
                    "number": 10,
                    "line": "toys",
                    "code": "cut",
                    "work_centre": "saw",
                    "seconds": 600,
                    "after": [],
                    "recipe": "",
                    "is_cut_off": False,
                    "measures": [],
                    "setup_s": 0,
                    "state": OperationState.FINISHED,
                },
            )
            for kind, after_s in ((EventKind.STARTED, 0), (EventKind.FINISHED, worked_s)):
                at = start + timedelta(seconds=after_s)
                db.execute(
                    insert(events),
                    {
                        "scan_id": f"{number}-{kind}",
                        "work_order_id": row,
                        "operation": 10,
                        "kind": kind,
                        "at": at,
                        "written_at": at,
                        "operator": "",
                        "reason": "",
                        "good": 0,
                        "scrap": 0,
                        "measured_mm": {},
                    },
                )


def test_recorded_times_ask_for_a_reserve(seeded: Database) -> None:
    """C-1 to C-5: every piece takes a quarter longer than planned, so a fifth must not be promised."""
    with seeded.read() as db:
        assert [one.verdict for one in proposals(db, "toys", now=NOW)] == [Verdict.TOO_FEW, Verdict.BY_THE_CLOCK]
    record(seeded, 750, 40)
    with seeded.read() as db:
        saw, oven = proposals(db, "toys", now=NOW)
        assert (saw.work_centre, saw.current_percent, saw.percent) == ("saw", 5, 20)
        assert (saw.evidence.count, saw.evidence.mean_percent, saw.evidence.cv_percent) == (40, 125, 0)
        assert (oven.verdict, oven.percent) == (Verdict.BY_THE_CLOCK, None)
        assert proposals(db, "toys", now=NOW + timedelta(days=120))[0].verdict is Verdict.TOO_FEW


def test_a_reserve_is_tried_then_set_and_outlives_a_new_seeding(seeded: Database) -> None:
    """C-6: trying changes nothing; set, tomorrow's buckets hold less, and what is taken beyond that is at risk."""
    work = Demand((OperationLoad("cut", "saw", 8 * 3420),))
    with seeded.write() as db:
        service.reserve(db, "toys", work, key="big", now=NOW + timedelta(days=1), expires_at=None)
        effect = adjusting.effect_of_reserve(db, "toys", "saw", 50, now=NOW)
        assert {one.key for one in effect} == {"big"}
        assert service.plant_of(db, "toys").work_centre("saw").reserve_percent == 5
        assert adjusting.at_risk(db, "toys") == []
    assert {capacity for capacity, _, _ in capacities(seeded)} == {3420}

    with seeded.write() as db:
        assert adjusting.set_reserve(db, "toys", "saw", 50, now=NOW) == effect
    found = capacities(seeded)
    assert {capacity for capacity, _, _ in found} == {1800}
    assert {short for _, _, short in found} == {0, 1620}
    with seeded.write() as db:
        changed = replace(PLANT, default_lead_days=3)
        service.seed_plant(db, changed, now=NOW)
        plant = service.plant_of(db, "toys")
        assert (plant.default_lead_days, plant.work_centre("saw").reserve_percent) == (3, 50)
        assert adjusting.set_reserve(db, "toys", "saw", 5, now=NOW) == []
        assert adjusting.at_risk(db, "toys") == []
        assert service.give_back(db, "big")
    assert capacities(seeded) == {(3420, 3420, 0)}


def test_a_share_that_cannot_be_is_refused(seeded: Database) -> None:
    with seeded.write() as db:
        for percent in (-1, 100):
            with pytest.raises(ReserveNotValid):
                adjusting.set_reserve(db, "toys", "saw", percent, now=NOW)
        with pytest.raises(WorkCentreNotFound):
            adjusting.set_reserve(db, "toys", "moon", 5, now=NOW)
    assert {capacity for capacity, _, _ in capacities(seeded)} == {3420}
