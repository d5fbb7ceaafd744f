"""Drafts and the steps that led to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class DraftRow(SQLModel, table=True):
    """One draft."""

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),
        CheckConstraint("budget_minor IS NULL OR budget_minor > 0", name="budget_positive"),
        Index("ix_draft_owner", "owner", "changes_order", "changed_at"),
        Index("ix_draft_customer_id", "customer_id", "changed_at"),
    )

    id: str = Field(primary_key=True, max_length=20)
    line: str = Field(max_length=40, index=True)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    owner: str = Field(max_length=64)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    version: int = Field(ge=0)
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20)
    profile_id: str | None = Field(default=None, foreign_key="measurement_profile.id", max_length=20)
    need_by: date | None = None
    budget_minor: int | None = None
    quantity: int = 1
    confirmed: Any = Field(sa_column=Column(json_document(), nullable=False))
    changes_order: str = Field(default="", max_length=30, index=True)
    changes_revision: int = 0


class DraftStepRow(SQLModel, table=True):
    """The choices before one change, so that it can be undone."""

    __tablename__ = "draft_step"

    draft_id: str = Field(primary_key=True, foreign_key="draft.id", max_length=20)
    version: int = Field(primary_key=True)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))


class SharedDraftRow(SQLModel, table=True):
    """A copy of a draft's choices for others; nothing in it names a person."""

    __tablename__ = "shared_draft"

    token: str = Field(primary_key=True, max_length=40)
    line: str = Field(max_length=40)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    selection: Any = Field(sa_column=Column(json_document(), nullable=False))
    shared_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class DraftHandoverRow(SQLModel, table=True):
    """A code by which staff find a draft for a short while; kept as a hash only."""

    __tablename__ = "draft_handover"

    code_hash: str = Field(primary_key=True, max_length=64)
    draft_id: str = Field(foreign_key="draft.id", max_length=20, index=True)
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
