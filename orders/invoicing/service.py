"""Use cases of invoices: bill an order when it is due, take an invoice back, collect a month; each once, however often run.

A number is taken in the transaction that stores the invoice, after the invoice was found valid; its files are drawn from
what was stored, afterwards. A worker that dies in between leaves an invoice without files, and the next attempt draws them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.errors import NotAvailable
from kernel.ids import CustomerId, IdMaker, OrderId
from kernel.jobs import JobName, enqueue, first_time
from modules_catalog.releases.service import model_of
from orders.audit.model import SYSTEM
from orders.audit.service import record
from orders.invoicing import repository
from orders.invoicing.composing import PiecesBack, compose_invoice, credit_note, credit_pieces
from orders.invoicing.gathering import (
    Buyer,
    billable,
    buyer_of,
    expected_delivery,
    is_paid_in_advance,
    means_of,
    method_of,
)
from orders.invoicing.issued import (
    CollectedOrder,
    InvoicedOrder,
    InvoiceId,
    InvoiceRefusal,
    IssuedInvoice,
    open_invoice,
    present_turn,
)
from orders.invoicing.model import Invoice, InvoiceKind, InvoiceNotValid, InvoicingMethod, NothingToBill, PartyNotValid
from orders.invoicing.printing import InvoicePrinter
from orders.invoicing.seller import Seller
from orders.lifecycle import repository as orders
from orders.lifecycle.following import BILL_JOB
from orders.lifecycle.model import Order, OrderReturn, Remedy
from orders.lifecycle.transitions import OrderState
from orders.numbering.repository import next_number
from orders.payments.service import paid_of

MONTH_JOB = JobName("invoicing.month")
#: Enqueued in the transaction that gives an invoice its files; whoever sends messages does it.
ISSUED_JOB = JobName("invoicing.issued")
AFTER_SHIPPING = frozenset({OrderState.SHIPPED, OrderState.DELIVERED, OrderState.CLOSED, OrderState.RETURNED})
PROVISIONAL = "INV-0000-000000"
"""Stands for the number while an invoice is judged; it has a number's form."""


class FilesNotYetThere(NotAvailable):
    """The invoice's files are being drawn; try again in a moment."""


class CollectedMeanwhile(NotAvailable):
    """An order was returned or billed while the month was collected; the run is tried again; facts: ``orders``."""


@dataclass(frozen=True, slots=True)
class Books:
    """What invoicing works with."""

    database: Database
    blobs: BlobStore
    printer: InvoicePrinter
    seller: Seller
    new_id: IdMaker


def bill_order(books: Books, order_id: OrderId, event: str, *, now: datetime) -> None:
    """Do what an event in an order's life means for its invoice: nothing, issue, collect, take back, or anew.

    Raises:
        OrderNotFound: there is no such order.
        InvoiceNotValid, PartyNotValid: it would break a rule; nothing is issued and no number taken. Why is kept with
            the order, for staff to put right and `try_again`.
    """
    try:
        _bill(books, order_id, event, now=now)
    except (InvoiceNotValid, PartyNotValid) as error:
        rules = tuple(f"{each['rule']}: {each['text']}" for each in error.facts.get("findings", ()))
        reasons = rules or (str(error.facts["field"]),)
        with books.database.write() as db:
            repository.keep_refusal(db, InvoiceRefusal(order_id, event, error.code, reasons, 1))
        raise
    with books.database.read() as db:
        refused = repository.find_refusal(db, order_id)
    if refused is not None and event in (refused.event, "cancel", "return"):
        with books.database.write() as db:
            repository.drop_refusal(db, order_id)


def try_again(db: Session, order_id: OrderId) -> bool:
    """Queue the invoice of an order that was refused once more; return False for one that was not."""
    refused = repository.find_refusal(db, order_id)
    if refused is None:
        return False
    enqueue(db, BILL_JOB, order_id, refused.event, key=f"{order_id}:{refused.event}:again-{refused.tries}")
    return True


