"""What is known of an invoice once it is issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NewType

from kernel.blobs import BlobName
from kernel.ids import CustomerId, OrderId
from orders.invoicing.model import Invoice, InvoiceKind

InvoiceId = NewType("InvoiceId", str)


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice with its place in the books; the files are missing for the moment it takes to draw them."""

    id: InvoiceId
    invoice: Invoice
    issued_at: datetime
    customer_id: CustomerId | None = None
    refers_to: InvoiceId | None = None
    pdf: BlobName | None = None
    xml: BlobName | None = None


@dataclass(frozen=True, slots=True)
class InvoicedOrder:
    """One order on one invoice, and which revision of the order it was.

    ``part`` is 0 for the whole order; a credit note over some pieces has the number of their return.
    """

    invoice_id: InvoiceId
    order_id: OrderId
    kind: InvoiceKind
    turn: int
    revision: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class CollectedOrder:
    """A delivered order that waits for the month's end."""

    order_id: OrderId
    customer_id: CustomerId
    delivered_on: date


@dataclass(frozen=True, slots=True)
class InvoiceRefusal:
    """Why an order's invoice could not be issued: broken rules, or the name of the field that cannot be right."""

    order_id: OrderId
    event: str
    code: str
    reasons: tuple[str, ...]
    tries: int


@dataclass(frozen=True, slots=True)
class InvoiceRun:
    """A month's collective run. ``refused`` names customers by reference: {reference: what stood against it}."""

    month: str
    started_at: datetime
    total: int
    done: int
    refused: Mapping[str, Any]
    finished_at: datetime | None = None


def present_turn(of_order: list[InvoicedOrder]) -> int:
    """Return the turn an order is in: one more than the credit notes over the whole of it."""
    return 1 + sum(each.kind is InvoiceKind.CREDIT_NOTE and each.part == 0 for each in of_order)


def open_invoice(of_order: list[InvoicedOrder]) -> InvoicedOrder | None:
    """Return the invoice of the order that has not been taken back, if there is one."""
    turn = present_turn(of_order)
    return next((each for each in of_order if each.kind is InvoiceKind.INVOICE and each.turn == turn), None)
