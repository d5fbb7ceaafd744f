"""Company accounts, their people, cost centres and presets, and which draft was begun from a preset."""

from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import json_document, text_enum
from orders.companies.model import MemberRole


class CompanyRow(SQLModel, table=True):
    """One company account."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("alone_up_to_minor IS NULL OR alone_up_to_minor >= 0", name="limit_not_negative"),
    )

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    alone_up_to_minor: int | None = None


class CostCentreRow(SQLModel, table=True):
    """One cost centre of a company."""

    __tablename__ = "company_cost_centre"

    customer_id: str = Field(primary_key=True, foreign_key="company.customer_id", max_length=20)
    code: str = Field(primary_key=True, max_length=20)
    name: str = Field(max_length=80)


class MemberRow(SQLModel, table=True):
    """One person who buys for one company."""

    __tablename__ = "company_member"

    user_id: str = Field(primary_key=True, max_length=40)
    customer_id: str = Field(foreign_key="company.customer_id", max_length=20, index=True)
    role: MemberRole = Field(sa_column=Column(text_enum(MemberRole), nullable=False))


class PresetRow(SQLModel, table=True):
    """One preset."""

    __tablename__ = "company_preset"

    id: str = Field(primary_key=True, max_length=20)
    customer_id: str = Field(foreign_key="company.customer_id", max_length=20, index=True)
    line: str = Field(max_length=40)
    name: str = Field(max_length=80)
    answers: Any = Field(sa_column=Column(json_document(), nullable=False))
    locked: Any = Field(sa_column=Column(json_document(), nullable=False))


class DraftLockRow(SQLModel, table=True):
    """What is settled in one draft, because it was begun from a preset."""

    __tablename__ = "draft_lock"

    draft_id: str = Field(primary_key=True, max_length=20)
    preset_id: str = Field(max_length=20)
    locked: Any = Field(sa_column=Column(json_document(), nullable=False))