def _bill(books: Books, order_id: OrderId, event: str, *, now: datetime) -> None:
    with books.database.read() as db:
        order = orders.get_order(db, order_id)
        on = repository.invoiced_order(db, order_id)
    for each in on:
        draw_files(books, each.invoice_id)
    if event == "cancel":
        _take_back(books, order, now=now)
    elif event == "return":
        _credit_returns(books, order, now=now)
    elif event == "change":
        standing = open_invoice(on)
        if on and (standing is None or standing.revision < order.revision):
            if standing is not None:
                _take_back(books, order, now=now)
            _issue_for(books, order, now=now)
    elif event == "placed" and is_paid_in_advance(order):
        _issue_for(books, order, now=now)
    elif event == "ship" and open_invoice(on) is None:
        if method_of(order) is InvoicingMethod.MONTHLY and order.customer_id is not None:
            with books.database.write() as db:
                if first_time(db, _claim(order_id, present_turn(on), "collect")):
                    repository.collect(db, CollectedOrder(order_id, order.customer_id, now.date()))
        else:
            _issue_for(books, order, now=now)
            _credit_parts(books, order, now=now)


def invoice_month(books: Books, month: str, *, now: datetime) -> None:
    """Issue the collective invoices of everything delivered before the end of a month (``2026-11``), with progress.

    One for each customer and currency.

    A customer whose invoice would break a rule is noted with the run; the others are not held up. Run again, it goes on
    where it stopped.
    """
    with books.database.read() as db:
        waiting = repository.collected_before(db, _day_after(month))
        undrawn = repository.without_files(db)
        currencies = {each.order_id: orders.get_order(db, each.order_id).price.currency for each in waiting}
    for invoice_id in undrawn:
        draw_files(books, invoice_id)
    groups: dict[tuple[CustomerId, str], list[OrderId]] = {}
    for each in waiting:
        groups.setdefault((each.customer_id, currencies[each.order_id]), []).append(each.order_id)
    with books.database.write() as db:
        repository.start_run(db, month, total=len(groups), now=now)
    days = {each.order_id: each.delivered_on for each in waiting}
    for order_ids in groups.values():
        refused = _issue_collective(books, order_ids, days, now=now)
        with books.database.write() as db:
            repository.advance_run(db, month, refused=refused)
    with books.database.write() as db:
        repository.finish_run(db, month, now=now)


def enqueue_month(db: Session, *, today: date) -> str:
    """Queue the collective run of the month before today's; however often it is asked for, it is stored once."""
    return enqueue(db, MONTH_JOB, _month_before(today))


def queue_month(db: Session, *, today: date) -> None:
    """Queue the collective run of the month before today's once more, for what was refused and has been put right."""
    month = _month_before(today)
    enqueue(db, MONTH_JOB, month, key=f"{month}:{repository.runs_of(db, month)}")


def draw_files(books: Books, invoice_id: InvoiceId) -> IssuedInvoice:
    """Return an issued invoice with its files, drawn and stored if it had none; the same bytes whoever draws them."""
    with books.database.read() as db:
        issued = repository.get_invoice(db, invoice_id)
    if issued.pdf is not None:
        return issued
    printed = books.printer.draw(issued.invoice)
    pdf = books.blobs.put(printed.pdf, "application/pdf")
    xml = books.blobs.put(printed.xml, "application/xml") if printed.xml else None
    with books.database.write() as db:
        if repository.fill_in_files(db, invoice_id, pdf=pdf, xml=xml):
            enqueue(db, ISSUED_JOB, invoice_id)
        return repository.get_invoice(db, invoice_id)


def invoice_files(blobs: BlobStore, issued: IssuedInvoice) -> tuple[bytes, bytes]:
    """Return the PDF and the e-invoice of an issued invoice; the latter is empty where there is none.

    Raises:
        FilesNotYetThere: they are being drawn.
    """
    if issued.pdf is None:
        raise FilesNotYetThere(number=issued.invoice.number)
    return blobs.get(issued.pdf).content, blobs.get(issued.xml).content if issued.xml else b""


def kept_invoices(db: Session, seller: Seller, customer_id: CustomerId) -> list[tuple[str, date]]:
    """Return the invoices the law makes us keep of a customer: number, and until the end of which year."""
    return [
        (each.invoice.number, date(each.issued_at.year + seller.retention_years, 12, 31))
        for each in repository.find_invoices(db, customer_id=customer_id, limit=100_000)
    ]


