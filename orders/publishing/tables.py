"""Candidates: catalogs somebody wants to publish, with what the gate said of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class CandidateRow(SQLModel, table=True):
    """One candidate; ``review`` is what the last check found, empty while it runs."""

    __tablename__ = "catalog_candidate"
    __table_args__ = (
        CheckConstraint("length(id) = 64", name="id_is_sha256"),
        CheckConstraint("done <= total", name="done_within_total"),
    )

    id: str = Field(primary_key=True, max_length=64)
    line: str = Field(max_length=40, index=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    checks: int = Field(ge=1)
    stage: str = Field(default="", max_length=20)
    done: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)
    review: Any = Field(default=None, sa_column=Column(json_document(), nullable=True))
