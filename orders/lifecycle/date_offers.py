"""The customer is asked about another day: offered by the planner, accepted or declined on the order's page.

Source: docs/algorithms/sequence.md, rule S-8.
"""

from datetime import date, datetime

from sqlmodel import Session

from kernel.errors import NotPossible
from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle import repository
from orders.lifecycle.following import DATE_OFFER, follow
from orders.lifecycle.model import DateOffer, DateOfferState, Order
from orders.lifecycle.reasons import reason_details
from orders.lifecycle.redating import LONGEST_REASON, NewDateNotValid, PromiseMoved, move_promise
from orders.lifecycle.transitions import RUNNING_STATES
from production.promise import service as promises
from production.promise.calendar import epoch_s, local_date
from production.promise.document import promise_from_json


class OfferClosed(NotPossible):
    """Nobody is asked about this day any more; facts: ``order``, ``offer``."""


def offer_date(
    db: Session, number: str, day: date, *, shown: date, reason: str = "", actor: Actor, now: datetime
) -> DateOffer:
    """Ask a customer about another day, and return what they are asked; they are written to, and nothing moves until they accept.

    Whatever they were asked before is replaced.

    Args:
        db: The caller's transaction.
        number: The order's.
        day: The day it could be.
        shown: The promise that was looked at.
        reason: Why, in a few words, for the record.
        actor: Who asks.
        now: The present moment.

    Raises:
        NewDateNotValid, PromiseMoved: as ``move_promise``; nothing is changed.
    """
    order = repository.lock_order(db, number)
    promised = promise_from_json(order.promise).date
    if order.state not in RUNNING_STATES or promised != shown:
        raise PromiseMoved(order=number, promised=promised, state=order.state.value)
    if day == promised or day < local_date(epoch_s(now), promises.plant_of(db, order.line).timezone):
        raise NewDateNotValid(order=number, day=day, promised=promised)
    repository.close_date_offers(db, order.id, DateOfferState.REPLACED, now=now)
    turn = len(repository.date_offers(db, order.id)) + 1
    offer = DateOffer(turn, promised, day, reason.strip()[:LONGEST_REASON], now, DateOfferState.OPEN)
    repository.add_date_offer(db, order.id, offer)
    record(
        db,
        f"order:{number}",
        "date_offered",
        actor=actor,
        now=now,
        before=promised.isoformat(),
        after=day.isoformat(),
        **reason_details(db, order, offer.reason),
    )
    follow(db, order.id, DATE_OFFER, turn=turn)
    return offer


def answer_offer(db: Session, number: str, offer: int, *, accepts: bool, actor: Actor, now: datetime) -> Order:
    """Take the customer's answer, and return the order: with the day they accepted, or as it was.

    Raises:
        OfferClosed: the promise has moved, another day is asked about, or it was answered; nothing is changed.
        NewDateNotValid: the day has passed meanwhile; nothing is changed.
    """
    order = repository.lock_order(db, number)
    asked = open_offer(db, order)
    if asked is None or asked.number != offer:
        raise OfferClosed(order=number, offer=offer)
    if not accepts:
        repository.close_date_offers(db, order.id, DateOfferState.DECLINED, now=now, number=offer)
        record(db, f"order:{number}", "date_declined", actor=actor, now=now, after=asked.day.isoformat())
        return order
    repository.close_date_offers(db, order.id, DateOfferState.ACCEPTED, now=now, number=offer)
    return move_promise(
        db, number, asked.day, shown=asked.promised, has_agreed=True, reason=asked.reason, actor=actor, now=now
    )


def open_offer(db: Session, order: Order) -> DateOffer | None:
    """Return the day the customer is asked about now; None where they are asked nothing."""
    if order.state not in RUNNING_STATES:
        return None
    promised = promise_from_json(order.promise).date
    asked = (one for one in repository.date_offers(db, order.id) if one.state is DateOfferState.OPEN)
    return next((one for one in asked if one.promised == promised), None)
