"""The whole ledger of one plant as it was seen at one moment, kept between readings. Pure, never changed.

A reading brings only the buckets changed since the last one (docs/algorithms/promise.md, rules L-1 to L-3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from production.model import Demand, OperationLoad
from production.plants.model import Plant
from production.promise.calendar import ONE_DAY, local_date, wall_clock_s
from production.promise.timeline import Grid, OpenLoad, Seconds, Timeline, grid_of, portion_beside, timeline_of


@dataclass(frozen=True, slots=True)
class SeenBucket:
    """One bucket as a reading found it."""

    work_centre: str
    start_s: int
    end_s: int
    capacity_s: int
    free_s: int
    is_attended: bool


@dataclass(frozen=True, slots=True)
class CentreBoard:
    """All buckets of one work centre: their grid, capacity and free seconds."""

    grid: Grid
    capacity: Seconds
    free: Seconds


@dataclass(frozen=True, slots=True)
class Board:
    """A plant and its buckets. What was changed at ``mark`` or later may not have been seen."""

    plant: Plant
    digest: str
    mark: int = 0
    centres: Mapping[str, CentreBoard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Room:
    """What a walk needs: ``ledger`` with all reservations, ``empty`` without any."""

    ledger: dict[str, Timeline]
    empty: dict[str, Timeline]


def centre_of(starts: Seconds, ends: Seconds, capacity: Seconds, free: Seconds, attended: Seconds) -> CentreBoard:
    """Return all buckets of one work centre, given in any order."""
    order = np.argsort(starts)
    return CentreBoard(
        grid_of(starts[order], ends[order], attended[order].astype(np.bool_)), capacity[order], free[order]
    )


def seen(board: Board, buckets: Iterable[SeenBucket], mark: int) -> Board:
    """Return the board after a reading that brought some buckets."""
    changed: dict[str, list[SeenBucket]] = {}
    for bucket in buckets:
        changed.setdefault(bucket.work_centre, []).append(bucket)
    centres = dict(board.centres)
    for code, some in changed.items():
        centres[code] = _centre_seen(centres.get(code), some)
    return replace(board, centres=centres, mark=mark)


def _centre_seen(known: CentreBoard | None, some: Sequence[SeenBucket]) -> CentreBoard:
    """Return a work centre's buckets with some of them new or changed."""
    if known is None or not _is_same_grid(known.grid, some):
        return _rebuilt(known, some)
    free = known.free.copy()
    at = [known.grid.index_from(bucket.start_s) for bucket in some]
    free[at] = [bucket.free_s for bucket in some]
    capacity = known.capacity
    given = [bucket.capacity_s for bucket in some]
    if capacity[at].tolist() != given:
        capacity = capacity.copy()
        capacity[at] = given
    return CentreBoard(known.grid, capacity, free)


def _is_same_grid(grid: Grid, some: Sequence[SeenBucket]) -> bool:
    for bucket in some:
        at = grid.index_from(bucket.start_s)
        if at == len(grid.keys) or grid.keys[at] != bucket.start_s:
            return False
        if grid.ends[at] != bucket.end_s or grid.attended[at] != bucket.is_attended:
            return False
    return True


def _rebuilt(known: CentreBoard | None, some: Sequence[SeenBucket]) -> CentreBoard:
    rows = {bucket.start_s: (bucket.end_s, bucket.is_attended, bucket.capacity_s, bucket.free_s) for bucket in some}
    if known is not None:
        columns = (known.grid.ends, known.grid.attended, known.capacity, known.free)
        kept = zip(known.grid.keys, zip(*(column.tolist() for column in columns), strict=True), strict=True)
        rows = {**dict(kept), **rows}
    starts = sorted(rows)
    ends, attended, capacity, free = zip(*(rows[start_s] for start_s in starts), strict=True)
    grid = grid_of(np.array(starts, np.int64), np.array(ends, np.int64), np.array(attended, np.bool_))
    return CentreBoard(grid, np.array(capacity, np.int64), np.array(free, np.int64))


def kept_back(board: Board, code: str, demand: Demand, now_s: int) -> Seconds | None:
    """Return what must be left of each bucket of a work centre for others than the demand's customer; None: nothing (A-4).

    Kept is a share of the capacity of each bucket of the days that are further ahead than the share is kept.
    """
    kept = board.plant.work_centre(code).kept
    known = board.centres.get(code)
    if kept is None or known is None or demand.is_rush or kept.group in demand.groups:
        return None
    today = local_date(now_s, board.plant.timezone)
    from_s = wall_clock_s(today + kept.until_days * ONE_DAY, 0, board.plant.timezone)
    share: Seconds = np.where(known.grid.starts >= from_s, known.capacity * kept.percent // 100, 0)
    return share


def room_of(
    board: Board,
    loads: Iterable[OperationLoad],
    open_loads: Mapping[str, Sequence[OpenLoad]],
    demand: Demand,
    now_s: int,
) -> Room:
    """Return the timelines of the work centres some loads need, as the demand's customer may use them.

    Raises:
        WorkCentreNotFound: the plant lacks one of them.
    """
    room = Room({}, {})
    for code in sorted({load.work_centre for load in loads}):
        centre = board.plant.work_centre(code)
        room.ledger[code], room.empty[code] = timeline_of(board.plant, centre), timeline_of(board.plant, centre)
        known = board.centres.get(code)
        if known is not None:
            room.ledger[code].grid = room.empty[code].grid = known.grid
            kept = kept_back(board, code, demand, now_s)
            if kept is not None:
                room.ledger[code].portion_s = room.empty[code].portion_s = portion_beside(board.plant, centre)
            room.ledger[code].free = known.free if kept is None else np.maximum(known.free - kept, 0)
            room.empty[code].free = known.capacity if kept is None else known.capacity - kept
        room.ledger[code].loads = sorted(
            open_loads.get(code, ()), key=lambda one: (one.start_s, one.recipe, one.number)
        )
    return room


def free_seconds(board: Board, from_s: int, to_s: int, at_most: Mapping[str, int] | None) -> dict[str, int]:
    """Return the free seconds per work centre of buckets within ``[from_s, to_s]``; see ``service.free_capacity``."""
    found: dict[str, int] = {}
    for centre in board.plant.work_centres:
        known = board.centres.get(centre.code)
        if known is None:
            found[centre.code] = 0
            continue
        free = known.free[(known.grid.starts >= from_s) & (known.grid.ends <= to_s)]
        if at_most is not None:
            free = np.sort(free)[::-1][: at_most.get(centre.code, 1)]
        found[centre.code] = int(free.sum())
    return found
