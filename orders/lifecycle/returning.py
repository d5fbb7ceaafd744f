"""Pieces come back: which, why, and what the customer gets for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from kernel.errors import NotPossible, NotValid
from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle import repository
from orders.lifecycle.following import follow
from orders.lifecycle.model import Order, OrderReturn, Remedy
from orders.lifecycle.reasons import reason_details
from orders.lifecycle.remaking import remake_or_wait
from orders.lifecycle.service import move
from orders.lifecycle.transitions import OrderEvent, OrderState, next_state

LONGEST_REASON = 200
RETURNABLE_STATES = frozenset({OrderState.IN_PRODUCTION, OrderState.BUILT, OrderState.SHIPPED, OrderState.DELIVERED})
"""Where pieces can be with the customer: also while others of the order are still in the making."""
PIECES_BACK = "pieces_back"
"""What the audit says of a return that is not of the whole order."""


class ReasonMissing(NotValid):
    """Why it is held or came back must be said, in a few words; facts: ``event``."""


class PiecesNotSent(NotPossible):
    """What never left, or came back before, cannot come back; facts: ``order``, ``pieces`` (those)."""


def pieces_with_customer(db: Session, order: Order) -> tuple[int, ...]:
    """Return the pieces that left and did not come back."""
    sent = {piece for each in repository.shipments_of(db, order.id) for piece in each.pieces}
    return tuple(sorted(sent - {piece for each in repository.returns_of(db, order.id) for piece in each.pieces}))


def return_pieces(
    db: Session,
    number: str,
    pieces: Sequence[int],
    *,
    reason: str,
    remedy: Remedy,
    actor: Actor,
    now: datetime,
) -> OrderReturn:
    """Record that some pieces, or all that are with the customer, came back; with the last one for money the order is returned.

    The credit note over the share of the price follows as a job where the customer gets money back; paying it back is
    recorded with the payments. What is made again has a promise of its own; where there is no room for it now it waits, and is
    made again by hand.

    Args:
        db: The caller's transaction.
        number: The order's.
        pieces: Which, from 1; empty for all that left and did not come back yet.
        reason: Why, in a few words.
        remedy: What the customer gets.
        actor: Who records it.
        now: The present moment.

    Raises:
        ReasonMissing: nobody says why.
        PiecesNotSent: one never left or came back before; nothing is changed.
        TransitionNotPossible: the order is on hold, returned or closed; nothing is changed.
    """
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise ReasonMissing(event=OrderEvent.RETURN.value)
    order = repository.lock_order(db, number)
    earlier = repository.returns_of(db, order.id)
    with_customer = pieces_with_customer(db, order)
    wanted = tuple(sorted(set(pieces))) or with_customer
    not_sent = [piece for piece in wanted if piece not in with_customer]
    if not_sent or not wanted:
        raise PiecesNotSent(order=number, pieces=not_sent)
    if order.state not in RETURNABLE_STATES:
        next_state(order.state, OrderEvent.RETURN)
    returned = OrderReturn(len(earlier) + 1, wanted, remedy, now)
    repository.add_return(db, order.id, returned)
    for_money = [each for each in (*earlier, returned) if each.remedy is Remedy.MONEY_BACK]
    if remedy is Remedy.MONEY_BACK and sum(len(each.pieces) for each in for_money) == order.quantity:
        move(db, order.id, OrderEvent.RETURN, actor=actor, now=now, reason=said)
        return returned
    record(
        db,
        f"order:{number}",
        PIECES_BACK,
        actor=actor,
        now=now,
        pieces=list(wanted),
        remedy=remedy.value,
        **reason_details(db, order, said),
    )
    if remedy is Remedy.REMADE:
        for piece in wanted:
            remake_or_wait(db, order, piece, reason=said, actor=actor, now=now)
    else:
        follow(db, order.id, OrderEvent.RETURN.value, turn=1 + returned.number)  # the first turn is the whole order's
    return returned
