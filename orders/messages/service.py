"""Use cases of messages: tell a customer what happened, once; file what they answer with their order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.ids import IdMaker, OrderId, QuoteId
from kernel.jobs import enqueue, first_time
from kernel.money import Money, format_money
from modules_catalog.releases.service import model_of
from orders.audit.model import SYSTEM, Actor
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.contacts.model import Channel, ContactEvent, ContactEventId
from orders.customers.contacts.repository import add_contact
from orders.customers.model import Customer, Purpose
from orders.invoicing import repository as invoices
from orders.invoicing.issued import InvoiceId
from orders.invoicing.model import InvoiceKind, InvoicingMethod, Syntax
from orders.invoicing.service import ISSUED_JOB, invoice_files
from orders.lifecycle import repository as orders
from orders.lifecycle.date_offers import open_offer
from orders.lifecycle.following import TELL_JOB
from orders.lifecycle.model import Order
from orders.messages import repository
from orders.messages.composing import letter, mail, written_day
from orders.messages.model import (
    Attachment,
    Letter,
    MailAddresses,
    MessageId,
    MessageKind,
    MessageNotFound,
    MessageNotTaken,
    MessageRefused,
    MessageSent,
    MessageState,
    QuotePaper,
    ReplyNotOurs,
    SentMessage,
)
from orders.messages.replies import Reply, read_reply
from orders.messages.transports import Transport
from orders.quotes import repository as quotes
from orders.quotes.model import Quote, QuoteState
from production.floor.service import pieces_now
from production.promise.document import promise_from_json

#: What is told of an event in an order's life.
KINDS = {
    "placed": MessageKind.ORDER,
    "change": MessageKind.CHANGE,
    "promise": MessageKind.PROMISE,
    "date_offer": MessageKind.DATE_OFFER,
    "finish": MessageKind.READY,
    "ship": MessageKind.SHIPPED,
    "cancel": MessageKind.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What messages are written and sent with. ``origin`` is the shop's address; ``new_token`` makes 32 hex digits."""

    database: Database
    blobs: BlobStore
    transport: Transport
    addresses: MailAddresses
    origin: str
    new_id: IdMaker
    new_token: Callable[[], str]


def tell_of_order(office: PostOffice, order_id: OrderId, event: str, *, now: datetime) -> None:
    """Tell the customer what happened to their order; nothing where there is nobody to write to.

    Raises:
        MessageNotTaken: the server takes nothing now; the job is tried again.
    """
    kind = KINDS[event]
    with office.database.read() as db:
        order = orders.get_order(db, order_id)
        customer = _addressee(db, order)
        product = model_of(db, order.release).text("line", customer.contact.locale) if customer else ""
        remakes = sum(bool(piece.remake_of) for piece in pieces_now(db, order.number))
        asked = open_offer(db, order) if kind is MessageKind.DATE_OFFER else None
    if customer is None or (kind is MessageKind.DATE_OFFER and asked is None):
        return
    locale = customer.contact.locale
    told = letter(
        kind,
        locale,
        name=customer.contact.name,
        values={"number": order.number, "revision": order.revision_letter},
        facts={
            "order": order.number,
            "product": product,
            "ready": ""
            if kind in (MessageKind.SHIPPED, MessageKind.CANCELLED, MessageKind.READY)
            else written_day(promise_from_json(order.promise).date, locale),
            "new_date": written_day(asked.day, locale) if asked else "",
            "total": _money(order.price.total_minor, order.price.currency, locale),
        },
        url=f"{office.origin}/orders/{order.number}" + ("#new-date" if asked else ""),
        is_pickup=order.is_carried_away,
    )
    turn = f":{order.revision}" if kind is MessageKind.CHANGE else ""
    if remakes and kind in (MessageKind.READY, MessageKind.SHIPPED):
        turn = f":again:{remakes}"
    if kind is MessageKind.PROMISE:
        turn = f":{promise_from_json(order.promise).date.isoformat()}"
    if asked is not None:
        turn = f":{asked.number}"
    _send(office, f"{kind.value}:{order.id}{turn}", kind, told, customer, order.number, order.id, now=now)


def tell_of_quote(
    office: PostOffice, quote_id: QuoteId, paper: Callable[[Quote, str], QuotePaper], *, now: datetime
) -> None:
    """Send the customer the quote they asked for, while it is open: as PDF, with the link to order by.

    Args:
        office: What messages are sent with.
        quote_id: Of which quote.
        paper: Draws a quote in a language.
        now: The present moment.

    Raises:
        MessageNotTaken: the server takes nothing now; the job is tried again.
    """
    with office.database.read() as db:
        quote = quotes.get_quote(db, quote_id)
        if quote.customer_id is None or quote.state is not QuoteState.OPEN:
            return
        customer = customers.get_customer(db, quote.customer_id, purpose=Purpose.SALE)
        locale = customer.contact.locale
        product = model_of(db, quote.release).text("line", locale)
    if not customer.contact.email:
        return
    until = written_day(quote.expires_at.date(), locale)
    made = paper(quote, locale)
    told = letter(
        MessageKind.QUOTE,
        locale,
        name=customer.contact.name,
        values={"number": quote.number, "until": until},
        facts={
            "quote": quote.number,
            "product": product,
            "ready": written_day(promise_from_json(quote.promise).date, locale),
            "total": _money(quote.price.total_minor, quote.price.currency, locale),
            "until": until,
        },
        url=made.link,
        attachments=(Attachment(f"{quote.number}.pdf", "application/pdf", made.pdf),),
    )
    _send(office, f"quote:{quote.id}", MessageKind.QUOTE, told, customer, quote.number, None, now=now)


