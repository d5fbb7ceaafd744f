"""Use cases of quotes: issue, withdraw, expire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from kernel.database import Database
from kernel.ids import CustomerId, DraftId, IdMaker, QuoteId
from kernel.jobs import JobName, enqueue
from orders.audit.model import SYSTEM, Actor
from orders.audit.service import record
from orders.drafts.configurators import Configurators
from orders.drafts.model import DraftView
from orders.drafts.promising import draft_demand
from orders.drafts.service import Reader, view_draft
from orders.numbering.repository import next_number
from orders.pricing import repository as pricing
from orders.pricing.model import DiscountKind, VatCategory
from orders.pricing.service import customer_groups, hold_voucher
from orders.pricing.tax import contained_tax, taxing_country
from orders.quotes import repository
from orders.quotes.model import VALID_FOR, DraftNotQuotable, Quote, QuoteNotOpen, QuoteState
from orders.quotes.offering import made_offer, needs_approval, require_approval
from orders.quotes.specifying import specification
from orders.quotes.taxing import HOME_COUNTRY, supply_to
from production.promise import service as promises
from production.promise.document import promise_to_json

COST_CENTRE = "cost_centre"
"""The feature whose answer is one of the company's own, where it has named some."""
TELL_QUOTE_JOB = JobName("messages.quote")


def issue_quote(
    database: Database,
    configurators: Configurators,
    draft_id: DraftId,
    reader: Reader,
    *,
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
    valid_for: timedelta = VALID_FOR,
    voucher: str = "",
    currency: str = "",
    home: str = HOME_COUNTRY,
) -> Quote:
    """Return a new quote of a draft: price fixed, date promised, capacity and material held until it expires.

    Quotes of the same draft that are still open are withdrawn and give back what they held; a voucher one of them held, and
    its currency, go on to the new one unless others are given. ``home`` is the seller's country.

    Raises:
        DraftNotQuotable: an answer, a measure, a date in time or a confirmation is missing; the facts say which.
        VoucherNotUsable: the voucher does not hold here; nothing is withdrawn.
        CurrencyNotOffered, CountryNotServed: nothing is sold in that currency, or there; nothing is withdrawn.
        ApprovalNeeded: it would earn less than the line's floor; the request has been made, nothing is held.
        CapacityTaken: others were quicker each time; nothing is held.
    """
    with database.read() as db:
        view = view_draft(db, configurators, draft_id, reader, now=now)
        if view.draft.changes_order:  # it is agreed to as a change of that order, never bought once more
            raise DraftNotQuotable(reason="changes_order", order=view.draft.changes_order)
        require_quotable(view)
        before = repository.quotes_of_draft(db, draft_id, state=QuoteState.OPEN)
        voucher = voucher or _voucher_before(before)
        currency = currency or (before[-1].price.currency if before else "")
        groups = customer_groups(db, view.draft.customer_id)
        offer = made_offer(db, view, day=now.date(), home=home, voucher=voucher, currency=currency)
        approved = not needs_approval(db, offer)
    if not approved:
        require_approval(database, offer, new_id=new_id, actor=actor, now=now)
    demand = draft_demand(view.model, view.draft.selection, view.fit, view.draft.quantity, groups)
    with database.write() as db:
        for earlier in repository.quotes_of_draft(db, draft_id, state=QuoteState.OPEN):
            _end(db, earlier, QuoteState.WITHDRAWN, actor=actor, now=now)
        quote_id = QuoteId(new_id())
        key = f"quote:{quote_id}"
        expires_at = now + valid_for
        promise = promises.reserve(db, view.draft.line, demand, key=key, now=now, expires_at=expires_at)
        if view.draft.need_by is not None and promise.date > view.draft.need_by:
            raise DraftNotQuotable(reason="late", promised=promise.date.isoformat())
        quote = Quote(
            id=quote_id,
            number=f"Q-{now.year}-{next_number(db, f'quote-{now.year}'):06d}",
            draft_id=draft_id,
            line=view.draft.line,
            release=view.draft.release,
            owner=view.draft.owner,
            selection=view.draft.selection,
            quantity=view.draft.quantity,
            price=offer.price,
            promise=promise_to_json(promise),
            specification=specification(
                line=view.draft.line,
                release=view.draft.release,
                answers=view.draft.selection.answers,
                quantity=view.draft.quantity,
                fit=view.fit.fit if view.fit else None,
            ),
            issued_at=now,
            expires_at=expires_at,
            customer_id=view.draft.customer_id,
            profile_id=view.draft.profile_id,
            need_by=view.draft.need_by,
        )
        repository.add_quote(db, quote)
        hold_voucher(db, quote_id, quote.customer_id, quote.price.discounts)
        pricing.keep_cost(db, quote_id, offer.margin, now=now)
        record(db, f"quote:{quote_id}", "issued", actor=actor, now=now, total_minor=quote.price.total_minor)
        if quote.customer_id is not None:
            enqueue(db, TELL_QUOTE_JOB, quote_id)
        return quote


