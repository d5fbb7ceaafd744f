"""The room of one work centre over the horizon: its buckets as arrays, and the batches that still take pieces."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from production.plants.model import Plant, WorkCentre, WorkCentreKind

FOREVER_S = 1 << 60
Seconds = NDArray[np.int64]
Flags = NDArray[np.bool_]
_CHUNK = 64  # Buckets looked at first; four times as many each time nothing is found.


@dataclass(frozen=True, slots=True)
class FreeBucket:
    """One bucket with room: UTC seconds, free seconds, whether work can be started in it."""

    start_s: int
    end_s: int
    free_s: int
    is_attended: bool = True


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """A batch that still takes pieces of its recipe. ``number`` tells loads of one recipe and bucket apart.

    ``id`` is the ledger's, None while it is only planned.
    """

    start_s: int
    end_s: int
    recipe: str
    number: int
    free_pieces: int
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets of one work centre, ascending and apart. The arrays belong together and are never written to.

    ``spans`` is how long each bucket is; ``keys`` are the starts as a list, which is quicker to look one up in.
    """

    starts: Seconds
    ends: Seconds
    attended: Flags
    spans: Seconds
    keys: list[int]

    def index_from(self, at_s: int) -> int:
        """Return the position of the first bucket that starts at or after ``at_s``."""
        return bisect_left(self.keys, at_s)


def grid_of(starts: Seconds, ends: Seconds, attended: Flags) -> Grid:
    """Return the grid of buckets given in order."""
    return Grid(starts, ends, attended, ends - starts, starts.tolist())


_NOTHING = grid_of(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))


@dataclass(slots=True)
class Timeline:
    """What is free of one work centre: ``free`` seconds per bucket of the grid, and its open loads by start."""

    kind: WorkCentreKind
    portion_s: int  # the most one piece takes of one bucket
    load_pieces: int = 1
    grid: Grid = _NOTHING
    free: Seconds = field(default_factory=lambda: np.empty(0, np.int64))
    loads: list[OpenLoad] = field(default_factory=list)

    def learn(self, buckets: Iterable[FreeBucket], loads: Iterable[OpenLoad] = ()) -> None:
        """Take in all buckets and open loads there are."""
        known = sorted(buckets, key=lambda bucket: bucket.start_s)
        self.grid = grid_of(
            np.array([bucket.start_s for bucket in known], np.int64),
            np.array([bucket.end_s for bucket in known], np.int64),
            np.array([bucket.is_attended for bucket in known], np.bool_),
        )
        self.free = np.array([bucket.free_s for bucket in known], np.int64)
        self.loads = sorted(loads, key=lambda load: (load.start_s, load.recipe, load.number))

    def take(self, start_s: int, seconds: int) -> None:
        """Take seconds of the bucket that starts at ``start_s``; negative ones are given back."""
        self.free[self.grid.index_from(start_s)] -= seconds


def timeline_of(plant: Plant, centre: WorkCentre) -> Timeline:
    """Return the timeline of a work centre with no bucket known yet."""
    share = 100 - centre.reserve_percent if centre.kind is WorkCentreKind.FLOW else 100
    return Timeline(centre.kind, plant.bucket_s * share // 100, centre.load_pieces)


def portion_beside(plant: Plant, centre: WorkCentre) -> int:
    """Return the most one piece takes of a bucket where a share is kept for others: never more than is left beside it (A-4)."""
    portion_s = timeline_of(plant, centre).portion_s
    if centre.kept is None or centre.kind is not WorkCentreKind.FLOW:
        return portion_s
    whole_s = plant.bucket_s * centre.places * (100 - centre.reserve_percent) // 100
    return max(1, min(portion_s, whole_s - whole_s * centre.kept.percent // 100))


def first_with(free: Seconds, index: int, need_s: int) -> int:
    """Return the first position from ``index`` on with at least so many seconds free; the length where there is none."""
    size, chunk = len(free), _CHUNK
    while index < size:
        fits = free[index : index + chunk] >= need_s
        at = int(fits.argmax())
        if fits[at]:
            return index + at
        index += chunk
        chunk *= 4
    return size


def first_start(grid: Grid, free: Seconds, index: int, need_s: int) -> int:
    """Return the first attended position from ``index`` on where a run of so many seconds could begin, or the length."""
    size, chunk = len(free), _CHUNK
    while index < size:
        upto = index + chunk
        fits = grid.attended[index:upto] & (free[index:upto] >= np.minimum(need_s, grid.spans[index:upto]))
        at = int(fits.argmax())
        if fits[at]:
            return index + at
        index, chunk = upto, chunk * 4
    return size


Ledger = Mapping[str, Timeline]
"""Work centre → its room."""
