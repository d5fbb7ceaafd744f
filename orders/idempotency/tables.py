"""Answers already given."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class IdempotencyKeyRow(SQLModel, table=True):
    """One request's key, the hash of its body and, once known, its answer."""

    __tablename__ = "idempotency_key"

    scope: str = Field(primary_key=True, max_length=80)
    key: str = Field(primary_key=True, max_length=128)
    body_hash: str = Field(max_length=64)
    answer: Any = Field(default=None, sa_column=Column(json_document(), nullable=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
