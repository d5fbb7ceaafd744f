"""Price rules, vouchers, groups of customers, and what each offered product costs to make."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class PriceRuleRow(SQLModel, table=True):
    """One price rule."""

    __tablename__ = "price_rule"
    __table_args__ = (
        CheckConstraint("percent_bp BETWEEN 1 AND 10000", name="percent_in_range"),
        CheckConstraint("least_quantity BETWEEN 1 AND 999", name="quantity_in_range"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_it_begins"),
    )

    code: str = Field(primary_key=True, max_length=40)
    reason: Any = Field(sa_column=Column(json_document(), nullable=False))
    percent_bp: int
    line: str | None = Field(default=None, max_length=40)
    group: str | None = Field(default=None, max_length=40)
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)
    least_quantity: int = 1
    valid_from: date
    valid_until: date | None = None


class GroupMemberRow(SQLModel, table=True):
    """One customer in one group: students, staff, friends of the house."""

    __tablename__ = "customer_group_member"

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    group: str = Field(primary_key=True, max_length=40)


class VoucherRow(SQLModel, table=True):
    """One voucher; ``uses_left`` is counted down under its CHECK, so that it is never used too often."""

    __tablename__ = "voucher"
    __table_args__ = (
        CheckConstraint("uses_left >= 0", name="uses_not_negative"),
        CheckConstraint("percent_bp BETWEEN 0 AND 10000", name="percent_in_range"),
        CheckConstraint("amount_minor >= 0 AND least_minor >= 0", name="amounts_not_negative"),
        CheckConstraint("(percent_bp > 0) <> (amount_minor > 0)", name="share_or_amount"),
    )

    code: str = Field(primary_key=True, max_length=40)
    reason: Any = Field(sa_column=Column(json_document(), nullable=False))
    percent_bp: int = 0
    amount_minor: int = 0
    currency: str = Field(max_length=3)
    line: str | None = Field(default=None, max_length=40)
    least_minor: int = 0
    uses_left: int
    once_each: bool = False
    valid_from: date
    valid_until: date | None = None


class VoucherUseRow(SQLModel, table=True):
    """One quote or order that holds one use of a voucher."""

    __tablename__ = "voucher_use"

    quote_id: str = Field(primary_key=True, max_length=20)
    code: str = Field(foreign_key="voucher.code", max_length=40, index=True)
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)


class ProductCostRow(SQLModel, table=True):
    """What the pieces of one quote cost to make, and the net price they were offered at."""

    __tablename__ = "product_cost"
    __table_args__ = (
        CheckConstraint(
            "net_minor >= 0 AND material_minor >= 0 AND labour_minor >= 0 AND setup_minor >= 0 AND capacity_minor >= 0",
            name="amounts_not_negative",
        ),
    )

    quote_id: str = Field(primary_key=True, max_length=20)
    currency: str = Field(max_length=3)
    net_minor: int
    material_minor: int
    labour_minor: int
    setup_minor: int
    capacity_minor: int
    worked_out_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PriceListRow(SQLModel, table=True):
    """The catalog's prices in one other currency; quotes keep the rate they were made with."""

    __tablename__ = "price_list"
    __table_args__ = (CheckConstraint("step_minor >= 1", name="step_positive"),)

    currency: str = Field(primary_key=True, max_length=3)
    catalog: str = Field(max_length=3)
    rate: str = Field(max_length=40)
    step_minor: int
    countries: Any = Field(sa_column=Column(json_document(), nullable=False))
