"""Counters of gap-free numbers."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class NumberSeriesRow(SQLModel, table=True):
    """The last number given in one series (``JE-2026``)."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    series: str = Field(primary_key=True, max_length=40)
    last: int
