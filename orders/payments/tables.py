"""Payments: only added, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from orders.payments.model import PaymentKind


class PaymentRow(SQLModel, table=True):
    """One payment or refund of an order; a provider's reference comes once."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: str = Field(primary_key=True, max_length=20)
    order_id: str = Field(foreign_key="customer_order.id", max_length=20, index=True)
    kind: PaymentKind = Field(sa_column=Column(text_enum(PaymentKind), nullable=False))
    provider: str = Field(max_length=40)
    amount_minor: int
    currency: str = Field(max_length=3)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    by: str = Field(max_length=64)
    reference: str = Field(max_length=80)
