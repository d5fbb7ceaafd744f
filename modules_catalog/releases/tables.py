"""Published releases and the moments they came into force; rows are added, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime


class ReleaseRow(SQLModel, table=True):
    """One published content: every file of the catalog and its libraries, packed."""

    __tablename__ = "catalog_release"
    __table_args__ = (CheckConstraint("length(id) = 64", name="id_is_sha256"),)

    id: str = Field(primary_key=True, max_length=64)
    line: str = Field(max_length=40, index=True)
    published_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReleaseStartRow(SQLModel, table=True):
    """A moment from which a release is in force for its line, until a later one starts."""

    __tablename__ = "catalog_release_start"
    __table_args__ = (
        UniqueConstraint("line", "effective_from", "position"),
        Index("ix_catalog_release_start_release", "release"),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: str = Field(max_length=40)
    release: str = Field(foreign_key="catalog_release.id", max_length=64)
    effective_from: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    position: int = Field(default=0, ge=0)  # among starts at the same moment the highest counts
    published_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
