"""Invoices, payments and billing details by program."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from kernel.ids import CustomerId
from orders.customers.billing.repository import billing_of, save_billing
from orders.customers.model import Purpose
from orders.customers.service import known_customer
from orders.invoicing import repository as invoices
from orders.invoicing.document import invoice_to_json
from orders.invoicing.issued import IssuedInvoice
from orders.invoicing.service import owed_for, queue_month, try_again
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order, OrderNotYours
from orders.payments.model import PaymentKind, balance
from orders.payments.repository import payments_of
from orders.payments.service import record_payment
from web.routes.api import invoice_schemas as told
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, ApiReader, Bearer, TheApiReader, problems
from web.routes.invoices import FOR_STAFF, FOR_STORE, checked_billing, file_response, visible_invoice
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(prefix=PREFIX, tags=["invoices"], dependencies=[Public, Bearer])


@router.get("/invoices", name="api:invoices", dependencies=[FOR_STAFF], responses=problems(401, 403))
def list_invoices(shop: TheShop, number: Annotated[str, Query(max_length=30)] = "") -> list[told.Invoice]:
    """Return invoices and credit notes, newest first, by a part of the number."""
    with shop.database.read() as db:
        return [told.Invoice.model_validate(_json(each)) for each in invoices.find_invoices(db, number=number.strip())]


@router.post(
    "/invoices/runs",
    name="api:invoice_run",
    status_code=202,
    dependencies=[Depends(require_role(Role.FINANCE))],
    response_class=Response,
    responses=problems(401, 403),
)
def run_month(shop: TheShop) -> Response:
    """Collect last month's invoices now; what was refused before is tried again."""
    with shop.database.write() as db:
        queue_month(db, today=shop.now().date())
    return Response(status_code=202)


@router.get(
    "/invoices/{number}", name="api:invoice", response_model=told.InvoiceDocument, responses=problems(401, 403, 404)
)
def show_invoice(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Return an invoice with everything that stands on it."""
    with shop.database.read() as db:
        issued = visible_invoice(db, number, who.reader)
    return JSONResponse({"invoice": _json(issued), "document": invoice_to_json(issued.invoice)})


@router.get(
    "/invoices/{number}/invoice.pdf",
    name="api:invoice_pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **problems(401, 403, 404, 503)},
)
def pdf(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Return the PDF as it was issued; of Factur-X with the e-invoice inside."""
    return file_response(shop, who.reader, number, "pdf")


@router.get(
    "/invoices/{number}/invoice.xml",
    name="api:invoice_xml",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}, **problems(401, 403, 404, 503)},
)
def xml(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Return the e-invoice as it was issued: CII or UBL."""
    return file_response(shop, who.reader, number, "xml")


@router.get(
    "/orders/{number}/account", name="api:account", response_model=told.Account, responses=problems(401, 403, 404)
)
def show_account(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Return how an order stands: what is owed, what was paid, its invoices."""
    with shop.database.read() as db:
        return JSONResponse(_account(db, _order(db, who, number)))


@router.post(
    "/orders/{number}/invoice",
    name="api:try_invoice",
    status_code=202,
    dependencies=[FOR_STORE],
    response_class=Response,
    responses=problems(401, 403, 404),
)
def issue_again(shop: TheShop, number: str) -> Response:
    """Try once more to issue an invoice that was refused; nothing where none was."""
    with shop.database.write() as db:
        try_again(db, orders.get_order_by_number(db, number).id)
    return Response(status_code=202)


@router.post(
    "/orders/{number}/payments",
    name="api:record_payment",
    status_code=201,
    dependencies=[FOR_STORE],
    response_model=told.Account,
    responses=problems(401, 403, 404, 409, 422),
)
def pay(
    shop: TheShop,
    who: TheApiReader,
    number: str,
    body: told.PaymentIn,
) -> Response:
    """Record money that came, or was paid back, and return how the order stands then."""
    with shop.database.write() as db:
        order = _order(db, who, number)
        record_payment(
            db,
            order,
            kind=PaymentKind(body.kind),
            provider=body.provider,
            amount_minor=body.amount_minor,
            currency=body.currency,
            reference=body.reference,
            new_id=shop.new_id,
            actor=who.actor,
            now=shop.now(),
        )
        return JSONResponse(_account(db, order), status_code=201)


@router.get(
    "/customers/{customer_id}/billing",
    name="api:billing",
    dependencies=[FOR_STORE],
    response_model=told.Billing,
    responses=problems(401, 403, 404),
)
def show_billing(shop: TheShop, customer_id: str) -> Response:
    """Return what a customer's invoices need."""
    with shop.database.read() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.INVOICE)
        return JSONResponse(asdict(billing_of(db, customer.id, purpose=Purpose.INVOICE)))


@router.put(
    "/customers/{customer_id}/billing",
    name="api:save_billing",
    dependencies=[FOR_STORE],
    response_model=told.Billing,
    responses=problems(401, 403, 404, 422),
)
def change_billing(shop: TheShop, customer_id: str, body: told.BillingIn) -> Response:
    """Keep what a customer's invoices need; a VAT number that cannot be right is refused."""
    details = checked_billing(**body.model_dump())
    with shop.database.write() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.INVOICE)
        save_billing(db, customer.id, details)
    return JSONResponse(asdict(details))


def _order(db: Session, who: ApiReader, number: str) -> Order:
    order = orders.get_order_by_number(db, number)
    if not who.reader.may_look_at_order(order.owner, order.customer_id):
        raise OrderNotYours(number=number)
    return order


def _account(db: Session, order: Order) -> dict[str, Any]:
    payments, refusal = payments_of(db, order.id), invoices.find_refusal(db, order.id)
    stands = balance(payments, owed_minor=owed_for(db, order), currency=order.price.currency)
    return {
        "order": order.number,
        "currency": stands.currency,
        "owed_minor": stands.owed_minor,
        "paid_minor": stands.paid_minor,
        "open_minor": stands.open_minor,
        "payments": [
            {
                "kind": each.kind.value,
                "provider": each.provider,
                "amount_minor": each.amount_minor,
                "currency": each.currency,
                "at": each.at.isoformat(),
                "reference": each.reference,
            }
            for each in payments
        ],
        "refused": list(refusal.reasons) if refusal is not None else [],
        "invoices": [_json(each) for each in invoices.invoices_of_order(db, order.id)],
    }


def _json(issued: IssuedInvoice) -> dict[str, Any]:
    invoice = issued.invoice
    return {
        "number": invoice.number,
        "kind": invoice.kind.value,
        "method": invoice.method.value,
        "issued_at": issued.issued_at.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "currency": invoice.currency,
        "agreed_minor": invoice.totals.agreed_minor,
        "due_minor": invoice.totals.due_minor,
        "orders": list(invoice.orders),
        "refers_to": invoice.refers_to.number if invoice.refers_to else None,
        "has_pdf": issued.pdf is not None,
        "has_xml": issued.xml is not None,
    }
