"""A promise is moved with the customer's consent: the plant cannot keep it, somebody talked to them, they agreed to another day.

Source: docs/algorithms/sequence.md, rule S-8.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from kernel.errors import NotPossible, NotValid
from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle import repository
from orders.lifecycle.following import NEW_DATE, follow
from orders.lifecycle.model import DateOfferState, Order
from orders.lifecycle.reasons import reason_details
from orders.lifecycle.remaking import NEW_PROMISE
from orders.lifecycle.transitions import RUNNING_STATES
from production.floor import service as floor
from production.promise import service as promises
from production.promise.calendar import epoch_s, local_date
from production.promise.document import promise_from_json, promise_to_json
from production.sequencing import service as sequencing

LONGEST_REASON = 200


class DateNotAgreed(NotValid):
    """A promise moves only when the customer has agreed to it; facts: ``order``."""


class NewDateNotValid(NotValid):
    """The day is past, or the one that is promised already; facts: ``order``, ``day``, ``promised``."""


class PromiseMoved(NotPossible):
    """It is not what was talked about any more: built, cancelled, or promised for another day; facts: ``order``,
    ``promised``, ``state``.
    """


def move_promise(
    db: Session, number: str, day: date, *, shown: date, has_agreed: bool, reason: str = "", actor: Actor, now: datetime
) -> Order:
    """Give an order the day its customer agreed to, and return it; they are written to.

    The floor works to the new day from now on, and what waits looks for room again.

    Args:
        db: The caller's transaction.
        number: The order's.
        day: The day agreed to.
        shown: The promise that was talked about.
        has_agreed: Whether the customer agreed.
        reason: Why, in a few words, for the record.
        actor: Who talked to them.
        now: The present moment.

    Raises:
        DateNotAgreed, NewDateNotValid, PromiseMoved: nothing is changed.
    """
    if not has_agreed:
        raise DateNotAgreed(order=number)
    order = repository.lock_order(db, number)
    before = promise_from_json(order.promise)
    plant = promises.plant_of(db, order.line)
    if order.state not in RUNNING_STATES or before.date != shown:
        raise PromiseMoved(order=number, promised=before.date, state=order.state.value)
    if day == before.date or day < local_date(epoch_s(now), plant.timezone):
        raise NewDateNotValid(order=number, day=day, promised=before.date)
    moved = replace(before, date=day, finish_at=before.finish_at + timedelta(days=(day - before.date).days))
    repository.move_promise(db, order, promise_to_json(moved), now=now)
    repository.close_date_offers(db, order.id, DateOfferState.REPLACED, now=now)
    for key in sorted({order.reservation_key, *(one.reservation for one in floor.pieces_now(db, number))}):
        promises.move_promise(db, key, day, moved.finish_at)
        floor.keep_due(db, key, moved.finish_at)
    for piece in floor.pieces(db, number):
        sequencing.resync_piece(db, order.line, (number, piece), now=now)
    record(
        db,
        f"order:{number}",
        NEW_PROMISE,
        actor=actor,
        now=now,
        before=before.date.isoformat(),
        after=day.isoformat(),
        agreed=True,
        **reason_details(db, order, reason.strip()[:LONGEST_REASON]),
    )
    follow(db, order.id, NEW_DATE, turn=day.toordinal())
    return repository.get_order(db, order.id)
