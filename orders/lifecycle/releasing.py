"""The release of an order: work on the floor, sheets issued, the order moved on; once, however often it is run.

After a change the work is on the floor already; what is left to do is the new revision's sheets, and the sheet that says
what is different.
"""

from datetime import datetime

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.ids import OrderId
from orders.audit.model import SYSTEM
from orders.drafts.configurators import Configurators
from orders.drafts.variants import fit_parts, variant_of
from orders.lifecycle import repository
from orders.lifecycle.service import move
from orders.lifecycle.sheets import customer_reference, order_fit, order_sheets, pieces_to_print
from orders.lifecycle.transitions import OrderEvent, OrderState
from production.build_sheet import service as sheets
from production.build_sheet.printing import SheetPrinter
from production.floor import service as floor
from production.promise import service as promises


def release_order(
    database: Database,
    configurators: Configurators,
    blobs: BlobStore,
    printer: SheetPrinter,
    order_id: OrderId,
    *,
    now: datetime,
) -> None:
    """Explode the order, issue its sheets and open its work on the floor.

    Sheets are drawn outside any transaction and stored by content; work orders and the order's new state are written
    together. An order that is no longer waiting for its release is left alone.

    Raises:
        OrderNotFound: there is no such order.
        SheetNotPrinted: a sheet could not be drawn; the job is tried again.
    """
    while not _released(database, configurators, blobs, printer, order_id, now=now):
        pass  # it was changed while its sheets were drawn: once more, with what it says now


def reissue_order(
    database: Database,
    configurators: Configurators,
    blobs: BlobStore,
    printer: SheetPrinter,
    order_id: OrderId,
    revision: int,
    *,
    now: datetime,
) -> None:
    """Issue the sheets of a changed order's revision, and the diff sheet from the revision issued before it.

    A revision that another change has replaced meanwhile gets none: the job of that change does it. An order that was never
    released has no sheets to replace.

    Raises:
        OrderNotFound: there is no such order.
        SheetNotPrinted: a sheet could not be drawn; the job is tried again.
    """
    with database.read() as db:
        order = repository.get_order(db, order_id)
        if order.revision != revision or OrderState.PLACED in (order.state, order.held_from):
            return
        model = configurators.of(db, order.release).model
        plant = promises.plant_of(db, order.line)
        fit = order_fit(db, model, order)
        reference, pieces = customer_reference(db, order), pieces_to_print(db, order)
        composed, picture = order_sheets(model, plant, order, fit, reference, pieces)
        before = sheets.issued_before(db, order.number, order.revision_letter)
    for sheet in composed:
        sheets.issue_sheet(database, blobs, printer, sheet, picture, now=now)
    if before is not None:
        sheets.issue_diff(database, blobs, printer, before, composed[0], now=now)


def print_remake(
    database: Database,
    configurators: Configurators,
    blobs: BlobStore,
    printer: SheetPrinter,
    order_id: OrderId,
    piece: int,
    *,
    now: datetime,
) -> None:
    """Issue the sheet of a piece that is made instead of another, at the order's present revision.

    A piece that was spoilt too meanwhile, or was taken off the floor, gets none.

    Raises:
        OrderNotFound: there is no such order.
        SheetNotPrinted: the sheet could not be drawn; the job is tried again.
    """
    with database.read() as db:
        order = repository.get_order(db, order_id)
        model = configurators.of(db, order.release).model
        plant = promises.plant_of(db, order.line)
        fit = order_fit(db, model, order)
        pieces = [one for one in pieces_to_print(db, order) if one.number == piece]
        composed, picture = order_sheets(model, plant, order, fit, customer_reference(db, order), pieces)
    for sheet in composed:
        sheets.issue_sheet(database, blobs, printer, sheet, picture, now=now)


def _released(
    database: Database,
    configurators: Configurators,
    blobs: BlobStore,
    printer: SheetPrinter,
    order_id: OrderId,
    *,
    now: datetime,
) -> bool:
    """Release the order at its present revision; return False when it was changed while the sheets were drawn."""
    with database.read() as db:
        order = repository.get_order(db, order_id)
        if order.state is not OrderState.PLACED:
            return True
        model = configurators.of(db, order.release).model
        plant = promises.plant_of(db, order.line)
        fit = order_fit(db, model, order)
        reference, pieces = customer_reference(db, order), pieces_to_print(db, order)
        composed, picture = order_sheets(model, plant, order, fit, reference, pieces)
    for sheet in composed:
        sheets.issue_sheet(database, blobs, printer, sheet, picture, now=now)
    with database.write() as db:
        locked = repository.lock_order(db, order.number)
        if locked.state is not OrderState.PLACED:
            return True
        if locked.revision != order.revision:
            return False
        variant = variant_of(model, order.selection.answers, fit)
        floor.release_work(
            db,
            variant,
            order_number=order.number,
            revision=order.revision_letter,
            reservation_key=order.reservation_key,
            now=now,
            pieces=order.quantity,
            measures=fit_parts(fit.fit).measures if fit is not None and fit.fit is not None else (),
        )
        move(db, order_id, OrderEvent.RELEASE, actor=SYSTEM, now=now)
    return True
