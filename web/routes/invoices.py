"""Invoices: the list, one of them, its files, the month's run; what customers pay; what their invoices need."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotFound
from kernel.ids import CustomerId
from kernel.money import AmountNotExact, money_from_decimal
from orders.customers.billing.model import BillingDetails, BillingDetailsNotValid
from orders.customers.billing.numbers import plausible_vat_id
from orders.customers.billing.repository import billing_of, save_billing
from orders.customers.model import Purpose
from orders.customers.service import known_customer
from orders.invoicing import repository as invoices
from orders.invoicing.issued import IssuedInvoice
from orders.invoicing.service import invoice_files, queue_month, try_again
from orders.lifecycle import repository as orders
from orders.lifecycle.model import OrderNotYours
from orders.payments.model import PaymentKind, PaymentNotValid, RefundTooLarge
from orders.payments.providers import BY_HAND
from orders.payments.service import record_payment
from web.forms import FormKey, done_once
from web.security.access import MaybeUser, Public, require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.invoicing import invoice_page, order_billing, shown_invoice, shown_run

router = APIRouter(include_in_schema=False)
SEE_INVOICES = (Role.FINANCE, Role.STORE)
FOR_STAFF = Depends(require_role(*SEE_INVOICES))
FOR_STORE = Depends(require_role(Role.STORE, Role.FINANCE))


class NoEInvoice(NotFound):
    """The invoice was issued as a PDF only."""


@router.get("/invoices", name="invoices:list", dependencies=[FOR_STAFF])
def list_invoices(request: Request, shop: TheShop, number: Annotated[str, Query(max_length=30)] = "") -> Response:
    """Show invoices and credit notes, newest first, and the collective runs."""
    with shop.database.read() as db:
        found = [shown_invoice(each) for each in invoices.find_invoices(db, number=number.strip())]
        runs = [shown_run(each) for each in invoices.runs(db, limit=3)]
    values = {"invoices": found, "number": number, "runs": runs}
    return respond(request, "invoices/list.html", values, blocks=["found_invoices"])


@router.post("/invoices/runs", name="invoices:run", dependencies=[Depends(require_role(Role.FINANCE))])
def run_month(request: Request, shop: TheShop) -> Response:
    """Collect last month's invoices now, also when it was done before: what was refused is tried again."""
    with shop.database.write() as db:
        queue_month(db, today=shop.now().date())
    return go_to(request, "/invoices")


@router.get("/invoices/{number}", name="invoices:page", dependencies=[Public])
def page(request: Request, shop: TheShop, reader: TheReader, user: MaybeUser, number: str) -> Response:
    """Show one invoice."""
    with shop.database.read() as db:
        issued = visible_invoice(db, number, reader)
    is_staff = user is not None and user.may_act_as(*SEE_INVOICES)
    return respond(
        request, "invoices/page.html", {"page": invoice_page(issued, reader_locale(request)), "is_staff": is_staff}
    )


@router.get("/invoices/{number}/invoice.pdf", name="invoices:pdf", dependencies=[Public])
def pdf(shop: TheShop, reader: TheReader, number: str) -> Response:
    """Send an invoice's PDF as it was issued."""
    return file_response(shop, reader, number, "pdf")


@router.get("/invoices/{number}/invoice.xml", name="invoices:xml", dependencies=[Public])
def xml(shop: TheShop, reader: TheReader, number: str) -> Response:
    """Send the e-invoice as it was issued."""
    return file_response(shop, reader, number, "xml")


@router.post("/orders/{number}/invoice", name="invoices:try_again", dependencies=[FOR_STORE])
def issue_again(request: Request, shop: TheShop, number: str) -> Response:
    """Try once more to issue an invoice that was refused, after what stood against it was put right."""
    with shop.database.write() as db:
        try_again(db, orders.get_order_by_number(db, number).id)
    return go_to(request, f"/orders/{number}")


