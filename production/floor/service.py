"""Use cases of the floor: release, scan, queue, cut-off, cancel."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from production.build_sheet.scan_codes import read_scan
from production.floor import repository
from production.floor.folding import WORK_STEPS, after, event_of, fold, out_of_tolerance
from production.floor.model import (
    ENDED_WORK,
    OPEN_WORK,
    Action,
    ActionNotPossible,
    EventKind,
    MeasureLimit,
    MeasureNotValid,
    MeasuresMissing,
    OpenPiece,
    OperationState,
    Piece,
    QueueEntry,
    RemakeNotPossible,
    ScanIdReused,
    ScanOutcome,
    ScanTimeNotValid,
    SequencedOperation,
    SheetObsolete,
    WorkEvent,
    WorkOrder,
    WorkOrderNotFound,
    WorkState,
    WorkStatus,
)
from production.floor.repository import StoredWork
from production.floor.work_orders import work_operations
from production.model import FinishedMeasure, Variant
from production.promise import service as promises

REMADE_WORK = frozenset({WorkState.SCRAPPED, WorkState.SHIPPED})
"""What another piece may be made instead of: one spoilt, or one that left and is not as it should be."""
AT_WORK = frozenset({OperationState.WAITING, OperationState.RUNNING, OperationState.PAUSED, OperationState.FAILED})
MEASURE_FAILED = "measure"
LATEST_UPLOAD = timedelta(days=7)
"""How long a scanner may be without a network: older scans are refused, and put right by hand."""
CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_MM = 10_000


def release_work(
    db: Session,
    variant: Variant,
    *,
    order_number: str,
    revision: str,
    reservation_key: str,
    now: datetime,
    pieces: int = 1,
    measures: Sequence[FinishedMeasure] = (),
) -> tuple[WorkOrder, ...]:
    """Return the work orders of an order, one a piece, put on the floor if they were not there yet.

    Planned starts come from the order's reservation.

    Raises:
        ReservationNotFound: nothing is set aside under the key.
    """
    reservation = promises.reservation(db, reservation_key)
    planned = promises.planned_starts(db, reservation_key)
    there = set(repository.pieces_of(db, order_number))
    for piece in range(1, pieces + 1):
        if piece in there:
            continue
        order = WorkOrder(
            order_number=order_number,
            piece=piece,
            pieces=pieces,
            revision=revision,
            reservation=reservation_key,
            slot=piece - 1,
            line=variant.line,
            due_at=reservation.promise.finish_at,
            measures={one.code: MeasureLimit(one.target_mm, one.tolerance_mm) for one in measures},
            operations=work_operations(variant, planned, piece - 1, measures),
        )
        work_id = repository.add_work_order(db, order)
        scan_id = f"released:{order_number}:{piece}"
        repository.add_event(db, work_id, WorkEvent(scan_id, EventKind.RELEASED, now))
    return tuple(work_order(db, order_number, piece)[0] for piece in repository.pieces_of(db, order_number))


def release_remake(
    db: Session,
    variant: Variant,
    *,
    order_number: str,
    instead_of: int,
    revision: str,
    reservation_key: str,
    now: datetime,
    measures: Sequence[FinishedMeasure] = (),
    reason: str = "",
) -> WorkOrder:
    """Return the work order of the piece made instead of another, put on the floor with a reservation of its own.

    Raises:
        WorkOrderNotFound: the other is not on the floor.
        RemakeNotPossible: it is neither spoilt nor gone, or a piece is made instead of it already.
        ReservationNotFound: nothing is set aside under the key.
    """
    there = repository.pieces_now(db, order_number)
    replaced = next((one for one in there if one.number == instead_of), None)
    if replaced is None:
        raise WorkOrderNotFound(order=order_number, piece=instead_of)
    if replaced.is_replaced or replaced.state not in REMADE_WORK:
        raise RemakeNotPossible(order=order_number, piece=instead_of, state=replaced.state.value)
    reservation = promises.reservation(db, reservation_key)
    order = WorkOrder(
        order_number=order_number,
        piece=there[-1].number + 1,
        pieces=work_order(db, order_number, instead_of)[0].pieces,
        revision=revision,
        reservation=reservation_key,
        remake_of=instead_of,
        line=variant.line,
        due_at=reservation.promise.finish_at,
        measures={one.code: MeasureLimit(one.target_mm, one.tolerance_mm) for one in measures},
        operations=work_operations(variant, promises.planned_starts(db, reservation_key), 0, measures),
    )
    work_id = repository.add_work_order(db, order)
    scan_id = f"released:{order_number}:{order.piece}"
    repository.add_event(db, work_id, WorkEvent(scan_id, EventKind.RELEASED, now, reason=reason))
    return order


def work_order(db: Session, order_number: str, piece: int = 1) -> tuple[WorkOrder, WorkStatus]:
    """Return one piece's work order and what it is now.

    Raises:
        WorkOrderNotFound: it is not on the floor.
    """
    work = _found(db, order_number, piece)
    return work.order, work.status


def scan(
    db: Session,
    code: str,
    action: Action,
    *,
    scan_id: str,
    operator: str,
    now: datetime,
    reason: str = "",
    good: int = 1,
    scrap: int = 0,
    measured_mm: Mapping[str, int] | None = None,
    happened_at: datetime | None = None,
) -> ScanOutcome:
    """Let one scan happen, and return what it did; the same ``scan_id`` again changes nothing.

    A step that takes measures is finished with all of them; one out of tolerance is written as a failed check.

    Args:
        db: The caller's transaction.
        code: What the scanner read.
        action: What is asked for.
        scan_id: Names this scan for ever: a late or doubled upload carries the same one.
        operator: Who did it, as the floor names them.
        now: The present moment, UTC.
        reason: Why, for a pause, a failed check, rework, scrap or hold.
        good: Pieces done well, when finishing.
        scrap: Pieces spoilt, when finishing.
        measured_mm: Finished measures as taken.
        happened_at: When it was done, for a scan sent late; now unless given.

    Raises:
        ScanNotUnderstood: it is no code of ours.
        WorkOrderNotFound, OperationNotFound: nothing of it is on the floor.
        SheetObsolete: the sheet is of another revision.
        OutOfSequence: it is started before what it waits for is finished.
        ActionNotPossible: it does not fit the present state; the facts say what happened last.
        MeasuresMissing, MeasureNotValid: a measure is missing, or is none of this piece.
        ScanTimeNotValid: it is of the future, or older than ``LATEST_UPLOAD``.
        ScanIdReused: the scan id belongs to another event.
    """
    scanned = read_scan(code)
    at = _happened(happened_at, now)
    work = _found(db, scanned.order, scanned.piece, for_update=True)
    earlier = repository.find_event(db, scan_id)
    if earlier is not None:
        return _repeated(work, earlier, scan_id, scanned.operation)
    if scanned.revision != work.order.revision:
        raise SheetObsolete(order=scanned.order, scanned=scanned.revision, current=work.order.revision)
    if scanned.operation is not None:
        work.order.operation(scanned.operation)
    try:
        kind = event_of(action, work.status, scanned.operation, work.order)
        after(work.order, work.status, kind, scanned.operation)
    except ActionNotPossible as error:
        raise _with_last_event(db, work, error) from None
    measured = _measured(work.order, scanned.operation, kind, measured_mm or {})
    failed = out_of_tolerance(work.order, measured) if kind is EventKind.FINISHED else ()
    if failed:
        kind, reason = EventKind.FAILED_CHECK, f"{MEASURE_FAILED}:{','.join(failed)}"
    is_finish = kind is EventKind.FINISHED
    event = WorkEvent(
        scan_id=scan_id,
        kind=kind,
        at=at,
        written_at=now,
        operation=scanned.operation,
        operator=operator,
        reason=reason,
        good=good if is_finish else 0,
        scrap=scrap if is_finish else 0,
        measured_mm=measured,
    )
    status = _happen(db, work, event)
    return _outcome(work, event, status, failed)


def _happened(happened_at: datetime | None, now: datetime) -> datetime:
    if happened_at is None:
        return now
    earliest, latest = now - LATEST_UPLOAD, now + CLOCKS_DIFFER
    if not earliest <= happened_at <= latest:
        raise ScanTimeNotValid(at=happened_at.isoformat(), earliest=earliest.isoformat(), latest=latest.isoformat())
    return min(happened_at, now)


def _measured(
    order: WorkOrder, operation: int | None, kind: EventKind, measured_mm: Mapping[str, int]
) -> dict[str, int]:
    for code, value_mm in measured_mm.items():
        if code not in order.measures or not 0 < value_mm < LONGEST_MM:
            raise MeasureNotValid(order=order.order_number, measure=code, value_mm=value_mm)
    if kind is EventKind.FINISHED and operation is not None:
        missing = [code for code in order.operation(operation).measures if code not in measured_mm]
        if missing:
            raise MeasuresMissing(order=order.order_number, operation=operation, measures=missing)
    return dict(measured_mm)


def _with_last_event(db: Session, work: StoredWork, error: ActionNotPossible) -> ActionNotPossible:
    last = repository.last_event(db, work.id)
    if last is None:
        return error
    return ActionNotPossible(
        **error.facts, last_event=last.kind.value, last_at=last.at.isoformat(), last_operator=last.operator
    )


def queue(db: Session, line: str, work_centre: str, *, limit: int = 50) -> tuple[QueueEntry, ...]:
    """Return what waits or runs at a work centre, in the near-term sequence; not everything in it is ready.

    What is not sequenced yet follows, in the order it was planned.
    """
    return repository.waiting_operations(db, line, work_centre, AT_WORK, OPEN_WORK, limit)


def open_pieces(db: Session, line: str, *, only: tuple[str, int] | None = None) -> tuple[OpenPiece, ...]:
    """Return the pieces of a line with work left on the floor, in the order they came there.

    Args:
        db: A session; reading is enough.
        line: The line.
        only: Order number and piece, when one of them is enough.
    """
    return repository.open_pieces(db, line, OPEN_WORK, only)


def finished_since(db: Session, line: str, event: int) -> tuple[tuple[WorkOrder, WorkStatus], ...]:
    """Return the pieces of a line on which an operation was finished after an event, as they are now."""
    pieces = repository.pieces_finishing(db, line, event)
    return tuple(work_order(db, order_number, piece) for order_number, piece in pieces)


def finished_operations(
    db: Session, line: str, kinds: Iterable[EventKind]
) -> list[tuple[str, int, list[tuple[EventKind, datetime]]]]:
    """Return work centre, standard time and events of some kinds, in time, of every finished operation of a line."""
    found: dict[tuple[int, int], tuple[str, int, list[tuple[EventKind, datetime]]]] = {}
    for row in repository.finished_operations(db, line, kinds):
        entry = found.setdefault((row.work_order_id, row.number), (row.work_centre, row.seconds, []))
        entry[2].append((EventKind(row.kind), row.at))
    return list(found.values())


def newest_event(db: Session, line: str) -> int:
    """Return a number that grows with every event on the line's floor; 0 before the first."""
    return repository.newest_event(db, line)


