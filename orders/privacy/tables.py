"""Receipts of erasures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class ErasureReceiptRow(SQLModel, table=True):
    """One erasure: nothing in it names the person."""

    __tablename__ = "erasure_receipt"

    id: str = Field(primary_key=True, max_length=20)
    reference: str = Field(max_length=20, index=True)
    erased_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    erased_by: str = Field(max_length=60)
    gone: Any = Field(sa_column=Column(json_document(), nullable=False))
    kept: Any = Field(sa_column=Column(json_document(), nullable=False))
