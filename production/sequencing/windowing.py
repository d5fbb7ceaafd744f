"""Windows of a near-term sequence: cut out of it, and put back improved. Pure.

Source: docs/algorithms/sequence.md, rules W-1 and W-2.
"""

from collections.abc import Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace

from production.plants.model import Plant, WorkCentreKind
from production.promise.calendar import local_date
from production.sequencing.model import Placed, Sequence, Step, Work
from production.sequencing.searching import HORIZON_DAYS
from production.sequencing.spans import Span
from production.sequencing.window import Piece, Place, Schedule, Slot, Task, Window
from production.sequencing.working_time import WorkingTime, centre_time

MOST_PIECES = 300
"""Of one window."""

Where = tuple[str, int]
"""A work centre and the number of a place of it."""
StepId = tuple[str, int]
"""A piece's key and the number of its step."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A window, and what its numbers stand for in the sequence it was cut from."""

    window: Window
    origin_s: int
    wheres: tuple[Where, ...]
    steps: tuple[StepId, ...]

    def put_back(self, sequence: Sequence, schedule: Schedule) -> Sequence:
        """Return the sequence with the window's steps where a schedule has them."""
        moved = {
            step: Placed(*step, *self.wheres[slot.place], slot.start_s + self.origin_s, slot.end_s + self.origin_s)
            for step, slot in zip(self.steps, schedule, strict=True)
        }
        placed = [moved.get((one.key, one.number), one) for one in sequence.placed]
        finished: dict[str, int] = {}
        for one in placed:
            finished[one.key] = max(finished.get(one.key, 0), one.end_s)
        ordered = sorted(placed, key=lambda one: (one.start_s, one.work_centre, one.place, one.key, one.number))
        return replace(sequence, placed=tuple(ordered), finished_s=finished)


def windows_of(sequence: Sequence, *, most: int = MOST_PIECES) -> Iterator[frozenset[str]]:
    """Yield the pieces of each window: those begun first together, at most so many."""
    keys = list(dict.fromkeys(one.key for one in sequence.placed))
    for first in range(0, len(keys), most):
        yield frozenset(keys[first : first + most])


def cut_out(plant: Plant, works: Several[Work], sequence: Sequence, now_s: int, pieces: frozenset[str]) -> Cut:
    """Return the window of some pieces; everything else of the sequence stands fast in it.

    What runs stays, and so does work left at the end of a shift and gone on with, with all at its place; a load with a
    piece from outside; and a step that follows its like from outside, whose set-up fell away.

    Args:
        plant: Where they are made.
        works: All works of the sequence.
        sequence: As the gap search gave it.
        now_s: When it begins.
        pieces: Keys of those that may move.
    """
    cutting = _Cutting(plant, works, sequence, now_s)
    cutting.free = {one for one in cutting.placed if one[0] in pieces}
    cutting.hold_fast()
    return cutting.cut(pieces)


