"""Reading what was recorded on the floor, a period's pieces at once. Nothing here changes anything."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, String, TextClause, bindparam, text
from sqlmodel import Session

from kernel.schema import UtcDateTime
from production.floor.model import ENDED_WORK, EventKind, WorkState
from production.metrics.model import Happening, Period, PieceHistory, Step
from production.promise.calendar import utc

_OVER = sorted(state.value for state in (*ENDED_WORK, WorkState.BUILT))
_WORK = (
    text("""
        SELECT id, order_number, piece, CAST(measures AS text) FROM production_work_order
        WHERE line = :line
        AND (state NOT IN :over OR id IN (SELECT work_order_id FROM production_event WHERE at >= :from_at))
        AND EXISTS (SELECT 1 FROM production_event AS event WHERE event.work_order_id = production_work_order.id AND event.at < :to_at)
        ORDER BY id
    """)
    .bindparams(
        bindparam("over", expanding=True),
        bindparam("from_at", type_=UtcDateTime),
        bindparam("to_at", type_=UtcDateTime),
    )
    .columns(id=Integer, order_number=String, piece=Integer)
)
_KINDS = {kind.value: kind for kind in EventKind}
_WORK_STATES = text(
    "SELECT line, state, count(*) AS pieces FROM production_work_order GROUP BY line, state ORDER BY line, state"
)
_EVENT_KINDS = text(
    "SELECT work.line, event.kind, count(*) AS events FROM production_event AS event "
    "JOIN production_work_order AS work ON work.id = event.work_order_id "
    "GROUP BY work.line, event.kind ORDER BY work.line, event.kind"
)


@dataclass(frozen=True, slots=True)
class FloorCounts:
    """How many pieces are in which state, and how many events of which kind there were, by line."""

    pieces: Mapping[tuple[str, str], int]
    events: Mapping[tuple[str, str], int]


def histories(db: Session, line: str, period: Period) -> list[PieceHistory]:
    """Return the pieces of a line that were on the floor at some moment of a period, with all their events."""
    connection = db.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    given = {"line": line, "from_at": utc(period.from_s), "to_at": utc(period.to_s), "over": _OVER}
    work = connection.execute(_WORK, given).all()
    ids = [row[0] for row in work]
    there = {"ids": json.dumps(ids) if is_sqlite else ids}
    steps: dict[int, dict[int, Step]] = {}
    for work_id, number, code, centre, after, planned_s in connection.execute(_steps(is_sqlite), there).all():
        steps.setdefault(work_id, {})[number] = Step(code, centre, tuple(_read(after)), planned_s)
    happenings: dict[int, list[Happening]] = {}
    for work_id, number, operation, kind, at_s, reason, measured in connection.execute(_events(is_sqlite), there).all():
        happened = Happening(number, _KINDS[kind], at_s, operation, reason, _read(measured))
        happenings.setdefault(work_id, []).append(happened)
    return [
        PieceHistory(
            order_number=order_number,
            piece=piece,
            steps=steps.get(work_id, {}),
            happenings=tuple(happenings.get(work_id, ())),
            targets_mm={code: limits[0] for code, limits in _read(measures).items()},
        )
        for work_id, order_number, piece, measures in work
    ]


@cache
def _steps(is_sqlite: bool) -> TextClause:
    return text(
        "SELECT work_order_id, number, code, work_centre, CAST(after AS text), "  # noqa: S608 - names of ours
        f"{_seconds('planned_start_at', is_sqlite)} FROM production_work_operation "
        f"WHERE work_order_id {_among(is_sqlite)} ORDER BY work_order_id, number"
    )


@cache
def _events(is_sqlite: bool) -> TextClause:
    return text(
        f"SELECT work_order_id, id, operation, kind, {_seconds('at', is_sqlite)}, reason, "  # noqa: S608 - names of ours
        "CAST(measured_mm AS text) FROM production_event "
        f"WHERE work_order_id {_among(is_sqlite)} ORDER BY work_order_id, id"
    )


def _among(is_sqlite: bool) -> str:
    return "IN (SELECT value FROM json_each(:ids))" if is_sqlite else "= ANY(CAST(:ids AS bigint[]))"


def _seconds(column: str, is_sqlite: bool) -> str:
    """Return a moment as whole UTC seconds, reckoned by the database: hundreds of thousands are read at once."""
    if is_sqlite:
        return f"unixepoch(substr({column}, 1, 19))"
    return f"CAST(floor(extract(epoch FROM {column})) AS bigint)"


@lru_cache(maxsize=4096)
def _read(document: str) -> Any:
    """Return a document of which there are many alike; nobody changes it."""
    return json.loads(document)


def floor_counts(db: Session) -> FloorCounts:
    """Return what is on the floors of all lines, and how much happened there."""
    connection = db.connection()
    return FloorCounts(
        {(line, state): count for line, state, count in connection.execute(_WORK_STATES)},
        {(line, kind): count for line, kind, count in connection.execute(_EVENT_KINDS)},
    )
