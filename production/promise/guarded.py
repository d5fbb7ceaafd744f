"""Guarded statements: scarce rows change only when there is enough, without reading them first.

Amounts > 0 are taken, amounts < 0 given back; what is given back first makes good what is short. On PostgreSQL one
statement takes everything or nothing, reservation and all, in one round trip; rows are locked table by table in key order,
so two writers never wait for each other in a circle. On SQLite the one writer updates row by row.
"""

# ruff: noqa: S608 - statements are put together from names of our own, values are always bound
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from production.promise.reading import touch


@dataclass(frozen=True, slots=True)
class Scarce:
    """A column that must stay between 0 and another column (or without an upper bound).

    ``short`` is the column of what is missing, ``stamped`` whether the row tells when it was changed.
    """

    table: str
    keys: tuple[tuple[str, str], ...]  # column and its PostgreSQL type, beside ``line``
    column: str
    at_most: str | None = None
    short: str | None = None
    stamped: bool = False


BATCHES = Scarce("production_batch_load", (("id", "bigint"),), "free_pieces", "pieces")
BUCKETS = Scarce(
    "production_bucket",
    (("work_centre", "text"), ("start_s", "bigint")),
    "free_s",
    "capacity_s",
    short="short_s",
    stamped=True,
)
STOCK = Scarce("production_stock", (("material", "text"),), "free", short="short")
RECEIPTS = Scarce("production_receipt", (("id", "bigint"),), "free", "quantity", short="short")
EVERYTHING = (BATCHES, BUCKETS, STOCK, RECEIPTS)
"""In the order in which they are locked."""

Amounts = Mapping[tuple[str | int, ...], int]
"""``{key values: amount}``; an amount of 0 is left out."""


LINE_LOCK = 0x4C4F54  # "LOT": the advisory locks of ledgers, one a plant


@dataclass(frozen=True, slots=True)
class Taking:
    """What is to be taken, all of it or nothing, and the rows that record it.

    ``keep`` is what must be left in a row after the taking, 0 where absent. ``in_line``: wait for whoever takes alone.
    """

    amounts: Mapping[Scarce, Amounts]
    keep: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    in_line: bool = False
    reservation: Mapping[str, Any] | None = None
    loads: Sequence[Mapping[str, Any]] = ()
    materials: Sequence[Mapping[str, Any]] = ()


def take(db: Session, scarce: Scarce, line: str, amounts: Amounts) -> bool:
    """Take (or, negative, give back) all amounts of one kind, in key order; return False when one is no longer there.

    After False some may have been taken on SQLite: the caller ends its savepoint or transaction by an error.
    """
    return take_all(db, line, Taking({scarce: amounts}))


def take_all(db: Session, line: str, taking: Taking) -> bool:
    """Take everything and record it; return False when something is no longer there or the reservation's key is taken.

    After False some may have been taken on SQLite: the caller ends its savepoint or transaction by an error. On PostgreSQL
    nothing was.
    """
    needs = {scarce: _rows(scarce, taking) for scarce in EVERYTHING if scarce in taking.amounts}
    if not any(needs.values()) and taking.reservation is None:
        return True
    touch(db)
    db.flush()
    if db.get_bind().dialect.name == "sqlite":
        return _take_one_by_one(db, line, needs, taking)
    asked = tuple(scarce for scarce, rows in needs.items() if rows)
    document = {
        "reservation": [taking.reservation] if taking.reservation is not None else [],
        "loads": taking.loads,
        "materials": taking.materials,
        **{scarce.table: needs[scarce] for scarce in asked},
    }
    given = {"line": line, "document": json.dumps(document, default=datetime.isoformat)}
    statement = _postgresql(asked, taking.reservation is not None, bool(taking.loads))
    return _take_in_one_trip(db.connection(), statement, given, in_line=taking.in_line)


@contextmanager
def undone_on_error(db: Session) -> Iterator[None]:
    """Undo what the block's statements changed when it ends by an error; for statements, not for rows the session keeps."""
    connection = db.connection()
    connection.exec_driver_sql("SAVEPOINT trying")
    has_ended = False
    try:
        yield
        has_ended = True
    finally:
        if not has_ended:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT trying")
        connection.exec_driver_sql("RELEASE SAVEPOINT trying")


def wait_in_line(db: Session, line: str, *, alone: bool) -> None:
    """Wait until nobody takes alone from a plant's ledger, or, ``alone``, until nobody takes at all; and then keep the place.

    The place is kept until the transaction or savepoint ends. It is asked for before any row of the ledger is locked: who holds
    rows already must not wait here, or those who want the rows would wait for it. On SQLite a writer is alone anyway.
    """
    if db.get_bind().dialect.name != "sqlite":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        db.connection().execute(text(f"SELECT {lock}(:lock, hashtext(:line))"), {"lock": LINE_LOCK, "line": line})


