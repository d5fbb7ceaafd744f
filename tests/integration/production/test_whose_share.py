"""Whose kept share a piece may use goes with it, and what is kept never shuts others out (A-4, A-5)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel.database import Database
from production.errors import PlantNotValid
from production.model import Demand, OperationLoad
from production.plants.loading import load_plant_folder
from production.plants.model import Hours, KeptShare, Plant, WorkCentre, WorkCentreKind
from production.promise import service
from production.promise.replanning import replan

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SAW = WorkCentre(
    "saw",
    WorkCentreKind.FLOW,
    1,
    (Hours(frozenset(range(5)), 6 * 60, 12 * 60),),
    kept=KeptShare("company", 60, 0),
)
PLANT = Plant("workshop", "toys", "UTC", "DE", None, "en", (SAW,), spare_buckets=0, horizon_days=10)
LONG = OperationLoad("cut", "saw", 5_400)


def seed(database: Database, plant: Plant = PLANT) -> None:
    with database.write() as db:
        service.seed_plant(db, plant, now=NOW)


def test_a_long_operation_of_others_is_spread_over_what_is_left_beside_the_share(database: Database) -> None:
    """A-4: one person, 60 % kept: others have 36 minutes of each bucket, and an hour and a half takes three of them."""
    seed(database)
    with database.write() as db:
        others = service.reserve(db, "toys", Demand((LONG,)), key="others", now=NOW, expires_at=None)
        theirs = service.reserve(
            db, "toys", Demand((LONG,), groups=frozenset({"company"})), key="theirs", now=NOW, expires_at=None
        )

    assert others.finish_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert theirs.finish_at == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("whose", [{"is_rush": True}, {"groups": frozenset({"company", "friends"})}, {}])
def test_a_resync_knows_whose_share_a_piece_uses(database: Database, whose: dict[str, bool | frozenset[str]]) -> None:
    """A-5: what waits moves within the share it was promised from, and no further."""
    seed(database)
    demand = Demand((replace(LONG, seconds=3_600),))
    with database.write() as db:
        service.reserve(db, "toys", replace(demand, **whose), key="piece", now=NOW, expires_at=None)
        held = service.reservation(db, "piece")
        moved = replan(db, "piece", 0, demand.loads, [1], earliest=datetime(2026, 3, 3, 6, tzinfo=UTC))

    assert (held.groups, held.is_rush) == (whose.get("groups", frozenset()), whose.get("is_rush", False))
    first, second = datetime(2026, 3, 3, 7, 30, tzinfo=UTC), datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert moved.finish_at == (first if whose else second)


def test_a_share_that_leaves_no_whole_place_is_refused(tmp_path: Path) -> None:
    """A machine runs through: of two, a share of 60 % would leave others none they can use."""
    text = """
plant: home
line: toys
timezone: UTC
country: DE
shifts: {day: {days: [mon], hours: ["08:00-12:00"]}}
work_centres:
  oven: {kind: slot, places: 2, shifts: [day], kept_for: {group: company, percent: PERCENT, until_days: 2}}
"""
    (tmp_path / "plant.yaml").write_text(text.replace("PERCENT", "60"))
    with pytest.raises(PlantNotValid) as refused:
        load_plant_folder(tmp_path)
    assert "no whole place would be left for the others" in str(refused.value.facts["findings"])

    (tmp_path / "plant.yaml").write_text(text.replace("PERCENT", "50"))
    assert load_plant_folder(tmp_path).work_centres[0].kept == KeptShare("company", 50, 2)
