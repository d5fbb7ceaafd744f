"""Customers, their measures and what we know of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from orders.customers.model import CustomerKind


class CustomerRow(SQLModel, table=True):
    """One customer; once erased only the reference is left, for what refers to it."""

    __tablename__ = "customer"
    __table_args__ = (CheckConstraint("length(name) > 0", name="name_given"),)

    id: str = Field(primary_key=True, max_length=20)
    reference: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=120, index=True)
    email: str | None = Field(default=None, max_length=254, index=True)
    phone: str | None = Field(default=None, max_length=40, index=True)
    locale: str = Field(max_length=12)
    country: str = Field(max_length=2)
    kind: CustomerKind = Field(sa_column=Column(text_enum(CustomerKind), nullable=False))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    merged_into: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)
    erased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class MeasurementProfileRow(SQLModel, table=True):
    """One set of body measures of a customer, sealed by their key; never changed, a new one is taken instead."""

    __tablename__ = "measurement_profile"

    id: str = Field(primary_key=True, max_length=20)
    customer_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    taken_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    sealed: bytes


class KnownFactRow(SQLModel, table=True):
    """One answer of a customer that need not be asked again."""

    __tablename__ = "known_fact"

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    key: str = Field(primary_key=True, max_length=80)
    value: str = Field(max_length=400)
    source: str = Field(max_length=80)
    learned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
