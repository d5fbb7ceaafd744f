"""The ledger: capacity buckets, batches, stock, receipts, and what is set aside of them.

Scarce columns are guarded by CHECK constraints and changed by guarded statements only. Buckets are keyed by plant line,
work centre and start, so rows are always taken in that order. What is free is never negative: where less is there than was
reserved, ``short`` says how much is missing (docs/algorithms/promise.md, rule A-2).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from production.model import ReservationState
from production.plants.model import AdjustmentKind
from production.promise.material import SupplyKind


class PlantRow(SQLModel, table=True):
    """One plant as it was last seeded; ``horizon_from`` and ``horizon_to`` bound its buckets (UTC seconds).

    ``digest`` names the document: who kept it in memory knows whether it is still the same.
    """

    __tablename__ = "production_plant"

    line: str = Field(primary_key=True, max_length=40)
    document: str = Field(sa_column=Column(Text, nullable=False))  # canonical JSON
    digest: str = Field(max_length=64)
    horizon_from_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    horizon_to_s: int = Field(sa_column=Column(BigInteger, nullable=False))


class BucketRow(SQLModel, table=True):
    """Ninety minutes of one work centre. ``changed`` grows with every change, so that a reading finds what is new (L-1)."""

    __tablename__ = "production_bucket"
    __table_args__ = (
        Index("ix_production_bucket_changed", "line", "changed"),
        CheckConstraint("free_s >= 0", name="free_not_negative"),
        CheckConstraint("short_s >= 0 AND (short_s = 0 OR free_s = 0)", name="short_when_nothing_is_free"),
        CheckConstraint("free_s <= capacity_s", name="free_within_capacity"),
        CheckConstraint("end_s > start_s", name="ends_after_start"),
    )

    line: str = Field(primary_key=True, max_length=40, foreign_key="production_plant.line")
    work_centre: str = Field(primary_key=True, max_length=40)
    start_s: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    end_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    capacity_s: int
    free_s: int
    is_attended: bool
    short_s: int = 0
    changed: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class AdjustmentRow(SQLModel, table=True):
    """Places of a work centre that are away, or there beside the shifts, on one day."""

    __tablename__ = "production_adjustment"
    __table_args__ = (
        Index("ix_production_adjustment_day", "line", "work_centre", "day"),
        CheckConstraint("from_min >= 0 AND from_min < to_min AND to_min <= 1440", name="span_of_a_day"),
        CheckConstraint("places > 0", name="places_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    work_centre: str = Field(max_length=40)
    kind: AdjustmentKind = Field(sa_column=Column(text_enum(AdjustmentKind), nullable=False))
    day: date
    from_min: int
    to_min: int
    places: int
    note: str = Field(default="", max_length=200)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReserveRow(SQLModel, table=True):
    """The reserve somebody set for a work centre in place of the one in the plant's files."""

    __tablename__ = "production_reserve"
    __table_args__ = (CheckConstraint("percent >= 0 AND percent < 100", name="something_is_promised"),)

    line: str = Field(primary_key=True, max_length=40, foreign_key="production_plant.line")
    work_centre: str = Field(primary_key=True, max_length=40)
    percent: int
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class KeptShareRow(SQLModel, table=True):
    """The share somebody keeps of a work centre for a customer group, in place of the one in the plant's files; 0: none."""

    __tablename__ = "production_kept_share"
    __table_args__ = (
        CheckConstraint("percent >= 0 AND percent < 100", name="something_is_left"),
        CheckConstraint("until_days >= 0", name="until_not_negative"),
    )

    line: str = Field(primary_key=True, max_length=40, foreign_key="production_plant.line")
    work_centre: str = Field(primary_key=True, max_length=40)
    group: str = Field(max_length=40)
    percent: int
    until_days: int
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class BatchLoadRow(SQLModel, table=True):
    """One batch of a recipe; its seconds are taken of the buckets by ``production_batch_take`` while it holds a piece."""

    __tablename__ = "production_batch_load"
    __table_args__ = (
        UniqueConstraint("line", "work_centre", "start_s", "recipe", "number", name="uq_production_batch_load_slot"),
        Index("ix_production_batch_load_open", "line", "start_s"),
        CheckConstraint("free_pieces >= 0", name="free_not_negative"),
        CheckConstraint("free_pieces <= pieces", name="free_within_pieces"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    work_centre: str = Field(max_length=40)
    start_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    end_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    recipe: str = Field(max_length=120)
    number: int
    pieces: int
    free_pieces: int


class BatchTakeRow(SQLModel, table=True):
    """Seconds a batch has taken of one bucket."""

    __tablename__ = "production_batch_take"
    __table_args__ = (CheckConstraint("seconds > 0", name="seconds_positive"),)

    load_id: int = Field(primary_key=True, foreign_key="production_batch_load.id", ondelete="CASCADE")
    start_s: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seconds: int


class StockRow(SQLModel, table=True):
    """What of one material lies in the plant and nobody has reserved."""

    __tablename__ = "production_stock"
    __table_args__ = (
        CheckConstraint("free >= 0", name="free_not_negative"),
        CheckConstraint("short >= 0 AND (short = 0 OR free = 0)", name="short_when_nothing_is_free"),
    )

    line: str = Field(primary_key=True, max_length=40, foreign_key="production_plant.line")
    material: str = Field(primary_key=True, max_length=120)
    free: int = Field(sa_column=Column(BigInteger, nullable=False))
    lead_time_days: int | None = None
    reorder_at: int = 0
    short: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class ReceiptRow(SQLModel, table=True):
    """What is on its way from a supplier; ``free`` is what of it nobody has reserved."""

    __tablename__ = "production_receipt"
    __table_args__ = (
        CheckConstraint("free >= 0", name="free_not_negative"),
        CheckConstraint("free <= quantity", name="free_within_quantity"),
        CheckConstraint("short >= 0 AND (short = 0 OR free = 0)", name="short_when_nothing_is_free"),
        Index("ix_production_receipt_open", "line", "material", "usable_s"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    material: str = Field(max_length=120)
    usable_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    quantity: int = Field(sa_column=Column(BigInteger, nullable=False))
    free: int = Field(sa_column=Column(BigInteger, nullable=False))
    is_received: bool = False
    reference: str = Field(default="", max_length=80)
    short: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class ReservationRow(SQLModel, table=True):
    """Capacity and material set aside under a key of the caller's."""

    __tablename__ = "production_reservation"
    __table_args__ = (Index("ix_production_reservation_expiry", "state", "expires_at"),)

    key: str = Field(primary_key=True, max_length=80)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    state: ReservationState = Field(sa_column=Column(text_enum(ReservationState), nullable=False))
    promise: Any = Field(sa_column=Column(json_document(), nullable=False))
    finish_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    reserved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    groups: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=text("''")))
    is_rush: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))


