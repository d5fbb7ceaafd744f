"""Use cases of build sheets: issue one exactly once, find what was issued."""

import json
from datetime import datetime

from sqlmodel import Session

from kernel.blobs import BlobName, BlobStore
from kernel.database import Database
from kernel.errors import NotFound, NotPossible
from production.build_sheet import repository
from production.build_sheet.diffing import sheet_diff
from production.build_sheet.model import CopyReason, SheetCopy, SheetData
from production.build_sheet.printing import SheetPrinter
from production.build_sheet.repository import IssuedDiff, IssuedSheet


class SheetNotFound(NotFound):
    """No such sheet was issued; facts: ``order``, ``revision``, ``piece``."""


class SheetIssuedOtherwise(NotPossible):
    """The revision has a sheet that says something else: a change needs a new revision; facts: ``order``, ``revision``."""


def issue_sheet(
    database: Database,
    blobs: BlobStore,
    printer: SheetPrinter,
    sheet: SheetData,
    picture_svg: str = "",
    *,
    now: datetime,
) -> IssuedSheet:
    """Return the issued sheet of an order's revision, drawn and stored if there was none.

    Drawing and storing happen outside the database's transaction; of two at once one is kept, and both return it. What was
    issued is never drawn again, so a reprint has the same bytes for ever.

    Raises:
        SheetIssuedOtherwise: the revision's sheet says something else.
        SheetNotPrinted: it could not be drawn within its limits.
    """
    order = sheet.order
    with database.read() as db:
        issued = repository.find_sheet(db, order.number, order.revision, order.piece)
    if issued is None:
        pdf = blobs.put(printer.draw(sheet, picture_svg), "application/pdf")
        specification = blobs.put(sheet.specification, "application/json")
        fresh = IssuedSheet(
            order.number, order.revision, order.piece, sheet.content_hash, pdf, specification, issued_at=now
        )
        with database.write() as db:
            repository.add_sheet(db, fresh)
            issued = issued_sheet(db, order.number, order.revision, order.piece)
    if issued.content_hash != sheet.content_hash:
        raise SheetIssuedOtherwise(order=order.number, revision=order.revision)
    return issued


def issued_before(db: Session, order_number: str, revision: str) -> IssuedSheet | None:
    """Return the first piece's sheet of the last revision issued before this one; ``None`` for the first."""
    earlier = [one for one in repository.sheets_of(db, order_number) if one.revision < revision]
    latest = max((one.revision for one in earlier), default="")
    return next((one for one in earlier if one.revision == latest), None)


def issue_diff(
    database: Database,
    blobs: BlobStore,
    printer: SheetPrinter,
    before: IssuedSheet,
    after: SheetData,
    *,
    now: datetime,
) -> IssuedDiff:
    """Return the diff sheet of a revision, drawn and stored if there was none; it holds for all pieces of the order.

    Raises:
        SheetNotPrinted: it could not be drawn within its limits.
    """
    order = after.order
    with database.read() as db:
        issued = repository.find_diff(db, order.number, order.revision)
    if issued is None:
        said = json.loads(blobs.get(before.specification).content)
        diff = sheet_diff(SheetData.from_json(said), after)
        pdf = blobs.put(printer.draw_diff(diff), "application/pdf")
        specification = blobs.put(diff.specification, "application/json")
        fresh = IssuedDiff(
            order.number, order.revision, before.revision, diff.content_hash, pdf, specification, issued_at=now
        )
        with database.write() as db:
            repository.add_diff(db, fresh)
            issued = issued_diff(db, order.number, order.revision)
    return issued


def has_diff(db: Session, order_number: str, revision: str) -> bool:
    """Return whether a revision has a diff sheet."""
    return repository.find_diff(db, order_number, revision) is not None


def issued_diff(db: Session, order_number: str, revision: str) -> IssuedDiff:
    """Return the diff sheet of a revision.

    Raises:
        SheetNotFound: none was issued: it is the first revision, or its sheets are still being made.
    """
    diff = repository.find_diff(db, order_number, revision)
    if diff is None:
        raise SheetNotFound(order=order_number, revision=revision, sheet="diff")
    return diff


def issued_sheet(db: Session, order_number: str, revision: str, piece: int = 1) -> IssuedSheet:
    """Return one issued sheet.

    Raises:
        SheetNotFound: none was issued.
    """
    sheet = repository.find_sheet(db, order_number, revision, piece)
    if sheet is None:
        raise SheetNotFound(order=order_number, revision=revision, piece=piece)
    return sheet


def issued_sheets(db: Session, order_number: str) -> tuple[IssuedSheet, ...]:
    """Return all sheets ever issued for an order, by revision and piece."""
    return repository.sheets_of(db, order_number)


def copy_sheet(
    db: Session, order_number: str, revision: str, piece: int, *, reason: CopyReason, by: str, now: datetime
) -> IssuedSheet:
    """Return an issued sheet to be printed once more, the same bytes, and note who wanted it and why.

    Raises:
        SheetNotFound: none was issued; nothing is noted.
    """
    sheet = issued_sheet(db, order_number, revision, piece)
    repository.add_copy(db, SheetCopy(order_number, revision, piece, now, by, reason))
    return sheet


def copies(db: Session, order_number: str) -> tuple[SheetCopy, ...]:
    """Return when sheets of an order were printed once more, oldest first."""
    return repository.copies_of(db, order_number)


def forget_sheets(db: Session, order_number: str) -> tuple[BlobName, ...]:
    """Forget the sheets of an order that is done, diff sheets too; return their files' names, for the caller to erase."""
    names = tuple(name for sheet in repository.sheets_of(db, order_number) for name in (sheet.pdf, sheet.specification))
    names += repository.diff_files_of(db, order_number)
    repository.drop_sheets(db, order_number)
    return names
