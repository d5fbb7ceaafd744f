"""The values of the invoices' pages, and of the invoices and payments on an order's page."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from kernel.money import Money, decimal_from_money
from orders.customers.contacts.model import Channel
from orders.customers.contacts.repository import contacts_of
from orders.customers.model import Purpose
from orders.invoicing import repository as invoices
from orders.invoicing.amounts import percent
from orders.invoicing.invoice_texts import invoice_texts
from orders.invoicing.issued import InvoiceRun, IssuedInvoice
from orders.invoicing.model import InvoiceKind, InvoicingMethod
from orders.invoicing.service import owed_for
from orders.lifecycle.model import Order
from orders.messages.replies import FILES
from orders.messages.repository import messages_of_order
from orders.payments.model import Balance, PaymentKind, balance
from orders.payments.providers import BY_HAND, TRANSFER
from orders.payments.repository import payments_of


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """One invoice of a list."""

    number: str
    kind: str
    method: str
    issued_at: datetime
    due_on: date
    buyer: str
    orders: tuple[str, ...]
    agreed_minor: int
    due_minor: int
    currency: str
    is_ready: bool
    has_xml: bool
    is_to_post: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything one invoice's page shows; ``sums`` are name and amount, the last what is to be paid."""

    told: ShownInvoice
    facts: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, int, str, int], ...]
    sums: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPayment:
    """One payment of an order."""

    kind: str
    provider: str
    at: datetime
    signed_minor: int
    reference: str


@dataclass(frozen=True, slots=True)
class OrderBilling:
    """Invoices and payments of an order, and how it stands.

    ``refund_by`` is how money last came by hand, ``refund_for`` the newest credit note.
    """

    invoices: tuple[ShownInvoice, ...]
    payments: tuple[ShownPayment, ...]
    balance: Balance
    refused: tuple[str, ...] = ()
    refund_by: str = ""
    refund_for: str = ""

    @property
    def to_refund_minor(self) -> int:
        """What the customer is to get back: what we owe, but never more than came."""
        return max(0, min(-self.balance.open_minor, self.balance.paid_minor))

    @property
    def to_refund(self) -> str:
        """The same as it is typed: ``12.50``."""
        return f"{decimal_from_money(Money(self.to_refund_minor, self.balance.currency)):f}"


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message about an order, or an answer of the customer's: ``kind`` is empty for an answer."""

    kind: str
    at: datetime
    text: str
    state: str
    id: str = ""
    may_be_sent_again: bool = False
    names_files: bool = False


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A month's collective run; ``refused`` are what names the customer, and what stood against the invoice."""

    month: str
    total: int
    done: int
    is_over: bool
    refused: tuple[tuple[str, str], ...]


def shown_invoice(issued: IssuedInvoice) -> ShownInvoice:
    """Return an invoice as a list shows it."""
    invoice = issued.invoice
    return ShownInvoice(
        number=invoice.number,
        kind=invoice.kind.value,
        method=invoice.method.value,
        issued_at=issued.issued_at,
        due_on=invoice.due_on,
        buyer=invoice.buyer.name,
        orders=invoice.orders,
        agreed_minor=invoice.totals.agreed_minor,
        due_minor=invoice.totals.due_minor,
        currency=invoice.currency,
        is_ready=issued.pdf is not None,
        has_xml=issued.xml is not None,
        is_to_post=invoice.method is InvoicingMethod.PAPER,
    )


