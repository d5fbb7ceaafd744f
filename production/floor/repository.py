"""Work orders and events in the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, update
from sqlmodel import Session

from kernel.schema import metadata
from production.floor import tables
from production.floor.model import (
    EventKind,
    MeasureLimit,
    OpenPiece,
    OperationState,
    Piece,
    QueueEntry,
    SequencedOperation,
    WorkEvent,
    WorkOperation,
    WorkOrder,
    WorkState,
    WorkStatus,
)

_ORDERS = metadata.tables[str(tables.WorkOrderRow.__tablename__)]
_OPERATIONS = metadata.tables[str(tables.WorkOperationRow.__tablename__)]
_EVENTS = metadata.tables[str(tables.WorkEventRow.__tablename__)]


@dataclass(frozen=True, slots=True)
class StoredWork:
    """A work order with its id and what it is now."""

    id: int
    order: WorkOrder
    status: WorkStatus


@dataclass(frozen=True, slots=True)
class CutOffStart:
    """Which piece's cut-off operation was started first, and when."""

    piece: int
    operation: int
    code: str
    work_centre: str
    at: datetime


def add_work_order(db: Session, order: WorkOrder) -> int:
    """Store a work order whose operations all wait; return its id."""
    values = {
        "order_number": order.order_number,
        "piece": order.piece,
        "pieces": order.pieces,
        "revision": order.revision,
        "line": order.line,
        "due_at": order.due_at,
        "measures": _measures(order),
        "state": WorkState.RELEASED,
        "is_kitted": False,
        "reservation": order.reservation,
        "slot": order.slot,
        "remake_of": order.remake_of or None,
    }
    work_id = int(db.execute(insert(_ORDERS).values(values).returning(_ORDERS.c.id)).scalar_one())
    _add_operations(db, work_id, order.line, order.operations, {})
    return work_id


def change_work_order(db: Session, work: StoredWork, order: WorkOrder, states: Mapping[int, OperationState]) -> None:
    """Replace a work order and its operations by those of another revision; ``states`` are those not waiting."""
    db.execute(
        update(_ORDERS)
        .where(_ORDERS.c.id == work.id)
        .values(
            revision=order.revision,
            due_at=order.due_at,
            measures=_measures(order),
            reservation=order.reservation,
            slot=order.slot,
        )
    )
    db.execute(delete(_OPERATIONS).where(_OPERATIONS.c.work_order_id == work.id))
    _add_operations(db, work.id, order.line, order.operations, states)


def _measures(order: WorkOrder) -> dict[str, list[int]]:
    return {code: [one.target_mm, one.tolerance_mm] for code, one in order.measures.items()}


def _add_operations(
    db: Session,
    work_id: int,
    line: str,
    operations: Sequence[WorkOperation],
    states: Mapping[int, OperationState],
) -> None:
    rows = [
        {
            "work_order_id": work_id,
            "number": one.number,
            "line": line,
            "code": one.code,
            "work_centre": one.work_centre,
            "seconds": one.seconds,
            "after": list(one.after),
            "recipe": one.recipe,
            "is_cut_off": one.is_cut_off,
            "planned_start_at": one.planned_start_at,
            "measures": list(one.measures),
            "setup_s": one.setup_s,
            "setup_for": one.setup_for,
            "state": states.get(one.number, OperationState.WAITING),
        }
        for one in operations
    ]
    if rows:
        db.execute(insert(_OPERATIONS), rows)


def find_work(db: Session, order_number: str, piece: int, *, for_update: bool = False) -> StoredWork | None:
    """Return one piece's work order; with ``for_update`` nobody else changes it until the transaction ends."""
    statement = select(_ORDERS).where(_ORDERS.c.order_number == order_number, _ORDERS.c.piece == piece)
    row = db.execute(statement.with_for_update() if for_update else statement).one_or_none()
    if row is None:
        return None
    operations = db.execute(
        select(_OPERATIONS).where(_OPERATIONS.c.work_order_id == row.id).order_by(_OPERATIONS.c.number)
    ).all()
    return _stored(row, operations)


