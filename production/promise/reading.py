"""One reading of the ledger: what was changed since the last one, and the material, batches and key asked about.

Source: docs/algorithms/promise.md, rules L-1 to L-3.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text
from sqlmodel import Session

from production.errors import PlantNotFound
from production.model import MaterialNeed, OperationLoad
from production.plants.document import plant_from_json
from production.plants.model import Plant
from production.promise.board import Board, SeenBucket, centre_of, seen
from production.promise.calendar import local_date, wall_clock_s
from production.promise.material import Receipt, Supply, with_substitutes
from production.promise.timeline import OpenLoad

KEPT_BACK_S = 8 * 24 * 3600
"""How far back of now a process's first reading goes: no walk looks at older buckets."""
_BOARDS = "ledger boards"
_IS_TOUCHED = "ledger touched"


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading found. ``is_key_known``: something is or was set aside under the key asked about."""

    board: Board
    supply: dict[str, Supply] = field(default_factory=dict)
    open_loads: dict[str, list[OpenLoad]] = field(default_factory=dict)
    is_key_known: bool = False

    @property
    def plant(self) -> Plant:
        """The plant whose ledger it is."""
        return self.board.plant


def look(
    db: Session,
    line: str,
    now_s: int,
    *,
    needs: Iterable[MaterialNeed] = (),
    loads: Iterable[OperationLoad] = (),
    key: str = "",
    afresh: bool = False,
) -> Look:
    """Return the ledger of the plant that makes a line, in one statement; before a process's first, the whole board is read.

    Args:
        db: The session. One that has changed the ledger sees its own changes and keeps them to itself.
        line: The line.
        now_s: The present moment, UTC seconds.
        needs: Materials whose supply is asked for.
        loads: Operations whose open batches are asked for.
        key: A reservation's key.
        afresh: Read everything, whatever was kept.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    needs = list(needs)
    boards: dict[str, Board] = db.info["per_database"].setdefault(_BOARDS, {})
    known = None if afresh else boards.get(line)
    kept = known or _whole_board(db, line, now_s, is_sqlite=is_sqlite)
    lead_days = {need.code: need.lead_time_days for need in with_substitutes(needs, kept.plant.substitutes)}
    recipes = sorted({load.batch_recipe for load in loads})
    given = {
        "line": line,
        "digest": kept.digest,
        "since": kept.mark,
        "now_s": now_s,
        "key": key,
        "codes": _array(sorted(lead_days), is_sqlite),
        "recipes": _array(recipes, is_sqlite),
    }
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for row in db.connection().execute(_statement(is_sqlite), given):
        rows.setdefault(row[0], []).append(tuple(row))
    board = _board(kept, rows)
    if board is None:
        return look(db, line, now_s, needs=needs, loads=loads, key=key, afresh=True)
    if not is_touched(db):
        boards[line] = board
    open_loads: dict[str, list[OpenLoad]] = {}
    for _, code, batch_id, start_s, end_s, number, free_pieces, recipe in rows.get("batch", ()):
        open_loads.setdefault(code, []).append(OpenLoad(start_s, end_s, recipe, number, free_pieces, batch_id))
    return Look(board, _supply(board.plant, lead_days, rows, now_s), open_loads, "key" in rows)


def touch(db: Session) -> None:
    """Note that this session has changed the ledger: what it reads from now on may never be committed."""
    db.info[_IS_TOUCHED] = True


def is_touched(db: Session) -> bool:
    """Return whether this session has changed the ledger, and may hold rows of it."""
    return bool(db.info.get(_IS_TOUCHED))


def _whole_board(db: Session, line: str, now_s: int, *, is_sqlite: bool) -> Board:
    """Return all buckets from some days ago on, a column at a time: tens of thousands, that no row is made for here.

    The mark is read before them, so what is changed while they are read is read again.
    """
    connection = db.connection()
    row = connection.execute(_plant_statement(is_sqlite), {"line": line}).first()
    if row is None:
        raise PlantNotFound(line=line)
    digest, document, mark = row
    given = {"line": line, "not_before": now_s - KEPT_BACK_S}
    centres = {
        code: centre_of(*(np.array(json.loads(column), np.int64) for column in columns))
        for code, *columns in connection.execute(_whole_statement(is_sqlite), given)
    }
    return Board(plant_from_json(json.loads(document)), digest, int(mark), centres)


def _board(kept: Board, rows: dict[str, list[tuple[Any, ...]]]) -> Board | None:
    """Return the board after a reading; None when what was kept is of an earlier form of the plant."""
    if "plant" not in rows or rows["plant"][0][-1] is not None:
        return None
    mark = int(rows["mark"][0][2])
    if "bucket" not in rows:
        return seen(kept, (), mark)
    buckets = [
        SeenBucket(code, start_s, end_s, capacity_s, free_s, attended == "y")
        for _, code, start_s, end_s, capacity_s, free_s, _, attended in rows["bucket"]
    ]
    return seen(kept, buckets, mark)


