"""Two pieces change their turns: one at risk comes before one that has time. No promise moves.

Source: docs/algorithms/sequence.md, rule S-9.
"""

from datetime import datetime

from sqlmodel import Session

from kernel.errors import NotPossible
from production.floor import service as floor
from production.promise.replanning import give_back_done
from production.sequencing import service
from production.sequencing.service import AT_WORK, PieceId


class SwapNotPossible(NotPossible):
    """One of the two is not on the floor any more, or would be late afterwards; facts: ``order``, ``piece``."""


def bring_forward(db: Session, line: str, piece: PieceId, before: PieceId, *, now: datetime) -> None:
    """Let a piece look for room before another does, whose waiting work gives way; the queues follow.

    Raises:
        SwapNotPossible: it would not help, or would make the other one late; nothing is changed.
        CapacityTaken, BeyondHorizon: another writer was quicker, or there is no room; nothing is changed.
    """
    with db.begin_nested():
        other = next(iter(floor.open_pieces(db, line, only=before)), None)
        if other is None or not other.order.reservation or not floor.open_pieces(db, line, only=piece):
            raise SwapNotPossible(order=before[0], piece=before[1])
        keep = [one.code for one in other.order.operations if other.status.operations[one.number] in AT_WORK]
        give_back_done(db, other.order.reservation, other.order.slot, keep=keep)
        for number, of in (piece, before):
            if service.follow_piece(db, line, (number, of), now=now) is not None:
                raise SwapNotPossible(order=number, piece=of)
    service.rebuild_sequence(db, line, now=now)