def _stored(row: Row[Any], operations: Sequence[Row[Any]]) -> StoredWork:
    order = WorkOrder(
        order_number=row.order_number,
        piece=row.piece,
        pieces=row.pieces,
        revision=row.revision,
        line=row.line,
        due_at=row.due_at,
        measures={code: MeasureLimit(*limits) for code, limits in row.measures.items()},
        operations=tuple(
            WorkOperation(
                number=one.number,
                code=one.code,
                work_centre=one.work_centre,
                seconds=one.seconds,
                after=tuple(one.after),
                recipe=one.recipe,
                is_cut_off=one.is_cut_off,
                planned_start_at=one.planned_start_at,
                measures=tuple(one.measures),
                setup_s=one.setup_s,
                setup_for=one.setup_for,
                turn_at=one.turn_at,
            )
            for one in operations
        ),
        reservation=row.reservation,
        slot=row.slot,
        remake_of=row.remake_of or 0,
    )
    states = {one.number: OperationState(one.state) for one in operations}
    return StoredWork(row.id, order, WorkStatus(WorkState(row.state), states, row.is_kitted))


def pieces_of(db: Session, order_number: str, state: WorkState | None = None) -> tuple[int, ...]:
    """Return the pieces of an order that are on the floor, ascending; with ``state`` only those in it."""
    statement = select(_ORDERS.c.piece).where(_ORDERS.c.order_number == order_number).order_by(_ORDERS.c.piece)
    if state is not None:
        statement = statement.where(_ORDERS.c.state == state)
    return tuple(db.execute(statement).scalars())


def pieces_now(db: Session, order_number: str) -> tuple[Piece, ...]:
    """Return what each piece of an order on the floor is now, ascending."""
    columns = _ORDERS.c
    statement = select(
        columns.piece, columns.state, columns.reservation, columns.slot, columns.remake_of, columns.is_kitted
    ).where(columns.order_number == order_number)
    rows = db.execute(statement.order_by(columns.piece)).all()
    replaced = {row.remake_of for row in rows}
    return tuple(
        Piece(
            number=row.piece,
            state=WorkState(row.state),
            reservation=row.reservation,
            slot=row.slot,
            remake_of=row.remake_of or 0,
            is_served=row.is_kitted or row.state == WorkState.SHIPPED,
            is_replaced=row.piece in replaced,
        )
        for row in rows
    )


def orders_holding(db: Session, reservations: Sequence[str]) -> dict[str, str]:
    """Return the order number by each reservation that has pieces on the floor."""
    statement = select(_ORDERS.c.reservation, _ORDERS.c.order_number).where(_ORDERS.c.reservation.in_(reservations))
    return {row.reservation: row.order_number for row in db.execute(statement.distinct())}


def waiting_for_remake(db: Session, line: str) -> tuple[tuple[str, int], ...]:
    """Return order number and piece of all that were spoilt and are not made again yet."""
    again = _ORDERS.alias("again")
    statement = (
        select(_ORDERS.c.order_number, _ORDERS.c.piece)
        .where(
            _ORDERS.c.line == line,
            _ORDERS.c.state == WorkState.SCRAPPED,
            ~select(again.c.id)
            .where(again.c.order_number == _ORDERS.c.order_number, again.c.remake_of == _ORDERS.c.piece)
            .exists(),
        )
        .order_by(_ORDERS.c.order_number, _ORDERS.c.piece)
    )
    return tuple((row.order_number, row.piece) for row in db.execute(statement))


def forget_reasons(db: Session, order_number: str, kinds: Sequence[EventKind]) -> None:
    """Empty the reasons of an order's events of some kinds."""
    of_order = select(_ORDERS.c.id).where(_ORDERS.c.order_number == order_number)
    db.execute(
        update(_EVENTS)
        .where(_EVENTS.c.work_order_id.in_(of_order), _EVENTS.c.kind.in_(kinds), _EVENTS.c.reason != "")
        .values(reason="")
    )


