"""The walk: place every operation of a demand in the ledger, each in a strictly later bucket. Pure.

Source: docs/algorithms/promise.md, rules P-3 to P-6.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from production.errors import BeyondHorizon
from production.model import Demand, OperationLoad
from production.plants.model import WorkCentreKind
from production.promise.calendar import utc
from production.promise.timeline import FOREVER_S, FreeBucket, Ledger, NotLoaded, OpenLoad, Timeline


@dataclass(frozen=True, slots=True)
class Take:
    """Seconds taken of one bucket."""

    work_centre: str
    start_s: int
    seconds: int


@dataclass(frozen=True, slots=True)
class JoinedLoad:
    """A piece in a batch; ``is_new`` when this demand opens the load, which then takes the machine's seconds."""

    work_centre: str
    start_s: int
    end_s: int
    recipe: str
    number: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one operation of one piece goes. ``takes`` is empty for a piece that joins a load already opened."""

    piece: int
    position: int  # of the load in the demand
    work_centre: str
    start_s: int
    end_s: int
    takes: tuple[Take, ...]
    load: JoinedLoad | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All placements of a demand; ``last`` is the one that ends last."""

    placements: tuple[Placement, ...]
    finish_s: int

    @property
    def start_s(self) -> int:
        """When the first operation's bucket starts."""
        return min(placement.start_s for placement in self.placements)

    @property
    def last(self) -> Placement:
        """The placement that ends last."""
        return max(self.placements, key=lambda placement: (placement.end_s, placement.position))


def walk(demand: Demand, ledger: Ledger, earliest_s: int) -> Plan:
    """Return the earliest placement of all pieces, one after the other, with no bucket starting before ``earliest_s``.

    An operation starts in a bucket that begins when the buckets of all it waits for have ended (P-3).

    Raises:
        NotLoaded: the ledger does not know enough.
        BeyondHorizon: there is no room within the horizon.
    """
    room = _Room(ledger)
    placements: list[Placement] = []
    for piece in range(demand.quantity):
        ends: list[int] = []
        for position, load in enumerate(demand.loads):
            from_s = max([earliest_s, *(ends[before] for before in load.after)])
            placement = room.place(piece, position, load, from_s)
            ends.append(placement.end_s)
            placements.append(placement)
    return Plan(tuple(placements), max((placement.end_s for placement in placements), default=earliest_s))


def spare_end_s(timeline: Timeline, finish_s: int, spare_buckets: int) -> int:
    """Return the end of the last of ``spare_buckets`` working buckets after ``finish_s`` (P-6).

    Args:
        timeline: The work centre of the last operation, with nothing reserved.
        finish_s: End of the bucket of the last operation.
        spare_buckets: How many; 0 gives ``finish_s``.

    Raises:
        NotLoaded: the timeline does not know enough.
        BeyondHorizon: the horizon ends first.
    """
    end_s = finish_s
    for _ in range(spare_buckets):
        end_s = next(_buckets_from(timeline, "spare", end_s)).end_s
    return end_s