def _rows(scarce: Scarce, taking: Taking) -> list[dict[str, str | int]]:
    names = [name for name, _ in scarce.keys]
    return [
        {
            **dict(zip(names, key, strict=True)),
            "amount": amount,
            "keep": taking.keep.get(key, 0) if scarce is BUCKETS and amount > 0 else 0,
        }
        for key, amount in sorted(taking.amounts[scarce].items())
        if amount
    ]


# --- SQLite -----------------------------------------------------------------------------------------


def _take_one_by_one(
    db: Session, line: str, needs: Mapping[Scarce, list[dict[str, str | int]]], taking: Taking
) -> bool:
    """One row after the other: there is no way between us and the file. The driver reads the rows as they are."""
    connection = db.connection()
    if taking.reservation is not None:
        row = {name: _sqlite_value(value) for name, value in taking.reservation.items()}
        once = _insert("production_reservation", _RESERVATION, is_once=True)
        if connection.exec_driver_sql(once, row).rowcount != 1:
            return False
    for scarce, rows in needs.items():
        given = [{**row, "line": line} for row in rows]
        if given and connection.exec_driver_sql(_sqlite(scarce), given).rowcount != len(given):
            return False
    if taking.loads:
        connection.exec_driver_sql(_insert("production_reservation_load", _LOAD), list(taking.loads))
    if taking.materials:
        connection.exec_driver_sql(_insert("production_reservation_material", _MATERIAL), list(taking.materials))
    return True


def _sqlite_value(value: object) -> object:
    """Return what the declared columns would write: UTC without its zone, documents as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return json.dumps(value) if isinstance(value, Mapping) else value


@cache
def _insert(table: str, columns: tuple[tuple[str, str], ...], *, is_once: bool = False) -> str:
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(f":{name}" for name, _ in columns)
    once = " ON CONFLICT DO NOTHING" if is_once else ""
    return f"INSERT INTO {table} ({names}) VALUES ({values}){once}"


@cache
def _sqlite(scarce: Scarce) -> str:
    keys = " AND ".join(f"{name} = :{name}" for name, _ in scarce.keys)
    stamp = f"(SELECT max(changed) + 1 FROM {scarce.table} WHERE line = :line)"
    return (
        f"UPDATE {scarce.table} SET {_change(scarce, '', ':amount', ('max', 'min'), stamp)} "
        f"WHERE line = :line AND {keys} AND {_guard(scarce, '', ':amount', ':keep', ('max', 'min'))}"
    )


# --- both -------------------------------------------------------------------------------------------


def _made_good(scarce: Scarce, row: str, amount: str, least: tuple[str, str]) -> str:
    """Return how much of what is given back makes good what is short; nothing of what is taken does."""
    return f"{least[1]}({row}{scarce.short}, {least[0]}(0, -{amount}))" if scarce.short else "0"


def _change(scarce: Scarce, row: str, amount: str, least: tuple[str, str], stamp: str) -> str:
    made_good = _made_good(scarce, row, amount, least)
    changes = [f"{scarce.column} = {row}{scarce.column} - {amount} - {made_good}"]
    if scarce.short:
        changes.append(f"{scarce.short} = {row}{scarce.short} - {made_good}")
    if scarce.stamped:
        changes.append(f"changed = {stamp}")
    return ", ".join(changes)


def _guard(scarce: Scarce, row: str, amount: str, keep: str, least: tuple[str, str]) -> str:
    guard = f"({amount} < 0 OR {row}{scarce.column} >= {amount} + {keep})"
    if scarce.at_most is None:
        return guard
    made_good = _made_good(scarce, row, amount, least)
    return f"{guard} AND {row}{scarce.column} - {amount} - {made_good} <= {row}{scarce.at_most}"


_RESERVATION = (
    ("key", "text"),
    ("line", "text"),
    ("state", "text"),
    ("promise", "jsonb"),
    ("finish_s", "bigint"),
    ("reserved_at", "timestamptz"),
    ("expires_at", "timestamptz"),
    ("groups", "text"),
    ("is_rush", "boolean"),
)
_LOAD = (
    ("key", "text"),
    ("piece", "int"),
    ("position", "int"),
    ("start_s", "bigint"),
    ("operation", "text"),
    ("work_centre", "text"),
    ("seconds", "int"),
    ("batch_load_id", "bigint"),
)
_MATERIAL = (
    ("key", "text"),
    ("material", "text"),
    ("source", "text"),
    ("quantity", "bigint"),
    ("usable_s", "bigint"),
    ("receipt_id", "bigint"),
    ("stands_for", "text"),
)


# --- PostgreSQL -------------------------------------------------------------------------------------


def _take_in_one_trip(connection: Connection, statement: str, given: Mapping[str, str], *, in_line: bool) -> bool:
    """Send a savepoint, a place beside the others and the statement together; what did not fit lets go of all it locked."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - kernel/database knows no other driver
    try:
        with driver.pipeline():
            driver.execute("SAVEPOINT ledger")
            if in_line:
                driver.execute("SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))", [LINE_LOCK, given["line"]])
            found = driver.execute(statement, given).fetchone()
    except psycopg.Error as error:
        raise DBAPIError(statement, None, error) from error
    fits = found is not None and bool(found[0])
    if not fits:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT ledger")
    return fits


