"""Use cases of lots: which are at hand, which went into a piece, and which pieces hold one.

Source: docs/algorithms/lots.md, rules T-1 to T-4.
"""

from datetime import datetime

from sqlmodel import Session

from production.floor import service as floor
from production.floor.model import WorkOrder
from production.lots import repository
from production.lots.model import Lot, LotNotClear, LotNotKnown, PieceLot


def materials_of(db: Session, order_number: str, piece: int) -> dict[str, int]:
    """Return ``{material: quantity}`` of what one piece is made of, as it was reserved.

    Raises:
        WorkOrderNotFound: it is not on the floor.
    """
    work, _status = floor.work_order(db, order_number, piece)
    sharing = [one for one in floor.pieces_now(db, order_number) if one.reservation == work.reservation]
    holders = max(1, sum(one.is_holder for one in sharing))
    return {code: total // holders for code, total in repository.reserved_amounts(db, work.reservation).items()}


def lots_at_hand(db: Session, work: WorkOrder) -> dict[str, list[Lot]]:
    """Return ``{material: lots that are not used up, the newest first}`` of the materials of a piece that come in lots (T-1)."""
    found: dict[str, list[Lot]] = {}
    for lot in repository.received_lots(db, work.line, reservation=work.reservation):
        if lot.left > 0:
            found.setdefault(lot.material, []).append(lot)
    return dict(sorted(found.items()))


def record_lot(
    db: Session, order_number: str, piece: int, lot: str, *, material: str = "", by: str, now: datetime
) -> PieceLot:
    """Note that a piece is made of a lot, and return what was noted; the same again changes nothing.

    Args:
        db: The caller's transaction.
        order_number: The order.
        piece: Which of its pieces.
        lot: The lot's name as it was scanned or chosen, in any spelling.
        material: Of what; only needed where lots of the same name came of several materials of the piece.
        by: Who says so.
        now: The present moment, UTC.

    Raises:
        WorkOrderNotFound: the piece is not on the floor.
        LotNotKnown: no such lot was received of a material of this piece.
        LotNotClear: it was received of several.
    """
    work, _status = floor.work_order(db, order_number, piece)
    amounts = materials_of(db, order_number, piece)
    wanted = [code for code in amounts if code.lower() == material.strip().lower()] if material.strip() else [*amounts]
    found = repository.received_lots(db, work.line, materials=wanted, lot=lot.strip()) if wanted and lot.strip() else []
    if not found:
        raise LotNotKnown(order=order_number, piece=piece, lot=lot.strip()[:80], materials=sorted(amounts))
    if len({one.material for one in found}) > 1:
        raise LotNotClear(lot=found[0].lot, materials=sorted({one.material for one in found}))
    noted = PieceLot(order_number, piece, found[0].material, found[0].lot, amounts[found[0].material], by, now)
    repository.add_piece_lot(db, work.line, noted)
    return noted


def take_back_lot(db: Session, order_number: str, piece: int, material: str, lot: str) -> bool:
    """Forget that a piece is made of a lot, scanned by mistake; return False when nobody had said so."""
    return repository.drop_piece_lot(db, order_number, piece, material, lot)


def lots_of(db: Session, order_number: str) -> list[PieceLot]:
    """Return the lots an order's pieces are made of, by piece and material (T-3)."""
    return repository.lots_of(db, order_number)


def received(db: Session, line: str, lot: str) -> list[Lot]:
    """Return what was received under a lot's name, of each material (T-4)."""
    return repository.received_lots(db, line, lot=lot.strip()) if lot.strip() else []


def newest_lots(db: Session, line: str, *, limit: int = 50) -> list[Lot]:
    """Return the lots of a line received last, the newest first."""
    return repository.received_lots(db, line)[:limit]


def pieces_with(db: Session, line: str, lot: str) -> list[PieceLot]:
    """Return the pieces that hold a lot, by material, order and piece (T-4)."""
    return repository.pieces_with(db, line, lot.strip()) if lot.strip() else []
