"""Guarded statements: scarce rows change only when there is enough, without reading them first.

Amounts > 0 are taken, amounts < 0 given back. On PostgreSQL one statement takes all rows or none in one round trip; they
are locked in key order first, so two writers never wait for each other in a circle. On SQLite the one writer updates row
by row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, text
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
    """Take (or, negative, give back) all amounts, in key order; return False when one is no longer there.

    After False some may have been taken on SQLite: the caller ends its savepoint or transaction by an error.
    """
    rows: list[dict[str, str | int]] = [
        {**dict(zip((name for name, _ in scarce.keys), key, strict=True)), "amount": amount}
        for key, amount in sorted(amounts.items())
        if amount
    ]
    if not rows:
        return True
    if db.get_bind().dialect.name == "sqlite":
        result = db.connection().execute(_sqlite(scarce), [{**row, "line": line} for row in rows])
    else:
        given = {"line": line, "rows": json.dumps(rows), "count": len(rows)}
        result = db.connection().execute(_postgresql(scarce), given)
    return result.rowcount == len(rows)


def _guard(scarce: Scarce) -> str:
    guard = f"t.{scarce.column} >= need.amount"
    return guard if scarce.at_most is None else f"{guard} AND t.{scarce.column} - need.amount <= t.{scarce.at_most}"


def _match(scarce: Scarce, other: str) -> str:
    return " AND ".join(f"t.{name} = {other}.{name}" for name, _ in scarce.keys)


@cache
def _sqlite(scarce: Scarce) -> TextClause:
    """One row after the other: there is no way between us and the file."""
    keys = " AND ".join(f"{name} = :{name}" for name, _ in scarce.keys)
    guard = f"{scarce.column} >= :amount"
    if scarce.at_most is not None:
        guard += f" AND {scarce.column} - :amount <= {scarce.at_most}"
    return text(
        f"UPDATE {scarce.table} SET {scarce.column} = {scarce.column} - :amount "  # noqa: S608 - names of ours
        f"WHERE line = :line AND {keys} AND {guard}"
    )


@cache
def _postgresql(scarce: Scarce) -> TextClause:
    """The rows are locked in key order, and judged by their newest version once the lock is there."""
    columns = ", ".join(f"{name} {kind}" for name, kind in scarce.keys)
    keys = ", ".join(f"t.{name}" for name, _ in scarce.keys)
    statement = f"""
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
    return text(statement)