def add_event(db: Session, work_id: int, event: WorkEvent) -> None:
    """Write one event."""
    db.execute(
        insert(_EVENTS).values(
            scan_id=event.scan_id,
            work_order_id=work_id,
            operation=event.operation,
            kind=event.kind,
            at=event.at,
            written_at=event.written_at or event.at,
            operator=event.operator,
            reason=event.reason,
            good=event.good,
            scrap=event.scrap,
            measured_mm=dict(event.measured_mm),
        )
    )


def find_event(db: Session, scan_id: str) -> tuple[int, WorkEvent] | None:
    """Return the work order's id and the event written under a scan id."""
    row = db.execute(select(_EVENTS).where(_EVENTS.c.scan_id == scan_id)).one_or_none()
    if row is None:
        return None
    return row.work_order_id, _event(row)


def last_event(db: Session, work_id: int) -> WorkEvent | None:
    """Return the event of a work order that was written last."""
    statement = select(_EVENTS).where(_EVENTS.c.work_order_id == work_id).order_by(_EVENTS.c.id.desc()).limit(1)
    row = db.execute(statement).one_or_none()
    return None if row is None else _event(row)


def events_of(db: Session, work_id: int) -> tuple[WorkEvent, ...]:
    """Return the events of a work order in the order they were written."""
    statement = select(_EVENTS).where(_EVENTS.c.work_order_id == work_id).order_by(_EVENTS.c.id)
    return tuple(_event(row) for row in db.execute(statement))


def save_status(db: Session, work: StoredWork, status: WorkStatus) -> None:
    """Write what a piece is now beside its events."""
    db.execute(update(_ORDERS).where(_ORDERS.c.id == work.id).values(state=status.state, is_kitted=status.is_kitted))
    for number, state in status.operations.items():
        if work.status.operations.get(number) is not state:
            db.execute(
                update(_OPERATIONS)
                .where(_OPERATIONS.c.work_order_id == work.id, _OPERATIONS.c.number == number)
                .values(state=state)
            )


def cut_off_start(db: Session, order_number: str) -> CutOffStart | None:
    """Return when the cut-off operation of any piece was first started."""
    statement = (
        select(_ORDERS.c.piece, _OPERATIONS.c.number, _OPERATIONS.c.code, _OPERATIONS.c.work_centre, _EVENTS.c.at)
        .select_from(_EVENTS)
        .join(_ORDERS, _ORDERS.c.id == _EVENTS.c.work_order_id)
        .join(
            _OPERATIONS,
            (_OPERATIONS.c.work_order_id == _EVENTS.c.work_order_id) & (_OPERATIONS.c.number == _EVENTS.c.operation),
        )
        .where(
            _ORDERS.c.order_number == order_number,
            _EVENTS.c.kind == EventKind.STARTED,
            _OPERATIONS.c.is_cut_off.is_(True),
        )
        .order_by(_EVENTS.c.id)
        .limit(1)
    )
    row = db.execute(statement).first()
    return None if row is None else CutOffStart(*row)


