"""Erasing a customer: everything personal goes in one transaction, files follow by a job.

What stays: the reference (``A-17``) in orders and in the audit chain, the choices without texts and measures, and the
documents the law makes us keep, which the receipt lists.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlmodel import Session

from kernel.blobs import BlobName, BlobStore
from kernel.database import overwrite_deleted
from kernel.ids import CustomerId, IdMaker
from kernel.jobs import JobName, enqueue
from modules_catalog.releases.service import model_of
from orders.approvals import repository as approvals
from orders.audit.model import Actor
from orders.audit.service import record
from orders.companies import repository as companies
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.customers.service import known_customer
from orders.drafts import repository as drafts
from orders.drafts.own_words import own_words, specification_without_texts, without_texts
from orders.idempotency.service import forget_answers
from orders.identity.repository import forget_merges
from orders.invoicing import repository as invoices
from orders.invoicing.service import owed_for
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order
from orders.lifecycle.service import move
from orders.lifecycle.transitions import OPEN_STATES, OrderEvent, OrderState
from orders.payments.model import balance
from orders.payments.repository import forget_references, payments_of
from orders.privacy import repository
from orders.privacy.model import ErasureReceipt, KeptDocument, OrdersStillOpen, ReceiptId, WaitsFor
from orders.quotes import repository as quotes
from orders.quotes.model import Quote, QuoteState
from orders.quotes.service import withdraw_quote
from orders.wishes.service import forget_words
from production.build_sheet.service import forget_sheets
from production.floor import service as floor

ERASE_FILES_JOB = JobName("privacy.erase_files")
#: Orders in these states are owed nothing more: they do not stand in the way of an erasure. One that came back is closed by it
#: once it is credited and paid back.
DONE_STATES = (frozenset(OrderState) - OPEN_STATES) | {OrderState.DELIVERED}
_NOT_BEGUN = frozenset({OrderState.PLACED, OrderState.RELEASED})


def erase_customer(
    db: Session,
    customer_id: CustomerId,
    *,
    owners: Iterable[str] = (),
    also_gone: Mapping[str, int] | None = None,
    kept: Iterable[KeptDocument] = (),
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> ErasureReceipt:
    """Erase a customer and return the receipt.

    Args:
        db: A writing unit of work.
        customer_id: Whom.
        owners: The pseudonyms under which they began drafts: their account, their visitor's cookie.
        also_gone: What the caller erased in the same transaction, for the receipt.
        kept: What the law makes us keep.
        new_id: Makes ids.
        actor: Who erases.
        now: The present moment.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
        OrdersStillOpen: an order is not done yet, or waits for the month's invoice; nothing is changed.
    """
    customer = known_customer(db, customer_id, purpose=Purpose.SUPPORT)
    merged = customers.merged_into(db, customer_id)
    theirs = orders.find_orders(db, customer_id=customer_id, limit=100_000)
    collected = {each.order_id for each in invoices.collected_before(db, date.max) if each.customer_id == customer_id}
    waiting = {
        order.number: what.value
        for order in theirs
        if (what := WaitsFor.MONTHLY_INVOICE if order.id in collected else waits_for(db, order)) is not None
    }
    if waiting:
        raise OrdersStillOpen(orders=sorted(waiting), waits_for=waiting)
    overwrite_deleted(db)
    for order in theirs:
        if order.state is OrderState.RETURNED:
            move(db, order.id, OrderEvent.CLOSE, actor=actor, now=now)
    offered = quotes.quotes_of_customer(db, customer_id)
    for quote in offered:
        _forget_quote(db, quote, actor=actor, now=now)
    files = [name for order in theirs for name in _forget_order(db, order)]
    gone = {
        "orders": len(theirs),
        "quotes": len(offered),
        "drafts": _forget_drafts(db, customer_id, owners, {quote.draft_id for quote in offered}, now=now),
        "files": len(files),
        **customers.erase_customer(db, customer_id, now=now),
        **(also_gone or {}),
    }
    if files:
        enqueue(db, ERASE_FILES_JOB, *files, key=customer.reference)
    for other in merged:
        customers.erase_customer(db, other, now=now)
    companies.forget_company(db, customer_id)
    forget_merges(db, customer_id)
    forget_answers(db)
    receipt = ErasureReceipt(ReceiptId(new_id()), customer.reference, now, actor.id, gone, tuple(kept))
    repository.add_receipt(db, receipt)
    record(db, f"customer:{customer.reference}", "erased", actor=actor, now=now, gone=gone)
    return receipt


def waits_for(db: Session, order: Order) -> WaitsFor | None:
    """Return what an order still waits for; ``None`` where nobody owes anybody anything."""
    if order.state in DONE_STATES:
        return None
    if order.state is OrderState.RETURNED:
        if owed_for(db, order) != 0:
            return WaitsFor.CREDIT_NOTE
        paid = balance(payments_of(db, order.id), owed_minor=0, currency=order.price.currency)
        return WaitsFor.PAYING_BACK if paid.open_minor < 0 else None
    if order.state is OrderState.SHIPPED:
        return WaitsFor.ARRIVING
    return WaitsFor.CANCELLING if (order.held_from or order.state) in _NOT_BEGUN else WaitsFor.MAKING


def erase_files(blobs: BlobStore, names: Iterable[str]) -> None:
    """Erase files by name; those that are gone already are no error."""
    for name in names:
        blobs.delete(BlobName(name))


def _forget_order(db: Session, order: Order) -> tuple[str, ...]:
    """Take texts and measures out of an order, drop its sheets, and return their files' names."""
    texts = own_words(model_of(db, order.release))
    orders.depersonalise(
        db, order.id, without_texts(order.selection, texts), specification_without_texts(order.specification, texts)
    )
    for earlier in orders.revisions_of(db, order.id):
        orders.depersonalise_revision(
            db,
            order.id,
            earlier.number,
            without_texts(earlier.selection, texts),
            specification_without_texts(earlier.specification, texts),
        )
    forget_references(db, order.id)
    orders.forget_date_reasons(db, order.id)
    floor.forget_words(db, order.number)
    return forget_sheets(db, order.number)


