"""Days that differ from the plan: what is free follows, what was promised stays, and who is at risk is named."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from kernel.database import Database
from production.errors import AdjustmentNotFound, WorkCentreNotFound
from production.model import BindingKind, Demand, MaterialNeed, OperationLoad
from production.plants.model import (
    Adjustment,
    AdjustmentKind,
    Hours,
    KeptShare,
    Plant,
    StockRow,
    WorkCentre,
    WorkCentreKind,
)
from production.promise import adjusting, service
from production.promise.adjusting import AtRisk

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # Monday, 07:00 in Berlin
MONDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 7)
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)
PLANT = Plant(
    code="small",
    line="toys",
    timezone="Europe/Berlin",
    country="DE",
    subdivision="BE",
    floor_locale="en",
    spare_buckets=0,
    horizon_days=10,
    work_centres=(
        WorkCentre("saw", WorkCentreKind.FLOW, 2, (DAY,)),
        WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=3),
    ),
    stock=(StockRow("wood", 10, 4),),
)
HALF_AN_HOUR = Demand((OperationLoad("cut", "saw", 1800),), (MaterialNeed("wood", 1),))
RED = Demand((OperationLoad("dip", "bath", 5400, (), "red"),))
DOWN = Adjustment("saw", AdjustmentKind.DOWN, MONDAY, 0, 1440, 2, "blade broken")


@pytest.fixture
def seeded(database: Database) -> Database:
    with database.write() as db:
        service.seed_plant(db, PLANT, now=NOW)
    return database


def reserve(db: Session, key: str, demand: Demand, minutes: int = 0) -> date:
    moment = NOW.replace(minute=minutes)
    return service.reserve(db, "toys", demand, key=key, now=moment, expires_at=None).date


def buckets(db: Session, code: str = "saw") -> list[tuple[int, ...]]:
    rows = db.execute(
        text(
            "SELECT start_s, capacity_s, free_s, short_s FROM production_bucket WHERE work_centre = :code ORDER BY start_s"
        ),
        {"code": code},
    )
    return [tuple(int(value) for value in row) for row in rows]


def test_a_machine_down_takes_what_is_free_and_names_who_came_last(seeded: Database) -> None:
    """A-2, A-3: five half hours stand in a bucket of two places; with one place down only three of them fit."""
    with seeded.write() as db:
        for number in range(5):
            reserve(db, f"q{number}", HALF_AN_HOUR, number)
        before = buckets(db)
        one_down = replace(DOWN, places=1, from_min=450, to_min=540)
        made = adjusting.adjust(db, "toys", one_down, now=NOW)

        assert before[0][1:] == (10_800, 1_800, 0)
        assert buckets(db)[0][1:] == (5_400, 0, 3_600)
        assert buckets(db)[1:] == before[1:]
        at = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
        assert adjusting.at_risk(db, "toys") == [AtRisk("q4", 1800, "saw", at), AtRisk("q3", 1800, "saw", at)]
        assert reserve(db, "later", HALF_AN_HOUR) == MONDAY
        assert buckets(db)[1][2] == 10_800 - 1_800

        assert service.give_back(db, "q0")
        assert buckets(db)[0][1:] == (5_400, 0, 1_800)
        assert service.give_back(db, "q1")
        assert adjusting.at_risk(db, "toys") == []
        assert service.give_back(db, "q2")
        assert buckets(db)[0][1:] == (5_400, 1_800, 0)

        assert adjusting.withdraw(db, "toys", made) == one_down
        assert buckets(db)[0][1:] == (10_800, 7_200, 0)
        with pytest.raises(AdjustmentNotFound):
            adjusting.withdraw(db, "toys", made)


def test_a_day_without_a_work_centre_is_never_promised(seeded: Database) -> None:
    with seeded.write() as db:
        adjusting.adjust(db, "toys", DOWN, now=NOW)
        promise = service.inquire(db, "toys", HALF_AN_HOUR, now=NOW)

    assert promise.date == date(2026, 3, 3)


def test_overtime_brings_a_promise_forward(seeded: Database) -> None:
    """A full week; a Saturday morning of one person is promised from."""
    week = Demand((OperationLoad("cut", "saw", 5400),), (), 5 * 12)
    with seeded.write() as db:
        reserve(db, "week", week)
        before = service.inquire(db, "toys", HALF_AN_HOUR, now=NOW)
        adjusting.adjust(db, "toys", Adjustment("saw", AdjustmentKind.OVERTIME, SATURDAY, 480, 720), now=NOW)
        after = service.inquire(db, "toys", HALF_AN_HOUR, now=NOW)
        added = [row for row in buckets(db) if row[0] not in {one[0] for one in buckets(db)[:30]}][:3]

    assert (before.date, before.binding.kind) == (date(2026, 3, 9), BindingKind.WORK_CENTRE)
    assert after.date == SATURDAY
    assert [capacity for _, capacity, *_ in added] == [3600, 5400, 5400]


def test_the_effect_is_shown_before_it_is_made(seeded: Database) -> None:
    with seeded.write() as db:
        reserve(db, "cut", HALF_AN_HOUR)
        reserve(db, "dip", RED)
        before = buckets(db), buckets(db, "bath")
        effect = adjusting.effect_of(db, "toys", DOWN, now=NOW)
        bath = adjusting.effect_of(db, "toys", replace(DOWN, work_centre="bath"), now=NOW)

        at = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
        assert effect == [AtRisk("cut", 1800, "saw", at)]
        assert bath == [AtRisk("dip", 5400, "bath", at)]
        assert (buckets(db), buckets(db, "bath")) == before
        assert adjusting.adjustments(db, "toys", MONDAY, SATURDAY) == {}
        with pytest.raises(WorkCentreNotFound):
            adjusting.adjust(db, "toys", replace(DOWN, work_centre="moon"), now=NOW)


def test_the_rolling_horizon_keeps_to_adjustments(seeded: Database) -> None:
    """Made for a day that is not in the ledger yet, it counts when the day comes into it."""
    far = date(2026, 3, 23)
    with seeded.write() as db:
        adjusting.adjust(db, "toys", Adjustment("saw", AdjustmentKind.MAINTENANCE, far, 450, 720), now=NOW)
        service.roll_horizon(db, "toys", now=datetime(2026, 3, 16, 6, tzinfo=UTC))
        start_s = int(datetime(2026, 3, 23, 6, 30, tzinfo=UTC).timestamp())
        day = [capacity for start, capacity, *_ in buckets(db) if start_s <= start < start_s + 9 * 3600]

    assert day == [5_400, 5_400, 5_400, 10_800, 10_800, 10_800]


def test_a_kept_share_is_promised_to_its_group_only_and_then_to_all(database: Database) -> None:
    """A-4: half of the saw is kept for companies from the day after next on; a rush order may use it too."""
    kept = replace(PLANT.work_centres[0], kept=KeptShare("company", 50, 2))
    with database.write() as db:
        service.seed_plant(db, replace(PLANT, work_centres=(kept, *PLANT.work_centres[1:])), now=NOW)
        two_days = Demand((OperationLoad("cut", "saw", 5400),), (), 24)
        reserve(db, "full until Wednesday", two_days)
        half_of_wednesday = Demand((OperationLoad("cut", "saw", 5400),), (), 6)
        reserve(db, "others", half_of_wednesday)
        dates = {
            "others": service.inquire(db, "toys", HALF_AN_HOUR, now=NOW).date,
            "company": service.inquire(
                db, "toys", replace(HALF_AN_HOUR, groups=frozenset({"company", "others"})), now=NOW
            ).date,
            "rush": service.inquire(db, "toys", replace(HALF_AN_HOUR, is_rush=True), now=NOW).date,
            "released": service.inquire(db, "toys", HALF_AN_HOUR, now=datetime(2026, 3, 3, 6, tzinfo=UTC)).date,
        }

    wednesday, thursday = date(2026, 3, 4), date(2026, 3, 5)
    assert dates == {"others": thursday, "company": wednesday, "rush": wednesday, "released": wednesday}
