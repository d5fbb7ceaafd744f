"""Issued sheets in the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from kernel.blobs import BlobName
from kernel.database import changed_rows
from kernel.schema import metadata
from production.build_sheet import tables
from production.build_sheet.model import CopyReason, SheetCopy

_COPIES = metadata.tables[str(tables.SheetCopyRow.__tablename__)]
_DIFFS = metadata.tables[str(tables.DiffSheetRow.__tablename__)]
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


@dataclass(frozen=True, slots=True)
class IssuedDiff:
    """What a revision changes, as it was handed out; ``pdf`` and ``specification`` name blobs."""

    order_number: str
    revision: str
    from_revision: str
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
    """Forget that sheets and diff sheets were issued for an order."""
    for table in (_SHEETS, _DIFFS):
        changed_rows(db, delete(table).where(table.c.order_number == order_number))


def diff_files_of(db: Session, order_number: str) -> tuple[BlobName, ...]:
    """Return the names of the files of an order's diff sheets."""
    statement = select(_DIFFS.c.pdf_blob, _DIFFS.c.specification_blob).where(_DIFFS.c.order_number == order_number)
    return tuple(BlobName(name) for row in db.execute(statement) for name in row)


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


def add_copy(db: Session, copy: SheetCopy) -> None:
    """Store that a sheet was handed out once more."""
    values = {
        "order_number": copy.order_number,
        "revision": copy.revision,
        "piece": copy.piece,
        "at": copy.at,
        "by": copy.by,
        "reason": copy.reason,
    }
    db.execute(insert(_COPIES).values(values))


def copies_of(db: Session, order_number: str) -> tuple[SheetCopy, ...]:
    """Return when sheets of an order were handed out once more, oldest first."""
    columns = _COPIES.c
    statement = select(_COPIES).where(columns.order_number == order_number).order_by(columns.id)
    return tuple(
        SheetCopy(row.order_number, row.revision, row.piece, row.at, row.by, CopyReason(row.reason))
        for row in db.execute(statement)
    )


def find_diff(db: Session, order_number: str, revision: str) -> IssuedDiff | None:
    """Return the diff sheet of a revision."""
    columns = _DIFFS.c
    statement = select(
        columns.order_number,
        columns.revision,
        columns.from_revision,
        columns.content_hash,
        columns.pdf_blob,
        columns.specification_blob,
        columns.issued_at,
    ).where(columns.order_number == order_number, columns.revision == revision)
    row = db.execute(statement).one_or_none()
    return None if row is None else IssuedDiff(*row)


def add_diff(db: Session, diff: IssuedDiff) -> bool:
    """Store an issued diff sheet; return False when the revision had one already."""
    insert_once = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "order_number": diff.order_number,
        "revision": diff.revision,
        "from_revision": diff.from_revision,
        "content_hash": diff.content_hash,
        "pdf_blob": diff.pdf,
        "specification_blob": diff.specification,
        "issued_at": diff.issued_at,
    }
    statement = insert_once(_DIFFS).values(values)
    return changed_rows(db, statement.on_conflict_do_nothing(index_elements=["order_number", "revision"])) == 1
