"""Work orders and the events of the floor. Events are only ever added; the states beside them are what they add up to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from production.floor.model import EventKind, OperationState, WorkState


class WorkOrderRow(SQLModel, table=True):
    """One piece of an order on the floor; ``slot`` is which piece of its reservation it is, from 0."""

    __tablename__ = "production_work_order"
    __table_args__ = (
        UniqueConstraint("order_number", "piece"),
        UniqueConstraint("order_number", "remake_of"),
        CheckConstraint("piece >= 1 AND pieces >= 1", name="pieces_from_one"),
        CheckConstraint("piece <= pieces OR remake_of IS NOT NULL", name="piece_of_pieces"),
        CheckConstraint("remake_of < piece", name="remake_of_an_earlier"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_number: str = Field(max_length=40)
    piece: int
    pieces: int
    revision: str = Field(max_length=1)
    line: str = Field(max_length=40)
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    measures: Any = Field(sa_column=Column(json_document(), nullable=False))
    state: WorkState = Field(sa_column=Column(text_enum(WorkState), nullable=False, index=True))
    is_kitted: bool = False
    reservation: str = Field(default="", max_length=80, index=True)
    slot: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    remake_of: int | None = None


class WorkOperationRow(SQLModel, table=True):
    """One operation of one piece; ``sequenced_*`` are of the last near-term sequence, ``turn_at`` of the one improved last."""

    __tablename__ = "production_work_operation"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="seconds_not_negative"),
        Index("ix_production_work_operation_queue", "line", "work_centre", "state", "planned_start_at"),
    )

    work_order_id: int = Field(primary_key=True, foreign_key="production_work_order.id")
    number: int = Field(primary_key=True)
    line: str = Field(max_length=40)
    code: str = Field(max_length=80)
    work_centre: str = Field(max_length=40)
    seconds: int
    after: Any = Field(sa_column=Column(json_document(), nullable=False))
    recipe: str = Field(max_length=80)
    is_cut_off: bool
    planned_start_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    measures: Any = Field(sa_column=Column(json_document(), nullable=False))
    setup_s: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    setup_for: str = Field(default="", max_length=120)
    turn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    sequenced_start_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    sequenced_place: int | None = None
    state: OperationState = Field(sa_column=Column(text_enum(OperationState), nullable=False))


class WorkEventRow(SQLModel, table=True):
    """One event of one piece."""

    __tablename__ = "production_event"
    __table_args__ = (
        CheckConstraint("good >= 0 AND scrap >= 0", name="pieces_not_negative"),
        Index("ix_production_event_at", "at", "work_order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    scan_id: str = Field(max_length=80, unique=True)
    work_order_id: int = Field(foreign_key="production_work_order.id", index=True)
    operation: int | None = None
    kind: EventKind = Field(sa_column=Column(text_enum(EventKind), nullable=False, index=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    operator: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=200)
    good: int = 0
    scrap: int = 0
    measured_mm: Any = Field(sa_column=Column(json_document(), nullable=False))
