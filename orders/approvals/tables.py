"""Approvals."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from orders.approvals.model import ApprovalKind, ApprovalState


class ApprovalRow(SQLModel, table=True):
    """One request and what was decided; of one subject there is one."""

    __tablename__ = "approval"

    id: str = Field(primary_key=True, max_length=20)
    kind: ApprovalKind = Field(sa_column=Column(text_enum(ApprovalKind), nullable=False))
    subject: str = Field(max_length=120, unique=True)
    facts: Any = Field(sa_column=Column(json_document(), nullable=False))
    asked_by: str = Field(max_length=64, index=True)
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: ApprovalState = Field(sa_column=Column(text_enum(ApprovalState), nullable=False, index=True))
    company_id: str | None = Field(default=None, max_length=20, index=True)
    decided_by: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    note: str = Field(default="", max_length=400)
