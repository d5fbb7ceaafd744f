"""Alarms, and how far sequence and re-sync of each line have come."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document


class AlarmRow(SQLModel, table=True):
    """A promise at risk; one open alarm a piece. Cleared ones stay, to be counted."""

    __tablename__ = "production_alarm"
    __table_args__ = (Index("ix_production_alarm_open", "line", "cleared_at"),)

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40)
    order_number: str = Field(max_length=40, index=True)
    piece: int
    promised_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expected_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    operation: str = Field(max_length=80)
    work_centre: str = Field(max_length=40)
    ways_out: Any = Field(sa_column=Column(json_document(), nullable=False))
    raised_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    cleared_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SequenceStateRow(SQLModel, table=True):
    """Up to which event a line was sequenced, and the last day it was re-synced on."""

    __tablename__ = "production_sequence_state"

    line: str = Field(primary_key=True, max_length=40)
    last_event: int = 0
    resynced_on: date | None = None
