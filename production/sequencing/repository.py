"""Alarms and the state of sequence and re-sync in the database."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlmodel import Session

from kernel.schema import metadata
from production.sequencing import tables
from production.sequencing.alarming import Alarm, WayOut, WayOutKind

_ALARMS = metadata.tables[str(tables.AlarmRow.__tablename__)]


def find_alarms(db: Session, line: str, *, with_cleared: bool = False) -> tuple[Alarm, ...]:
    """Return the alarms of a line, the promise that comes first before others."""
    statement = select(_ALARMS).where(_ALARMS.c.line == line)
    if not with_cleared:
        statement = statement.where(_ALARMS.c.cleared_at.is_(None))
    rows = db.execute(statement.order_by(_ALARMS.c.promised_at, _ALARMS.c.order_number, _ALARMS.c.piece, _ALARMS.c.id))
    return tuple(
        Alarm(
            line=row.line,
            order_number=row.order_number,
            piece=row.piece,
            promised_at=row.promised_at,
            expected_at=row.expected_at,
            operation=row.operation,
            work_centre=row.work_centre,
            ways_out=tuple(_way_out(one) for one in row.ways_out),
            raised_at=row.raised_at,
            cleared_at=row.cleared_at,
        )
        for row in rows
    )


def keep_alarm(db: Session, alarm: Alarm) -> bool:
    """Store an alarm; return whether it is new. One that is open for the piece already keeps its moment and is renewed."""
    values = {
        "promised_at": alarm.promised_at,
        "expected_at": alarm.expected_at,
        "operation": alarm.operation,
        "work_centre": alarm.work_centre,
        "ways_out": [_document(one) for one in alarm.ways_out],
    }
    statement = update(_ALARMS).where(*_open(alarm.order_number, alarm.piece)).values(values).returning(_ALARMS.c.id)
    if db.execute(statement).first() is not None:
        return False
    of_piece = {
        "line": alarm.line,
        "order_number": alarm.order_number,
        "piece": alarm.piece,
        "raised_at": alarm.raised_at,
    }
    db.execute(insert(_ALARMS).values(of_piece | values))
    return True


def clear_alarm(db: Session, order_number: str, piece: int, *, now: datetime) -> None:
    """Note that a promise is no longer at risk, or its piece no longer on the floor."""
    db.execute(update(_ALARMS).where(*_open(order_number, piece)).values(cleared_at=now))


def sequenced_event(db: Session, line: str) -> int:
    """Return up to which event a line was sequenced; -1 before the first time."""
    row = db.get(tables.SequenceStateRow, line)
    return row.last_event if row is not None else -1


def resynced_on(db: Session, line: str) -> date | None:
    """Return the last day a line was re-synced on."""
    row = db.get(tables.SequenceStateRow, line)
    return row.resynced_on if row is not None else None


def save_state(db: Session, line: str, *, last_event: int | None = None, day: date | None = None) -> None:
    """Store how far the sequence or the re-sync of a line has come."""
    row = db.get(tables.SequenceStateRow, line)
    if row is None:
        row = tables.SequenceStateRow(line=line, last_event=-1)
        db.add(row)
    if last_event is not None:
        row.last_event = last_event
    if day is not None:
        row.resynced_on = day
    db.flush()


def _open(order_number: str, piece: int) -> tuple[ColumnElement[bool], ...]:
    return (_ALARMS.c.order_number == order_number, _ALARMS.c.piece == piece, _ALARMS.c.cleared_at.is_(None))


def _document(one: WayOut) -> dict[str, str | int]:
    day = one.day.isoformat() if one.day else ""
    return {
        "kind": one.kind.value,
        "work_centre": one.work_centre,
        "day": day,
        "order": one.order_number,
        "piece": one.piece,
    }


def _way_out(one: dict[str, str]) -> WayOut:
    day = date.fromisoformat(one["day"]) if one["day"] else None
    return WayOut(WayOutKind(one["kind"]), one["work_centre"], day, one["order"], int(one["piece"]))
