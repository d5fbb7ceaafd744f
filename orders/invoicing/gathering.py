"""What an invoice needs, gathered from the order, its catalog and its customer."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from kernel.ids import CustomerId
from modules_catalog.model import ConfigurationModel
from orders.customers import repository as customers
from orders.customers.addresses.repository import addresses_of
from orders.customers.billing.numbers import compact_vat_id, plausible_endpoint, plausible_vat_id
from orders.customers.billing.repository import billing_of
from orders.customers.model import Customer, CustomerKind, Purpose
from orders.invoicing.composing import BillableLine, BillableOrder
from orders.invoicing.invoice_texts import invoice_texts
from orders.invoicing.model import InvoicingMethod, Party, PartyNotValid, PaymentMeans
from orders.lifecycle.model import Order
from orders.pricing.model import VatCategory
from orders.pricing.naming import feature_of_line, price_line_name
from production.promise.document import promise_from_json

#: What customers choose for payment, and what that is on an invoice.
MEANS = {
    "prepaid": PaymentMeans.CARD,
    "bank_transfer": PaymentMeans.TRANSFER,
    "in_store": PaymentMeans.CASH,
    "on_invoice": PaymentMeans.TRANSFER,
}
#: Payments that come before the work: their invoice is issued with the order.
IN_ADVANCE = frozenset({"prepaid", "bank_transfer"})


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is invoiced, in which language."""

    party: Party
    locale: str
    reference: str = ""
    customer_id: CustomerId | None = None


def method_of(order: Order) -> InvoicingMethod:
    """Return how the customer wants to be invoiced; a PDF where the catalog does not ask."""
    return InvoicingMethod(str(order.selection.answers.get("invoicing", InvoicingMethod.PDF.value)))


def means_of(order: Order) -> PaymentMeans:
    """Return how it is paid; by transfer where the catalog does not ask."""
    return MEANS.get(str(order.selection.answers.get("payment", "")), PaymentMeans.TRANSFER)


def is_paid_in_advance(order: Order) -> bool:
    """Return whether the invoice comes with the order instead of the delivery."""
    return str(order.selection.answers.get("payment", "")) in IN_ADVANCE


def buyer_of(db: Session, order: Order) -> Buyer:
    """Return who is invoiced for an order.

    Raises:
        PartyNotValid: a VAT number or the Peppol address cannot be right; facts: ``field``.
    """
    endpoint = str(order.selection.answers.get("peppol_id", "")).strip()
    if endpoint and not plausible_endpoint(endpoint):
        raise PartyNotValid(party="buyer", field="peppol_id", order=order.number)
    if order.customer_id is None:
        nobody = Party(name=invoice_texts("en").word("walk_in"), country=order.price.tax.country, endpoint=endpoint)
        return Buyer(nobody, "en")
    customer = customers.get_customer(db, order.customer_id, purpose=Purpose.INVOICE)
    return Buyer(_party(db, customer, order, endpoint), customer.contact.locale, customer.reference, customer.id)


def _party(db: Session, customer: Customer, order: Order, endpoint: str) -> Party:
    details = billing_of(db, customer.id, purpose=Purpose.INVOICE)
    if details.vat_id and not plausible_vat_id(details.vat_id):
        raise PartyNotValid(party="buyer", field="vat_id", order=order.number)
    known = next(iter(addresses_of(db, customer.id, purpose=Purpose.INVOICE)), None)
    address = known.address if known is not None else None
    name = details.legal_name or (address.company if address else "") or customer.contact.name
    return Party(
        name=name,
        country=address.country if address else customer.contact.country,
        street=", ".join(part for part in (address.street, address.more) if part) if address else "",
        postcode=address.postcode if address else "",
        city=address.city if address else "",
        vat_id=compact_vat_id(details.vat_id),
        endpoint=endpoint,
        email=customer.contact.email or "",
    )


def billable(
    db: Session, order: Order, model: ConfigurationModel, buyer: Buyer, *, delivered_on: date, is_expected: bool
) -> BillableOrder:
    """Return an order as an invoice needs it; texts in the buyer's language."""
    answers = order.selection.answers
    lines = [
        BillableLine(
            price_line_name(model, line.key, buyer.locale), feature_of_line(line.key), line.count, line.amount_minor
        )
        for line in order.price.lines
    ]
    lines += [BillableLine(each.reason_in(buyer.locale), "", 1, each.amount_minor) for each in order.price.discounts]
    return BillableOrder(
        number=order.number,
        currency=order.price.currency,
        country=order.price.tax.country,
        delivered_on=delivered_on,
        agreed_rate=order.price.tax.rate,
        agreed_free=order.price.tax.category is not VatCategory.STANDARD,
        lines=tuple(lines),
        product=model.text("line", buyer.locale) + (f" × {order.quantity}" if order.quantity > 1 else ""),
        is_company=answers.get("account") == "company" or _is_company(db, order),
        is_carried_away=order.is_carried_away,
        is_expected=is_expected,
        po_number=str(answers.get("po_number", "")),
        buyer_reference=_buyer_reference(db, order),
    )


def expected_delivery(order: Order) -> date:
    """Return the promised day."""
    return promise_from_json(order.promise).date


def _is_company(db: Session, order: Order) -> bool:
    if order.customer_id is None:
        return False
    customer = customers.get_customer(db, order.customer_id, purpose=Purpose.INVOICE)
    return customer.contact.kind is CustomerKind.COMPANY


def _buyer_reference(db: Session, order: Order) -> str:
    wanted = str(order.selection.answers.get("cost_centre", ""))
    if wanted or order.customer_id is None:
        return wanted
    return billing_of(db, order.customer_id, purpose=Purpose.INVOICE).buyer_reference
