"""Which rules does a solution keep by one answer alone? Turning that answer round breaks the rule and no other. See S-8."""

from collections.abc import Sequence

import numpy as np

from configurator.problem import BoolArray, IntArray
from configurator.satisfying.formula import Formula
from configurator.satisfying.sums import Clause

_NOBODY, _SEVERAL = -1, -2


class Turning:
    """The clauses of a formula as one array of literals, each with the rule it belongs to.

    A yes / no answer that a sum with definitions reads is left alone: its clauses do not say when it is broken.

    Args:
        formula: The problem as clauses.
        rules: The rules to be told of; their clauses read nothing but features.
    """

    def __init__(self, formula: Formula, rules: Sequence[str]) -> None:
        self._rules = len(rules)
        place = {rule: number for number, rule in enumerate(rules)}
        own = {abs(int(one)) for one in formula.layout.literals} | {1}
        fixed: set[int] = {1}
        clauses: list[Clause] = []
        owners: list[int] = []
        for owner, said in [
            (_SEVERAL, formula.structure),
            *((place.get(r, _SEVERAL), s) for r, s in formula.rules.items()),
        ]:
            for clause in said:
                others = [abs(one) for one in clause]
                if all(one in own for one in others):
                    clauses.append(clause)
                    owners.append(owner)
                else:
                    fixed.update(others)
        self._literals = np.array([one for clause in clauses for one in clause], dtype=np.int64)
        self._variables, self._signs = np.abs(self._literals), self._literals > 0
        sizes = np.array([len(clause) for clause in clauses], dtype=np.int64)
        self._starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        self._clause = np.repeat(np.arange(len(sizes)), sizes)
        self._owner: IntArray = np.array(owners, dtype=np.int64)[self._clause]
        self._turned: BoolArray = np.zeros(formula.variables + 1, dtype=np.bool_)
        pairs = [
            abs(int(own[0])) for own, each in zip(formula.literals, formula.classes, strict=True) if each.count == 2
        ]
        self._turned[[one for one in pairs if one not in fixed]] = True

    def broken_alone(self, values: BoolArray) -> BoolArray:
        """Return of each rule whether some one answer, turned round, breaks it and nothing else.

        Args:
            values: Whether each variable is true in a solution.
        """
        found: BoolArray = np.zeros(self._rules, dtype=np.bool_)
        if not len(self._starts):
            return found
        true = values[self._variables] == self._signs
        alone = np.add.reduceat(true, self._starts, dtype=np.int32) == 1
        holds = true & alone[self._clause]
        variables, owners = self._variables[holds], self._owner[holds]
        low = np.full(len(values), self._rules, dtype=np.int64)
        high = np.full(len(values), _NOBODY, dtype=np.int64)
        np.minimum.at(low, variables, owners)
        np.maximum.at(high, variables, owners)
        one = (low == high) & (low >= 0) & self._turned[: len(values)]
        found[low[one]] = True
        return found
