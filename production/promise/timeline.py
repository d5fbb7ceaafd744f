"""The part of the ledger a walk reads: per work centre the buckets with room, as far as they are known.

A timeline never guesses: asked about a time it does not know, it raises `NotLoaded`, and whoever holds
the database loads more and walks again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from production.plants.model import WorkCentre, WorkCentreKind
from production.promise.calendar import BUCKET_S

FOREVER_S = 1 << 60


class NotLoaded(Exception):
    """More of the ledger is needed, from ``from_s`` on; ``is_new_place`` when nothing is known there yet."""

    def __init__(self, work_centre: str, from_s: int, *, is_new_place: bool) -> None:
        self.work_centre = work_centre
        self.from_s = from_s
        self.is_new_place = is_new_place
        super().__init__(work_centre, from_s)


@dataclass(frozen=True, slots=True)
class FreeBucket:
    """One bucket with room: UTC seconds, free seconds, whether work can be started in it."""

    start_s: int
    end_s: int
    free_s: int
    is_attended: bool = True


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """A batch that still takes pieces of its recipe. ``number`` tells loads of one recipe and bucket apart."""

    start_s: int
    end_s: int
    recipe: str
    number: int
    free_pieces: int


@dataclass(slots=True)
class Timeline:
    """Buckets of one work centre with room for something, ascending, within the known ``ranges``."""

    kind: WorkCentreKind
    portion_s: int  # the most one piece takes of one bucket
    load_pieces: int = 1
    buckets: list[FreeBucket] = field(default_factory=list)
    loads: list[OpenLoad] = field(default_factory=list)
    ranges: list[tuple[int, int]] = field(default_factory=list)  # known spans [from, to), apart, ascending
    _starts: list[int] = field(default_factory=list)

    def learn(self, from_s: int, to_s: int, buckets: Iterable[FreeBucket], loads: Iterable[OpenLoad] = ()) -> None:
        """Take in everything with room that starts within ``[from_s, to_s)``."""
        fresh = {bucket.start_s: bucket for bucket in buckets if from_s <= bucket.start_s < to_s}
        kept = [bucket for bucket in self.buckets if not from_s <= bucket.start_s < to_s]
        self.buckets = sorted([*kept, *fresh.values()], key=lambda bucket: bucket.start_s)
        self._starts = [bucket.start_s for bucket in self.buckets]
        old = [load for load in self.loads if not from_s <= load.start_s < to_s]
        new = [load for load in loads if from_s <= load.start_s < to_s]
        self.loads = sorted([*old, *new], key=lambda load: (load.start_s, load.recipe, load.number))
        self.ranges = _merged([*self.ranges, (from_s, to_s)])

    def known_until(self, at_s: int) -> int:
        """Return where the known span holding ``at_s`` ends; ``at_s`` itself when nothing is known there."""
        return next((to_s for from_s, to_s in self.ranges if from_s <= at_s < to_s), at_s)

    def index_from(self, at_s: int) -> int:
        """Return the position of the first bucket that starts at or after ``at_s``."""
        return bisect_left(self._starts, at_s)


Ledger = Mapping[str, Timeline]
"""Work centre → what is known of its room."""


def timeline_of(centre: WorkCentre) -> Timeline:
    """Return the timeline of a work centre, with nothing known yet."""
    share = 100 - centre.reserve_percent if centre.kind is WorkCentreKind.FLOW else 100
    return Timeline(centre.kind, BUCKET_S * share // 100, centre.load_pieces)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for from_s, to_s in sorted(ranges):
        if merged and from_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(to_s, merged[-1][1]))
        else:
            merged.append((from_s, to_s))
    return merged
