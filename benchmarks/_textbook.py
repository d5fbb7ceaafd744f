"""The textbook way to reserve: read what is free, decide, write back; with ``SELECT … FOR UPDATE`` where there is one."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from production.model import Demand

PLACES = 20
CLERKS = 8
TRIES = 10
PORTION_S = 900  # fits a bucket of any plant


def reserve(db: Session, line: str, demand: Demand, key: str, from_s: int) -> None:
    """Reserve one piece: parts one by one, then the first bucket with room of each operation, after the one before."""
    db.execute(
        text(
            "INSERT INTO production_reservation (key, line, state, promise, finish_s, reserved_at) "
            "VALUES (:key, :line, 'confirmed', '{}', 0, now())"
        ),
        {"key": key, "line": line},
    )
    for need in sorted(demand.materials, key=lambda one: one.code):
        given: dict[str, Any] = {"line": line, "material": need.code, "key": key}
        free = db.execute(
            text("SELECT free FROM production_stock WHERE line = :line AND material = :material FOR UPDATE"), given
        ).scalar_one()
        if free < need.quantity:
            raise RuntimeError(need.code)
        given["free"] = free - need.quantity
        db.execute(text("UPDATE production_stock SET free = :free WHERE line = :line AND material = :material"), given)
        db.execute(
            text(
                "INSERT INTO production_reservation_material (key, material, source, quantity, usable_s, stands_for) "
                "VALUES (:key, :material, 'stock', :quantity, 0, '')"
            ),
            {**given, "quantity": need.quantity},
        )
    for position, load in enumerate(demand.loads):
        rest = load.seconds
        while rest > 0:
            part = min(rest, PORTION_S)
            given = {"line": line, "centre": load.work_centre, "from_s": from_s, "part": part}
            row = db.execute(
                text(
                    "SELECT start_s, end_s, free_s FROM production_bucket WHERE line = :line AND work_centre = :centre "
                    "AND start_s >= :from_s AND free_s >= :part ORDER BY start_s LIMIT 1 FOR UPDATE"
                ),
                given,
            ).one()
            given |= {"start_s": row.start_s, "free_s": row.free_s - part, "key": key, "position": position}
            db.execute(
                text(
                    "UPDATE production_bucket SET free_s = :free_s "
                    "WHERE line = :line AND work_centre = :centre AND start_s = :start_s"
                ),
                given,
            )
            db.execute(
                text(
                    "INSERT INTO production_reservation_load (key, piece, position, start_s, operation, work_centre, seconds)"
                    " VALUES (:key, 0, :position, :start_s, :operation, :centre, :part)"
                ),
                {**given, "operation": load.operation},
            )
            rest, from_s = rest - part, row.end_s


def sold_on_sqlite(folder: Path) -> int:
    """Return how many of twenty places eight clerks sell on SQLite, where nothing holds the row between read and write."""
    path = folder / "textbook.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE place (free INTEGER)")
        connection.execute("INSERT INTO place VALUES (?)", [PLACES])
    sold: list[int] = []
    start = threading.Barrier(CLERKS)

    def clerk() -> None:
        own = sqlite3.connect(path, timeout=30)
        start.wait()
        for _ in range(TRIES):
            (free,) = own.execute("SELECT free FROM place").fetchone()
            time.sleep(0.001)  # what deciding takes
            if free > 0:
                own.execute("UPDATE place SET free = ?", [free - 1])
                own.commit()
                sold.append(1)
        own.close()

    threads = [threading.Thread(target=clerk) for _ in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(sold)