class ReservationLoadRow(SQLModel, table=True):
    """What a reservation takes of one bucket, or one place in a batch, for one operation of one piece."""

    __tablename__ = "production_reservation_load"
    __table_args__ = (CheckConstraint("seconds > 0 OR batch_load_id IS NOT NULL", name="takes_something"),)

    key: str = Field(primary_key=True, max_length=80, foreign_key="production_reservation.key")
    piece: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    start_s: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    operation: str = Field(max_length=80)
    work_centre: str = Field(max_length=40)
    seconds: int = 0
    batch_load_id: int | None = Field(default=None, foreign_key="production_batch_load.id", index=True)


class ReservationMaterialRow(SQLModel, table=True):
    """What a reservation takes of one material from one source; ``used`` of it has left the stock.

    ``stands_for`` is the material of the bill it replaces, when it is a substitute.
    """

    __tablename__ = "production_reservation_material"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("used >= 0 AND used <= quantity", name="used_within_quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=80, foreign_key="production_reservation.key", index=True)
    material: str = Field(max_length=120, index=True)
    source: SupplyKind = Field(sa_column=Column(text_enum(SupplyKind), nullable=False))
    quantity: int = Field(sa_column=Column(BigInteger, nullable=False))
    usable_s: int = Field(sa_column=Column(BigInteger, nullable=False))
    receipt_id: int | None = Field(default=None, foreign_key="production_receipt.id")
    used: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    stands_for: str = Field(default="", max_length=120)
