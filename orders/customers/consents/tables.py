"""Consents; rows are added and ended, never changed otherwise."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from orders.customers.model import Purpose


class ConsentRow(SQLModel, table=True):
    """One permission of a customer for one purpose."""

    __tablename__ = "customer_consent"
    __table_args__ = (CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_later"),)

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    purpose: Purpose = Field(sa_column=Column(text_enum(Purpose), primary_key=True))
    given_at: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    source: str = Field(max_length=40)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
