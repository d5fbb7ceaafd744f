"""Use cases of build sheets: issue one exactly once, find what was issued."""

from datetime import datetime

from sqlmodel import Session

from kernel.blobs import BlobName, BlobStore
from kernel.database import Database
from kernel.errors import NotFound, NotPossible
from production.build_sheet import repository
from production.build_sheet.model import SheetData
from production.build_sheet.printing import SheetPrinter
from production.build_sheet.repository import IssuedSheet


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


def forget_sheets(db: Session, order_number: str) -> tuple[BlobName, ...]:
    """Forget the sheets of an order that is done, and return the names of their files, for the caller to erase."""
    names = tuple(name for sheet in repository.sheets_of(db, order_number) for name in (sheet.pdf, sheet.specification))
    repository.drop_sheets(db, order_number)
    return names
