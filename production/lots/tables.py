"""Which lots are in which pieces."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime


class PieceLotRow(SQLModel, table=True):
    """A lot that a piece was made of."""

    __tablename__ = "production_piece_lot"
    __table_args__ = (
        UniqueConstraint("order_number", "piece", "material", "lot"),
        Index("ix_production_piece_lot_lot", "line", "lot"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    order_number: str = Field(max_length=40)
    piece: int
    material: str = Field(max_length=120)
    lot: str = Field(max_length=80)
    quantity: int = Field(sa_column=Column(BigInteger, nullable=False))
    by: str = Field(default="", max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
