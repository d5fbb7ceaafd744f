"""Use cases of an order: place, cancel, hold, move on."""

from datetime import datetime

from sqlmodel import Session

from kernel.ids import IdMaker, OrderId, QuoteId
from kernel.jobs import JobName, enqueue
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.memory import remembered_text
from orders.customers.model import KnownFact
from orders.lifecycle import repository
from orders.lifecycle.following import PLACED, follow
from orders.lifecycle.model import Order, order_prefix
from orders.lifecycle.reasons import reason_details
from orders.lifecycle.transitions import OrderEvent, OrderState, next_state
from orders.numbering.repository import next_number
from orders.quotes import repository as quotes
from orders.quotes.model import Quote, QuoteNotOpen, QuoteState
from orders.quotes.purchasing import require_leave
from production.floor import service as floor
from production.promise import service as promises

RELEASE_JOB = JobName("orders.release")

#: Features whose answers are about the occasion, never worth remembering for the next time.
NOT_REMEMBERED = frozenset({"monogram_text", "gift_message", "po_number", "peppol_id"})


def place_order(
    db: Session, quote_id: QuoteId, *, new_id: IdMaker, actor: Actor, now: datetime, address_id: str = ""
) -> Order:
    """Accept a quote: return the order, its reservation confirmed and its release queued, all in one transaction.

    Its parcels go to the address named, one of the customer's; without one to their default address.

    Raises:
        QuoteNotOpen: the quote has been accepted already, withdrawn, or its time is up; nothing is changed.
        PromiseExpired: what it held has been given back.
        ApprovalNeeded: it is more than this buyer of a company may order alone.
    """
    quote = quotes.get_quote(db, quote_id)
    if now >= quote.expires_at:
        raise QuoteNotOpen(quote_id=quote_id, state=QuoteState.EXPIRED.value)
    require_leave(db, quote, actor)
    if not quotes.move_quote(db, quote_id, before=QuoteState.OPEN, after=QuoteState.ACCEPTED):
        raise QuoteNotOpen(quote_id=quote_id, state=quotes.get_quote(db, quote_id).state.value)
    promises.confirm(db, quote.reservation_key, now=now)
    order = _ordered(db, quote, new_id, now, address_id)
    repository.add_order(db, order)
    _remember(db, order, now)
    record(db, f"order:{order.number}", "placed", actor=actor, now=now, quote=quote.number)
    enqueue(db, RELEASE_JOB, order.id)
    follow(db, order.id, PLACED)
    return order


def cancel_order(db: Session, order_id: OrderId, *, actor: Actor, now: datetime) -> Order:
    """Cancel an order the floor has not started; capacity and material are given back, and return it.

    Raises:
        TransitionNotPossible: it is too late; nothing is changed.
    """
    repository.lock_order(db, repository.get_order(db, order_id).number)
    order = move(db, order_id, OrderEvent.CANCEL, actor=actor, now=now)
    for key in sorted({order.reservation_key, *(one.reservation for one in floor.pieces_now(db, order.number))}):
        promises.give_back(db, key)
    floor.cancel_work(db, order.number, now=now)
    return order


def move(db: Session, order_id: OrderId, event: OrderEvent, *, actor: Actor, now: datetime, reason: str = "") -> Order:
    """Let one event happen to an order, record it with its reason, and return the order after it.

    Raises:
        OrderNotFound: there is no such order.
        TransitionNotPossible: it is not in a state this can happen in.
    """
    order = repository.get_order(db, order_id)
    after = next_state(order.state, event, held_from=order.held_from)
    held_from = order.state if after is OrderState.ON_HOLD else None
    if not repository.move_order(db, order_id, before=order.state, after=after, held_from=held_from):
        return move(
            db, order_id, event, actor=actor, now=now, reason=reason
        )  # somebody was quicker: judge the state as it is now
    why = reason_details(db, order, reason)
    record(db, f"order:{order.number}", event.value, actor=actor, now=now, state=after.value, **why)
    remakes = sum(bool(one.remake_of) for one in floor.pieces_now(db, order.number))
    follow(db, order_id, event.value, turn=1 + remakes)
    return repository.get_order(db, order_id)


def _ordered(db: Session, quote: Quote, new_id: IdMaker, now: datetime, address_id: str) -> Order:
    series = f"{order_prefix(quote.line)}-{now.year}"
    return Order(
        id=OrderId(new_id()),
        number=f"{series}-{next_number(db, series):06d}",
        quote_id=quote.id,
        line=quote.line,
        release=quote.release,
        owner=quote.owner,
        selection=quote.selection,
        quantity=quote.quantity,
        price=quote.price,
        promise=quote.promise,
        specification=quote.specification,
        placed_at=now,
        customer_id=quote.customer_id,
        profile_id=quote.profile_id,
        address_id=address_id,
    )


def _remember(db: Session, order: Order, now: datetime) -> None:
    """Keep the answers of the order as known facts of the customer."""
    if order.customer_id is None:
        return
    customers.remember(
        db,
        order.customer_id,
        [
            KnownFact(f"{order.line}.{feature}", text, f"order:{order.number}", now)
            for feature, answer in order.selection.answers.items()
            if feature not in NOT_REMEMBERED and (text := remembered_text(answer)) is not None
        ],
    )