def name_customer(db: Session, quote_id: QuoteId, customer_id: CustomerId, *, home: str = HOME_COUNTRY) -> None:
    """Say who a guest's open quote is for; what they pay stays, the tax in it is that of where it goes.

    Raises:
        QuoteNotOpen: it has ended, or is somebody's already.
        CountryNotServed: there is no tax rate on record for their country.
    """
    quote = repository.get_quote(db, quote_id)
    supply = supply_to(db, customer_id, quote.selection, home=home, day=quote.issued_at.date())
    tax = contained_tax(quote.price.total_minor, country=taxing_country(supply), day=supply.day)
    price = replace(quote.price, tax=tax) if quote.price.tax.category is VatCategory.STANDARD else quote.price
    if not repository.set_customer(db, quote_id, customer_id, price):
        raise QuoteNotOpen(quote_id=quote_id)


def withdraw_quote(db: Session, quote_id: QuoteId, *, actor: Actor, now: datetime) -> None:
    """End an open quote and give back what it held.

    Raises:
        QuoteNotOpen: it has ended already.
    """
    _end(db, repository.get_quote(db, quote_id), QuoteState.WITHDRAWN, actor=actor, now=now)


def expire_quotes(db: Session, *, now: datetime) -> int:
    """End every open quote whose time is up, give back what they held, and return how many there were."""
    overdue = repository.overdue_quotes(db, now)
    for quote in overdue:
        _end(db, quote, QuoteState.EXPIRED, actor=SYSTEM, now=now)
    return len(overdue)


def _end(db: Session, quote: Quote, state: QuoteState, *, actor: Actor, now: datetime) -> None:
    if not repository.move_quote(db, quote.id, before=QuoteState.OPEN, after=state):
        raise QuoteNotOpen(quote_id=quote.id)
    promises.give_back(db, quote.reservation_key)
    pricing.give_use_back(db, quote.id)
    record(db, f"quote:{quote.id}", state.value, actor=actor, now=now)


def require_quotable(view: DraftView) -> None:
    """Return nothing if nothing is missing for an offer.

    Raises:
        DraftNotQuotable: something is; the facts say what.
    """
    charged_to = view.draft.selection.answers.get(COST_CENTRE)
    if charged_to and view.cost_centres and charged_to not in {each.code for each in view.cost_centres}:
        raise DraftNotQuotable(reason="cost_centre", features=[COST_CENTRE])
    if view.can_be_quoted:
        return
    unanswered = [code for code, feature in view.state.features.items() if feature.needed and feature.chosen is None]
    if unanswered:
        raise DraftNotQuotable(reason="unanswered", features=unanswered)
    if view.fit is not None and not view.fit.is_makeable:
        raise DraftNotQuotable(reason="measures" if view.fit.needs_measures else "fit")
    unconfirmed = sorted(set(view.state.must_confirm) - view.draft.confirmed)
    if unconfirmed:
        raise DraftNotQuotable(reason="unconfirmed", rules=unconfirmed)
    if view.late and view.promise is not None:
        raise DraftNotQuotable(reason="late", promised=view.promise.date.isoformat())
    if not view.model.is_made:
        raise DraftNotQuotable(reason="not_made")
    raise DraftNotQuotable(reason="no_date" if view.state.valid else "contradiction")


def _voucher_before(before: Sequence[Quote]) -> str:
    """Return the voucher of the draft's newest open quote; empty when it holds none."""
    held = (
        discount.code
        for quote in reversed(before)
        for discount in quote.price.discounts
        if discount.kind is DiscountKind.VOUCHER
    )
    return next(held, "")
