"""Which yes / no answers of a solution can be turned round by themselves. See docs/algorithms/satisfying.md, S-5.

Told from the rules, not from the clauses of sums: their definitions would have to change with the answer.
"""

from collections.abc import Sequence

import numpy as np

from configurator.problem import BoolArray, IntArray, SumRule
from configurator.satisfying import kernels
from configurator.satisfying.formula import Formula
from configurator.satisfying.kernels import COMPILED
from configurator.satisfying.sums import Clause


class Changing:
    """The tables of a formula as one array of literals, and its sums as one array of amounts.

    Args:
        formula: The problem as clauses.
        tables: The clauses of its tables, and what else holds of domains by themselves.
        sums: Its sums.
        by_arrays: Look by numpy even where numba is there.
    """

    def __init__(
        self, formula: Formula, tables: Sequence[Clause], sums: Sequence[SumRule], *, by_arrays: bool = not COMPILED
    ) -> None:
        layout = formula.layout
        self._by_arrays = by_arrays
        literals = np.array([literal for clause in tables for literal in clause], dtype=np.int64)
        sizes = np.array([len(clause) for clause in tables], dtype=np.int64)
        self._variables, self._signs = np.abs(literals), literals > 0
        self._starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        self._clause = np.repeat(np.arange(len(sizes)), sizes)
        pairs = [index for index, classes in enumerate(formula.classes) if classes.count == 2]
        self._pairs = np.array(
            [variable for index in pairs for variable in np.abs(formula.literals[index][:1])], dtype=np.int64
        )
        self._count = formula.variables + 1
        places: list[IntArray] = []
        amounts: list[IntArray] = []
        frees: list[IntArray] = []
        owners: list[IntArray] = []
        for number, rule in enumerate(sums):
            for axis, index in enumerate(rule.scope):
                sample = formula.classes[index].sample
                places.append(layout.of_domain(index))
                amounts.append(rule.amounts[axis][sample])
                frees.append(
                    np.zeros(len(sample), np.int64) if rule.free is None else rule.free[axis][sample].astype(np.int64)
                )
                owners.append(np.full(len(sample), number, dtype=np.int64))
        self._places, self._amounts = _joined(places), _joined(amounts)
        self._frees, self._owners = _joined(frees), _joined(owners)
        self._least = np.array([-(2**62) if rule.lower is None else rule.lower for rule in sums], dtype=np.int64)
        self._most = np.array([2**62 if rule.upper is None else rule.upper for rule in sums], dtype=np.int64)
        # The two entries of a pair stand side by side: where each has its other one.
        size = np.array([len(own) for own in places for _ in own], dtype=np.int64)
        first = np.array([place == 0 for own in places for place in range(len(own))], dtype=np.bool_)
        self._of_pair = size == 2
        self._other = np.where(self._of_pair, np.arange(len(size)) + np.where(first, 1, -1), -1)
        self._entry_variable = np.abs(layout.literals[self._places])

    def free(self, values: BoolArray, has: BoolArray) -> BoolArray:
        """Return the variables of yes / no domains that can be turned round while all others stay.

        Args:
            values: Whether each variable is true.
            has: The classes of the solution.
        """
        free: BoolArray = np.zeros(self._count, dtype=np.bool_)
        free[self._pairs] = True
        if self._by_arrays:
            return free & ~self._held(values, has)
        held: BoolArray = kernels.held(
            values, self._variables, self._signs, self._starts, has, self._places, self._amounts, self._frees,
            self._owners, self._other, self._entry_variable, self._least, self._most,
        )  # fmt: skip
        return free & ~held

    def _held(self, values: BoolArray, has: BoolArray) -> BoolArray:
        held: BoolArray = np.zeros(self._count, dtype=np.bool_)
        if len(self._starts) > 1:
            true = values[self._variables] == self._signs
            alone = np.add.reduceat(true, self._starts[:-1], dtype=np.int32) == 1
            held[self._variables[true & alone[self._clause]]] = True
        if len(self._most):
            taken = has[self._places]
            totals = np.bincount(self._owners[taken], self._amounts[taken], len(self._most)).astype(np.int64)
            freed = np.bincount(self._owners[taken], self._frees[taken], len(self._most)).astype(np.int64)
            now = np.flatnonzero(taken & self._of_pair)
            then, owner = self._other[now], self._owners[now]
            total = totals[owner] + self._amounts[then] - self._amounts[now]
            fits = (self._least[owner] <= total) & (total <= self._most[owner])
            fits |= freed[owner] + self._frees[then] - self._frees[now] > 0
            held[self._entry_variable[now[~fits]]] = True
        return held


def _joined(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)
