"""The last free capacity and the last part, wanted by many at once: one gets it, nothing is oversold."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

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
TABLE_PLACES = 6 * 9  # one day of six buckets, each with room for nine pieces of ten minutes
LINE = "toys"


def plant() -> Plant:
    return Plant(
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
            WorkCentre("bath", WorkCentreKind.BATCH, 1, (DAY,), load_pieces=3),
        ),
        stock=(StockRow("gem", 1, 0), StockRow("wood", 10_000, 0)),
    )


def demand(*materials: MaterialNeed) -> Demand:
    return Demand((OperationLoad("make", "table", 600),), materials)


def bath() -> Demand:
    return Demand((OperationLoad("dip", "bath", 5400, (), "red"),))


def sell(url: str, clerk: int, rounds: int, wanted: Demand) -> int:
    """Reserve piece after piece, as one clerk; return how many were promised."""
    database = Database(url, wait_ms=60_000)
    promised = 0
    for number in range(rounds):
        try:
            with database.write() as db:
                service.reserve(db, LINE, wanted, key=f"{clerk}-{number}", now=NOW, expires_at=None)
            promised += 1
        except (BeyondHorizon, CapacityTaken):
            continue
    database.dispose()
    return promised


def in_threads(work: Callable[[int], int], clerks: int = CLERKS) -> list[int]:
    results: dict[int, int] = {}
    start = threading.Barrier(clerks)

    def run(clerk: int) -> None:
        start.wait()
        results[clerk] = work(clerk)

    threads = [threading.Thread(target=run, args=(clerk,)) for clerk in range(clerks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == clerks, "a clerk gave up with an error"
    return [results[clerk] for clerk in range(clerks)]


@pytest.fixture
def shop(database_url: str) -> str:
    database = Database(database_url)
    with database.write() as db:
        service.seed_plant(db, plant(), now=NOW)
    database.dispose()
    return database_url


def taken(url: str) -> dict[str, int]:
    database = Database(url)
    with database.read() as db:
        found = {
            "table_s": db.execute(
                text("SELECT sum(capacity_s - free_s) FROM production_bucket WHERE work_centre = 'table'")
            ).scalar_one(),
            "reserved_s": db.execute(
                text("SELECT coalesce(sum(seconds), 0) FROM production_reservation_load")
            ).scalar_one(),
            "reservations": db.execute(text("SELECT count(*) FROM production_reservation")).scalar_one(),
            "gems": db.execute(text("SELECT free FROM production_stock WHERE material = 'gem'")).scalar_one(),
            "batches": db.execute(text("SELECT count(*) FROM production_batch_load")).scalar_one(),
            "places": db.execute(
                text("SELECT coalesce(sum(pieces - free_pieces), 0) FROM production_batch_load")
            ).scalar_one(),
        }
    database.dispose()
    return {name: int(value) for name, value in found.items()}


def leave_one_place(url: str) -> None:
    database = Database(url)
    with database.write() as db:
        rest = Demand(demand().loads, (), TABLE_PLACES - 1)
        service.reserve(db, LINE, rest, key="others", now=NOW, expires_at=None)
    database.dispose()


def test_one_of_eight_threads_gets_the_last_capacity(shop: str) -> None:
    leave_one_place(shop)
    promised = in_threads(lambda clerk: sell(shop, clerk, 1, demand()))

    assert sorted(promised) == [0] * (CLERKS - 1) + [1]
    assert taken(shop) == {
        "table_s": TABLE_PLACES * 600,
        "reserved_s": TABLE_PLACES * 600,
        "reservations": 2,
        "gems": 1,
        "batches": 0,
        "places": 0,
    }


def test_one_of_eight_threads_gets_the_last_part(shop: str) -> None:
    """The others are promised a later day, from the supplier; nobody is promised the same gem."""
    database = Database(shop)
    with database.write() as db:
        service.roll_horizon(db, LINE, now=datetime(2026, 3, 4, 6, 0, tzinfo=UTC))
    database.dispose()
    days: list[date] = []

    def buy(clerk: int) -> int:
        opened = Database(shop, wait_ms=60_000)
        with opened.write() as db:
            wanted = demand(MaterialNeed("gem", 1), MaterialNeed("wood", 2))
            days.append(service.reserve(db, LINE, wanted, key=f"g{clerk}", now=NOW, expires_at=None).date)
        opened.dispose()
        return 1

    in_threads(buy)

    assert sorted(days) == [date(2026, 3, 2)] + [date(2026, 3, 3)] * (CLERKS - 1)
    assert taken(shop)["gems"] == 0


def test_a_day_is_sold_out_exactly(shop: str) -> None:
    """Eight threads want more than there is: every place is sold once."""
    promised = in_threads(lambda clerk: sell(shop, clerk, 8, demand()))

    assert sum(promised) == TABLE_PLACES
    assert taken(shop)["table_s"] == TABLE_PLACES * 600 == taken(shop)["reserved_s"]


def test_batches_are_filled_exactly(shop: str) -> None:
    """Six loads of three pieces: eighteen of twenty-four get a place, and no load is opened twice."""
    promised = in_threads(lambda clerk: sell(shop, clerk, 3, bath()))

    assert sum(promised) == 18
    found = taken(shop)
    assert (found["batches"], found["places"]) == (6, 18)


def test_taking_and_giving_back_at_once_leaves_nothing_behind(shop: str) -> None:
    """Random histories of eight threads on capacity, batches and stock; after all is given back the ledger is empty."""
    before = taken(shop)

    def work(clerk: int) -> int:
        database = Database(shop, wait_ms=60_000)
        for number in range(6):
            wanted = (demand(MaterialNeed("wood", 7)), bath())[(clerk + number) % 2]
            key = f"{clerk}-{number}"
            try:
                with database.write() as db:
                    service.reserve(db, LINE, wanted, key=key, now=NOW, expires_at=None)
            except (BeyondHorizon, CapacityTaken):
                continue
            with database.write() as db:
                assert service.give_back(db, key)
        database.dispose()
        return 0

    in_threads(work)
    after = taken(shop)

    assert {**after, "reservations": 0} == before
