"""Invoices to test with: orders of every kind of buyer, and the invoices over them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from orders.invoicing.composing import BillableLine, BillableOrder, compose_invoice
from orders.invoicing.model import Invoice, InvoicingMethod, Party, PaymentMeans
from orders.invoicing.seller import load_seller

DAY = date(2026, 12, 2)
SELLER = load_seller()
PRIVATE = Party(name="Ana Kovač", country="DE", email="ana@example.org")
COMPANY = Party(
    name="Northwind Studio GmbH",
    country="DE",
    street="Hafenweg 7",
    postcode="20457",
    city="Hamburg",
    vat_id="DE987654328",
    endpoint="9930:DE987654328",
)
FRENCH = Party(
    name="Atelier du Nord SARL",
    country="FR",
    street="3 rue des Tanneurs",
    postcode="59000",
    city="Lille",
    vat_id="FR42999999006",
    endpoint="9957:FR42999999006",
)
SWISS = Party(name="Uhrwerk AG", country="CH", city="Bern", postcode="3011", endpoint="0088:7300010000001")
LINES = (
    BillableLine("Jeans", "", 1, 12_900),
    BillableLine("Cloth: Indigo selvedge", "cloth", 1, 1_500),
    BillableLine("Wash: rinse", "wash", 1, -500),
    BillableLine("Warranty: five years", "warranty", 1, 1_990),
)


def order(number: str = "JE-2026-000001", **changes: object) -> BillableOrder:
    """Return a delivered order of a German, with some of it changed."""
    standing = BillableOrder(number, "EUR", "DE", DAY, Decimal("0.19"), LINES, "Jeans")
    return replace(standing, **changes)  # type: ignore[arg-type]


def invoice(
    *orders: BillableOrder,
    buyer: Party = PRIVATE,
    method: InvoicingMethod = InvoicingMethod.FACTUR_X,
    means: PaymentMeans = PaymentMeans.TRANSFER,
    locale: str = "en",
    number: str = "INV-2026-000001",
    paid_minor: int = 0,
) -> Invoice:
    """Return an invoice under a number."""
    composed = compose_invoice(
        SELLER,
        buyer,
        orders or (order(),),
        method=method,
        means=means,
        locale=locale,
        issued_on=DAY,
        paid_minor=paid_minor,
    )
    return replace(composed, number=number)
