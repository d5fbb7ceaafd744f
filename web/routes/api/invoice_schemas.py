"""What the API tells of invoices and payments."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from web.routes.api.schemas import Given, Minor, Told


class Invoice(Told):
    """An invoice or credit note as it was issued."""

    number: str = Field(examples=["INV-2026-000001"])
    kind: Literal["invoice", "credit_note"]
    method: Literal["pdf", "monthly", "factur_x", "peppol", "paper"]
    issued_at: datetime
    due_on: date
    currency: str
    agreed_minor: Minor
    due_minor: Minor
    orders: list[str]
    refers_to: str | None = Field(description="Of a credit note: the invoice it takes back.")
    has_pdf: bool
    has_xml: bool


class InvoiceDocument(Told):
    """An invoice with everything that stands on it."""

    invoice: Invoice
    document: dict[str, Any] = Field(description="Seller, buyer, lines, tax and sums, as kept on the day of issue.")


class Payment(Told):
    """Money of an order."""

    kind: Literal["payment", "deposit", "refund"]
    provider: str
    amount_minor: Minor
    currency: str
    at: datetime
    reference: str


class PaymentIn(Given):
    """Money that came, or was paid back."""

    kind: Literal["payment", "deposit", "refund"] = "payment"
    provider: Literal["in_store", "transfer", "invoice"]
    amount_minor: int = Field(gt=0, le=1_000_000_000)
    currency: str = Field(min_length=3, max_length=3, examples=["EUR"])
    reference: str = Field("", max_length=80)


class Account(Told):
    """How an order stands."""

    order: str
    currency: str
    owed_minor: Minor
    paid_minor: Minor
    open_minor: Minor
    payments: list[Payment]
    refused: list[str] = Field(description="What stands against the invoice: broken rules, or a field.")
    invoices: list[Invoice]


class Billing(Told):
    """What a customer's invoices need."""

    legal_name: str
    vat_id: str
    buyer_reference: str


class BillingIn(Given):
    """What a customer's invoices need."""

    legal_name: str = Field("", max_length=120)
    vat_id: str = Field("", max_length=20, examples=["FR42999999006"])
    buyer_reference: str = Field("", max_length=60)
