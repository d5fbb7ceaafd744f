"""Orders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from orders.lifecycle.model import DateOfferState, Remedy
from orders.lifecycle.transitions import OrderState


class OrderRow(SQLModel, table=True):
    """One order, with all that was agreed."""

    __tablename__ = "customer_order"
    __table_args__ = (
        CheckConstraint("revision BETWEEN 1 AND 26", name="revision_in_range"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        Index("ix_customer_order_owner", "owner", "placed_at"),
        Index("ix_customer_order_customer_id", "customer_id", "placed_at"),
    )

    id: str = Field(primary_key=True, max_length=20)
    number: str = Field(max_length=30, unique=True)
    quote_id: str = Field(foreign_key="quote.id", max_length=20, unique=True)
    line: str = Field(max_length=40, index=True)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    owner: str = Field(max_length=64)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))
    quantity: int
    total_minor: int
    price: Any = Field(sa_column=Column(json_document(), nullable=False))
    promise: Any = Field(sa_column=Column(json_document(), nullable=False))
    specification: Any = Field(sa_column=Column(json_document(), nullable=False))
    placed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    state: OrderState = Field(sa_column=Column(text_enum(OrderState), nullable=False, index=True))
    held_from: str | None = Field(default=None, max_length=20)
    revision: int = 1
    revised_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20)
    profile_id: str | None = Field(default=None, foreign_key="measurement_profile.id", max_length=20)
    address_id: str = Field(default="", max_length=20)  # no key: the customer may have it forgotten


class OrderRevisionRow(SQLModel, table=True):
    """What an order said before one change; rows are only ever added. What it says now stands with the order."""

    __tablename__ = "order_revision"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    revision: int = Field(primary_key=True)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))
    price: Any = Field(sa_column=Column(json_document(), nullable=False))
    promise: Any = Field(sa_column=Column(json_document(), nullable=False))
    specification: Any = Field(sa_column=Column(json_document(), nullable=False))
    profile_id: str | None = Field(default=None, foreign_key="measurement_profile.id", max_length=20)
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class OrderPromiseRow(SQLModel, table=True):
    """What was promised of an order before the plant moved it with the customer's consent; rows are only ever added."""

    __tablename__ = "order_promise"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    number: int = Field(primary_key=True)
    revision: int
    promise: Any = Field(sa_column=Column(json_document(), nullable=False))
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DateOfferRow(SQLModel, table=True):
    """Another day a customer was asked about, and what they said."""

    __tablename__ = "order_date_offer"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    number: int = Field(primary_key=True)
    promised: date
    day: date
    reason: str = Field(default="", max_length=200)
    offered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: DateOfferState = Field(sa_column=Column(text_enum(DateOfferState), nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ShipmentRow(SQLModel, table=True):
    """One parcel, or one handing over: which pieces of an order left when; rows are only ever added."""

    __tablename__ = "order_shipment"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    number: int = Field(primary_key=True)
    pieces: Any = Field(sa_column=Column(json_document(), nullable=False))
    carrier: str = Field(max_length=60)
    tracking: str = Field(max_length=60)
    address_id: str = Field(default="", max_length=20)  # no key: the customer may have it forgotten
    shipped_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class OrderReturnRow(SQLModel, table=True):
    """Which pieces of an order came back together, and what the customer gets for them; rows are only ever added."""

    __tablename__ = "order_return"

    order_id: str = Field(primary_key=True, foreign_key="customer_order.id", max_length=20)
    number: int = Field(primary_key=True)
    pieces: Any = Field(sa_column=Column(json_document(), nullable=False))
    remedy: Remedy = Field(sa_column=Column(text_enum(Remedy), nullable=False))
    returned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
