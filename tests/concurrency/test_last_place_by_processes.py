"""The last slot and the last part, wanted by eight processes at once, twenty times: one gets it, and nothing leaks.

Each process keeps what it has read of the ledger from round to round, as web workers do.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import text

from kernel.database import Database
from production.errors import BeyondHorizon, CapacityTaken
from production.model import Demand, MaterialNeed, OperationLoad
from production.plants.model import Hours, Plant, StockRow, WorkCentre, WorkCentreKind
from production.promise import service

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = Hours(frozenset(range(5)), 7 * 60 + 30, 16 * 60 + 30)
CLERKS = 8
ROUNDS = 20
LINE = "toys"
PLANT = Plant(
    code="small",
    line=LINE,
    timezone="UTC",
    country="DE",
    subdivision=None,
    floor_locale="en",
    spare_buckets=0,
    horizon_days=1,
    work_centres=(
        WorkCentre("table", WorkCentreKind.FLOW, 1, (DAY,)),
        WorkCentre("rack", WorkCentreKind.SLOT, 1, (DAY,)),
    ),
    stock=(StockRow("gem", 1, 30),),
)
LAST_SLOT = Demand((OperationLoad("rest", "rack", 15 * 5400 // 2),))  # more than half of what is left of the day
LAST_PART = Demand((OperationLoad("make", "table", 60),), (MaterialNeed("gem", 1),))

_start: Barrier
_opened: dict[str, Database] = {}


def begin(start: Barrier) -> None:
    global _start
    _start = start


def try_once(url: str, wanted: Demand, key: str) -> bool:
    """Reserve once, with all others; return whether it was promised."""
    database = _opened.setdefault(url, Database(url, wait_ms=60_000))
    _start.wait(timeout=120)
    try:
        with database.write() as db:
            service.reserve(db, LINE, wanted, key=key, now=NOW, expires_at=NOW + timedelta(hours=1))
    except (BeyondHorizon, CapacityTaken):
        return False
    return True


def close(url: str) -> None:
    _start.wait(timeout=120)
    _opened.pop(url).dispose()


@pytest.fixture(scope="module")
def clerks() -> Iterator[Pool]:
    """Eight processes, started once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["production.promise.service"])
    with context.Pool(CLERKS, begin, [context.Barrier(CLERKS)]) as pool:
        yield pool


@pytest.fixture
def everybody(clerks: Pool, database_url: str) -> Iterator[Callable[[Demand, int], list[bool]]]:
    def compete(wanted: Demand, round_number: int) -> list[bool]:
        asked = [(database_url, wanted, f"{round_number}-{clerk}") for clerk in range(CLERKS)]
        return clerks.starmap(try_once, asked, chunksize=1)

    yield compete
    clerks.map(close, [database_url] * CLERKS, chunksize=1)


@pytest.mark.parametrize("wanted", [LAST_SLOT, LAST_PART], ids=["slot", "part"])
def test_one_of_eight_processes_gets_the_last_one(
    database_url: str, everybody: Callable[[Demand, int], list[bool]], wanted: Demand
) -> None:
    database = Database(database_url)
    with database.write() as db:
        service.seed_plant(db, PLANT, now=NOW)
    empty = free(database)
    for round_number in range(ROUNDS):
        assert sum(everybody(wanted, round_number)) == 1
        with database.write() as db:
            taken = {name: empty[name] - left for name, left in free(database).items() if left != empty[name]}
            assert sum(taken.values()) == sum(load.seconds for load in wanted.loads) + len(wanted.materials)
            assert service.expire(db, NOW + timedelta(hours=2)) == 1
        assert free(database) == empty
    with database.read() as db:
        for table in ("production_reservation_load", "production_reservation_material"):
            assert db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    database.dispose()


def free(database: Database) -> dict[str, int]:
    with database.read() as db:
        rows = db.execute(
            text(
                "SELECT work_centre || ' ' || start_s AS name, free_s AS free FROM production_bucket "
                "UNION ALL SELECT material, free FROM production_stock"
            )
        )
        return {row.name: int(row.free) for row in rows}
