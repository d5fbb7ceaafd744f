"""The near-term sequence by gap search: each step, by the start reserved for it, into the first gap it fits. Pure.

Source: docs/algorithms/sequence.md, rules Q-1 to Q-5.
"""

import heapq
from collections.abc import Sequence as Several
from dataclasses import dataclass, field, replace
from datetime import timedelta

from production.errors import BeyondHorizon
from production.plants.model import MINUTES_A_DAY, Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import local_date, wall_clock_s
from production.sequencing.gaps import Gaps
from production.sequencing.model import Placed, Sequence, Step, Work
from production.sequencing.working_time import centre_time

HORIZON_DAYS = 60
LIKE_WITHIN_S = 2 * 3600
"""Steps reserved within so long of each other may change their order to follow their own like (Q-3)."""


def sequence(plant: Plant, works: Several[Work], now_s: int, *, like_within_s: int = LIKE_WITHIN_S) -> Sequence:
    """Return a sequence in which like follows like, unless that would make a piece late that need not be (Q-4).

    Where some of the work has been sequenced better before, its turns of then are tried as well, and kept if better (W-9).

    Raises:
        BeyondHorizon: the work does not fit into sixty days.
        WorkCentreNotFound: the plant lacks a work centre.
    """
    plain = searched(plant, works, now_s, like_within_s=0)
    grouped = searched(plant, works, now_s, like_within_s=like_within_s)
    everything = tuple(works)
    found = grouped if grouped.late(everything) <= plain.late(everything) else plain
    if not any(step.turn_s is not None for work in works for step in work.steps):
        return found
    turned = searched(plant, [_with_turns(work) for work in works], now_s, like_within_s=0)
    nobody_pays = turned.late(everything) <= found.late(everything)
    return turned if nobody_pays and turned.worth(everything) < found.worth(everything) else found


def searched(plant: Plant, works: Several[Work], now_s: int, *, like_within_s: int) -> Sequence:
    """Return the sequence of one gap search; like follows like among steps reserved within ``like_within_s``.

    Raises:
        BeyondHorizon, WorkCentreNotFound: as ``sequence``.
    """
    search = _Search(plant, now_s, like_within_s)
    for work in works:
        search.add(work)
    return search.run()


def _with_turns(work: Work) -> Work:
    steps = tuple(step if step.turn_s is None else replace(step, rank_s=step.turn_s) for step in work.steps)
    return replace(work, steps=steps)


@dataclass(slots=True)
class _Centre:
    centre: WorkCentre
    places: list[Gaps]
    longest_s: int  # what is longer is left at the end of the shift and gone on with
    loads: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)  # start, end, place, pieces


