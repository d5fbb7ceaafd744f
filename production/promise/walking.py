"""The walk: place every operation of a demand in the ledger, each in a strictly later bucket. Pure.

Source: docs/algorithms/promise.md, rules P-3 to P-6.
"""

from dataclasses import dataclass

from production.errors import BeyondHorizon
from production.model import Demand, OperationLoad
from production.plants.model import WorkCentreKind
from production.promise.calendar import utc
from production.promise.timeline import FOREVER_S, Ledger, OpenLoad, Seconds, Timeline, first_start, first_with


@dataclass(frozen=True, slots=True)
class Take:
    """Seconds taken of one bucket."""

    work_centre: str
    start_s: int
    seconds: int


@dataclass(frozen=True, slots=True)
class JoinedLoad:
    """A piece in a batch; ``is_new`` when this demand opens the load, which then takes the machine's seconds.

    ``id`` is the ledger's of a load that was open already.
    """

    work_centre: str
    start_s: int
    end_s: int
    recipe: str
    number: int
    is_new: bool
    id: int | None = None


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
        BeyondHorizon: there is no room within the horizon.
    """
    room = _Room(ledger, _visited_again(demand))
    placements: list[Placement] = []
    for piece in range(demand.quantity):
        ends: list[int] = []
        for position, load in enumerate(demand.loads):
            from_s = max([earliest_s, *(ends[before] for before in load.after)])
            placement = room.place(piece, position, load, from_s)
            ends.append(placement.end_s)
            placements.append(placement)
    return Plan(tuple(placements), max((placement.end_s for placement in placements), default=earliest_s))


def walk_relieved(demand: Demand, plan: Plan, ledger: Ledger, relieved: str, earliest_s: int) -> Plan:
    """Return what ``walk`` would on a ledger that differs at one work centre only from the one the plan was walked on.

    Operations that come before anything has moved stand where they stood; only the others are placed.

    Args:
        demand: What was walked.
        plan: Where it stands.
        ledger: The room now.
        relieved: The work centre with other room than before.
        earliest_s: As the plan was walked.

    Raises:
        BeyondHorizon: as ``walk``.
    """
    again = _visited_again(demand)
    room = _Room(ledger, again)
    placements: list[Placement] = []
    for piece in range(demand.quantity):
        first = len(placements)
        moved: set[int] = set()
        for position, load in enumerate(demand.loads):
            placement = plan.placements[first + position]
            at = load.work_centre
            if at == relieved or at in again or not moved.isdisjoint(load.after):
                from_s = max([earliest_s, *(placements[first + before].end_s for before in load.after)])
                placement = room.place(piece, position, load, from_s)
                if placement.end_s != plan.placements[first + position].end_s:
                    moved.add(position)
            placements.append(placement)
    return Plan(tuple(placements), max((placement.end_s for placement in placements), default=earliest_s))


def _visited_again(demand: Demand) -> frozenset[str]:
    """Return the work centres a demand comes to more than once."""
    centres = [load.work_centre for load in demand.loads]
    return frozenset(centres if demand.quantity > 1 else (code for code in centres if centres.count(code) > 1))


def delayed_centres(demand: Demand, plan: Plan, empty: Ledger, earliest_s: int) -> list[str]:
    """Return the work centres where an operation ends later than it would if nothing were reserved there.

    A plan stays as it is when any other work centre is emptied: its operations already stand where that would put them.
    """
    found: dict[str, None] = {}
    ends: dict[tuple[int, int], int] = {}
    for placement in plan.placements:
        load = demand.loads[placement.position]
        from_s = max([earliest_s, *(ends[placement.piece, before] for before in load.after)])
        ends[placement.piece, placement.position] = placement.end_s
        if placement.work_centre not in found:
            alone = _Room(empty, frozenset()).place(placement.piece, placement.position, load, from_s)
            if alone.end_s < placement.end_s:
                found[placement.work_centre] = None
    return list(found)


def spare_end_s(timeline: Timeline, finish_s: int, spare_buckets: int) -> int:
    """Return the end of the last of ``spare_buckets`` working buckets after ``finish_s`` (P-6).

    Args:
        timeline: The work centre of the last operation, with nothing reserved.
        finish_s: End of the bucket of the last operation.
        spare_buckets: How many; 0 gives ``finish_s``.

    Raises:
        BeyondHorizon: the horizon ends first.
    """
    index, end_s = timeline.grid.index_from(finish_s), finish_s
    for _ in range(spare_buckets):
        index = first_with(timeline.free, index, 1)
        if index == len(timeline.free):
            raise BeyondHorizon(work_centre="spare", horizon_ends=_horizon_end(timeline))
        end_s = int(timeline.grid.ends[index])
        index += 1
    return end_s


class _Room:
    """What is left while one demand is being placed: the ledger less what its own pieces already took.

    ``again`` are the work centres it comes to more than once: of the others nobody asks what is left.
    """

    def __init__(self, ledger: Ledger, again: frozenset[str]) -> None:
        self._ledger, self._again = ledger, again
        self._left: dict[str, Seconds] = {}  # of work centres of which this demand has taken something
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
        self._take(timeline, takes)
        return Placement(piece, position, load.work_centre, takes[0].start_s, end_s, takes)

    def _portions(self, load: OperationLoad, timeline: Timeline, from_s: int) -> tuple[tuple[Take, ...], int]:
        """P-4: what is longer than one bucket goes on in later buckets; people can stop and resume."""
        takes: list[Take] = []
        grid, free = timeline.grid, self._left.get(load.work_centre, timeline.free)
        remaining, index, end_s = load.seconds, grid.index_from(from_s), from_s
        while remaining > 0:
            need = min(remaining, timeline.portion_s)
            index = first_with(free, index, need)
            if index == len(free):
                raise _beyond(load, timeline)
            takes.append(Take(load.work_centre, grid.keys[index], need))
            end_s = int(grid.ends[index])
            index += 1
            remaining -= need
        return tuple(takes), end_s

    def _window(self, load: OperationLoad, timeline: Timeline, from_s: int) -> tuple[tuple[Take, ...], int]:
        """P-5: once started it runs through: buckets without a gap, the first of them attended."""
        grid, free = timeline.grid, self._left.get(load.work_centre, timeline.free)
        index = grid.index_from(from_s)
        while True:
            index = first_start(grid, free, index, load.seconds)
            takes: list[Take] = []
            remaining, end_s = load.seconds, None
            while index < len(free) and end_s in (None, grid.keys[index]):
                bucket_end_s = int(grid.ends[index])
                need = min(remaining, bucket_end_s - grid.keys[index])
                if free[index] < need:
                    index += 1  # No run over this bucket fits, wherever it starts.
                    break
                takes.append(Take(load.work_centre, grid.keys[index], need))
                remaining, end_s = remaining - need, bucket_end_s
                if remaining == 0:
                    return tuple(takes), end_s
                index += 1
            if index >= len(free):
                raise _beyond(load, timeline)

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
                load.work_centre,
                joinable.start_s,
                joinable.end_s,
                recipe,
                joinable.number,
                is_new=False,
                id=joinable.id,
            )
            return Placement(piece, position, load.work_centre, joinable.start_s, joinable.end_s, (), joined)
        if window is None:
            raise _beyond(load, timeline)
        takes, end_s = window
        self._take(timeline, takes)
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

    def _take(self, timeline: Timeline, takes: tuple[Take, ...]) -> None:
        code = takes[0].work_centre
        if code not in self._again:
            return
        left = self._left.get(code)
        if left is None:
            left = self._left[code] = timeline.free.copy()
        for take in takes:
            left[timeline.grid.index_from(take.start_s)] -= take.seconds


def _beyond(load: OperationLoad, timeline: Timeline) -> BeyondHorizon:
    return BeyondHorizon(work_centre=load.work_centre, horizon_ends=_horizon_end(timeline))


def _horizon_end(timeline: Timeline) -> str | None:
    return utc(int(timeline.grid.ends[-1])).isoformat() if timeline.grid.keys else None