def owed_for(db: Session, order: Order) -> int:
    """Return what is owed for an order: what was invoiced less what was taken back, before any invoice the price."""
    on = repository.invoices_of_order(db, order.id)
    if not on:
        return 0 if order.state in (OrderState.CANCELLED, OrderState.RETURNED) else order.price.total_minor
    signs = {InvoiceKind.INVOICE: 1, InvoiceKind.CREDIT_NOTE: -1}
    return sum(signs[each.invoice.kind] * _agreed_for(order, each.invoice) for each in on)


def _agreed_for(order: Order, invoice: Invoice) -> int:
    """Return what of an invoice is an order's: all of its own, its price on a collective one."""
    return invoice.totals.agreed_minor if len(invoice.orders) == 1 else order.price.total_minor


def _issue_for(books: Books, order: Order, *, now: datetime) -> None:
    """Issue the invoice of one order in its present turn."""
    with books.database.read() as db:
        turn = present_turn(repository.invoiced_order(db, order.id))
        is_expected = order.state not in AFTER_SHIPPING
        day = expected_delivery(order) if is_expected else now.date()
        buyer, invoice = _composed(db, books.seller, [order], [day], now, is_expected)
    if invoice is None:
        return
    books.printer.require_valid(replace(invoice, number=PROVISIONAL))
    with books.database.write() as db:
        if not first_time(db, _claim(order.id, turn, "invoice")):
            return
        issued = _store(db, books, invoice, buyer.customer_id, [(order, turn)], now=now)
    draw_files(books, issued.id)


def _issue_collective(
    books: Books, order_ids: Sequence[OrderId], days: dict[OrderId, date], *, now: datetime
) -> dict[str, object]:
    """Issue one customer's invoice of the month; return why it could not be, by the customer's reference."""
    with books.database.read() as db:
        on_it = [orders.get_order(db, order_id) for order_id in order_ids]
        turns = [present_turn(repository.invoiced_order(db, order_id)) for order_id in order_ids]
        try:
            buyer, invoice = _composed(db, books.seller, on_it, [days[each] for each in order_ids], now, False)
        except PartyNotValid as error:
            return {on_it[0].number: {"code": error.code, **error.facts}}
    if invoice is None:
        return {}
    try:
        books.printer.require_valid(replace(invoice, number=PROVISIONAL))
    except InvoiceNotValid as error:
        return {buyer.reference: {"code": error.code, "rules": [each["rule"] for each in error.facts["findings"]]}}
    with books.database.write() as db:
        taken = [repository.take_collected(db, order_id) for order_id in order_ids]
        claimed = [
            first_time(db, _claim(order_id, turn, "invoice")) for order_id, turn in zip(order_ids, turns, strict=True)
        ]
        if not all(taken) or not all(claimed):
            raise CollectedMeanwhile(orders=[order.number for order in on_it])
        issued = _store(db, books, invoice, buyer.customer_id, list(zip(on_it, turns, strict=True)), now=now)
    draw_files(books, issued.id)
    for order in on_it:
        _credit_parts(books, order, now=now)
    return {}


def _credit_returns(books: Books, order: Order, *, now: datetime) -> None:
    """Take an order's invoice back, the whole or the pieces that came back for money; what is made again stays billed."""
    with books.database.read() as db:
        returned = orders.returns_of(db, order.id)
        standing = open_invoice(repository.invoiced_order(db, order.id))
    for_money = [each for each in returned if each.remedy is Remedy.MONEY_BACK]
    is_all = sum(len(each.pieces) for each in for_money) == order.quantity
    if not returned or (is_all and (standing is None or len(for_money) == 1)):
        _take_back(books, order, now=now)
    else:
        _credit_parts(books, order, now=now)


def _credit_parts(books: Books, order: Order, *, now: datetime) -> None:
    """Issue a credit note for each return of pieces that has none yet; nothing before the order is invoiced."""
    with books.database.read() as db:
        returned = [each for each in orders.returns_of(db, order.id) if each.remedy is Remedy.MONEY_BACK]
        on = repository.invoiced_order(db, order.id)
        standing = open_invoice(on)
        issued = repository.get_invoice(db, standing.invoice_id) if standing is not None and returned else None
    if standing is None or issued is None:
        return
    credited, before = {each.part for each in on if each.turn == standing.turn}, 0
    for each in returned:
        back, before = PiecesBack(before, len(each.pieces), order.quantity), before + len(each.pieces)
        if each.number not in credited:
            _credit_part(books, order, issued, standing, each, back, now=now)