class _Search:
    def __init__(self, plant: Plant, now_s: int, like_within_s: int) -> None:
        self.plant, self.now_s, self.like_within_s = plant, now_s, like_within_s
        self.centres: dict[str, _Centre] = {}
        self.works: dict[str, Work] = {}
        self.steps: dict[tuple[str, int], Step] = {}
        self.followers: dict[tuple[str, int], list[int]] = {}
        self.waits: dict[tuple[str, int], int] = {}
        self.ready_s: dict[tuple[str, int], int] = {}
        self.queue: list[tuple[bool, int, str, int, int, str, int]] = []
        self.placed: list[Placed] = []
        self.changeovers = 0

    def add(self, work: Work) -> None:
        self.works[work.key] = work
        numbers = {step.number for step in work.steps}
        for step in work.steps:
            at = (work.key, step.number)
            self.steps[at] = step
            before = [number for number in step.after if number in numbers]
            self.waits[at] = len(before)
            self.ready_s[at] = max(self.now_s, work.ready_s)
            for number in before:
                self.followers.setdefault((work.key, number), []).append(step.number)
            if not before:
                self._queue(at)

    def run(self) -> Sequence:
        finished: dict[str, int] = {}
        while self.queue:
            *_, key, number = heapq.heappop(self.queue)
            step = self.steps[key, number]
            placed = self._place(key, step, self.ready_s[key, number])
            self.placed.append(placed)
            finished[key] = max(finished.get(key, 0), placed.end_s)
            for later in self.followers.get((key, number), ()):
                at = (key, later)
                self.ready_s[at] = max(self.ready_s[at], placed.end_s)
                self.waits[at] -= 1
                if self.waits[at] == 0:
                    self._queue(at)
        ordered = sorted(self.placed, key=lambda one: (one.start_s, one.work_centre, one.place, one.key, one.number))
        return Sequence(tuple(ordered), finished, self.changeovers)

    def _queue(self, at: tuple[str, int]) -> None:
        """Q-2: what runs first, then by the start reserved; Q-3: within a stretch of time, like after like."""
        step = self.steps[at]
        stretch = step.rank_s // self.like_within_s if self.like_within_s else step.rank_s
        recipe = step.recipe if self.like_within_s else ""
        due_s = self.works[at[0]].due_s
        heapq.heappush(self.queue, (not step.is_running, stretch, recipe, step.rank_s, due_s, *at))

    def _place(self, key: str, step: Step, ready_s: int) -> Placed:
        centre = self._centre(step.work_centre)
        if centre.centre.kind is WorkCentreKind.BATCH:
            return self._in_load(key, step, ready_s, centre)
        if centre.centre.kind is WorkCentreKind.FLOW and step.seconds > centre.longest_s:
            return self._in_parts(key, step, ready_s, centre)
        best: tuple[int, int, int] | None = None
        for number, gaps in enumerate(centre.places):
            found = gaps.find(ready_s, step.seconds, recipe=step.recipe, setup_s=step.setup_s)
            if found is not None and (best is None or (found[1], found[0]) < (best[1], best[0])):
                best = (*found, number)
                if found[1] - step.seconds + step.setup_s <= ready_s:
                    break
        if best is None:
            raise BeyondHorizon(work_centre=step.work_centre, horizon_ends=None)
        start_s, end_s, number = best
        if step.recipe and centre.places[number].before(start_s) != step.recipe:
            self.changeovers += 1
        centre.places[number].fill(start_s, end_s, step.recipe)
        return Placed(key, step.number, step.work_centre, number, start_s, end_s)

    def _in_load(self, key: str, step: Step, ready_s: int, centre: _Centre) -> Placed:
        """Q-5: join the first load of the recipe with room, else open one, not before the start reserved."""
        loads = centre.loads.setdefault(step.load_recipe, [])
        for index, (start_s, end_s, place, pieces) in enumerate(loads):
            if start_s >= ready_s and pieces < centre.centre.load_pieces:
                loads[index] = (start_s, end_s, place, pieces + 1)
                return Placed(key, step.number, step.work_centre, place, start_s, end_s)
        from_s = ready_s if step.is_running else max(ready_s, step.rank_s)
        found = [(gaps.find(from_s, step.seconds), number) for number, gaps in enumerate(centre.places)]
        open_at = min(((*span, number) for span, number in found if span is not None), default=None)
        if open_at is None:
            raise BeyondHorizon(work_centre=step.work_centre, horizon_ends=None)
        start_s, end_s, place = open_at
        self.changeovers += centre.places[place].before(start_s) != step.load_recipe
        centre.places[place].fill(start_s, end_s, step.load_recipe)
        loads.append((start_s, end_s, place, 1))
        loads.sort()
        return Placed(key, step.number, step.work_centre, place, start_s, end_s)

    def _in_parts(self, key: str, step: Step, ready_s: int, centre: _Centre) -> Placed:
        found = [(gaps.in_parts(ready_s, step.seconds), number) for number, gaps in enumerate(centre.places)]
        possible = [(parts[-1][1], number, parts) for parts, number in found if parts]
        if not possible:
            raise BeyondHorizon(work_centre=step.work_centre, horizon_ends=None)
        end_s, number, parts = min(possible)
        for from_s, to_s in parts:
            centre.places[number].fill(from_s, to_s, step.recipe)
        return Placed(key, step.number, step.work_centre, number, parts[0][0], end_s)

    def _centre(self, code: str) -> _Centre:
        if code not in self.centres:
            centre = self.plant.work_centre(code)
            today = local_date(self.now_s, self.plant.timezone)
            staffed = centre_time(self.plant, centre, today, HORIZON_DAYS)
            end_s = wall_clock_s(today + timedelta(days=HORIZON_DAYS), MINUTES_A_DAY, self.plant.timezone)
            longest_s = max((to_s - from_s for from_s, to_s in staffed.spans), default=0)
            if centre.kind is WorkCentreKind.SLOT:
                places = [Gaps([(self.now_s, end_s)], staffed) for _ in range(centre.places)]
            else:
                spans = [(max(from_s, self.now_s), to_s) for from_s, to_s in staffed.spans if to_s > self.now_s]
                places = [Gaps(spans) for _ in range(centre.places)]
            self.centres[code] = _Centre(centre, places, longest_s)
        return self.centres[code]