@router.post("/orders/{number}/payments", name="invoices:pay", dependencies=[FOR_STORE])
def pay(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    amount: Annotated[str, Form(max_length=20)],
    kind: Annotated[PaymentKind, Form()] = PaymentKind.PAYMENT,
    provider: Annotated[str, Form(pattern="^(in_store|transfer|invoice)$")] = "in_store",
    reference: Annotated[str, Form(max_length=80)] = "",
    key: FormKey = "",
) -> Response:
    """Record money that came, or was paid back; pressing twice records it once."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
    problem = ""
    try:
        money = money_from_decimal(Decimal(amount.strip().replace(",", ".")), order.price.currency)
        with shop.database.write() as db:

            def act() -> str:
                payment = record_payment(
                    db,
                    order,
                    kind=kind,
                    provider=provider,
                    amount_minor=money.amount_minor,
                    currency=money.currency,
                    reference=reference,
                    new_id=shop.new_id,
                    actor=actor,
                    now=shop.now(),
                )
                return payment.id

            done_once(db, shop, actor, key, ["pay", number, kind.value, money.amount_minor, provider, reference], act)
    except (InvalidOperation, AmountNotExact, PaymentNotValid):
        problem = "amount"
    except RefundTooLarge:
        problem = "refund"
    if not problem:
        return go_to(request, f"/orders/{number}")
    with shop.database.read() as db:
        billing = order_billing(db, order)
    entered = {"amount": amount, "kind": kind.value, "provider": provider, "reference": reference}
    values = {"number": number, "billing": billing, "entered": entered, "problem": problem, "providers": tuple(BY_HAND)}
    return respond(request, "invoices/payment.html", values, status=422)


@router.get("/customers/{customer_id}/billing", name="invoices:billing", dependencies=[FOR_STORE])
def billing(request: Request, shop: TheShop, customer_id: str) -> Response:
    """Show what a customer's invoices need."""
    with shop.database.read() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.INVOICE)
        details = billing_of(db, customer.id, purpose=Purpose.INVOICE)
    values = {"customer": customer, "details": details, "wrong": ""}
    return respond(request, "invoices/billing.html", values)


@router.post("/customers/{customer_id}/billing", name="invoices:save_billing", dependencies=[FOR_STORE])
def change_billing(
    request: Request,
    shop: TheShop,
    customer_id: str,
    legal_name: Annotated[str, Form()] = "",
    vat_id: Annotated[str, Form()] = "",
    buyer_reference: Annotated[str, Form()] = "",
) -> Response:
    """Keep what a customer's invoices need; a VAT number that cannot be right is refused."""
    entered = {"legal_name": legal_name.strip(), "vat_id": vat_id.strip(), "buyer_reference": buyer_reference.strip()}
    try:
        details = checked_billing(**entered)
    except BillingDetailsNotValid as error:
        with shop.database.read() as db:
            customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.INVOICE)
        values = {"customer": customer, "details": entered, "wrong": error.facts["field"]}
        return respond(request, "invoices/billing.html", values, status=422)
    with shop.database.write() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.INVOICE)
        save_billing(db, customer.id, details)
    return go_to(request, f"/customers/{customer_id}")


def checked_billing(*, legal_name: str, vat_id: str, buyer_reference: str) -> BillingDetails:
    """Return billing details whose VAT number may be right.

    Raises:
        BillingDetailsNotValid: it cannot, or a text is too long; facts: ``field``.
    """
    if vat_id and not plausible_vat_id(vat_id):
        raise BillingDetailsNotValid(field="vat_id")
    return BillingDetails(legal_name, vat_id, buyer_reference)


def visible_invoice(db: Session, number: str, reader: TheReader) -> IssuedInvoice:
    """Return an invoice whose orders the reader may look at.

    Raises:
        InvoiceNotFound: there is none with this number.
        OrderNotYours: an order on it is somebody else's.
    """
    issued = invoices.get_invoice_by_number(db, number)
    for each in invoices.orders_on(db, issued.id):
        order = orders.get_order(db, each.order_id)
        if not reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
    return issued


def file_response(shop: Shop, reader: TheReader, number: str, kind: str) -> Response:
    """Return the PDF or the e-invoice of an invoice the reader may look at.

    Raises:
        InvoiceNotFound, OrderNotYours: as ``visible_invoice``.
        FilesNotYetThere: it is being drawn.
        NoEInvoice: there is no e-invoice.
    """
    with shop.database.read() as db:
        issued = visible_invoice(db, number, reader)
    as_pdf, as_xml = invoice_files(shop.blobs, issued)
    if kind == "xml" and not as_xml:
        raise NoEInvoice(number=number)
    content, media_type = (as_pdf, "application/pdf") if kind == "pdf" else (as_xml, "application/xml")
    disposition = f'attachment; filename="{number}.invoice.{kind}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
