"""What a confirmed reservation holds moves with the floor; what was promised stays.

Source: docs/algorithms/sequence.md, rules S-1 to S-4.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from production.errors import CapacityTaken
from production.model import Demand, OperationLoad
from production.plants.model import Plant
from production.promise import guarded, repository
from production.promise.board import room_of
from production.promise.calendar import epoch_s, utc
from production.promise.guarded import Taking
from production.promise.reading import look
from production.promise.service import LostRace, reservation, room_for
from production.promise.walking import JoinedLoad, Plan, delayed_centres, walk

MOVED = 1000
"""Added to an operation's number: where its rows stand once it was moved."""


@dataclass(frozen=True, slots=True)
class Replanned:
    """Where the rest of a piece stands in the ledger now: start of each operation, and the end of the last bucket.

    ``delayed`` are the work centres where it would be sooner if nothing else were reserved there.
    """

    starts: Mapping[str, datetime]
    finish_at: datetime
    delayed: tuple[str, ...]


def replan(
    db: Session,
    key: str,
    piece: int,
    left: Sequence[OperationLoad],
    numbers: Sequence[int],
    *,
    keep: Collection[str] = (),
    earliest: datetime,
) -> Replanned:
    """Return where the rest of one piece goes now; all or nothing is moved, and the promise is not touched.

    What the piece holds for operations neither kept nor left is given back; whose kept share it may use is as it was (A-5).

    Args:
        db: The caller's transaction.
        key: The order's reservation.
        piece: Which piece, from 0.
        left: Operations not begun, waiting for each other by their positions here; at least one.
        numbers: The numbers of those operations in the routing.
        keep: Operations at work, whose room stays as it is.
        earliest: When the first of them may begin.

    Raises:
        ReservationNotFound: nothing was set aside under the key.
        CapacityTaken: another writer was quicker; everything stands as it was.
        BeyondHorizon: no room within the rolling horizon; everything stands as it was.
    """
    held = reservation(db, key)
    line, demand = held.line, Demand(tuple(left), groups=held.groups, is_rush=held.is_rush)
    with db.begin_nested():
        _give_back(db, line, key, piece, keep)
        seen = look(db, line, epoch_s(earliest), loads=demand.loads)
        room = room_of(seen.board, demand.loads, seen.open_loads, demand, epoch_s(earliest))
        plan = walk(demand, room.ledger, epoch_s(earliest))
        batches, amounts = _room_for(db, seen.plant, plan)
        rows = _rows(key, piece, plan, demand, batches, numbers)
        if not guarded.take_all(db, line, Taking(amounts, loads=rows)):
            raise CapacityTaken(attempts=1)
    starts = {left[placement.position].operation: utc(placement.start_s) for placement in plan.placements}
    delayed = delayed_centres(demand, plan, room.empty, epoch_s(earliest))
    return Replanned(starts, utc(plan.finish_s), tuple(delayed))


def give_back_done(db: Session, key: str, piece: int, *, keep: Collection[str]) -> None:
    """Give back what a piece holds for all operations but those kept.

    Raises:
        ReservationNotFound: nothing was set aside under the key.
    """
    with db.begin_nested():
        _give_back(db, reservation(db, key).line, key, piece, keep)


def _room_for(
    db: Session, plant: Plant, plan: Plan
) -> tuple[Mapping[JoinedLoad, int], Mapping[guarded.Scarce, guarded.Amounts]]:
    try:
        return room_for(db, plant, plan, in_line=False)
    except LostRace:
        raise CapacityTaken(attempts=1) from None


def _give_back(db: Session, line: str, key: str, piece: int, keep: Collection[str]) -> None:
    back = repository.remove_takes_of(db, key, piece, keep)
    given = guarded.take(db, guarded.BATCHES, line, {(batch,): -count for batch, count in back.batches.items()})
    seconds = dict(back.buckets)
    for slot, freed_s in repository.close_empty_batches(db, back.batches).items():
        seconds[slot] = seconds.get(slot, 0) + freed_s
    given = given and guarded.take(db, guarded.BUCKETS, line, {slot: -amount for slot, amount in seconds.items()})
    if not given:
        raise RuntimeError(f"the ledger has no room for what reservation {key} gives back")


def _rows(
    key: str, piece: int, plan: Plan, demand: Demand, batches: Mapping[JoinedLoad, int], numbers: Sequence[int]
) -> list[Mapping[str, Any]]:
    """Return the rows of the rest of a piece; their positions tell them from all rows of a first reservation."""
    rows = repository.load_rows(key, plan, demand, batches)
    return [{**row, "piece": piece, "position": MOVED + numbers[row["position"]]} for row in rows]