def keep_sequence(db: Session, sequenced: Sequence[SequencedOperation], *, as_turns: bool = False) -> None:
    """Let the queues follow a near-term sequence; ``as_turns`` also what is sequenced later, as far as it can."""
    repository.save_sequence(db, sequenced, as_turns=as_turns)


def keep_due(db: Session, reservation_key: str, due_at: datetime) -> None:
    """Note that the pieces of a reservation are promised for another moment."""
    repository.save_due(db, reservation_key, due_at)


def keep_planned_starts(db: Session, order_number: str, piece: int, starts: Mapping[int, datetime]) -> None:
    """Note where the ledger has moved operations to: ``{number: start of the first bucket reserved now}``."""
    repository.save_planned_starts(db, order_number, piece, starts)


def cut_off_passed(db: Session, order_number: str) -> bool:
    """Return whether it is too late to change an order: its cut-off operation has been started, for any piece."""
    return repository.cut_off_start(db, order_number) is not None


def cancel_work(db: Session, order_number: str, *, now: datetime, reason: str = "") -> int:
    """Take an order off the floor and return how many pieces that were; shipped and scrapped ones stay what they are."""
    cancelled = 0
    for piece in repository.pieces_of(db, order_number):
        work = _found(db, order_number, piece, for_update=True)
        if work.status.state not in ENDED_WORK:
            scan_id = f"cancelled:{order_number}:{piece}"
            _happen(db, work, WorkEvent(scan_id, EventKind.CANCELLED, now, reason=reason))
            cancelled += 1
    return cancelled


