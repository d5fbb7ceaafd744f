"""The build sheets of an order: composed from what was agreed, found as they were issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from configurator.model import Answer
from kernel.blobs import BlobStore
from kernel.canonical import JsonValue
from modules_catalog.model import ConfigurationModel
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.drafts.fitting import FitView, fit_view
from orders.drafts.pictures import product_picture
from orders.drafts.service import changes_between
from orders.drafts.variants import fit_parts, variant_of
from orders.lifecycle import repository
from orders.lifecycle.model import Order
from production.build_sheet import service as sheets
from production.build_sheet.composing import sheet_data
from production.build_sheet.model import CopyReason, SheetData, SheetOrder
from production.build_sheet.sheet_texts import sheet_texts
from production.floor import service as floor
from production.floor.model import SheetObsolete
from production.plants.model import Plant
from production.promise import service as promises
from production.promise.document import promise_from_json
from production.supply.materials import with_substitutes


def order_fit(db: Session, model: ConfigurationModel, order: Order) -> FitView | None:
    """Return the fit of a measured order: release and measures never change, so it is the one that was quoted."""
    profile = customers.get_profile(db, order.profile_id, purpose=Purpose.FIT) if order.profile_id is not None else None
    return fit_view(model, order.selection.answers, profile, model.components)


def customer_reference(db: Session, order: Order) -> str:
    """Return what the floor sees instead of a name; empty for nobody."""
    if order.customer_id is None:
        return ""
    return customers.get_customer(db, order.customer_id, purpose=Purpose.SUPPORT).reference


@dataclass(frozen=True, slots=True)
class SheetPiece:
    """A piece that gets a sheet: by when it is promised, what it is made instead of (0: a first one), and since when.

    ``substitutes`` are what its reservation takes in place of materials of the bill.
    """

    number: int
    due: date
    issued_on: date
    remake_of: int = 0
    substitutes: Mapping[str, str] = field(default_factory=dict)


def pieces_to_print(db: Session, order: Order) -> tuple[SheetPiece, ...]:
    """Return the pieces whose sheets say what the floor has to make: all before the release, then those that stand."""
    issued_on = order.agreed_at.date()
    there = floor.standing_pieces(db, order.number)
    if not there:
        due = promise_from_json(order.promise).date
        others = promises.substitutes(db, order.reservation_key)
        return tuple(SheetPiece(number, due, issued_on, 0, others) for number in range(1, order.quantity + 1))
    found = []
    for one in there:
        due = promises.reservation(db, one.reservation).promise.date
        since = floor.events(db, order.number, one.number)[0].at.date() if one.remake_of else issued_on
        others = promises.substitutes(db, one.reservation)
        found.append(SheetPiece(one.number, due, max(since, issued_on), one.remake_of, others))
    return tuple(found)


def order_sheets(
    model: ConfigurationModel,
    plant: Plant,
    order: Order,
    fit: FitView | None,
    reference: str,
    pieces: Sequence[SheetPiece],
) -> tuple[list[SheetData], str]:
    """Return one sheet for each piece of the order's revision, and the picture printed on them. Pure but for texts."""
    parts = fit_parts(fit.fit) if fit is not None and fit.fit is not None else None
    variant = variant_of(model, order.selection.answers, fit)
    picture = product_picture(model, order.selection.answers, is_plain=True)
    composed = [
        sheet_data(
            model,
            replace(variant, bom=with_substitutes(variant.bom, piece.substitutes, model)),
            order.selection.answers,
            SheetOrder(
                number=order.number,
                revision=order.revision_letter,
                due=piece.due,
                issued_on=piece.issued_on,
                customer_reference=reference,
                piece=piece.number,
                pieces=order.quantity,
                remake_of=piece.remake_of,
            ),
            plant,
            picture_svg=picture,
            fit=parts,
            texts=sheet_texts(plant.floor_locale),
        )
        for piece in pieces
    ]
    return composed, picture


def has_sheet(db: Session, order: Order) -> bool:
    """Return whether the sheets of the order's present revision have been issued."""
    return any(sheet.revision == order.revision_letter for sheet in sheets.issued_sheets(db, order.number))


def issued_sheet(db: Session, blobs: BlobStore, order: Order, piece: int = 1) -> bytes:
    """Return the PDF of the order's present revision as it was issued.

    Raises:
        SheetNotFound: it has not been issued.
    """
    return blobs.get(sheets.issued_sheet(db, order.number, order.revision_letter, piece).pdf).content


def copy_sheet(
    db: Session, number: str, letter: str, piece: int, *, reason: CopyReason, actor: Actor, now: datetime
) -> None:
    """Note that a piece's sheet is printed once more, and why; the bytes are those that were issued.

    Raises:
        SheetObsolete: another revision is valid; the facts say what it changed. Nothing is noted.
        SheetNotFound: the sheet is still being made.
        OrderNotFound: there is no such order.
    """
    order = repository.get_order_by_number(db, number)
    if letter != order.revision_letter:
        changes = changed_since(db, order, letter)
        raise SheetObsolete(order=number, scanned=letter, current=order.revision_letter, changes=changes)
    sheets.copy_sheet(db, number, letter, piece, reason=reason, by=actor.id, now=now)
    record(db, f"order:{number}", "sheet_copied", actor=actor, now=now, piece=piece, revision=letter, reason=reason)


def changed_since(db: Session, order: Order, letter: str) -> list[dict[str, JsonValue]]:
    """Return what was chosen otherwise at an earlier revision: feature, from, to."""
    before = next((each.selection for each in repository.revisions_of(db, order.id) if each.letter == letter), None)
    if before is None:
        return []
    return [
        {"feature": each.feature, "from": _plain(each.before), "to": _plain(each.after)}
        for each in changes_between(before, order.selection)
    ]


def _plain(answer: Answer | None) -> JsonValue:
    return dict(answer) if isinstance(answer, Mapping) else answer


def issued_diff(db: Session, blobs: BlobStore, order: Order) -> bytes:
    """Return the PDF of what the order's present revision changed, as it was issued.

    Raises:
        SheetNotFound: it is the first revision, or the sheet is still being made.
    """
    return blobs.get(sheets.issued_diff(db, order.number, order.revision_letter).pdf).content


def has_diff(db: Session, order: Order) -> bool:
    """Return whether the diff sheet of the order's present revision has been issued."""
    return sheets.has_diff(db, order.number, order.revision_letter)


def issued_specification(db: Session, blobs: BlobStore, order: Order, piece: int = 1) -> bytes:
    """Return the JSON twin of the present revision's sheet as it was issued.

    Raises:
        SheetNotFound: it has not been issued.
    """
    return blobs.get(sheets.issued_sheet(db, order.number, order.revision_letter, piece).specification).content
