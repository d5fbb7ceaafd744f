"""The audit chain: entries and its head."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class AuditHeadRow(SQLModel, table=True):
    """The one row that serialises writers: the last entry's number and hash."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(primary_key=True)
    number: int
    hash: str = Field(max_length=64)


class AuditEntryRow(SQLModel, table=True):
    """One entry; rows are only ever added."""

    __tablename__ = "audit_entry"

    number: int = Field(primary_key=True)
    subject: str = Field(max_length=80, index=True)
    action: str = Field(max_length=60)
    actor_id: str = Field(max_length=60)
    actor_role: str = Field(max_length=20)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    details: Any = Field(sa_column=Column(json_document(), nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