class _Cutting:
    def __init__(self, plant: Plant, works: Several[Work], sequence: Sequence, now_s: int) -> None:
        self.plant, self.now_s = plant, now_s
        self.works = {work.key: work for work in works}
        self.steps: dict[StepId, Step] = {(work.key, step.number): step for work in works for step in work.steps}
        self.placed: dict[StepId, Placed] = {(one.key, one.number): one for one in sequence.placed}
        self.centres = {code: plant.work_centre(code) for code in {one.work_centre for one in sequence.placed}}
        self.free: set[StepId] = set()

    def hold_fast(self) -> None:
        """Leave in ``free`` what may move, until nothing that stays hangs on it."""
        by_place: dict[Where, list[StepId]] = {}
        for at, one in sorted(self.placed.items(), key=lambda each: each[1].start_s):
            by_place.setdefault((one.work_centre, one.place), []).append(at)
        for at in list(self.free):
            if self.steps[at].is_running:
                self.free.discard(at)
        for held in by_place.values():
            if any(self._is_in_parts(at) for at in held):
                self.free.difference_update(held)
        changed = True
        while changed:
            changed = False
            for held in by_place.values():
                for group in self._hanging_together(held):
                    stays = [at for at in group if at not in self.free]
                    if stays and len(stays) < len(group):
                        self.free.difference_update(group)
                        changed = True

    def _hanging_together(self, held: list[StepId]) -> Iterator[list[StepId]]:
        """Yield what stands or moves together at one place: loads, and steps that follow their like."""
        is_batch = self.centres[self.placed[held[0]].work_centre].kind is WorkCentreKind.BATCH
        group: list[StepId] = []
        for at in held:
            one, before = self.placed[at], self.placed[group[-1]] if group else None
            if before is None or not (
                one.start_s == before.start_s if is_batch else one.start_s == before.end_s and self._is_saved(at)
            ):
                if group:
                    yield group
                group = []
            group.append(at)
        yield group

    def _is_saved(self, at: StepId) -> bool:
        one = self.placed[at]
        return one.end_s - one.start_s < self.steps[at].seconds

    def _is_in_parts(self, at: StepId) -> bool:
        one = self.placed[at]
        return one.end_s - one.start_s > self.steps[at].seconds

    def cut(self, pieces: frozenset[str]) -> Cut:
        wheres = tuple(
            sorted(
                (code, number)
                for code, centre in self.centres.items()
                for number in range(centre.places)
                if any(self.placed[at].work_centre == code for at in self.free)
            )
        )
        numbers = {where: number for number, where in enumerate(wheres)}
        keys = sorted(pieces)
        order = sorted(self.free, key=lambda at: (self.placed[at].start_s, *at))
        positions = {at: index for index, at in enumerate(order)}
        end_s = max((one.end_s for one in self.placed.values()), default=self.now_s)
        window = Window(
            pieces=tuple(self._piece(key) for key in keys),
            places=tuple(self._place(where, end_s) for where in wheres),
            tasks=tuple(self._task(at, keys.index(at[0]), numbers, positions) for at in order),
            given=tuple(
                Slot(
                    numbers[self.placed[at].work_centre, self.placed[at].place],
                    self.placed[at].start_s - self.now_s,
                    self.placed[at].end_s - self.now_s,
                )
                for at in order
            ),
        )
        return Cut(window, self.now_s, wheres, tuple(order))

    def _piece(self, key: str) -> Piece:
        work = self.works[key]
        fixed = [self.placed[key, one.number].end_s for one in work.steps if (key, one.number) not in self.free]
        return Piece(work.due_s - self.now_s, max(fixed, default=self.now_s) - self.now_s)

    def _task(self, at: StepId, piece: int, numbers: dict[Where, int], positions: dict[StepId, int]) -> Task:
        key, number = at
        step, work = self.steps[at], self.works[key]
        before = [(key, one) for one in step.after if (key, one) in self.placed]
        later = [(key, one.number) for one in work.steps if number in one.after]
        ready_s = [self.now_s, work.ready_s, *(self.placed[one].end_s for one in before if one not in self.free)]
        until_s = [self.placed[one].start_s for one in later if one not in self.free]
        centre = self.centres[step.work_centre]
        is_batch = centre.kind is WorkCentreKind.BATCH
        return Task(
            piece=piece,
            choices=tuple((numbers[centre.code, place], step.seconds) for place in range(centre.places)),
            after=tuple(positions[one] for one in before if one in self.free),
            ready_s=max(ready_s) - self.now_s,
            until_s=min(until_s) - self.now_s if until_s else None,
            recipe=step.load_recipe if is_batch else step.recipe,
            setup_s=0 if is_batch else step.setup_s,
        )

    def _place(self, where: Where, end_s: int) -> Place:
        centre = self.centres[where[0]]
        today = local_date(self.now_s, self.plant.timezone)
        staffed = centre_time(self.plant, centre, today, HORIZON_DAYS)
        taken = [
            (one.start_s, one.end_s)
            for at, one in self.placed.items()
            if at not in self.free and (one.work_centre, one.place) == where
        ]
        if centre.kind is WorkCentreKind.SLOT:
            begins = self._from_origin(staffed.spans, end_s)
            return Place(self._from_origin(WorkingTime(taken).spans, end_s), begins)
        closed = [*WorkingTime([(self.now_s, end_s)]).without(staffed.spans).spans, *taken]
        load = centre.load_pieces if centre.kind is WorkCentreKind.BATCH else 0
        return Place(self._from_origin(WorkingTime(closed).spans, end_s), None, load)

    def _from_origin(self, spans: Several[Span], end_s: int) -> tuple[Span, ...]:
        return tuple(
            (max(from_s, self.now_s) - self.now_s, min(to_s, end_s) - self.now_s)
            for from_s, to_s in spans
            if to_s > self.now_s and from_s < end_s
        )
