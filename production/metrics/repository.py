"""Reading what was recorded on the floor, a period's pieces at once. Nothing here changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Integer, String, bindparam, text
from sqlmodel import Session

from kernel.schema import UtcDateTime, json_document
from production.floor.model import ENDED_WORK, EventKind, WorkState
from production.metrics.model import Happening, Period, PieceHistory, Step
from production.promise.calendar import epoch_s, utc

_THERE = """
    SELECT work.id FROM production_work_order AS work
    JOIN (
        SELECT work_order_id, min(at) AS first_at, max(at) AS last_at FROM production_event GROUP BY work_order_id
    ) AS life ON life.work_order_id = work.id
    WHERE work.line = :line AND life.first_at < :to_at AND (life.last_at >= :from_at OR work.state NOT IN :over)
"""
_GIVEN: tuple[BindParameter[Any], ...] = (
    bindparam("over", expanding=True),
    bindparam("from_at", type_=UtcDateTime),
    bindparam("to_at", type_=UtcDateTime),
)
_WORK = (
    text(f"SELECT id, order_number, piece, measures FROM production_work_order WHERE id IN ({_THERE}) ORDER BY id")  # noqa: S608
    .bindparams(*_GIVEN)
    .columns(id=Integer, order_number=String, piece=Integer, measures=json_document())
)
_STEPS = (
    text(
        "SELECT work_order_id, number, code, work_centre, after, planned_start_at FROM production_work_operation "  # noqa: S608
        f"WHERE work_order_id IN ({_THERE}) ORDER BY work_order_id, number"
    )
    .bindparams(*_GIVEN)
    .columns(
        work_order_id=Integer,
        number=Integer,
        code=String,
        work_centre=String,
        after=json_document(),
        planned_start_at=UtcDateTime,
    )
)
_EVENTS = (
    text(
        "SELECT work_order_id, id, operation, kind, at, reason, measured_mm FROM production_event "  # noqa: S608
        f"WHERE work_order_id IN ({_THERE}) ORDER BY work_order_id, id"
    )
    .bindparams(*_GIVEN)
    .columns(
        work_order_id=Integer,
        id=Integer,
        operation=Integer,
        kind=String,
        at=UtcDateTime,
        reason=String,
        measured_mm=json_document(),
    )
)
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
    given: dict[str, Any] = {
        "line": line,
        "from_at": utc(period.from_s),
        "to_at": utc(period.to_s),
        "over": sorted(state.value for state in (*ENDED_WORK, WorkState.BUILT)),
    }
    connection = db.connection()
    steps: dict[int, dict[int, Step]] = {}
    for work_id, number, code, centre, after, planned in connection.execute(_STEPS, given):
        planned_s = epoch_s(planned) if planned is not None else None
        steps.setdefault(work_id, {})[number] = Step(code, centre, tuple(after), planned_s)
    happenings: dict[int, list[Happening]] = {}
    for work_id, number, operation, kind, at, reason, measured in connection.execute(_EVENTS, given):
        happened = Happening(number, EventKind(kind), int(at.timestamp()), operation, reason, measured)
        happenings.setdefault(work_id, []).append(happened)
    return [
        PieceHistory(
            order_number=order_number,
            piece=piece,
            steps=steps.get(work_id, {}),
            happenings=tuple(happenings.get(work_id, ())),
            targets_mm={code: limits[0] for code, limits in measures.items()},
        )
        for work_id, order_number, piece, measures in connection.execute(_WORK, given)
    ]


def floor_counts(db: Session) -> FloorCounts:
    """Return what is on the floors of all lines, and how much happened there."""
    connection = db.connection()
    return FloorCounts(
        {(line, state): count for line, state, count in connection.execute(_WORK_STATES)},
        {(line, kind): count for line, kind, count in connection.execute(_EVENT_KINDS)},
    )