def _supply(
    plant: Plant, lead_days: dict[str, int | None], rows: dict[str, list[tuple[Any, ...]]], now_s: int
) -> dict[str, Supply]:
    """Return what can be had of each material.

    A delivery of some day can be used from the next midnight on (M-2); a material neither the plant nor the catalog
    names a lead time for takes the plant's default.
    """
    stocked = {row[1]: row for row in rows.get("stock", ())}
    coming: dict[str, list[Receipt]] = {}
    for _, code, receipt_id, usable_s, free, *_ in rows.get("receipt", ()):
        coming.setdefault(code, []).append(Receipt(receipt_id, usable_s, free))
    today = local_date(now_s, plant.timezone)
    supply = {}
    known: dict[int | None, int] = {}
    for code, catalog_days in sorted(lead_days.items()):
        free, plant_days = stocked[code][2:4] if code in stocked else (0, None)
        days = catalog_days if plant_days is None else plant_days
        if days not in known:
            known[days] = supplier_s(plant, today, days)
        supply[code] = Supply(free, tuple(coming.get(code, ())), known[days])
    return supply


def supplier_s(plant: Plant, today: date, lead_days: int | None) -> int:
    """Return when what is ordered from a supplier today can be used: from the midnight after it has come (M-2)."""
    days = plant.default_lead_days if lead_days is None else lead_days
    return wall_clock_s(today, (days + 1) * 24 * 60, plant.timezone)


def _array(words: list[str], is_sqlite: bool) -> str | list[str]:
    return json.dumps(words) if is_sqlite else words


def _mark(is_sqlite: bool) -> str:
    if is_sqlite:
        return "SELECT coalesce(max(changed), 0) + 1 FROM production_bucket WHERE line = :line"
    return "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"


@cache
def _plant_statement(is_sqlite: bool) -> TextClause:
    return text(f"SELECT digest, document, ({_mark(is_sqlite)}) FROM production_plant WHERE line = :line")  # noqa: S608


@cache
def _whole_statement(is_sqlite: bool) -> TextClause:
    """Return the reading of all buckets: a row a work centre, each column of its buckets as one JSON array."""
    array = "json_group_array({})" if is_sqlite else "CAST(json_agg({}) AS text)"
    columns = ("start_s", "end_s", "capacity_s", "free_s", "CASE WHEN is_attended THEN 1 ELSE 0 END")
    arrays = ", ".join(array.format(column) for column in columns)
    return text(
        f"SELECT work_centre, {arrays} FROM production_bucket "  # noqa: S608 - names of ours
        "WHERE line = :line AND start_s >= :not_before GROUP BY work_centre"
    )


@cache
def _statement(is_sqlite: bool) -> TextClause:
    """Return the reading: rows of several kinds, eight columns each."""
    if is_sqlite:
        among = "IN (SELECT value FROM json_each(:{}))"
    else:
        among = "= ANY(CAST(:{} AS text[]))"
    mark = _mark(is_sqlite)
    none, word = "CAST(NULL AS bigint)", "CAST(NULL AS text)"
    return text(f"""
        SELECT 'plant', digest, horizon_from_s, horizon_to_s, {none}, {none}, {none},
               CASE WHEN digest = :digest THEN NULL ELSE document END
        FROM production_plant WHERE line = :line
        UNION ALL SELECT 'mark', {word}, ({mark}), {none}, {none}, {none}, {none}, {word}
        UNION ALL SELECT 'bucket', work_centre, start_s, end_s, capacity_s, free_s, {none},
               CASE WHEN is_attended THEN 'y' ELSE 'n' END
        FROM production_bucket WHERE line = :line AND changed >= :since
        UNION ALL SELECT 'stock', material, free, lead_time_days, {none}, {none}, {none}, {word}
        FROM production_stock WHERE line = :line AND material {among.format("codes")}
        UNION ALL SELECT 'receipt', material, id, usable_s, free, {none}, {none}, {word}
        FROM production_receipt WHERE line = :line AND free > 0 AND material {among.format("codes")}
        UNION ALL SELECT 'batch', work_centre, id, start_s, end_s, number, free_pieces, recipe
        FROM production_batch_load
        WHERE line = :line AND free_pieces > 0 AND start_s >= :now_s AND recipe {among.format("recipes")}
        UNION ALL SELECT 'key', key, {none}, {none}, {none}, {none}, {none}, {word}
        FROM production_reservation WHERE key = :key
    """)  # noqa: S608 - names of ours
