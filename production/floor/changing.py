"""A changed order on the floor: other steps, the same pieces; not once the cut-off operation has started."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from production.floor import repository
from production.floor.folding import fold
from production.floor.model import (
    ENDED_WORK,
    CutOffPassed,
    EventKind,
    MeasureLimit,
    OperationState,
    Piece,
    WorkEvent,
    WorkState,
)
from production.floor.work_orders import with_begun, without_finished, work_operations
from production.model import FinishedMeasure, Variant
from production.promise import service as promises

LEFT_WORK = ENDED_WORK - {WorkState.SCRAPPED}
"""Nothing is made any more; a spoilt piece is made again as the new revision says."""


def first_pieces(pieces: Sequence[Piece]) -> Mapping[int, int]:
    """Return ``{piece that stands: the first piece it is made instead of, or itself}``."""
    before = {one.number: one.remake_of for one in pieces}
    found = {}
    for one in pieces:
        first = one.number
        while before[first]:
            first = before[first]
        if not one.is_replaced:
            found[one.number] = first
    return found


def require_changeable(db: Session, order_number: str) -> None:
    """Return nothing while the order's cut-off operation has not started, for any piece.

    Raises:
        CutOffPassed: it has; the facts name the piece, the operation and the moment.
    """
    start = repository.cut_off_start(db, order_number)
    if start is not None:
        raise CutOffPassed(
            order=order_number,
            piece=start.piece,
            operation=start.operation,
            code=start.code,
            work_centre=start.work_centre,
            started_at=start.at.isoformat(),
        )


def still_to_make(db: Session, variant: Variant, order_number: str) -> Variant:
    """Return the variant without the time of those steps that are finished on every piece of the order."""
    finished: frozenset[int] | None = None
    for piece in repository.pieces_now(db, order_number):
        if piece.is_replaced:
            continue
        work = repository.find_work(db, order_number, piece.number)
        states = work.status.operations if work is not None else {}
        done = frozenset(number for number, state in states.items() if state is OperationState.FINISHED)
        finished = done if finished is None else finished & done
    return without_finished(variant, finished or frozenset())


def change_work(
    db: Session,
    variant: Variant,
    *,
    order_number: str,
    revision: str,
    reservation_key: str,
    now: datetime,
    measures: Sequence[FinishedMeasure] = (),
) -> int:
    """Put another revision of an order on the floor and return how many pieces have it now.

    Steps begun stay as they are; steps that only waited are those of the new revision, planned from its reservation.
    From now on sheets of an earlier revision are obsolete. A remake takes the room of the piece it is made instead of. An order whose work is not on the floor yet has none to change.

    Raises:
        CutOffPassed: the cut-off operation has started; nothing is changed.
        ReservationNotFound: nothing is set aside under the key.
    """
    first = first_pieces(repository.pieces_now(db, order_number))
    stored = [repository.find_work(db, order_number, piece, for_update=True) for piece in first]
    require_changeable(db, order_number)
    promise = promises.reservation(db, reservation_key).promise
    planned = promises.planned_starts(db, reservation_key)
    changed = 0
    for work in stored:
        if work is None or work.status.state in LEFT_WORK:
            continue
        slot = first[work.order.piece] - 1
        operations, states = with_begun(work_operations(variant, planned, slot, measures), work.order, work.status)
        order = replace(
            work.order,
            revision=revision,
            reservation=reservation_key,
            slot=slot,
            due_at=promise.finish_at,
            operations=operations,
            measures={one.code: MeasureLimit(one.target_mm, one.tolerance_mm) for one in measures},
        )
        repository.change_work_order(db, work, order, states)
        scan_id = f"changed:{order_number}:{order.piece}:{revision}"
        reason = f"{work.order.revision}>{revision}"
        repository.add_event(db, work.id, WorkEvent(scan_id, EventKind.CHANGED, now, reason=reason))
        status = fold(order, repository.events_of(db, work.id))
        repository.save_status(db, work, status)
        changed += status.state not in ENDED_WORK
    return changed
