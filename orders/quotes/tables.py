"""Quotes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from orders.quotes.model import QuoteState


class QuoteRow(SQLModel, table=True):
    """One quote, with all the customer saw."""

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),
    )

    id: str = Field(primary_key=True, max_length=20)
    number: str = Field(max_length=30, unique=True)
    draft_id: str = Field(foreign_key="draft.id", max_length=20, index=True)
    line: str = Field(max_length=40)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    owner: str = Field(max_length=64, index=True)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))
    quantity: int
    total_minor: int
    price: Any = Field(sa_column=Column(json_document(), nullable=False))
    promise: Any = Field(sa_column=Column(json_document(), nullable=False))
    specification: Any = Field(sa_column=Column(json_document(), nullable=False))
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    state: QuoteState = Field(sa_column=Column(text_enum(QuoteState), nullable=False, index=True))
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)
    profile_id: str | None = Field(default=None, foreign_key="measurement_profile.id", max_length=20)
    need_by: date | None = None


class QuoteLinkRow(SQLModel, table=True):
    """A link by which whoever has it reads and accepts one quote; only its hash is kept."""

    __tablename__ = "quote_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    quote_id: str = Field(foreign_key="quote.id", max_length=20, index=True)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