@cache
def _postgresql(asked: tuple[Scarce, ...], with_reservation: bool, with_loads: bool) -> str:
    """One statement: lock the rows in key order, judge their newest versions, and only then change and record.

    ``fits`` is reached table by table (CASE goes from left to right), and everything that writes waits for it.
    """
    least, stamp = ("greatest", "least"), "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
    parts, checks, updates = [], [], []
    for number, scarce in enumerate(asked):
        columns = ", ".join(f"{name} {kind}" for name, kind in (*scarce.keys, ("amount", "bigint"), ("keep", "bigint")))
        keys = ", ".join(f"t.{name}" for name, _ in scarce.keys)
        match = " AND ".join(f"t.{name} = need.{name}" for name, _ in scarce.keys)
        guard = _guard(scarce, "t.", "need.amount", "need.keep", least)
        parts.append(
            f"need{number} AS MATERIALIZED (SELECT * FROM jsonb_to_recordset((SELECT d FROM given) -> '{scarce.table}')"
            f" AS given({columns}))"
        )
        parts.append(
            f"held{number} AS MATERIALIZED (SELECT {keys}, need.amount, need.keep FROM {scarce.table} AS t"
            f" JOIN need{number} AS need ON {match} WHERE t.line = %(line)s AND {guard} ORDER BY {keys} FOR UPDATE OF t)"
        )
        checks.append(f"WHEN (SELECT count(*) FROM held{number}) < (SELECT count(*) FROM need{number}) THEN false")
        change = _change(scarce, "t.", "need.amount", least, stamp)
        updates.append(
            f"changed{number} AS (UPDATE {scarce.table} AS t SET {change} FROM held{number} AS need"
            f" WHERE t.line = %(line)s AND {match} AND {guard} AND (SELECT go FROM gate) RETURNING 1)"
        )
    fits = f"fits AS MATERIALIZED (SELECT CASE {' '.join(checks)} ELSE true END AS fits)" if checks else None
    fits = fits or "fits AS MATERIALIZED (SELECT true AS fits)"
    gate = "gate AS MATERIALIZED (SELECT fits AS go FROM fits)"
    records: list[str] = []
    if with_reservation:
        records.append(
            _record("reserved", "production_reservation", _RESERVATION, "reservation", "fits", "fits", "key")
        )
        gate = "gate AS MATERIALIZED (SELECT count(*) = 1 AS go FROM reserved)"
    if with_reservation or with_loads:
        updates += [
            _record("loads", "production_reservation_load", _LOAD, "loads", "gate", "go"),
            _record("materials", "production_reservation_material", _MATERIAL, "materials", "gate", "go"),
        ]
    given = "given AS MATERIALIZED (SELECT CAST(%(document)s AS jsonb) AS d)"
    every = ",\n".join([given, *parts, fits, *records, gate, *updates])
    return f"WITH {every}\nSELECT go FROM gate"


def _record(
    name: str, table: str, columns: Iterable[tuple[str, str]], rows: str, gate: str, go: str, once: str = ""
) -> str:
    columns = tuple(columns)
    names = ", ".join(column for column, _ in columns)
    kinds = ", ".join(f"{column} {kind}" for column, kind in columns)
    on_conflict = f" ON CONFLICT ({once}) DO NOTHING" if once else ""
    return (
        f"{name} AS (INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_to_recordset("
        f"(SELECT d FROM given) -> '{rows}') AS row({kinds}) WHERE (SELECT {go} FROM {gate}){on_conflict} RETURNING 1)"
    )
