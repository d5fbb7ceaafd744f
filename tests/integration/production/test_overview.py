"""What the planner sees is what the ledger holds, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from kernel.database import Database
from production.model import Demand, OperationLoad
from production.overview import service as overview
from production.promise import service as promises
from tests.mugs import POTTERY, open_pottery

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
DEMAND = Demand((OperationLoad("shape", "wheel", 2000), OperationLoad("fire", "kiln", 3600, (0,))), quantity=2)


def test_the_load_of_a_day_is_what_reservations_take_of_it(database: Database) -> None:
    """Taken seconds add up to those of the reservations; giving back empties the map."""
    open_pottery(database, now=NOW)
    with database.write() as db:
        promises.reserve(db, "mug", DEMAND, key="quote:a", now=NOW, expires_at=NOW + timedelta(days=1))
        promises.reserve(db, "mug", DEMAND, key="quote:b", now=NOW, expires_at=None)
    with database.read() as db:
        load = overview.load_map(db, "mug", first=MONDAY, days=5)
        takes = {
            code: [t for day in load.days for t in overview.takes_of_day(db, "mug", code, day)]
            for code in ("wheel", "kiln")
        }
    assert load.work_centres == tuple(centre.code for centre in POTTERY.work_centres)
    assert load.days == tuple(MONDAY + timedelta(days=day) for day in range(5))
    for code, seconds in (("wheel", 8000), ("kiln", 14400), ("bench", 0)):
        assert sum(load.at(code, day).taken_s for day in load.days) == seconds
    assert sum(take.seconds for take in takes["wheel"]) == 8000
    assert Counter((take.key, take.is_quote) for take in takes["kiln"]).keys() == {
        ("quote:a", True),
        ("quote:b", False),
    }

    with database.write() as db:
        promises.give_back(db, "quote:a")
        promises.give_back(db, "quote:b")
    with database.read() as db:
        empty = overview.load_map(db, "mug", first=MONDAY, days=5)
    assert {load.taken_s for load in empty.cells.values()} == {0}


def test_a_saturday_is_not_shown_and_a_cell_knows_its_capacity(database: Database) -> None:
    """Nine hours a day on each work centre."""
    open_pottery(database, now=NOW)
    with database.read() as db:
        load = overview.load_map(db, "mug", first=date(2026, 3, 6), days=2)
    assert load.days == (date(2026, 3, 6), date(2026, 3, 9))
    assert load.at("wheel", date(2026, 3, 6)).capacity_s == 9 * 3600
