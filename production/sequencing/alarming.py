"""An alarm: a promise that cannot be kept as things stand, why, and what could be done about it. Pure.

Source: docs/algorithms/sequence.md, rules S-5 and S-6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from production.floor.model import OpenPiece, OperationState
from production.plants.model import Plant
from production.promise.calendar import epoch_s, local_date


class WayOutKind(StrEnum):
    """What could be done about a promise at risk."""

    OVERTIME = "overtime"  # at the work centre, on the day
    SWAP = "swap"  # take the turn of another piece that has time
    TALK = "talk"  # tell the customer before the day comes


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing to do: overtime at a work centre on a day, a swap with another piece there, or talk to the customer."""

    kind: WayOutKind
    work_centre: str = ""
    day: date | None = None
    order_number: str = ""
    piece: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A promise at risk. ``work_centre`` is where the piece waits longest; "" when the routing alone is too long by now."""

    line: str
    order_number: str
    piece: int
    promised_at: datetime
    expected_at: datetime
    operation: str
    work_centre: str
    ways_out: tuple[WayOut, ...]
    raised_at: datetime
    cleared_at: datetime | None = None


def ways_out(
    plant: Plant, piece: OpenPiece, work_centre: str, starts_at: datetime, others: Iterable[OpenPiece]
) -> tuple[WayOut, ...]:
    """Return what could be done, the least trouble first.

    A swap is offered with the piece due last of those that stand before this one at the work centre, and only if it is
    due after the moment this one would have its turn.

    Args:
        plant: Whose work centre it is.
        piece: The piece at risk.
        work_centre: Where it waits; "" when it does not wait for anyone.
        starts_at: When it has its turn there.
        others: All pieces on the floor.
    """
    found: list[WayOut] = []
    if work_centre:
        own = (piece.order.order_number, piece.order.piece)
        before = [
            (other.order.due_at, other.order.order_number, other.order.piece)
            for other in others
            if (other.order.order_number, other.order.piece) != own
            and other.order.due_at > max(starts_at, piece.order.due_at)
            and any(
                one.work_centre == work_centre
                and one.planned_start_at is not None
                and one.planned_start_at < starts_at
                and other.status.operations[one.number] is OperationState.WAITING
                for one in other.order.operations
            )
        ]
        if before:
            _, number, of = max(before)
            found.append(WayOut(WayOutKind.SWAP, work_centre, None, number, of))
        day = local_date(epoch_s(min(starts_at, piece.order.due_at)), plant.timezone)
        found.append(WayOut(WayOutKind.OVERTIME, work_centre, day))
    found.append(WayOut(WayOutKind.TALK))
    return tuple(found)