def invoice_page(issued: IssuedInvoice, locale: str) -> InvoicePage:
    """Return one invoice's page, in the reader's language but for the lines, which stand as they were issued."""
    invoice, texts = issued.invoice, invoice_texts(locale)
    buyer, totals = invoice.buyer, invoice.totals
    address = ", ".join(
        part for part in (buyer.street, f"{buyer.postcode} {buyer.city}".strip(), buyer.country) if part
    )
    facts = [(texts.word("buyer"), f"{buyer.name}, {address}")]
    facts += [(texts.word("vat_id"), buyer.vat_id)] if buyer.vat_id else []
    facts += [
        (texts.word("issued"), texts.day(invoice.issued_on)),
        (
            texts.word("expected" if invoice.delivery.is_expected else "delivered"),
            " – ".join(dict.fromkeys(texts.day(day) for day in (invoice.delivery.first, invoice.delivery.last))),
        ),
        (texts.word("due"), texts.day(invoice.due_on)),
    ]
    facts += [(texts.word("po_number"), invoice.po_number)] if invoice.po_number else []
    facts += [(texts.word("refers_to"), invoice.refers_to.number)] if invoice.refers_to else []
    lines = [(line.name, line.quantity, _percent(line.vat.rate), line.net_minor) for line in invoice.lines]
    lines += [(each.reason, 1, _percent(each.vat.rate), -each.net_minor) for each in invoice.allowances]
    sums = [(texts.word("sum_net"), totals.net_minor)]
    sums += [(f"{texts.word('vat')} {_percent(each.vat.rate)}", each.tax_minor) for each in totals.vat]
    sums += [(texts.word("rounding"), totals.rounding_minor)] if totals.rounding_minor else []
    sums += [(texts.word("paid"), -totals.paid_minor)] if totals.paid_minor else []
    sums += [(texts.word("to_get" if issued.refers_to else "to_pay"), totals.due_minor)]
    notes = [texts.word(f"vat.{each.vat.category.value}") for each in totals.vat if each.vat.category.exemption_code]
    return InvoicePage(shown_invoice(issued), tuple(facts), tuple(lines), tuple(sums), (*notes, texts.terms(invoice)))


def order_billing(db: Session, order: Order) -> OrderBilling:
    """Return invoices and payments of an order."""
    payments, refusal = payments_of(db, order.id), invoices.find_refusal(db, order.id)
    issued = invoices.invoices_of_order(db, order.id)
    taken_back = [each.invoice.number for each in issued if each.invoice.kind is InvoiceKind.CREDIT_NOTE]
    by_hand = [each.provider for each in payments if each.provider in BY_HAND and each.kind is not PaymentKind.REFUND]
    return OrderBilling(
        invoices=tuple(shown_invoice(each) for each in issued),
        payments=tuple(
            ShownPayment(each.kind.value, each.provider, each.at, each.signed_minor, each.reference)
            for each in payments
        ),
        refused=refusal.reasons if refusal is not None else (),
        refund_by=by_hand[-1] if by_hand else TRANSFER.name,
        refund_for=taken_back[-1] if taken_back else "",
        balance=balance(payments, owed_minor=owed_for(db, order), currency=order.price.currency),
    )


def order_messages(db: Session, order: Order, *, now: datetime) -> tuple[ShownMessage, ...]:
    """Return what was written about an order, and what the customer answered, oldest first."""
    shown = [
        ShownMessage(each.kind.value, each.at, "", each.state.value, each.id, each.may_be_sent_again(now))
        for each in messages_of_order(db, order.id)
        if not each.is_given_up
    ]
    if order.customer_id is not None:
        shown += [
            ShownMessage("", each.at, each.note, "", names_files=FILES in each.note)
            for each in contacts_of(db, order.customer_id, purpose=Purpose.SUPPORT)
            if each.about == order.number and each.channel is Channel.MAIL
        ]
    return tuple(sorted(shown, key=lambda each: each.at))


def shown_run(run: InvoiceRun) -> ShownRun:
    """Return a collective run as it is shown."""
    refused = tuple(
        (whom, ", ".join(told.get("rules", [])) or str(told.get("field", told.get("code", ""))))
        for whom, told in run.refused.items()
    )
    return ShownRun(run.month, run.total, run.done, run.finished_at is not None, refused)


def _percent(rate: Decimal) -> str:
    return f"{percent(rate).normalize():f} %"