def tell_of_invoice(office: PostOffice, invoice_id: InvoiceId, *, now: datetime) -> None:
    """Send an issued invoice with its files; one that is wanted on paper goes by post instead.

    Raises:
        MessageNotTaken: the server takes nothing now; the job is tried again.
    """
    with office.database.read() as db:
        issued = invoices.get_invoice(db, invoice_id)
        on = invoices.orders_on(db, invoice_id)
        order = orders.get_order(db, on[0].order_id)
        customer = _addressee(db, order)
    invoice = issued.invoice
    if customer is None or invoice.method is InvoicingMethod.PAPER:
        return
    pdf, xml = invoice_files(office.blobs, issued)
    files = [Attachment(f"{invoice.number}.pdf", "application/pdf", pdf)]
    if invoice.syntax is Syntax.UBL:
        files.append(Attachment(f"{invoice.number}.xml", "application/xml", xml))
    is_invoice = invoice.kind is InvoiceKind.INVOICE
    kind = MessageKind.INVOICE if is_invoice else MessageKind.CREDIT_NOTE
    locale = customer.contact.locale
    told = letter(
        kind,
        locale,
        name=customer.contact.name,
        values={"number": invoice.number},
        facts={
            "order": ", ".join(invoice.orders),
            "total": _money(invoice.totals.agreed_minor, invoice.currency, locale),
            "to_pay": _money(invoice.totals.due_minor, invoice.currency, locale) if is_invoice else "",
            "until": written_day(invoice.due_on, locale) if is_invoice and invoice.totals.due_minor else "",
        },
        url=f"{office.origin}/invoices/{invoice.number}",
        attachments=tuple(files),
    )
    _send(office, f"{kind.value}:{issued.id}", kind, told, customer, invoice.number, order.id, now=now)


def send_again(db: Session, order: Order, message_id: str, *, actor: Actor, now: datetime) -> None:
    """Queue a message about an order once more that was refused, or of which nobody knows whether it went out.

    Raises:
        MessageNotFound: the order has no such message.
        MessageSent: it went out, or may be going out this moment; nothing is queued.
    """
    message = next((each for each in repository.messages_of_order(db, order.id) if each.id == message_id), None)
    if message is None:
        raise MessageNotFound(message_id=message_id)
    if not message.may_be_sent_again(now) or not repository.give_up(db, message):
        raise MessageSent(state=message.state.value)
    event = next((event for event, kind in KINDS.items() if kind is message.kind), "")
    if event:
        enqueue(db, TELL_JOB, order.id, event, key=f"{order.id}:{event}:again:{message.id}")
    else:
        issued = invoices.get_invoice_by_number(db, message.about)
        enqueue(db, ISSUED_JOB, issued.id, key=f"{issued.id}:again:{message.id}")
    record(db, f"order:{order.number}", "message_again", actor=actor, now=now, kind=message.kind.value)


def receive(db: Session, content: bytes, *, new_id: IdMaker, now: datetime) -> Reply | None:
    """File a customer's answer with their order and return it; None for one that was filed before or is automatic.

    Raises:
        ReplyNotOurs: it carries no token of a message of ours; nothing is filed.
        MailNotValid: it cannot be read as a mail.
    """
    reply = read_reply(content)
    message = next(filter(None, (repository.message_by_token(db, token) for token in reply.tokens)), None)
    if message is None:
        raise ReplyNotOurs(tokens=len(reply.tokens))
    if reply.is_automatic or not reply.text or not first_time(db, f"messages:reply:{reply.fingerprint}"):
        return None
    about = orders.get_order(db, message.order_id).number if message.order_id else message.about
    event = ContactEvent(ContactEventId(new_id()), now, Channel.MAIL, reply.text, "customer", about)
    add_contact(db, message.customer_id, event)
    record(db, f"order:{about}" if message.order_id else f"quote:{about}", "answered", actor=SYSTEM, now=now)
    return reply


def _send(
    office: PostOffice,
    occasion: str,
    kind: MessageKind,
    told: Letter,
    customer: Customer,
    about: str,
    order_id: OrderId | None,
    *,
    now: datetime,
) -> None:
    """Send a letter for its occasion, never twice.

    The occasion is claimed before the mail is handed over. What surely was not taken is unclaimed and tried again; what
    broke off in between stays claimed: better one mail missing than two.
    """
    message = SentMessage(
        MessageId(office.new_id()), kind, customer.id, about, office.new_token(), now, order_id, MessageState.SENDING
    )
    made = mail(told, customer.contact.email or "", message, office.addresses)
    with office.database.write() as db:
        if not repository.claim(db, occasion, message):
            return
    try:
        office.transport.send(made)
    except MessageNotTaken:
        with office.database.write() as db:
            repository.unclaim(db, message.id)
        raise
    except MessageRefused:
        with office.database.write() as db:
            repository.settle(db, message.id, MessageState.REFUSED)
        return
    with office.database.write() as db:
        repository.settle(db, message.id, MessageState.SENT)


def _addressee(db: Session, order: Order) -> Customer | None:
    if order.customer_id is None:
        return None
    customer = customers.get_customer(db, order.customer_id, purpose=Purpose.DELIVERY)
    return customer if customer.contact.email else None


def _money(minor: int, currency: str, locale: str) -> str:
    return format_money(Money(minor, currency), locale)
