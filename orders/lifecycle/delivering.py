"""An order is held and resumed, shipped in one parcel or several, delivered, returned, closed: what staff record of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from kernel.errors import NotPossible
from kernel.jobs import enqueue
from orders.audit import repository as audit
from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle import repository
from orders.lifecycle.model import Order, Remedy, Shipment
from orders.lifecycle.parcels import destination_of
from orders.lifecycle.returning import LONGEST_REASON, ReasonMissing, return_pieces
from orders.lifecycle.scanning import move_on, use_material
from orders.lifecycle.service import RELEASE_JOB, move
from orders.lifecycle.transitions import OrderEvent, OrderState
from production.floor import service as floor
from production.floor.model import WorkState

#: What staff record by hand, {event: whether it needs a reason}.
RECORDED = {
    OrderEvent.HOLD: True,
    OrderEvent.RESUME: False,
    OrderEvent.DELIVER: False,
    OrderEvent.RETURN: True,
    OrderEvent.CLOSE: False,
}


class PiecesNotReady(NotPossible):
    """Not all of these pieces are made, or some are on their way already; facts: ``order``, ``pieces`` (those not ready)."""


def record_event(
    db: Session, number: str, event: OrderEvent, *, reason: str = "", actor: Actor, now: datetime
) -> Order:
    """Let what staff report happen to an order, and return it.

    Holding stops its work on the floor wherever it is, resuming lets it go on; an order held before its release is released
    when it is resumed. What comes back is credited (`orders.lifecycle.returning` does more).

    Raises:
        ReasonMissing: the event needs one.
        TransitionNotPossible: it cannot happen in the order's state; nothing is changed.
        PiecesNotSent: nothing is with the customer that could come back.
    """
    said = reason.strip()
    if event not in RECORDED or (RECORDED[event] and not said) or len(said) > LONGEST_REASON:
        raise ReasonMissing(event=event.value)
    if event is OrderEvent.RETURN:
        return_pieces(db, number, (), reason=said, remedy=Remedy.MONEY_BACK, actor=actor, now=now)
        return repository.get_order_by_number(db, number)
    before = repository.lock_order(db, number)
    order = move(db, before.id, event, actor=actor, now=now, reason=said)
    if event is OrderEvent.HOLD:
        floor.hold_work(db, number, now=now, reason=said)
    elif event is OrderEvent.RESUME:
        floor.continue_work(db, number, now=now)
        if order.state is OrderState.PLACED:
            turn = len(audit.entries(db, f"order:{number}"))  # a job's key is done for ever
            enqueue(db, RELEASE_JOB, order.id, key=f"{order.id}:{turn}")
    return order


def ship_pieces(
    db: Session,
    number: str,
    pieces: Sequence[int],
    *,
    carrier: str,
    tracking: str,
    address_id: str = "",
    actor: Actor,
    now: datetime,
) -> Shipment:
    """Record that some pieces, or all, have left in one parcel; the order is shipped with its last piece.

    Args:
        db: The caller's transaction.
        number: The order's.
        pieces: Which, from 1; empty for all that are made and not shipped.
        carrier: Who brings them; empty for a handing over in store.
        tracking: The carrier's number; empty where there is none.
        address_id: Which of the customer's addresses it goes to; empty for their default one.
        actor: Who records it.
        now: The present moment.

    Raises:
        PiecesNotReady: one is not made yet, is on hold, or has left already; nothing is changed.
        AddressNotFound: the customer has no such address; nothing is changed.
    """
    order = repository.lock_order(db, number)
    destination = destination_of(db, order, address_id)
    states = {piece: floor.work_order(db, number, piece)[1].state for piece in floor.pieces(db, number)}
    wanted = tuple(sorted(set(pieces))) or tuple(at for at, state in states.items() if state is WorkState.BUILT)
    not_ready = [piece for piece in wanted if states.get(piece) is not WorkState.BUILT]
    if not_ready or not wanted or order.state is OrderState.ON_HOLD:
        raise PiecesNotReady(order=number, pieces=not_ready)
    for piece in wanted:
        floor.ship_piece(db, number, piece, operator=actor.id, now=now)
        use_material(db, order, piece, actor, now)
    at = len(repository.shipments_of(db, order.id)) + 1
    goes_to = destination.id if destination is not None else ""
    shipment = Shipment(at, wanted, carrier.strip()[:60], tracking.strip()[:60], now, goes_to)
    repository.add_shipment(db, order.id, shipment)
    record(
        db,
        f"order:{number}",
        "shipment",
        actor=actor,
        now=now,
        shipment=at,
        pieces=list(wanted),
        carrier=shipment.carrier,
    )
    move_on(db, order, actor, now)
    return shipment
