"""A window as constraints for CP-SAT, and its schedules as hints and back. Only the process in ``solver.py`` runs this.

Source: docs/algorithms/sequence.md, rules W-2 to W-6.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from production.sequencing.window import Schedule, Slot, Task, Window

NEIGHBOURS = 4
"""A step may follow its like among so many before and after it in the given sequence (W-5)."""


@dataclass(slots=True)
class _Load:
    """A load that may be run: its tasks are those of one recipe and time."""

    recipe: str
    seconds: int
    start: Any
    end: Any
    at: dict[int, Any]  # place → whether it is run there
    used: Any
    joins: dict[int, Any] = field(default_factory=dict)  # task → whether it is in it


class Stated:
    """The model of a window, the exact hint of any workable schedule, and the way back."""

    def __init__(self, window: Window) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.window = cp_model, window
        self.model = cp_model.CpModel()
        given_ends = window.ends(window.given)
        self.limits = [max(piece.due_s, end_s) for piece, end_s in zip(window.pieces, given_ends, strict=True)]
        self.horizon_s = max((*given_ends, *(slot.end_s for slot in window.given)), default=0)
        self.starts: list[Any] = []
        self.ends: list[Any] = []
        self.at: list[dict[int, Any]] = []
        self.saved: dict[int, Any] = {}
        self.follows: dict[tuple[int, int], Any] = {}
        self.on_place: dict[int, list[Any]] = {}
        self.loads: list[list[_Load]] = []
        self._times()
        self._followers()
        self._intervals()
        self._batches()
        self._closed()
        self.piece_ends, self.late = self._pieces()

    def goals(self) -> tuple[Any, Any, Any]:
        """Return what is made least, the first goal first (W-3)."""
        steps = [
            (index, task)
            for index, task in enumerate(self.window.tasks)
            if task.setup_s and task.recipe and not self._is_batch(task)
        ]
        saved = sum(self.saved[index] for index, _ in steps if index in self.saved)
        setups = len(steps) - saved + sum(load.used for of_these in self.loads for load in of_these if load.recipe)
        return sum(self.late.values()), setups, sum(self.piece_ends)

    def schedule(self, value: Callable[[Any], int]) -> Schedule:
        """Return the schedule a solution stands for."""
        slots = []
        for index in range(len(self.window.tasks)):
            place = next(place for place, there in self.at[index].items() if value(there))
            slots.append(Slot(place, value(self.starts[index]), value(self.ends[index])))
        return tuple(slots)

    def hint(self, schedule: Schedule) -> None:
        """Say all of a workable schedule to the solver, so that it begins there (W-4)."""
        self.model.proto.solution_hint.vars.clear()
        self.model.proto.solution_hint.values.clear()
        hint = self.model.add_hint
        for index, slot in enumerate(schedule):
            hint(self.starts[index], slot.start_s)
            hint(self.ends[index], slot.end_s)
            if len(self.at[index]) > 1:
                for place, there in self.at[index].items():
                    hint(there, place == slot.place)
            if index in self.saved:
                hint(self.saved[index], self._is_saved(schedule, index))
        for (before, index), literal in self.follows.items():
            hint(literal, self._does_follow(schedule, before, index))
        self._hint_loads(schedule)
        ends = self.window.ends(schedule)
        for number, end in enumerate(self.piece_ends):
            hint(end, ends[number])
        for number, over in self.late.items():
            hint(over, max(0, ends[number] - self.window.pieces[number].due_s))

    def _hint_loads(self, schedule: Schedule) -> None:
        hint = self.model.add_hint
        for of_these in self.loads:
            runs = self._runs(schedule, list(of_these[0].joins))
            for number, load in enumerate(of_these):
                is_used = number < len(runs)
                place, start_s, members = runs[number] if is_used else (-1, runs[-1][1], frozenset[int]())
                hint(load.start, start_s)
                hint(load.end, start_s + load.seconds)
                hint(load.used, is_used)
                for where, literal in load.at.items():
                    hint(literal, where == place)
                for index, joins in load.joins.items():
                    hint(joins, index in members)

    @staticmethod
    def _runs(schedule: Schedule, indexes: list[int]) -> list[tuple[int, int, frozenset[int]]]:
        """Return place, start and tasks of each load that some tasks are in, by start."""
        runs: dict[tuple[int, int], set[int]] = {}
        for index in indexes:
            runs.setdefault((schedule[index].start_s, schedule[index].place), set()).add(index)
        return [(place, start_s, frozenset(members)) for (start_s, place), members in sorted(runs.items())]

    def _is_batch(self, task: Task) -> bool:
        return self.window.places[task.choices[0][0]].load_pieces > 0

    def _is_saved(self, schedule: Schedule, index: int) -> bool:
        slot = schedule[index]
        return self.window.tasks[index].seconds_at(slot.place) != slot.end_s - slot.start_s

    def _times(self) -> None:
        for index, task in enumerate(self.window.tasks):
            until_s = min(self.limits[task.piece], self.horizon_s if task.until_s is None else task.until_s)
            until_s = min(until_s, self.horizon_s)
            least_s = min(seconds for _, seconds in task.choices) - (task.setup_s if task.recipe else 0)
            start = self.model.new_int_var(task.ready_s, max(task.ready_s, until_s - least_s), f"start{index}")
            end = self.model.new_int_var(task.ready_s + least_s, max(task.ready_s + least_s, until_s), f"end{index}")
            self.starts.append(start)
            self.ends.append(end)
            if len(task.choices) == 1:
                self.at.append({task.choices[0][0]: self.model.new_constant(1)})
            else:
                self.at.append({place: self.model.new_bool_var(f"at{index}.{place}") for place, _ in task.choices})
                self.model.add_exactly_one(self.at[index].values())
        for index, task in enumerate(self.window.tasks):
            for before in task.after:
                self.model.add(self.starts[index] >= self.ends[before])

    def _followers(self) -> None:
        """W-5: whether a step follows its like without a pause, for those near each other in the given sequence."""
        alike: dict[tuple[str, frozenset[int]], list[int]] = {}
        for index, task in enumerate(self.window.tasks):
            if task.recipe and task.setup_s and not self._is_batch(task):
                alike.setdefault((task.recipe, frozenset(place for place, _ in task.choices)), []).append(index)
        given = self.window.given
        for indexes in alike.values():
            indexes.sort(key=lambda one: (given[one].start_s, given[one].place))
            for rank, index in enumerate(indexes):
                near = indexes[max(0, rank - NEIGHBOURS) : rank] + indexes[rank + 1 : rank + 1 + NEIGHBOURS]
                held = [other for other in indexes if other != index and self._does_follow(given, other, index)]
                for before in {*near, *held}:
                    self._may_follow(before, index)
        for index in {index for _, index in self.follows}:
            literals = [literal for (_, later), literal in self.follows.items() if later == index]
            self.saved[index] = self.model.new_bool_var(f"saved{index}")
            self.model.add(sum(literals) == self.saved[index])
        for before in {before for before, _ in self.follows}:
            self.model.add_at_most_one(literal for (first, _), literal in self.follows.items() if first == before)

    def _may_follow(self, before: int, index: int) -> None:
        literal = self.model.new_bool_var(f"follows{before}.{index}")
        self.follows[before, index] = literal
        self.model.add(self.starts[index] == self.ends[before]).only_enforce_if(literal)
        for place, there in self.at[before].items():
            self.model.add_bool_or([literal.negated(), there.negated(), self.at[index][place]])

    def _does_follow(self, schedule: Schedule, before: int, index: int) -> bool:
        first, second = schedule[before], schedule[index]
        return (first.place, first.end_s) == (second.place, second.start_s) and self._is_saved(schedule, index)

    def _intervals(self) -> None:
        for index, task in enumerate(self.window.tasks):
            if self._is_batch(task):
                continue
            saved = self.saved.get(index)
            for place, seconds in task.choices:
                size = seconds if saved is None else seconds - task.setup_s * saved
                name = f"task{index}.{place}"
                there = self.at[index][place]
                interval = self.model.new_optional_interval_var(self.starts[index], size, self.ends[index], there, name)
                self.on_place.setdefault(place, []).append(interval)
                begins = self.window.places[place].begins
                if begins is not None:
                    hours = self.cp.Domain.from_intervals([[from_s, to_s - 1] for from_s, to_s in begins])
                    self.model.add_linear_expression_in_domain(self.starts[index], hours).only_enforce_if(there)

    def _batches(self) -> None:
        """W-6: as many loads of a recipe as the given sequence runs; every piece is in one of them."""
        alike: dict[tuple[str, int, tuple[int, ...]], list[int]] = {}
        for index, task in enumerate(self.window.tasks):
            if self._is_batch(task):
                places = tuple(place for place, _ in task.choices)
                alike.setdefault((task.recipe, task.choices[0][1], places), []).append(index)
        for (recipe, seconds, places), indexes in sorted(alike.items()):
            runs = self._runs(self.window.given, indexes)
            of_these = [self._load(recipe, seconds, places, f"{indexes[0]}.{number}") for number in range(len(runs))]
            for earlier, later in pairwise(of_these):
                self.model.add(earlier.start <= later.start)
            for index in indexes:
                self.model.add(self.ends[index] == self.starts[index] + seconds)
                for number, load in enumerate(of_these):
                    joins = self.model.new_bool_var(f"joins{index}.{number}")
                    load.joins[index] = joins
                    self.model.add(self.starts[index] == load.start).only_enforce_if(joins)
                    self.model.add_implication(joins, load.used)
                    for place, runs_there in load.at.items():
                        self.model.add_bool_or([joins.negated(), runs_there.negated(), self.at[index][place]])
                self.model.add_exactly_one(load.joins[index] for load in of_these)
            full = self.window.places[places[0]].load_pieces
            for load in of_these:
                self.model.add(sum(load.joins.values()) <= full)
            self.loads.append(of_these)

    def _load(self, recipe: str, seconds: int, places: tuple[int, ...], name: str) -> _Load:
        model = self.model
        start = model.new_int_var(0, max(0, self.horizon_s - seconds), f"load{name}")
        end = model.new_int_var(seconds, max(seconds, self.horizon_s), f"loadend{name}")
        model.add(end == start + seconds)
        load = _Load(recipe, seconds, start, end, {}, model.new_bool_var(f"used{name}"))
        for place in places:
            load.at[place] = model.new_bool_var(f"load{name}.{place}")
            interval = model.new_optional_interval_var(start, seconds, end, load.at[place], f"run{name}.{place}")
            self.on_place.setdefault(place, []).append(interval)
        model.add(sum(load.at.values()) == load.used)
        return load

    def _closed(self) -> None:
        for place, intervals in self.on_place.items():
            taken = [
                self.model.new_fixed_size_interval_var(from_s, to_s - from_s, f"closed{place}.{from_s}")
                for from_s, to_s in self.window.places[place].closed
                if from_s < self.horizon_s
            ]
            self.model.add_no_overlap([*intervals, *taken])

    def _pieces(self) -> tuple[list[Any], dict[int, Any]]:
        last: dict[int, list[int]] = {}
        waited_for = {before for task in self.window.tasks for before in task.after}
        for index, task in enumerate(self.window.tasks):
            if index not in waited_for:
                last.setdefault(task.piece, []).append(index)
        ends: list[Any] = []
        late: dict[int, Any] = {}
        for number, piece in enumerate(self.window.pieces):
            limit_s = max(self.limits[number], piece.fixed_end_s)
            end = self.model.new_int_var(piece.fixed_end_s, limit_s, f"end of {number}")
            for index in last.get(number, ()):
                self.model.add(end >= self.ends[index])
            ends.append(end)
            if limit_s > piece.due_s:
                over = self.model.new_int_var(0, limit_s - piece.due_s, f"late{number}")
                self.model.add(over >= end - piece.due_s)
                late[number] = over
        return ends, late
