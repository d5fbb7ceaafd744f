"""A placed order is changed: a draft on the order's own release, what it would come to, and the customer's consent.

Nothing is held while the customer thinks. Consent names the price and the date that were shown; if either got worse in the
meantime nothing is changed and the new figures are shown (docs/algorithms/order-changes.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session

from configurator.model import Change
from kernel.canonical import JsonValue
from kernel.database import Database
from kernel.errors import LotOneError, NotPossible
from kernel.ids import DraftId, IdMaker
from kernel.jobs import JobName, enqueue
from orders.approvals.model import ApprovalNeeded
from orders.audit.model import Actor
from orders.audit.service import record
from orders.drafts import repository as drafts
from orders.drafts.configurators import Configurators
from orders.drafts.model import Draft, DraftChangedMeanwhile, DraftView
from orders.drafts.service import Reader, changes_between, view_draft
from orders.drafts.variants import fit_parts, variant_of
from orders.lifecycle import repository
from orders.lifecycle.following import CHANGED, follow
from orders.lifecycle.model import LAST_REVISION, Order, OrderNotYours
from orders.lifecycle.remaking import give_back_spoilt
from orders.lifecycle.transitions import OrderState
from orders.pricing.model import DiscountKind, Price
from orders.pricing.service import customer_groups
from orders.quotes import repository as quotes
from orders.quotes.model import DraftNotQuotable
from orders.quotes.offering import made_offer, needs_approval, require_approval
from orders.quotes.service import require_quotable
from orders.quotes.specifying import specification
from orders.quotes.taxing import HOME_COUNTRY
from production.errors import BeyondHorizon, CapacityTaken
from production.floor import changing as floor
from production.floor.service import pieces_now
from production.model import FinishedMeasure, Promise, Variant, demand_of
from production.promise import service as promises
from production.promise.document import promise_from_json, promise_to_json

REISSUE_JOB = JobName("orders.reissue")
CHANGEABLE_STATES = frozenset({OrderState.PLACED, OrderState.RELEASED, OrderState.IN_PRODUCTION, OrderState.ON_HOLD})


class Obstacle(StrEnum):
    """Why an order cannot be changed, or not like this."""

    STATE = "state"  # made, shipped, cancelled …
    LAST_REVISION = "last_revision"
    STALE = "stale"  # another change came first: begin from the present revision
    QUANTITY = "quantity"  # more pieces are another order
    SAME = "same"  # nothing is different


class ChangeNotPossible(NotPossible):
    """The order cannot be changed, or not like this; facts: ``order``, ``reason`` (an ``Obstacle``), ``state``."""


class ChangeNotAgreed(NotPossible):
    """Price or date got worse since they were shown; facts: ``order``, and what they are now: ``total_minor``, ``ready``."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the customer consents to: this price, and this date or an earlier one."""

    total_minor: int
    ready: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a change would come to. ``obstacle`` says why it cannot be; price and promise are then ``None``."""

    order: Order
    view: DraftView
    changes: tuple[Change, ...]
    obstacle: LotOneError | None
    price: Price | None = None
    promise: Promise | None = None

    @property
    def price_delta_minor(self) -> int | None:
        """How much more, or less, it would cost."""
        return None if self.price is None else self.price.total_minor - self.order.price.total_minor

    @property
    def days_delta(self) -> int | None:
        """How many days later, or earlier, it would be ready."""
        if self.promise is None:
            return None
        return (self.promise.date - promise_from_json(self.order.promise).date).days


def require_changeable(db: Session, order: Order) -> None:
    """Return nothing while an order may be changed.

    Raises:
        ChangeNotPossible: it is in no state for it, or has had its last revision.
        CutOffPassed: the floor has started the operation after which nothing can be changed.
    """
    if order.state not in CHANGEABLE_STATES:
        raise _not_possible(order, Obstacle.STATE)
    if order.revision == LAST_REVISION:
        raise _not_possible(order, Obstacle.LAST_REVISION)
    floor.require_changeable(db, order.number)


def open_change(db: Session, number: str, reader: Reader, *, new_id: IdMaker, now: datetime) -> DraftId:
    """Return a new draft with an order's choices, on the release it was ordered on.

    Raises:
        OrderNotYours: it is not the reader's to change.
        ChangeNotPossible, CutOffPassed: as ``require_changeable``.
    """
    order = _readable(repository.get_order_by_number(db, number), reader)
    require_changeable(db, order)
    ordered = drafts.get_draft(db, quotes.get_quote(db, order.quote_id).draft_id)
    draft = Draft(
        id=DraftId(new_id()),
        line=order.line,
        release=order.release,
        owner=order.owner,
        selection=order.selection,
        opened_at=now,
        changed_at=now,
        customer_id=order.customer_id,
        profile_id=order.profile_id,
        quantity=order.quantity,
        confirmed=ordered.confirmed,
        changes_order=order.number,
        changes_revision=order.revision,
    )
    drafts.add_draft(db, draft)
    return draft.id


def propose_change(
    database: Database,
    configurators: Configurators,
    number: str,
    draft_id: DraftId,
    reader: Reader,
    *,
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
    home: str = HOME_COUNTRY,
) -> Proposal:
    """Return what a change would come to now: what is different, price and date; nothing is changed or held.

    Prices, rules and vouchers are those of the day the order was quoted. The date is what the ledger would promise if the order's own reservation were exchanged: it is exchanged and put back.

    Raises:
        ChangeNotPossible: the draft is of no change to this order.
        DraftNotYours, OrderNotFound: it is not the reader's, or there is none.
    """
    with database.read() as db:
        order = repository.get_order_by_number(db, number)
        view = view_draft(db, configurators, draft_id, reader, now=now)
        if view.draft.changes_order != order.number:
            raise _not_possible(order, Obstacle.STALE)
        obstacle = _obstacle(db, order, view)
        quote = quotes.get_quote(db, order.quote_id)
        voucher = next((each.code for each in order.price.discounts if each.kind is DiscountKind.VOUCHER), "")
        day = quote.issued_at.date()
        offer = None if obstacle else made_offer(db, view, day=day, home=home, voucher=voucher, like=order.price)
        approved = offer is None or not needs_approval(db, offer)
    proposal = Proposal(order, view, changes_between(order.selection, view.draft.selection), obstacle)
    if offer is None:
        return proposal
    if not approved:
        try:
            require_approval(database, offer, new_id=new_id, actor=actor, now=now)
        except ApprovalNeeded as needed:
            return replace(proposal, obstacle=needed)
    with database.trial() as db:
        try:
            promise = _exchange(db, order, _revised(order, proposal, offer.price, now), _variant(view), now=now)
        except (BeyondHorizon, CapacityTaken) as error:
            return replace(proposal, obstacle=error)
    return replace(proposal, price=offer.price, promise=promise)


def change_order(db: Session, proposal: Proposal, agreed: Agreed, *, actor: Actor, now: datetime) -> Order:
    """Change an order as agreed, and return its new revision.

    Choices, price, promise and reservation, the work on the floor and the job that issues the new sheets: all of it or
    nothing. Of a change and the scan that starts the cut-off operation at the same moment exactly one happens.

    Raises:
        ChangeNotPossible, DraftNotQuotable, DraftChangedMeanwhile: it cannot be, or not any more.
        CutOffPassed: the floor was quicker.
        ChangeNotAgreed: price or date got worse than agreed.
        BeyondHorizon, CapacityTaken: there is no date for it.
    """
    order = repository.lock_order(db, proposal.order.number)
    view = proposal.view
    if drafts.get_draft(db, view.draft.id).version != view.draft.version:
        raise DraftChangedMeanwhile(draft_id=view.draft.id)
    obstacle = _obstacle(db, order, view) or proposal.obstacle
    if obstacle is not None:
        raise obstacle
    assert proposal.price is not None  # noqa: S101 - nothing stands in its way
    variant = _variant(view)
    revised = _revised(order, proposal, proposal.price, now)
    promise = _exchange(db, order, revised, variant, now=now)
    if promise.date > agreed.ready or revised.price.total_minor != agreed.total_minor:
        raise ChangeNotAgreed(order=order.number, total_minor=revised.price.total_minor, ready=promise.date.isoformat())
    revised = replace(revised, promise=promise_to_json(promise))
    if not repository.revise_order(db, order, revised, now=now):
        raise _not_possible(order, Obstacle.STALE)
    floor.change_work(
        db,
        variant,
        order_number=order.number,
        revision=revised.revision_letter,
        reservation_key=revised.reservation_key,
        now=now,
        measures=_measures(view),
    )
    give_back_spoilt(db, order)
    record(
        db,
        f"order:{order.number}",
        "changed",
        actor=actor,
        now=now,
        revision=revised.revision_letter,
        features=[change.feature for change in proposal.changes],
        price_delta_minor=revised.price.total_minor - order.price.total_minor,
        ready=promise.date.isoformat(),
    )
    if order.state is not OrderState.PLACED:
        enqueue(db, REISSUE_JOB, order.id, str(revised.revision))
    follow(db, order.id, CHANGED, turn=revised.revision)
    return revised


def _obstacle(db: Session, order: Order, view: DraftView) -> LotOneError | None:
    """Return what stands in the way of a change, or ``None``."""
    try:
        require_changeable(db, order)
        if view.draft.changes_revision != order.revision:
            raise _not_possible(order, Obstacle.STALE)
        if view.draft.quantity != order.quantity:
            raise _not_possible(order, Obstacle.QUANTITY)
        if view.draft.selection == order.selection and view.draft.profile_id == order.profile_id:
            raise _not_possible(order, Obstacle.SAME)
        _require_complete(view)
    except NotPossible as error:
        return error
    return None


def _require_complete(view: DraftView) -> None:
    """Return nothing if nothing is missing; the date is judged when the reservation is exchanged."""
    try:
        require_quotable(view)
    except DraftNotQuotable as error:
        if error.facts["reason"] not in ("late", "no_date"):
            raise


def _revised(order: Order, proposal: Proposal, price: Price, now: datetime) -> Order:
    draft = proposal.view.draft
    return replace(
        order,
        selection=draft.selection,
        price=price,
        specification=_specification(order, proposal.view),
        revision=order.revision + 1,
        revised_at=now,
        profile_id=draft.profile_id,
    )


def _specification(order: Order, view: DraftView) -> Mapping[str, JsonValue]:
    return specification(
        line=order.line,
        release=order.release,
        answers=view.draft.selection.answers,
        quantity=order.quantity,
        fit=view.fit.fit if view.fit else None,
    )


def _variant(view: DraftView) -> Variant:
    return variant_of(view.model, view.draft.selection.answers, view.fit)


def _measures(view: DraftView) -> tuple[FinishedMeasure, ...]:
    return fit_parts(view.fit.fit).measures if view.fit is not None and view.fit.fit is not None else ()


def _exchange(db: Session, order: Order, revised: Order, variant: Variant, *, now: datetime) -> Promise:
    """Give back what the order holds and take what the revision still needs, within the caller's transaction."""
    groups = customer_groups(db, order.customer_id)
    demand = demand_of(floor.still_to_make(db, variant, order.number), order.quantity, groups)
    for key in {one.reservation for one in pieces_now(db, order.number)} - {order.reservation_key}:
        promises.give_back(db, key)
    return promises.exchange(
        db, order.reservation_key, order.line, demand, key=revised.reservation_key, now=now, expires_at=None
    )


def _readable(order: Order, reader: Reader) -> Order:
    if not reader.may_open(order.owner, order.customer_id):
        raise OrderNotYours(number=order.number)
    return order


def _not_possible(order: Order, reason: Obstacle) -> ChangeNotPossible:
    return ChangeNotPossible(order=order.number, reason=reason.value, state=order.state.value)
