"""Issued sheets and diff sheets: which bytes were handed to the floor for which revision of which order."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from production.build_sheet.model import CopyReason


class SheetRow(SQLModel, table=True):
    """One issued sheet; its bytes and its specification lie in the blob store under their hashes."""

    __tablename__ = "production_sheet"
    __table_args__ = (
        UniqueConstraint("order_number", "revision", "piece"),
        CheckConstraint("piece >= 1", name="piece_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_number: str = Field(max_length=40)
    revision: str = Field(max_length=1)
    piece: int
    content_hash: str = Field(max_length=64)
    pdf_blob: str = Field(max_length=64)
    specification_blob: str = Field(max_length=64)
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SheetCopyRow(SQLModel, table=True):
    """One more copy of an issued sheet was handed out: who wanted it, when and why; rows are only ever added."""

    __tablename__ = "production_sheet_copy"

    id: int | None = Field(default=None, primary_key=True)
    order_number: str = Field(max_length=40, index=True)
    revision: str = Field(max_length=1)
    piece: int
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    by: str = Field(max_length=80)
    reason: CopyReason = Field(sa_column=Column(text_enum(CopyReason), nullable=False))


class DiffSheetRow(SQLModel, table=True):
    """One issued diff sheet: what a revision changes for the floor."""

    __tablename__ = "production_diff_sheet"

    order_number: str = Field(primary_key=True, max_length=40)
    revision: str = Field(primary_key=True, max_length=1)
    from_revision: str = Field(max_length=1)
    content_hash: str = Field(max_length=64)
    pdf_blob: str = Field(max_length=64)
    specification_blob: str = Field(max_length=64)
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