class _Room:
    """What is left while one demand is being placed: the ledger less what its own pieces already took."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._taken: dict[tuple[str, int], int] = {}
        self._joined: dict[tuple[str, int, str, int], int] = {}
        self._opened: dict[str, list[OpenLoad]] = {}

    def place(self, piece: int, position: int, load: OperationLoad, from_s: int) -> Placement:
        timeline = self._ledger[load.work_centre]
        if timeline.kind is WorkCentreKind.BATCH:
            return self._place_in_batch(piece, position, load, timeline, from_s)
        if timeline.kind is WorkCentreKind.SLOT:
            takes, end_s = self._window(load, timeline, from_s)
        else:
            takes, end_s = self._portions(load, timeline, from_s)
        self._take(takes)
        return Placement(piece, position, load.work_centre, takes[0].start_s, end_s, takes)

    def _portions(self, load: OperationLoad, timeline: Timeline, from_s: int) -> tuple[tuple[Take, ...], int]:
        """P-4: what is longer than one bucket goes on in later buckets; people can stop and resume."""
        takes: list[Take] = []
        remaining = load.seconds
        while remaining > 0:
            need = min(remaining, timeline.portion_s)
            for bucket in _buckets_from(timeline, load.work_centre, from_s):
                if self._free(load.work_centre, bucket) >= need:
                    takes.append(Take(load.work_centre, bucket.start_s, need))
                    from_s = bucket.end_s
                    break
            remaining -= need
        return tuple(takes), from_s

    def _window(self, load: OperationLoad, timeline: Timeline, from_s: int) -> tuple[tuple[Take, ...], int]:
        """P-5: once started it runs through: buckets without a gap, the first of them attended."""
        takes: list[Take] = []
        remaining, end_s = load.seconds, from_s
        for bucket in _buckets_from(timeline, load.work_centre, from_s):
            if takes and bucket.start_s != end_s:
                takes, remaining = [], load.seconds
            need = min(remaining, bucket.end_s - bucket.start_s)
            if self._free(load.work_centre, bucket) < need or not (takes or bucket.is_attended):
                takes, remaining = [], load.seconds
                continue
            takes.append(Take(load.work_centre, bucket.start_s, need))
            remaining, end_s = remaining - need, bucket.end_s
            if remaining == 0:
                break
        return tuple(takes), end_s

    def _place_in_batch(
        self, piece: int, position: int, load: OperationLoad, timeline: Timeline, from_s: int
    ) -> Placement:
        """Join an open load of the recipe, unless a new one could start sooner."""
        recipe = load.batch_recipe
        window: tuple[tuple[Take, ...], int] | None
        try:
            window = self._window(load, timeline, from_s)
        except BeyondHorizon:
            window = None
        latest_s = window[0][0].start_s if window else FOREVER_S
        joinable = self._joinable(load.work_centre, timeline, recipe, from_s, latest_s)
        if joinable is not None:
            key = (load.work_centre, joinable.start_s, recipe, joinable.number)
            self._joined[key] = self._joined.get(key, 0) + 1
            joined = JoinedLoad(
                load.work_centre, joinable.start_s, joinable.end_s, recipe, joinable.number, is_new=False
            )
            return Placement(piece, position, load.work_centre, joinable.start_s, joinable.end_s, (), joined)
        if window is None:
            raise BeyondHorizon(work_centre=load.work_centre, horizon_ends=_horizon_end(timeline))
        takes, end_s = window
        self._take(takes)
        opened = self._open(load.work_centre, timeline, recipe, takes[0].start_s, end_s)
        return Placement(piece, position, load.work_centre, takes[0].start_s, end_s, takes, opened)

    def _joinable(
        self, work_centre: str, timeline: Timeline, recipe: str, from_s: int, latest_s: int
    ) -> OpenLoad | None:
        loads: list[OpenLoad] = [*timeline.loads, *self._opened.get(work_centre, ())]
        for load in sorted(loads, key=lambda one: one.start_s):
            if load.recipe != recipe or not from_s <= load.start_s <= latest_s:
                continue
            if load.free_pieces > self._joined.get((work_centre, load.start_s, recipe, load.number), 0):
                return load
        return None

    def _open(self, work_centre: str, timeline: Timeline, recipe: str, start_s: int, end_s: int) -> JoinedLoad:
        same = [
            load.number
            for load in [*timeline.loads, *self._opened.get(work_centre, ())]
            if load.recipe == recipe and load.start_s == start_s
        ]
        number = max(same, default=0) + 1
        fresh = OpenLoad(start_s, end_s, recipe, number, timeline.load_pieces)
        self._opened.setdefault(work_centre, []).append(fresh)
        self._joined[work_centre, start_s, recipe, number] = 1
        return JoinedLoad(work_centre, start_s, end_s, recipe, number, is_new=True)

    def _free(self, work_centre: str, bucket: FreeBucket) -> int:
        return bucket.free_s - self._taken.get((work_centre, bucket.start_s), 0)

    def _take(self, takes: tuple[Take, ...]) -> None:
        for take in takes:
            key = (take.work_centre, take.start_s)
            self._taken[key] = self._taken.get(key, 0) + take.seconds


def _buckets_from(timeline: Timeline, work_centre: str, from_s: int) -> Iterator[FreeBucket]:
    """Yield known buckets from ``from_s`` on; raise where knowledge or the horizon ends."""
    until_s = timeline.known_until(from_s)
    for index in range(timeline.index_from(from_s), len(timeline.buckets)):
        bucket = timeline.buckets[index]
        if bucket.start_s >= until_s:
            break
        yield bucket
    if until_s < FOREVER_S:
        raise NotLoaded(work_centre, until_s, is_new_place=until_s == from_s)
    raise BeyondHorizon(work_centre=work_centre, horizon_ends=_horizon_end(timeline))


def _horizon_end(timeline: Timeline) -> str | None:
    return utc(timeline.buckets[-1].end_s).isoformat() if timeline.buckets else None