def waiting_operations(
    db: Session,
    line: str,
    work_centre: str,
    states: frozenset[OperationState],
    open_work: frozenset[WorkState],
    limit: int,
) -> tuple[QueueEntry, ...]:
    """Return operations of open work at a work centre in some states, those planned first before others."""
    mine = (
        select(_ORDERS, *(column.label(f"op_{column.name}") for column in _OPERATIONS.c))
        .join(_ORDERS, _ORDERS.c.id == _OPERATIONS.c.work_order_id)
        .where(
            _OPERATIONS.c.line == line,
            _OPERATIONS.c.work_centre == work_centre,
            _OPERATIONS.c.state.in_(list(states)),
            _ORDERS.c.state.in_(list(open_work)),
        )
        .order_by(
            _OPERATIONS.c.sequenced_start_at.is_(None),
            _OPERATIONS.c.sequenced_start_at,
            _OPERATIONS.c.planned_start_at.is_(None),
            _OPERATIONS.c.planned_start_at,
            _ORDERS.c.due_at,
            _ORDERS.c.id,
            _OPERATIONS.c.number,
        )
        .limit(limit)
    )
    rows = db.execute(mine).all()
    unfinished: dict[int, set[int]] = {}
    for work_id, number in db.execute(
        select(_OPERATIONS.c.work_order_id, _OPERATIONS.c.number).where(
            _OPERATIONS.c.work_order_id.in_(sorted({row.id for row in rows})),
            _OPERATIONS.c.state != OperationState.FINISHED,
        )
    ):
        unfinished.setdefault(work_id, set()).add(number)
    return tuple(
        QueueEntry(
            order_number=row.order_number,
            piece=row.piece,
            revision=row.revision,
            number=row.op_number,
            code=row.op_code,
            work_centre=row.op_work_centre,
            seconds=row.op_seconds,
            recipe=row.op_recipe,
            state=OperationState(row.op_state),
            due_at=row.due_at,
            planned_start_at=row.op_planned_start_at,
            sequenced_start_at=row.op_sequenced_start_at,
            waits_for=tuple(one for one in row.op_after if one in unfinished.get(row.id, set())),
        )
        for row in rows
    )


def open_pieces(
    db: Session, line: str, open_work: frozenset[WorkState], only: tuple[str, int] | None
) -> tuple[OpenPiece, ...]:
    """Return the pieces of a line whose work is open, with the last start of each running operation."""
    is_open = [_ORDERS.c.line == line, _ORDERS.c.state.in_(list(open_work))]
    if only is not None:
        is_open += [_ORDERS.c.order_number == only[0], _ORDERS.c.piece == only[1]]
    rows = db.execute(select(_ORDERS).where(*is_open).order_by(_ORDERS.c.id)).all()
    operations: dict[int, list[Row[Any]]] = {}
    of_open = select(_ORDERS.c.id).where(*is_open)
    for one in db.execute(
        select(_OPERATIONS)
        .where(_OPERATIONS.c.work_order_id.in_(of_open))
        .order_by(_OPERATIONS.c.work_order_id, _OPERATIONS.c.number)
    ):
        operations.setdefault(one.work_order_id, []).append(one)
    started: dict[int, dict[int, datetime]] = {}
    running = (_OPERATIONS.c.work_order_id == _EVENTS.c.work_order_id) & (_OPERATIONS.c.number == _EVENTS.c.operation)
    for work_id, number, at in db.execute(
        select(_EVENTS.c.work_order_id, _EVENTS.c.operation, func.max(_EVENTS.c.at))
        .join(_OPERATIONS, running)
        .where(
            _EVENTS.c.work_order_id.in_(of_open),
            _EVENTS.c.kind == EventKind.STARTED,
            _OPERATIONS.c.state == OperationState.RUNNING,
        )
        .group_by(_EVENTS.c.work_order_id, _EVENTS.c.operation)
    ):
        started.setdefault(work_id, {})[number] = at
    stored = [_stored(row, operations.get(row.id, [])) for row in rows]
    return tuple(OpenPiece(one.order, one.status, started.get(one.id, {})) for one in stored)


def pieces_finishing(db: Session, line: str, event: int) -> tuple[tuple[str, int], ...]:
    """Return order number and piece of all with a finished operation among the events after one."""
    statement = (
        select(_ORDERS.c.order_number, _ORDERS.c.piece)
        .join(_EVENTS, _EVENTS.c.work_order_id == _ORDERS.c.id)
        .where(_ORDERS.c.line == line, _EVENTS.c.id > event, _EVENTS.c.kind == EventKind.FINISHED)
        .distinct()
        .order_by(_ORDERS.c.order_number, _ORDERS.c.piece)
    )
    return tuple((row.order_number, row.piece) for row in db.execute(statement))


