"""Invoices as they were issued, the orders on them, and what waits for the month's end."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from orders.invoicing.model import InvoiceKind, InvoicingMethod


class InvoiceRow(SQLModel, table=True):
    """One issued invoice or credit note. ``document`` is never changed; the files' names are filled in once."""

    __tablename__ = "invoice"
    __table_args__ = (CheckConstraint("agreed_minor >= 0", name="agreed_not_negative"),)

    id: str = Field(primary_key=True, max_length=20)
    number: str = Field(max_length=30, unique=True)
    kind: InvoiceKind = Field(sa_column=Column(text_enum(InvoiceKind), nullable=False))
    method: InvoicingMethod = Field(sa_column=Column(text_enum(InvoicingMethod), nullable=False))
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    due_on: date
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)
    currency: str = Field(max_length=3)
    agreed_minor: int
    due_minor: int
    document: Any = Field(sa_column=Column(json_document(), nullable=False))
    refers_to: str | None = Field(default=None, foreign_key="invoice.id", max_length=20, index=True)
    pdf_blob: str | None = Field(default=None, max_length=64)
    xml_blob: str | None = Field(default=None, max_length=64)


class InvoicedOrderRow(SQLModel, table=True):
    """One order on one invoice. ``turn`` counts from 1: a credit note over the whole (``part`` 0) closes a turn, and an
    order is billed once in each.
    """

    __tablename__ = "invoiced_order"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "turn", "part"),
        CheckConstraint("turn >= 1", name="turn_from_one"),
        CheckConstraint("part >= 0", name="part_not_negative"),
    )

    invoice_id: str = Field(primary_key=True, foreign_key="invoice.id", max_length=20)
    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20, index=True)
    kind: InvoiceKind = Field(sa_column=Column(text_enum(InvoiceKind), nullable=False))
    turn: int
    revision: int
    part: int = 0


class CollectedOrderRow(SQLModel, table=True):
    """A delivered order that waits for its customer's invoice of the month; gone once it is on one."""

    __tablename__ = "collected_order"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    customer_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    delivered_on: date = Field(index=True)


class InvoiceRefusalRow(SQLModel, table=True):
    """Why an order's invoice could not be issued; gone once it is."""

    __tablename__ = "invoice_refusal"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    event: str = Field(max_length=20)
    code: str = Field(max_length=40)
    reasons: Any = Field(sa_column=Column(json_document(), nullable=False))
    tries: int


class InvoiceRunRow(SQLModel, table=True):
    """One month's collective run: how far it is, and which customers' invoices could not be issued."""

    __tablename__ = "invoice_run"
    __table_args__ = (CheckConstraint("done >= 0 AND done <= total", name="done_within_total"),)

    month: str = Field(primary_key=True, max_length=7)
    turn: int = 1
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    total: int
    done: int
    refused: Any = Field(sa_column=Column(json_document(), nullable=False))
