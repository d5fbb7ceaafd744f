"""A plant full of open orders, written straight into the ledger, and the check that nothing in it was sold twice."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlmodel import Session

import modules_catalog
from kernel.database import Database
from kernel.schema import metadata
from modules_catalog.judging import ConcreteAnswer
from modules_catalog.loading.catalog import load_catalog
from production.exploding import explode
from production.model import Demand, ReservationState, demand_of
from production.plants.loading import load_plant
from production.plants.model import Plant, WorkCentreKind
from production.promise import service
from web.migrations.metadata import whole_metadata

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILLED_DAYS = 120
ROWS_AT_ONCE = 20_000
ON_HAND = 10_000_000
LOAD_COLUMNS = ("key", "piece", "position", "start_s", "operation", "work_centre", "seconds")


def default_demand() -> Demand:
    """Return what the default PC of the demo catalog takes."""
    model = load_catalog(Path(modules_catalog.__file__).parent / "catalogs" / "pc")
    hidden = {feature.code for feature in model.features if feature.shown_when is not None}
    answers: dict[str, ConcreteAnswer | None] = {
        feature.code: feature.default
        for feature in model.features
        if feature.default is not None and feature.code not in hidden
    }
    return demand_of(explode(model, answers))


def filled_plant(database: Database, demand: Demand, open_orders: int) -> Plant:
    """Return a plant whose open orders fill 120 of its 200 working days; all tables are made for it."""
    whole_metadata().create_all(database.engine)
    plant = _widened(load_plant("pc"), demand, open_orders)
    with database.write() as db:
        service.seed_plant(db, plant, now=NOW)
    with database.write() as db:
        _fill(db, plant, demand, open_orders)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))  # what was filled is on the disk before anything is timed
    return plant


def faults(database: Database, demand: Demand, reservations: int) -> dict[str, int]:
    """Return how many buckets and materials gave more than they had, or other than is written down, and how many orders are not whole."""
    seconds = sum(load.seconds for load in demand.loads)
    balance = """
        SELECT count(*) FROM production_bucket AS b LEFT JOIN (
            SELECT work_centre, start_s, sum(seconds) AS taken FROM production_reservation_load GROUP BY work_centre, start_s
        ) AS t ON t.work_centre = b.work_centre AND t.start_s = b.start_s
        WHERE coalesce(t.taken, 0) > b.capacity_s OR coalesce(t.taken, 0) <> b.capacity_s - b.free_s"""
    stock = """
        SELECT count(*) FROM production_stock AS s LEFT JOIN (
            SELECT material, sum(quantity) AS taken FROM production_reservation_material GROUP BY material
        ) AS t ON t.material = s.material
        WHERE s.free + coalesce(t.taken, 0) <> :on_hand OR s.short > 0"""
    whole = """
        SELECT count(*) FROM (
            SELECT key FROM production_reservation_load GROUP BY key HAVING sum(seconds) = :seconds) AS whole"""
    with database.read() as db:
        overbooked = int(db.execute(text(balance)).scalar_one())
        overbooked += int(db.execute(text(stock), {"on_hand": ON_HAND}).scalar_one())
        found = int(db.execute(text(whole), {"seconds": seconds}).scalar_one())
    return {"overbooked": overbooked, "lost": reservations - found}


def _widened(plant: Plant, demand: Demand, open_orders: int) -> Plant:
    a_day = open_orders / FILLED_DAYS
    seconds: dict[str, int] = {}
    for load in demand.loads:
        seconds[load.work_centre] = seconds.get(load.work_centre, 0) + load.seconds
    centres = []
    for centre in plant.work_centres:
        a_place = 24 * 3600 if centre.kind is WorkCentreKind.SLOT else 8 * 3600
        needed = a_day * seconds.get(centre.code, 0) * 100 / (a_place * (100 - centre.reserve_percent))
        centres.append(replace(centre, places=max(1, round(needed))))
    stock = tuple(replace(row, on_hand=ON_HAND) for row in plant.stock)
    return replace(plant, work_centres=tuple(centres), stock=stock)


def _fill(db: Session, plant: Plant, demand: Demand, open_orders: int) -> None:
    """Write the open orders, and take their seconds of the earliest buckets."""
    buckets = metadata.tables["production_bucket"]
    spans: dict[str, list[tuple[int, int]]] = {}
    for centre in {load.work_centre for load in demand.loads}:
        rows = db.execute(
            select(buckets.c.start_s, buckets.c.capacity_s)
            .where(buckets.c.line == plant.line, buckets.c.work_centre == centre)
            .order_by(buckets.c.start_s)
        )
        spans[centre] = [(start_s, capacity_s) for start_s, capacity_s in rows]
    free = {centre: [capacity_s for _, capacity_s in rows] for centre, rows in spans.items()}
    orders: list[dict[str, Any]] = [
        {
            "key": f"open:{number}",
            "line": plant.line,
            "state": ReservationState.CONFIRMED,
            "promise": {},
            "finish_s": 0,
            "reserved_at": NOW,
            "expires_at": None,
        }
        for number in range(open_orders)
    ]
    for start in range(0, len(orders), ROWS_AT_ONCE):
        db.execute(insert(metadata.tables["production_reservation"]), orders[start : start + ROWS_AT_ONCE])
    _add_loads(db.connection(), _loads(demand, spans, free, open_orders))
    for need in demand.materials:
        db.execute(
            text(
                "INSERT INTO production_reservation_material (key, material, source, quantity, usable_s, stands_for) "
                "SELECT key, :material, 'stock', :quantity, 0, '' FROM production_reservation"
            ),
            {"material": need.code, "quantity": need.quantity},
        )
        db.execute(
            text("UPDATE production_stock SET free = free - :taken WHERE line = :line AND material = :material"),
            {"taken": need.quantity * open_orders, "line": plant.line, "material": need.code},
        )
    left = [
        {"centre": centre, "start": start_s, "left": left_s}
        for centre, rows_of_centre in spans.items()
        for (start_s, capacity_s), left_s in zip(rows_of_centre, free[centre], strict=True)
        if left_s < capacity_s
    ]
    statement = (
        update(buckets)
        .where(
            buckets.c.line == plant.line,
            buckets.c.work_centre == bindparam("centre"),
            buckets.c.start_s == bindparam("start"),
        )
        .values(free_s=bindparam("left"))
    )
    db.connection().execute(statement, left)


def _loads(
    demand: Demand, spans: Mapping[str, list[tuple[int, int]]], free: Mapping[str, list[int]], open_orders: int
) -> Iterator[tuple[Any, ...]]:
    at = dict.fromkeys(spans, 0)
    for number in range(open_orders):
        for position, load in enumerate(demand.loads):
            code, rest = load.work_centre, load.seconds
            while rest > 0:
                part = min(rest, free[code][at[code]])
                if part > 0:
                    free[code][at[code]] -= part
                    start_s = spans[code][at[code]][0]
                    yield f"open:{number}", 0, position, start_s, load.operation, code, part
                    rest -= part
                if free[code][at[code]] == 0:
                    at[code] += 1


def _add_loads(connection: Connection, rows: Iterator[tuple[Any, ...]]) -> None:
    columns = ", ".join(LOAD_COLUMNS)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(LOAD_COLUMNS))
        driver.executemany(f"INSERT INTO production_reservation_load ({columns}) VALUES ({marks})", rows)
        return
    with driver.cursor().copy(f"COPY production_reservation_load ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
