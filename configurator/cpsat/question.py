"""One question to CP-SAT: which rows may be taken, at what price, with which pieces fixed.

See docs/algorithms/configuring.md, C-9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from configurator.cpsat.lean import lean_solver, weighted_sum
from configurator.cpsat.network import Network
from configurator.problem import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Found:
    """A best solution: the objective's value, every domain's rows with their counts, and the ghost's row."""

    value: int
    assignment: dict[int, dict[int, int]]
    ghost: int | None
    proven: bool


@dataclass(slots=True)
class Question:
    """What to ask of a network.

    ``living[d]``: rows that may be taken. ``at_least[d]``: pieces a ``many`` domain must have of some rows.
    ``free_domain`` costs nothing: its rows' prices are added afterwards. For a ``many`` domain the free one is a *ghost*,
    one more piece, of one of the ``ghost_rows``.
    """

    network: Network
    living: list[BoolArray]
    at_least: Mapping[int, Mapping[int, int]]
    free_domain: int | None = None
    ghost_rows: BoolArray | None = None
    priceless: bool = False  # any solution will do

    def ask(self, seconds: float) -> Found | None:
        """Return the best solution, or ``None`` when there is none."""
        return _Asking(self).solve(seconds)


class _Asking:
    def __init__(self, question: Question) -> None:
        from ortools.sat.python import cp_model

        self.cp_model = cp_model
        self.q = question
        self.network = question.network
        self.model: Any = question.network.copy()
        self.costs: list[tuple[Any, int]] = []
        self.shown: list[tuple[int, int, Any]] = []  # domain, row, variable telling its count
        self.ghosts: list[tuple[int, Any]] = []
        self.possible = True
        for index, domain in enumerate(self.network.problem.domains):
            if domain.many:
                self._many(index)
            else:
                self._single(index)

    def _literal(self, index: int, klass: int) -> Any:
        return self.model.get_bool_var_from_proto_index(self.network.used[index][klass])

    def _single(self, index: int) -> None:
        domain, classes = self.network.problem.domains[index], self.network.classes[index]
        cost = np.zeros_like(domain.cost_minor) if index == self.q.free_domain else domain.cost_minor
        cheapest = cheapest_rows(classes.of_row, classes.count, cost, self.q.living[index])
        for klass, row in enumerate(cheapest):
            literal = self._literal(index, klass)
            if row < 0:
                self.model.add_bool_and([~literal])
                continue
            self.shown.append((index, int(row), literal))
            if cost[row]:
                self.costs.append((literal, int(cost[row])))

    def _many(self, index: int) -> None:
        domain, classes = self.network.problem.domains[index], self.network.classes[index]
        wanted = self.q.at_least.get(index, {})
        living = self.q.living[index]
        ghosting = index == self.q.free_domain
        depth = -(-domain.most // domain.most_each)
        members = _cheapest_members(classes.of_row, classes.count, domain.cost_minor, living, depth, wanted)
        counts = self.network.pieces[index]
        assert counts is not None  # noqa: S101 - many domains have counts
        marks: list[Any] = []
        for klass, rows in enumerate(members):
            count = self.model.get_int_var_from_proto_index(counts[klass])
            parts: list[Any] = []
            for row in rows:
                low = wanted.get(row, 0)
                if low > domain.most_each:
                    self.possible = False
                    low = domain.most_each
                cell = self.model.new_int_var(low, domain.most_each, f"{domain.feature}={domain.rows[row]}")
                parts.append(cell)
                self.shown.append((index, row, cell))
                if domain.cost_minor[row]:
                    self.costs.append((cell, int(domain.cost_minor[row])))
                if ghosting and self.q.ghost_rows is not None and self.q.ghost_rows[row]:
                    ghost = self.model.new_bool_var("ghost")
                    self.model.add(cell + ghost <= domain.most_each)
                    self.ghosts.append((row, ghost))
                    marks.append(ghost)
                    parts.append(ghost)
            if ghosting and self.q.ghost_rows is not None:
                others = np.setdiff1d(np.flatnonzero(self.q.ghost_rows & (classes.of_row == klass)), rows)
                if len(others):
                    ghost = self.model.new_bool_var("ghost")
                    self.ghosts.append((int(others[0]), ghost))
                    marks.append(ghost)
                    parts.append(ghost)
            self.model.add(count == (weighted_sum([(part, 1) for part in parts]) if parts else 0))
        if ghosting:
            self.model.add_exactly_one(marks) if marks else self.model.add_bool_or([])
        missing = [row for row in wanted if wanted[row] and not living[row]]
        if missing:
            self.possible = False

    def solve(self, seconds: float) -> Found | None:
        if not self.possible:
            return None
        wanted = [] if self.q.priceless else self.costs
        if wanted:
            self.model.minimize(weighted_sum(wanted))
        solver = lean_solver(seconds, optimizing=bool(wanted))
        status = solver.solve(self.model)
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            if status == self.cp_model.UNKNOWN:
                raise OutOfTime
            return None
        assignment: dict[int, dict[int, int]] = {index: {} for index in range(len(self.network.problem.domains))}
        for index, row, variable in self.shown:
            count = solver.value(variable)
            if count:
                assignment[index][row] = int(count)
        ghost = next((row for row, literal in self.ghosts if solver.boolean_value(literal)), None)
        value = sum(cost * int(solver.value(variable)) for variable, cost in wanted)
        return Found(value, assignment, ghost, status == self.cp_model.OPTIMAL)


class OutOfTime(Exception):
    """CP-SAT found no answer in its time; caught by the engine, which says *not proven*."""


def cheapest_rows(of_row: IntArray, count: int, cost: IntArray, living: BoolArray) -> IntArray:
    """Return the cheapest living row of every class, the first of equals; -1 where none lives."""
    rows = np.flatnonzero(living)
    order = rows[np.lexsort((rows, cost[rows]))]
    found = np.full(count, -1, dtype=np.int64)
    classes, first = np.unique(of_row[order], return_index=True)
    found[classes] = order[first]
    return found


def _cheapest_members(
    of_row: IntArray, count: int, cost: IntArray, living: BoolArray, depth: int, wanted: Mapping[int, int]
) -> list[list[int]]:
    """Return the ``depth`` cheapest living rows of every class, and those that are wanted anyway."""
    order = np.lexsort((np.arange(len(cost)), cost, of_row))
    order = order[living[order]]
    classes = of_row[order]
    rank = np.arange(len(order)) - np.searchsorted(classes, classes)
    taken = order[(rank < depth) | np.isin(order, list(wanted))]
    members: list[list[int]] = [[] for _ in range(count)]
    for row in taken:
        members[int(of_row[row])].append(int(row))
    return members
