"""From a piece's events to the spans of its life: when each operation ran, when it rested, when it was on the floor. Pure.

Source: docs/algorithms/metrics.md, rules M-2 and M-3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from production.floor.model import EventKind
from production.metrics.model import Happening, PieceHistory, Step


class Condition(StrEnum):
    """What goes on with a piece on the floor."""

    FIRST_WAIT = "first_wait"
    BETWEEN = "between"
    WORK = "work"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Run:
    """One operation at work without a break; ``to_s`` is None while it still runs."""

    operation: int
    from_s: int
    to_s: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """A piece's spans. ``conditions`` follow each other without a gap; the last of them, open, has no end.

    ``on_floor`` are the spans in which it counts as work in process; ``built_s`` is when it was built for good.
    """

    released_s: int | None
    built_s: int | None
    scrapped_s: int | None
    runs: tuple[Run, ...]
    conditions: tuple[tuple[int, int | None, Condition], ...]
    on_floor: tuple[tuple[int, int | None], ...]


_WHEN = attrgetter("at_s", "number")
_OPENS = frozenset({EventKind.STARTED, EventKind.RESUMED})
_RESTS = frozenset({EventKind.PAUSED, EventKind.FAILED_CHECK})
_ENDS = frozenset({EventKind.SCRAPPED, EventKind.CANCELLED})


def in_time(happenings: Iterable[Happening]) -> list[Happening]:
    """Return events as they happened: by moment, those of one moment as they were written (M-2)."""
    return sorted(happenings, key=_WHEN)


class _Walk:
    """What is known of a piece while its events are gone through."""

    def __init__(self, steps: Mapping[int, Step]) -> None:
        self.steps = steps
        self.running: dict[int, int] = {}
        self.held_back: set[int] = set()
        self.resting: set[int] = set()
        self.finished: set[int] = set()
        self.is_held = self.was_started = self.is_gone = False
        self.released_s: int | None = None
        self.built_s: int | None = None
        self.scrapped_s: int | None = None
        self.runs: list[Run] = []

    @property
    def is_built(self) -> bool:
        """Whether every operation is finished; nothing else ever is."""
        return bool(self.steps) and len(self.finished) == len(self.steps)

    @property
    def condition(self) -> Condition | None:
        """What goes on now; None off the floor."""
        if self.released_s is None or self.is_gone or self.is_built:
            return None
        if self.running:
            return Condition.WORK
        if self.is_held or self.resting:
            return Condition.STOPPED
        return Condition.BETWEEN if self.was_started else Condition.FIRST_WAIT

    def take(self, one: Happening) -> None:
        """Go one event further."""
        was_built = self.is_built
        if one.kind is EventKind.RELEASED:
            self.released_s = one.at_s if self.released_s is None else self.released_s
        elif one.kind in (EventKind.HELD, EventKind.CONTINUED):
            self._hold(one)
        elif one.kind in _ENDS:
            self._end_all(one.at_s)
            self.is_gone = True
            self.scrapped_s = one.at_s if one.kind is EventKind.SCRAPPED else self.scrapped_s
        elif one.operation is not None and one.operation in self.steps:
            self._take_step(one, one.operation)
        if self.is_built and not was_built:
            self.built_s = one.at_s
        elif was_built and not self.is_built:
            self.built_s = None

    def _hold(self, one: Happening) -> None:
        """Stop or go on: what ran when the piece was held runs again afterwards."""
        self.is_held = one.kind is EventKind.HELD
        if self.is_held:
            self.held_back |= self.running.keys()
            self._end_all(one.at_s)
            return
        for number in self.held_back:
            self.running[number] = one.at_s
        self.held_back.clear()

    def _take_step(self, one: Happening, number: int) -> None:
        if one.kind in _OPENS:
            self.running.setdefault(number, one.at_s)
            self.resting.discard(number)
            self.was_started = True
        elif one.kind in _RESTS:
            self._end(number, one.at_s)
            self.resting.add(number)
        elif one.kind is EventKind.FINISHED:
            self._end(number, one.at_s)
            self.resting.discard(number)
            self.finished.add(number)
        elif one.kind is EventKind.REWORK:
            for again in (number, *_followers(self.steps, number)):
                self._end(again, one.at_s)
                self.resting.discard(again)
                self.finished.discard(again)

    def _end(self, number: int, at_s: int) -> None:
        from_s = self.running.pop(number, None)
        if from_s is not None:
            self.runs.append(Run(number, from_s, at_s))

    def _end_all(self, at_s: int) -> None:
        for number in tuple(self.running):
            self._end(number, at_s)


def life_of(history: PieceHistory) -> Life:
    """Return the spans of a piece; events of steps that a change of the order has dropped are left out."""
    walk = _Walk(history.steps)
    conditions: list[tuple[int, int | None, Condition]] = []
    on_floor: list[tuple[int, int | None]] = []
    since_s, before = 0, walk.condition
    floor_since: int | None = None
    for one in in_time(history.happenings):
        walk.take(one)
        now = walk.condition
        if now is not before:
            if before is not None and one.at_s > since_s:
                conditions.append((since_s, one.at_s, before))
            if before is None:
                floor_since = one.at_s
            elif now is None and floor_since is not None:
                on_floor.append((floor_since, one.at_s))
                floor_since = None
            since_s, before = one.at_s, now
    if before is not None and floor_since is not None:
        conditions.append((since_s, None, before))
        on_floor.append((floor_since, None))
    runs = (*walk.runs, *(Run(number, from_s, None) for number, from_s in walk.running.items()))
    return Life(walk.released_s, walk.built_s, walk.scrapped_s, runs, tuple(conditions), tuple(on_floor))


def _followers(steps: Mapping[int, Step], number: int) -> set[int]:
    """Return every operation that waits for this one, directly or not."""
    found: set[int] = set()
    for other in sorted(steps):
        if found.union({number}).intersection(steps[other].after):
            found.add(other)
    return found
