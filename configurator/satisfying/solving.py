"""One solver kept for one formula: every question is a set of assumptions. See docs/algorithms/satisfying.md, S-4."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configurator.problem import BoolArray, IntArray
from configurator.satisfying.formula import Formula
from configurator.satisfying.sums import Clause

SOLVER = "glucose4"
MOST_LEARNT = 50_000


class OutOfEffort(Exception):
    """The solver found no answer within its conflicts; caught by the engine, which says *not proven*."""


class Solving:
    """A solver over a formula's variables; not safe to share between threads.

    Args:
        formula: Whose variables.
        clauses: What holds.
        effort: Conflicts one call may take.
    """

    def __init__(self, formula: Formula, clauses: Iterable[Clause], effort: int) -> None:
        self._clauses = [list(clause) for clause in clauses]
        self._solver: Any = _solver_of(self._clauses)
        self._variables = formula.variables
        self._learnt = 0
        self._effort = effort
        self._markers = range(formula.variables + len(formula.rules) + 2, 2**31)
        self._implied: dict[int, NDArray[np.int32]] = {}

    def add(self, clause: Clause) -> None:
        """Add a clause for good."""
        self._clauses.append(list(clause))
        self._solver.add_clause(list(clause))

    def holds(self, assumptions: Sequence[int]) -> bool:
        """Return whether the clauses and the assumptions have a solution.

        Raises:
            OutOfEffort: Not told within the effort.
        """
        self._solver.conf_budget(self._effort)
        told = self._solver.solve_limited(assumptions=assumptions)
        if told is None:
            raise OutOfEffort
        return bool(told)

    def solution(self) -> BoolArray:
        """Return the last solution: whether each variable is true; position 0 is nobody's."""
        values = np.zeros(self._variables + 1, dtype=np.bool_)
        found = self._solver.get_model()
        count = min(len(found), self._variables)
        values[1 : count + 1] = np.fromiter(found, np.int32, count) > 0
        return values

    def core(self) -> list[int]:
        """Return assumptions of the last question that cannot hold together."""
        return list(self._solver.get_core() or ())

    def learn(self) -> None:
        """Keep as a clause that the last question's core cannot hold: next time it is seen at sight.

        After many such clauses the solver starts anew without them.
        """
        core = self.core()
        self._learnt += 1
        if self._learnt <= MOST_LEARNT:
            self._solver.add_clause([-literal for literal in core])
            return
        self._solver.delete()
        self._solver = _solver_of(self._clauses)
        self._learnt = 0

    def nothing(self) -> BoolArray:
        """Return flags for literals, none set; a negative literal counts from the end."""
        return np.zeros(2 * self._variables + 1, dtype=np.bool_)

    def follows(self, assumptions: Sequence[int]) -> BoolArray:
        """Return flags of what follows from the assumptions at sight."""
        _, implied = self._solver.propagate(assumptions=assumptions)
        found = self.nothing()
        found[implied] = True
        return found

    def surplus(self, assumptions: Sequence[Sequence[int]]) -> list[int]:
        """Return the positions of assumptions that follow at sight from those before them.

        A variable nobody uses is assumed after each, so its place among what follows tells when its turn came.
        """
        asked: list[int] = []
        for position, own in enumerate(assumptions):
            asked += [*own, self._markers[position]]
        _, implied = self._solver.propagate(assumptions=asked)
        place = {literal: at for at, literal in enumerate(implied)}
        found, turn = [], -1
        for position, own in enumerate(assumptions):
            if all(place.get(literal, -1) < turn for literal in own):
                found.append(position)
            turn = place.get(self._markers[position], len(implied))
        return found

    def implied(self, literal: int) -> NDArray[np.int32]:
        """Return what follows from one literal at sight; remembered."""
        found = self._implied.get(literal)
        if found is None:
            _, implied = self._solver.propagate(assumptions=[literal])
            found = self._implied[literal] = np.array(implied, dtype=np.int32)
        return found

    def prefer(self, literals: IntArray) -> None:
        """Look for solutions with these literals first."""
        self._solver.set_phases(literals.tolist())


def _solver_of(clauses: list[list[int]]) -> Any:
    from pysat.solvers import Solver

    return Solver(name=SOLVER, bootstrap_with=clauses)
