"""Print runs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from production.print_runs.model import PrintKind


class PrintRunRow(SQLModel, table=True):
    """One print run, with its progress."""

    __tablename__ = "production_print_run"
    __table_args__ = (
        Index("ix_production_print_run_day", "line", "at"),
        CheckConstraint("done >= 0", name="done_not_negative"),
    )

    id: str = Field(primary_key=True, max_length=20)
    line: str = Field(max_length=40, foreign_key="production_plant.line")
    day: date
    kind: PrintKind = Field(sa_column=Column(text_enum(PrintKind), nullable=False))
    pieces: Any = Field(sa_column=Column(json_document(), nullable=False))
    by: str = Field(default="", max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    done: int = 0
    missing: Any = Field(sa_column=Column(json_document(), nullable=False))
    pdf_blob: str | None = Field(default=None, max_length=64)
    is_over: bool = False
