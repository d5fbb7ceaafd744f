"""Issued sheets in the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.blobs import BlobName
from kernel.database import changed_rows
from kernel.schema import metadata
from production.build_sheet import tables

_SHEETS = metadata.tables[str(tables.SheetRow.__tablename__)]


@dataclass(frozen=True, slots=True)
class IssuedSheet:
    """A sheet that was handed out: ``pdf`` and ``specification`` name blobs, ``content_hash`` is printed on it."""

    order_number: str
    revision: str
    piece: int
    content_hash: str
    pdf: BlobName
    specification: BlobName
    issued_at: datetime


def find_sheet(db: Session, order_number: str, revision: str, piece: int) -> IssuedSheet | None:
    """Return one issued sheet."""
    found = [sheet for sheet in sheets_of(db, order_number) if (sheet.revision, sheet.piece) == (revision, piece)]
    return found[0] if found else None


def sheets_of(db: Session, order_number: str) -> tuple[IssuedSheet, ...]:
    """Return all sheets of an order, by revision and piece."""
    columns = _SHEETS.c
    statement = (
        select(
            columns.order_number,
            columns.revision,
            columns.piece,
            columns.content_hash,
            columns.pdf_blob,
            columns.specification_blob,
            columns.issued_at,
        )
        .where(columns.order_number == order_number)
        .order_by(columns.revision, columns.piece)
    )
    return tuple(IssuedSheet(*row) for row in db.execute(statement))


def drop_sheets(db: Session, order_number: str) -> None:
    """Forget that sheets were issued for an order."""
    changed_rows(db, delete(_SHEETS).where(_SHEETS.c.order_number == order_number))


def add_sheet(db: Session, sheet: IssuedSheet) -> bool:
    """Store an issued sheet; return False when the revision had one already."""
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "order_number": sheet.order_number,
        "revision": sheet.revision,
        "piece": sheet.piece,
        "content_hash": sheet.content_hash,
        "pdf_blob": sheet.pdf,
        "specification_blob": sheet.specification,
        "issued_at": sheet.issued_at,
    }
    key = ["order_number", "revision", "piece"]
    return changed_rows(db, insert_once(_SHEETS).values(values).on_conflict_do_nothing(index_elements=key)) == 1
