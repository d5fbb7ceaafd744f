"""What happened to the stock: one row a receipt, a count or a use, with the lot it was of."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from production.supply.model import MovementKind


class StockMovementRow(SQLModel, table=True):
    """One change of what lies in the plant."""

    __tablename__ = "production_stock_movement"
    __table_args__ = (
        Index("ix_production_stock_movement_material", "line", "material", "at"),
        CheckConstraint("quantity <> 0 OR kind = 'counted'", name="something_moved"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    material: str = Field(max_length=120)
    kind: MovementKind = Field(sa_column=Column(text_enum(MovementKind), nullable=False))
    quantity: int = Field(sa_column=Column(BigInteger, nullable=False))
    lot: str = Field(default="", max_length=80, index=True)
    reference: str = Field(default="", max_length=80)
    reason: str = Field(default="", max_length=120)
    by: str = Field(default="", max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