def forget_words(db: Session, order_number: str) -> None:
    """Forget why an order was held, cancelled or made again: the words of the shop, which may speak of the customer."""
    kinds = (EventKind.HELD, EventKind.CANCELLED, EventKind.RELEASED)
    repository.forget_reasons(db, order_number, kinds)


def hold_work(db: Session, order_number: str, *, now: datetime, reason: str = "") -> int:
    """Stop an order's pieces wherever they are, and return how many that were."""
    return _happen_to_all(db, order_number, EventKind.HELD, now=now, reason=reason)


def continue_work(db: Session, order_number: str, *, now: datetime) -> int:
    """Let an order's held pieces go on, and return how many that were."""
    return _happen_to_all(db, order_number, EventKind.CONTINUED, now=now)


def ship_piece(db: Session, order_number: str, piece: int, *, operator: str, now: datetime) -> None:
    """Write that a piece has left.

    Raises:
        WorkOrderNotFound: it is not on the floor.
        ActionNotPossible: it is not made, or not there any more.
    """
    work = _found(db, order_number, piece, for_update=True)
    _happen(db, work, WorkEvent(f"shipped:{order_number}:{piece}", EventKind.SHIPPED, now, operator=operator))


def built_pieces(db: Session, order_number: str) -> tuple[int, ...]:
    """Return the pieces of an order that are made and have not left."""
    return repository.pieces_of(db, order_number, WorkState.BUILT)