def _forget_quote(db: Session, quote: Quote, *, actor: Actor, now: datetime) -> None:
    if quote.state is QuoteState.OPEN:
        withdraw_quote(db, quote.id, actor=actor, now=now)
    approvals.forget_notes(db, quote.id)
    texts = own_words(model_of(db, quote.release))
    quotes.depersonalise(
        db, quote.id, without_texts(quote.selection, texts), specification_without_texts(quote.specification, texts)
    )


def _forget_drafts(
    db: Session, customer_id: CustomerId, owners: Iterable[str], quoted: set[str], *, now: datetime
) -> int:
    """Drop the customer's drafts; one that was quoted is kept for the quote, without texts. Return how many."""
    found = {each.id: each for each in drafts.drafts_of_customer(db, customer_id)}
    found |= {each.id: each for owner in owners for each in drafts.drafts_of(db, owner, limit=100_000)}
    found |= {draft_id: drafts.get_draft(db, draft_id) for draft_id in quoted if draft_id not in found}  # type: ignore[arg-type, misc]
    theirs = [draft for draft in found.values() if draft.customer_id in (None, customer_id)]
    forget_words(db, [draft.id for draft in theirs])
    for draft in theirs:
        approvals.forget_notes(db, draft.id)
        drafts.forget_steps(db, draft.id)
        if quotes.is_quoted(db, draft.id):
            texts = own_words(model_of(db, draft.release))
            changed = draft.changed(
                now, selection=without_texts(draft.selection, texts), customer_id=None, profile_id=None
            )
            drafts.save_draft(db, changed, before=draft, can_be_undone=False)
        else:
            drafts.drop_draft(db, draft.id)
    return len(found)
