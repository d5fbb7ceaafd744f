"""Merges of customers."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class CustomerMergeRow(SQLModel, table=True):
    """One merge; only ids, so that nothing in it names the person."""

    __tablename__ = "customer_merge"
    __table_args__ = (CheckConstraint("kept_id <> merged_id", name="two_customers"),)

    id: str = Field(primary_key=True, max_length=20)
    kept_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    merged_id: str = Field(foreign_key="customer.id", max_length=20)
    merged_reference: str = Field(max_length=20)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    moved: Any = Field(sa_column=Column(json_document(), nullable=False))


class NotSamePersonRow(SQLModel, table=True):
    """A card its finder says is not theirs: it is not offered to them again."""

    __tablename__ = "customer_not_same"

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    other_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