def pieces_now(db: Session, order_number: str) -> tuple[Piece, ...]:
    """Return what each piece of an order on the floor is now, ascending; remakes come after what they replace."""
    return repository.pieces_now(db, order_number)


def standing_pieces(db: Session, order_number: str) -> tuple[Piece, ...]:
    """Return the pieces an order consists of now: all but those that others are made instead of."""
    return tuple(one for one in repository.pieces_now(db, order_number) if not one.is_replaced)


def waiting_for_remake(db: Session, line: str) -> tuple[tuple[str, int], ...]:
    """Return order number and piece of all on a line that were spoilt and for which there was no room to make them again."""
    return repository.waiting_for_remake(db, line)


def orders_holding(db: Session, reservations: Sequence[str]) -> dict[str, str]:
    """Return ``{reservation: number of the order whose pieces on the floor it is for}``."""
    return repository.orders_holding(db, reservations)


def pieces(db: Session, order_number: str) -> tuple[int, ...]:
    """Return the pieces of an order that are on the floor, ascending."""
    return repository.pieces_of(db, order_number)


def _happen_to_all(db: Session, order_number: str, kind: EventKind, *, now: datetime, reason: str = "") -> int:
    """Write an event for every piece it is possible for; return how many those are."""
    happened = 0
    for piece in repository.pieces_of(db, order_number):
        work = _found(db, order_number, piece, for_update=True)
        if work.status.state in WORK_STEPS[kind][0]:
            scan_id = f"{kind.value}:{order_number}:{piece}:{len(repository.events_of(db, work.id))}"
            _happen(db, work, WorkEvent(scan_id, kind, now, reason=reason))
            happened += 1
    return happened


def events(db: Session, order_number: str, piece: int = 1) -> tuple[WorkEvent, ...]:
    """Return all that happened to one piece, in the order it was written.

    Raises:
        WorkOrderNotFound: it is not on the floor.
    """
    return repository.events_of(db, _found(db, order_number, piece).id)


def recounted(db: Session, order_number: str, piece: int = 1) -> WorkStatus:
    """Return what a piece is, added up from its events alone: what the states beside them must equal."""
    work = _found(db, order_number, piece)
    return fold(work.order, repository.events_of(db, work.id))


def _happen(db: Session, work: StoredWork, event: WorkEvent) -> WorkStatus:
    status = after(work.order, work.status, event.kind, event.operation)
    repository.add_event(db, work.id, event)
    repository.save_status(db, work, status)
    return status


def _outcome(work: StoredWork, event: WorkEvent, status: WorkStatus, failed: tuple[str, ...] = ()) -> ScanOutcome:
    return ScanOutcome(
        order_number=work.order.order_number,
        piece=work.order.piece,
        revision=work.order.revision,
        operation=event.operation,
        kind=event.kind,
        operation_state=status.operations[event.operation] if event.operation is not None else None,
        work_state=status.state,
        before=work.status.state,
        out_of_tolerance=failed,
    )


def _repeated(work: StoredWork, earlier: tuple[int, WorkEvent], scan_id: str, operation: int | None) -> ScanOutcome:
    work_id, event = earlier
    if work_id != work.id or event.operation != operation:
        raise ScanIdReused(scan_id=scan_id)
    state = work.status.operations[operation] if operation is not None else None
    return ScanOutcome(
        order_number=work.order.order_number,
        piece=work.order.piece,
        revision=work.order.revision,
        operation=operation,
        kind=event.kind,
        operation_state=state,
        work_state=work.status.state,
        before=work.status.state,
        is_repeat=True,
    )


def _found(db: Session, order_number: str, piece: int, *, for_update: bool = False) -> StoredWork:
    work = repository.find_work(db, order_number, piece, for_update=for_update)
    if work is None:
        raise WorkOrderNotFound(order=order_number, piece=piece)
    return work
