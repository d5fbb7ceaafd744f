"""A scan on the floor: what it does to the piece, and to the order in the same transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from orders.audit.model import Actor
from orders.lifecycle.model import Order, OrderNotFound, Shipment
from orders.lifecycle.parcels import destination_of
from orders.lifecycle.remaking import remake_spoilt
from orders.lifecycle.repository import add_shipment, lock_order, shipments_of
from orders.lifecycle.service import move
from orders.lifecycle.sheets import changed_since
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
            **obsolete.facts, changes=changed_since(db, order, str(obsolete.facts["scanned"]))
        ) from None
    if not outcome.is_repeat:
        if outcome.kind in MATERIAL_LEAVES or _is_cut(db, outcome):
            use_material(db, order, outcome.piece, actor, now)
        if outcome.kind is EventKind.SCRAPPED:
            remake_spoilt(db, order, outcome.piece, reason=reason, actor=actor, now=now)
        if outcome.kind is EventKind.SHIPPED:  # a piece that leaves by a scan is a parcel of its own
            to = destination_of(db, order)
            at = len(shipments_of(db, order.id)) + 1
            add_shipment(db, order.id, Shipment(at, (outcome.piece,), "", "", now, to.id if to is not None else ""))
        move_on(db, lock_order(db, order.number), actor, now)
    return outcome


def _locked(db: Session, code: str) -> Order:
    """Return the order a scan is of, locked: a change of it waits, or is seen."""
    scanned = read_scan(code)
    try:
        return lock_order(db, scanned.order)
    except OrderNotFound:
        raise WorkOrderNotFound(order=scanned.order, piece=scanned.piece) from None


def _is_cut(db: Session, outcome: ScanOutcome) -> bool:
    """Return whether the scan started the operation from which on material is spent, kitted or not."""
    if outcome.kind is not EventKind.STARTED or outcome.operation is None:
        return False
    work, _status = floor.work_order(db, outcome.order_number, outcome.piece)
    return work.operation(outcome.operation).is_cut_off


def use_material(db: Session, order: Order, number: int, actor: Actor, now: datetime) -> None:
    """Note that one more piece of those that share a reservation has got its material; told again it changes nothing."""
    there = floor.pieces_now(db, order.number)
    key = next(piece.reservation for piece in there if piece.number == number)
    holders = [piece for piece in there if piece.reservation == key and piece.is_holder]
    served = sum(piece.is_served for piece in holders)
    supply.use(db, key, order.line, piece=served, pieces=len(holders), by=actor.id, now=now)


def move_on(db: Session, order: Order, actor: Actor, now: datetime) -> None:
    """Let an order follow what its pieces are now."""
    states = [piece.state for piece in floor.standing_pieces(db, order.number)]
    while order.state in _MOVES:
        event, wanted, one_is_enough = _MOVES[order.state]
        met = [state in wanted for state in states]
        if not (any(met) if one_is_enough else all(met)):
            return
        order = move(db, order.id, event, actor=actor, now=now)