def _credit_part(
    books: Books,
    order: Order,
    issued: IssuedInvoice,
    standing: InvoicedOrder,
    returned: OrderReturn,
    back: PiecesBack,
    *,
    now: datetime,
) -> None:
    is_shared = len(issued.invoice.orders) > 1
    agreed_minor = order.price.total_minor if is_shared else issued.invoice.totals.agreed_minor
    note = credit_pieces(issued.invoice, back, issued_on=now.date(), order=order.number, agreed_minor=agreed_minor)
    books.printer.require_valid(replace(note, number=PROVISIONAL))
    with books.database.write() as db:
        if not first_time(db, _claim(order.id, standing.turn, f"credit_note:{returned.number}")):
            return
        on_it = [(order, standing.turn)]
        stored = _store(db, books, note, issued.customer_id, on_it, now=now, refers_to=issued.id, part=returned.number)
    draw_files(books, stored.id)


def _take_back(books: Books, order: Order, *, now: datetime) -> None:
    """Issue the credit note of an order's open invoice; where there is none, see to it that there will be none."""
    with books.database.write() as db:
        on = repository.invoiced_order(db, order.id)
        standing = open_invoice(on)
        if standing is None:
            repository.take_collected(db, order.id)
            turn = present_turn(on)
            first_time(db, _claim(order.id, turn, "collect"))
            first_time(db, _claim(order.id, turn, "invoice"))
            return
        issued = repository.get_invoice(db, standing.invoice_id)
    part = order.number if len(issued.invoice.orders) > 1 else None
    back = credit_note(
        issued.invoice, issued_on=now.date(), order=part, agreed_minor=order.price.total_minor if part else None
    )
    books.printer.require_valid(replace(back, number=PROVISIONAL))
    with books.database.write() as db:
        if not first_time(db, _claim(order.id, standing.turn, "credit_note")):
            return
        stored = _store(
            db, books, back, issued.customer_id, [(order, standing.turn)], now=now, refers_to=standing.invoice_id
        )
    draw_files(books, stored.id)


def _composed(
    db: Session, seller: Seller, on_it: Sequence[Order], days: Sequence[date], now: datetime, is_expected: bool
) -> tuple[Buyer, Invoice | None]:
    """Return buyer and invoice of orders; no invoice where nothing costs anything."""
    buyer = buyer_of(db, on_it[0])
    told = [
        billable(db, order, model_of(db, order.release), buyer, delivered_on=day, is_expected=is_expected)
        for order, day in zip(on_it, days, strict=True)
    ]
    try:
        invoice = compose_invoice(
            seller,
            buyer.party,
            told,
            method=method_of(on_it[0]),
            means=means_of(on_it[0]),
            locale=buyer.locale,
            issued_on=now.date(),
            paid_minor=max(0, sum(paid_of(db, order) for order in on_it)),
        )
    except NothingToBill:
        return buyer, None
    return buyer, invoice


def _store(
    db: Session,
    books: Books,
    invoice: Invoice,
    customer_id: CustomerId | None,
    on_it: Sequence[tuple[Order, int]],
    *,
    now: datetime,
    refers_to: InvoiceId | None = None,
    part: int = 0,
) -> IssuedInvoice:
    """Take the next number of the year's series and store the invoice under it, in the caller's transaction."""
    is_invoice = invoice.kind is InvoiceKind.INVOICE
    series = f"{books.seller.invoice_series if is_invoice else books.seller.credit_series}-{now.year}"
    numbered = replace(invoice, number=f"{series}-{next_number(db, series):06d}")
    issued = IssuedInvoice(InvoiceId(books.new_id()), numbered, now, customer_id, refers_to)
    repository.add_invoice(
        db,
        issued,
        [InvoicedOrder(issued.id, order.id, invoice.kind, turn, order.revision, part) for order, turn in on_it],
    )
    record(
        db,
        f"invoice:{numbered.number}",
        "issued",
        actor=SYSTEM,
        now=now,
        orders=list(numbered.orders),
        total_minor=numbered.totals.agreed_minor,
    )
    return issued


def _claim(order_id: OrderId, turn: int, what: str) -> str:
    return f"invoicing:{what}:{order_id}:{turn}"


def _month_before(day: date) -> str:
    first = day.replace(day=1)
    before = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    return f"{before:%Y-%m}"


def _day_after(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
