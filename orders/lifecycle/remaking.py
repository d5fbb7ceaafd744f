"""A piece is made again: one spoilt on the floor, or one that left and came back.

The remake is one more piece of the same order, with a work order, a reservation and a promise of its own; nothing is billed
for it. Source: docs/algorithms/remakes.md.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from kernel.jobs import JobName, enqueue
from modules_catalog.releases.service import model_of
from orders.audit.model import Actor
from orders.audit.service import record
from orders.drafts.variants import fit_parts, variant_of
from orders.lifecycle import repository
from orders.lifecycle.following import NEW_DATE, follow
from orders.lifecycle.model import Order, Remedy
from orders.lifecycle.reasons import reason_details
from orders.lifecycle.service import move
from orders.lifecycle.sheets import order_fit
from orders.lifecycle.transitions import REMADE_STATES, OrderEvent, OrderState, next_state
from production.errors import BeyondHorizon, CapacityTaken
from production.floor import service as floor
from production.floor.model import Piece, RemakeNotPossible
from production.model import Promise, demand_of
from production.promise import service as promises
from production.promise.document import promise_from_json, promise_to_json
from production.promise.replanning import give_back_done
from production.supply import service as supply

REMAKE_JOB = JobName("orders.remake")
MADE_AGAIN, WAITS, NEW_PROMISE = "made_again", "waits_for_remake", "promise_moved"
"""What the audit says: a piece is made again, there is no room for it yet, the customer has a new date."""


@dataclass(frozen=True, slots=True)
class Remake:
    """The piece made instead of another, and when it will be there; ``new_date`` is the customer's, where it moved."""

    order_number: str
    piece: int
    instead_of: int
    promise: Promise
    new_date: date | None


def remake_piece(db: Session, number: str, piece: int, *, reason: str, actor: Actor, now: datetime) -> Remake:
    """Make a piece again, and return its remake: reserved, on the floor, its sheet queued; all of it or nothing.

    It may use all room there is, also what is kept back. Where it will be there later than the customer was promised, the
    order has a new date from now on, and the customer is told.

    Args:
        db: The caller's transaction.
        number: The order's.
        piece: Which is to be made again: spoilt on the floor, or gone to the customer.
        reason: Why, in a few words.
        actor: Who wants it.
        now: The present moment.

    Raises:
        RemakeNotPossible: the piece is neither spoilt nor gone, is being made again already, or was paid back.
        TransitionNotPossible: the order is closed or cancelled.
        WorkOrderNotFound: it is not on the floor.
        BeyondHorizon, CapacityTaken: there is no date for it; nothing is changed.
    """
    order = repository.lock_order(db, number)
    if piece in _paid_back(db, order):
        raise RemakeNotPossible(order=number, piece=piece, state="paid_back")
    if order.state not in (OrderState.RELEASED, OrderState.IN_PRODUCTION, OrderState.ON_HOLD):
        next_state(order.state, OrderEvent.REMAKE)
    model = model_of(db, order.release)
    fit = order_fit(db, model, order)
    variant = variant_of(model, order.selection.answers, fit)
    key = f"remake:{order.id}:{len(floor.pieces(db, number)) + 1}"
    with db.begin_nested():
        promise = promises.reserve(
            db, order.line, replace(demand_of(variant), is_rush=True), key=key, now=now, expires_at=None
        )
        work = floor.release_remake(
            db,
            variant,
            order_number=number,
            instead_of=piece,
            revision=order.revision_letter,
            reservation_key=key,
            now=now,
            measures=fit_parts(fit.fit).measures if fit is not None and fit.fit is not None else (),
            reason=reason[:200],
        )
    record(
        db,
        f"order:{number}",
        MADE_AGAIN,
        actor=actor,
        now=now,
        piece=work.piece,
        instead_of=piece,
        ready=promise.date.isoformat(),
        **reason_details(db, order, reason),
    )
    new_date = _keep_the_customer_informed(db, order, promise, actor, now)
    _back_in_the_making(db, order, work.piece, actor, now)
    enqueue(db, REMAKE_JOB, order.id, str(work.piece))
    return Remake(number, work.piece, piece, promise, new_date)


def remake_spoilt(db: Session, order: Order, piece: int, *, reason: str, actor: Actor, now: datetime) -> Remake | None:
    """Give back what a piece just spoilt has not used and make it again; ``None`` when there is no room for it now.

    The piece then waits: ``production.floor.service.waiting_for_remake`` names it, and it is made again by hand.
    """
    spoilt = next(one for one in floor.pieces_now(db, order.number) if one.number == piece)
    _give_back(db, order, spoilt)
    return remake_or_wait(db, order, piece, reason=reason, actor=actor, now=now)


def remake_or_wait(db: Session, order: Order, piece: int, *, reason: str, actor: Actor, now: datetime) -> Remake | None:
    """Make a piece again; ``None`` when there is no room for it now, which the audit says."""
    try:
        return remake_piece(db, order.number, piece, reason=reason, actor=actor, now=now)
    except (BeyondHorizon, CapacityTaken) as error:
        record(db, f"order:{order.number}", WAITS, actor=actor, now=now, piece=piece, because=error.code)
        return None


def _paid_back(db: Session, order: Order) -> set[int]:
    """Return the pieces the customer got their money back for: nobody owes them anything, so wanted again they are ordered again."""
    returned = [one for one in repository.returns_of(db, order.id) if one.remedy is Remedy.MONEY_BACK]
    if order.state is OrderState.RETURNED and not returned:  # the order came back as a whole
        return set(floor.pieces(db, order.number))
    return {piece for one in returned for piece in one.pieces}


def give_back_spoilt(db: Session, order: Order) -> None:
    """Give back what a changed order's new reservation holds for pieces that are spoilt and wait to be made again."""
    for piece in floor.standing_pieces(db, order.number):
        if piece.waits_for_remake:
            _give_back(db, order, piece)


def _give_back(db: Session, order: Order, piece: Piece) -> None:
    """Give back the room of a spoilt piece, and its material unless that has left the stock."""
    give_back_done(db, piece.reservation, piece.slot, keep=())
    if not piece.is_served:
        sharing = [one for one in floor.pieces_now(db, order.number) if one.reservation == piece.reservation]
        holders = sum(one.is_holder for one in sharing) + 1
        supply.give_back_share(db, piece.reservation, order.line, pieces=holders)


def _keep_the_customer_informed(
    db: Session, order: Order, promise: Promise, actor: Actor, now: datetime
) -> date | None:
    """Give the order the date of its remake where that is later, and tell the customer; return the new date."""
    before = promise_from_json(order.promise).date
    if promise.date <= before:
        return None
    repository.move_promise(db, order, promise_to_json(promise), now=now)
    moved = {"before": before.isoformat(), "after": promise.date.isoformat()}
    record(db, f"order:{order.number}", NEW_PROMISE, actor=actor, now=now, before=moved["before"], after=moved["after"])
    follow(db, order.id, NEW_DATE, turn=promise.date.toordinal())
    return promise.date


def _back_in_the_making(db: Session, order: Order, piece: int, actor: Actor, now: datetime) -> None:
    """Let the order follow: back to the making when it was past it; one on hold holds its remake too."""
    if order.state is OrderState.ON_HOLD:
        if order.held_from in REMADE_STATES:
            held = OrderState.ON_HOLD
            repository.move_order(db, order.id, before=held, after=held, held_from=OrderState.IN_PRODUCTION)
        floor.hold_work(db, order.number, now=now)
    elif order.state in REMADE_STATES:
        move(db, order.id, OrderEvent.REMAKE, actor=actor, now=now)
