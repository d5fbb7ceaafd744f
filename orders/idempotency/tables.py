"""Answers already given."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime


class IdempotencyKeyRow(SQLModel, table=True):
    """One request's key (its hash) and, sealed by the master key, what was asked and answered."""

    __tablename__ = "idempotency_key"

    scope: str = Field(primary_key=True, max_length=80)
    key: str = Field(primary_key=True, max_length=64)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
