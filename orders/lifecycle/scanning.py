"""A scan on the floor: what it does to the piece, and to the order in the same transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from configurator.model import Answer
from kernel.canonical import JsonValue
from orders.audit.model import Actor
from orders.drafts.service import changes_between
from orders.lifecycle.changing import selection_at
from orders.lifecycle.model import Order, OrderNotFound
from orders.lifecycle.repository import lock_order
from orders.lifecycle.service import move
from orders.lifecycle.transitions import OrderEvent, OrderState
from production.build_sheet.scan_codes import read_scan
from production.floor import service as floor
from production.floor.model import Action, EventKind, ScanOutcome, SheetObsolete, WorkOrderNotFound, WorkState
from production.supply import service as supply

#: What the order's pieces must all be, or one of them where ``any``, for the order to move on: (event, states, any).
_MOVES: Mapping[OrderState, tuple[OrderEvent, frozenset[WorkState], bool]] = {
    OrderState.RELEASED: (
        OrderEvent.START,
        frozenset({WorkState.IN_PRODUCTION, WorkState.BUILT, WorkState.SHIPPED}),
        True,
    ),
    OrderState.IN_PRODUCTION: (OrderEvent.FINISH, frozenset({WorkState.BUILT, WorkState.SHIPPED}), False),
    OrderState.BUILT: (OrderEvent.SHIP, frozenset({WorkState.SHIPPED}), False),
}


#: What says that a piece's material is no longer in the stock.
MATERIAL_LEAVES = frozenset({EventKind.KITTED, EventKind.SHIPPED})


def scan(
    db: Session,
    code: str,
    action: Action,
    *,
    scan_id: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    measured_mm: Mapping[str, int] | None = None,
    happened_at: datetime | None = None,
) -> ScanOutcome:
    """Let one scan happen and move its order on where that follows; the same ``scan_id`` again changes nothing.

    Raises:
        ScanNotUnderstood, WorkOrderNotFound, OperationNotFound, SheetObsolete, OutOfSequence, ActionNotPossible,
        ScanIdReused: as ``production.floor.service.scan``; nothing is changed.
    """
    order = _locked(db, code)
    try:
        outcome = floor.scan(
            db,
            code,
            action,
            scan_id=scan_id,
            operator=actor.id,
            now=now,
            reason=reason,
            measured_mm=measured_mm,
            happened_at=happened_at,
        )
    except SheetObsolete as obsolete:
        raise SheetObsolete(
            **obsolete.facts, changes=_changed_since(db, order, str(obsolete.facts["scanned"]))
        ) from None
    if not outcome.is_repeat:
        if outcome.kind in MATERIAL_LEAVES:
            supply.use(
                db, order.reservation_key, order.line, piece=outcome.piece, pieces=order.quantity, by=actor.id, now=now
            )
        move_on(db, order, actor, now)
    return outcome


def _locked(db: Session, code: str) -> Order:
    """Return the order a scan is of, locked: a change of it waits, or is seen."""
    scanned = read_scan(code)
    try:
        return lock_order(db, scanned.order)
    except OrderNotFound:
        raise WorkOrderNotFound(order=scanned.order, piece=scanned.piece) from None


def _changed_since(db: Session, order: Order, letter: str) -> list[dict[str, JsonValue]]:
    """Return what was chosen otherwise on an obsolete sheet: feature, from, to."""
    before = selection_at(db, order.id, letter)
    if before is None:
        return []
    return [
        {"feature": each.feature, "from": _plain(each.before), "to": _plain(each.after)}
        for each in changes_between(before, order.selection)
    ]


def _plain(answer: Answer | None) -> JsonValue:
    return dict(answer) if isinstance(answer, Mapping) else answer


def move_on(db: Session, order: Order, actor: Actor, now: datetime) -> None:
    """Let an order follow what its pieces are now."""
    states = [floor.work_order(db, order.number, piece)[1].state for piece in range(1, order.quantity + 1)]
    while order.state in _MOVES:
        event, wanted, one_is_enough = _MOVES[order.state]
        met = [state in wanted for state in states]
        if not (any(met) if one_is_enough else all(met)):
            return
        order = move(db, order.id, event, actor=actor, now=now)