def finished_operations(db: Session, line: str, kinds: Iterable[EventKind]) -> Sequence[Row[Any]]:
    """Return ``(work order's id, number, work centre, seconds, kind, at)`` of events of finished operations, those of one together."""
    same = (_EVENTS.c.work_order_id == _OPERATIONS.c.work_order_id) & (_EVENTS.c.operation == _OPERATIONS.c.number)
    columns = (_OPERATIONS.c.work_order_id, _OPERATIONS.c.number, _OPERATIONS.c.work_centre, _OPERATIONS.c.seconds)
    statement = (
        select(*columns, _EVENTS.c.kind, _EVENTS.c.at)
        .join(_ORDERS, _ORDERS.c.id == _OPERATIONS.c.work_order_id)
        .join(_EVENTS, same)
        .where(
            _ORDERS.c.line == line,
            _OPERATIONS.c.state == OperationState.FINISHED,
            _OPERATIONS.c.seconds > 0,
            _EVENTS.c.kind.in_(list(kinds)),
        )
        .order_by(*columns[:2], _EVENTS.c.at, _EVENTS.c.id)
    )
    return db.execute(statement).all()


def newest_event(db: Session, line: str) -> int:
    """Return the newest event's id on a line; 0 when there is none."""
    statement = (
        select(func.coalesce(func.max(_EVENTS.c.id), 0))
        .join(_ORDERS, _ORDERS.c.id == _EVENTS.c.work_order_id)
        .where(_ORDERS.c.line == line)
    )
    return int(db.execute(statement).scalar_one())


def save_sequence(db: Session, sequenced: Sequence[SequencedOperation], *, as_turns: bool) -> None:
    """Store the near-term sequence beside the operations; ``as_turns`` also as the one improved last."""
    ids = {
        (number, piece): work_id
        for work_id, number, piece in db.execute(
            select(_ORDERS.c.id, _ORDERS.c.order_number, _ORDERS.c.piece).where(
                _ORDERS.c.order_number.in_(sorted({one.order_number for one in sequenced}))
            )
        )
    }
    values: dict[str, ColumnElement[Any]] = {
        "sequenced_start_at": bindparam("start_at"),
        "sequenced_place": bindparam("place"),
    }
    statement = (
        update(_OPERATIONS)
        .where(_OPERATIONS.c.work_order_id == bindparam("work_id"), _OPERATIONS.c.number == bindparam("of_number"))
        .values(values | {"turn_at": bindparam("start_at")} if as_turns else values)
    )
    rows = [
        {
            "work_id": ids[one.order_number, one.piece],
            "of_number": one.number,
            "start_at": one.start_at,
            "place": one.place,
        }
        for one in sequenced
        if (one.order_number, one.piece) in ids
    ]
    if rows:
        db.connection().execute(statement, rows)


def save_planned_starts(db: Session, order_number: str, piece: int, starts: Mapping[int, datetime]) -> None:
    """Store where the ledger holds room for operations now."""
    of_piece = select(_ORDERS.c.id).where(_ORDERS.c.order_number == order_number, _ORDERS.c.piece == piece)
    for number, start_at in sorted(starts.items()):
        db.execute(
            update(_OPERATIONS)
            .where(_OPERATIONS.c.work_order_id == of_piece.scalar_subquery(), _OPERATIONS.c.number == number)
            .values(planned_start_at=start_at)
        )


def save_due(db: Session, reservation: str, due_at: datetime) -> None:
    """Store when the pieces a reservation is of are due now."""
    db.execute(update(_ORDERS).where(_ORDERS.c.reservation == reservation).values(due_at=due_at))


def _event(row: Row[Any]) -> WorkEvent:
    return WorkEvent(
        scan_id=row.scan_id,
        kind=EventKind(row.kind),
        at=row.at,
        operation=row.operation,
        operator=row.operator,
        reason=row.reason,
        good=row.good,
        scrap=row.scrap,
        measured_mm=row.measured_mm,
        written_at=row.written_at,
    )
