"""Wishes that could not be met: counted by day, never by person."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import text_enum
from orders.wishes.model import Lacked, WishKind


class WishCountRow(SQLModel, table=True):
    """How often something was wished for in vain on one day."""

    __tablename__ = "wish_count"
    __table_args__ = (
        UniqueConstraint("day", "line", "release", "kind", "subject", "lacked", "because"),
        CheckConstraint("count > 0", name="count_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    day: date
    line: str = Field(max_length=40)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    kind: WishKind = Field(sa_column=Column(text_enum(WishKind), nullable=False))
    subject: str = Field(max_length=200)
    lacked: Lacked = Field(sa_column=Column(text_enum(Lacked), nullable=False))
    because: str = Field(max_length=400)
    count: int


class WishWordsRow(SQLModel, table=True):
    """A wish in words."""

    __tablename__ = "wish_words"
    __table_args__ = (Index("ix_wish_words_day", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    day: date
    line: str = Field(max_length=40)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    text: str = Field(max_length=300)


class WishSeenRow(SQLModel, table=True):
    """That one draft has said one wish already; a hash, forgotten after some weeks, leads to no draft and to no count."""

    __tablename__ = "wish_seen"
    __table_args__ = (Index("ix_wish_seen_day", "day"),)

    key: str = Field(primary_key=True, max_length=64)
    day: date
