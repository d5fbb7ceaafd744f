"""Guarded statements: scarce rows change all together or not at all, without reading them first.

Amounts > 0 are taken, amounts < 0 given back. One statement each, whatever the number of rows; on PostgreSQL the
rows are locked in key order first, so two writers never wait for each other in a circle.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Scarce:
    """A column that must stay between 0 and another column (or without an upper bound)."""

    table: str
    keys: tuple[tuple[str, str], ...]  # column and its PostgreSQL type, beside ``line``
    column: str
    at_most: str | None = None


BUCKETS = Scarce("production_bucket", (("work_centre", "text"), ("start_s", "bigint")), "free_s", "capacity_s")
BATCHES = Scarce("production_batch_load", (("id", "bigint"),), "free_pieces", "pieces")
STOCK = Scarce("production_stock", (("material", "text"),), "free")
RECEIPTS = Scarce("production_receipt", (("id", "bigint"),), "free", "quantity")

Amounts = Mapping[tuple[str | int, ...], int]
"""``{key values: amount}``; an amount of 0 is left out."""


def take(db: Session, scarce: Scarce, line: str, amounts: Amounts) -> bool:
    """Take (or, negative, give back) all amounts; return False, with nothing changed, when one is no longer there."""
    rows = [
        dict(zip((name for name, _ in scarce.keys), key, strict=True)) | {"amount": amount}
        for key, amount in sorted(amounts.items())
        if amount
    ]
    if not rows:
        return True
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    statement = text(_sqlite(scarce) if is_sqlite else _postgresql(scarce))
    result = db.connection().execute(statement, {"line": line, "rows": json.dumps(rows), "count": len(rows)})
    return result.rowcount == len(rows)


def _guard(scarce: Scarce) -> str:
    guard = f"t.{scarce.column} >= need.amount"
    return guard if scarce.at_most is None else f"{guard} AND t.{scarce.column} - need.amount <= t.{scarce.at_most}"


def _match(scarce: Scarce, other: str) -> str:
    return " AND ".join(f"t.{name} = {other}.{name}" for name, _ in scarce.keys)


def _sqlite(scarce: Scarce) -> str:
    """One writer at a time: what the count has seen is what the update meets.

    The statement begins with UPDATE because Python's driver counts changed rows of no other.
    """
    columns = ", ".join(f"value ->> '$.{name}' AS {name}" for name, _ in scarce.keys)
    need = f"(SELECT {columns}, value ->> '$.amount' AS amount FROM json_each(:rows)) AS need"  # noqa: S608
    return (
        f"UPDATE {scarce.table} AS t SET {scarce.column} = t.{scarce.column} - need.amount FROM {need} "  # noqa: S608
        f"WHERE t.line = :line AND {_match(scarce, 'need')} AND {_guard(scarce)} AND :count = ("
        f"SELECT count(*) FROM {scarce.table} AS t JOIN {need} ON t.line = :line AND {_match(scarce, 'need')} "
        f"WHERE {_guard(scarce)})"
    )


def _postgresql(scarce: Scarce) -> str:
    """The rows are locked in key order, and judged by their newest version once the lock is there."""
    columns = ", ".join(f"{name} {kind}" for name, kind in scarce.keys)
    keys = ", ".join(f"t.{name}" for name, _ in scarce.keys)
    return f"""
        WITH need AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given({columns}, amount bigint)
        ), held AS MATERIALIZED (
            SELECT {keys}, need.amount FROM {scarce.table} AS t JOIN need ON {_match(scarce, "need")}
            WHERE t.line = :line AND {_guard(scarce)} ORDER BY {keys} FOR UPDATE OF t
        )
        UPDATE {scarce.table} AS t SET {scarce.column} = t.{scarce.column} - need.amount FROM held AS need
        WHERE t.line = :line AND {_match(scarce, "need")} AND {_guard(scarce)}
          AND (SELECT count(*) FROM held) = :count
    """  # noqa: S608 - names come from the constants above
