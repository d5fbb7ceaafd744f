"""Interchangeability classes: rows that look the same to every rule differ in price only.

See docs/algorithms/configuring.md, C-8.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from configurator.problem import IntArray, Problem, ProblemRule, TableRule


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes of one domain: ``of_row[row]`` and one row that stands for each."""

    of_row: IntArray
    sample: IntArray

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.sample)


def classes_of(problem: Problem, rules: Iterable[ProblemRule]) -> tuple[Classes, ...]:
    """Return the classes of every domain under these rules."""
    keys: list[IntArray] = [np.zeros(len(domain.rows), dtype=np.int64) for domain in problem.domains]
    for rule in rules:
        for axis, index in enumerate(rule.scope):
            if isinstance(rule, TableRule):
                keys[index] = _joined(keys[index], rule.ids[axis])
                continue
            keys[index] = _joined(keys[index], np.unique(rule.amounts[axis], return_inverse=True)[1])
            for flags in (rule.free, rule.unsure):
                if flags is not None:
                    keys[index] = _joined(keys[index], flags[axis].astype(np.int64))
    found = []
    for index, domain in enumerate(problem.domains):
        key = keys[index]
        if domain.none_row is not None:
            key = key * 2
            key[domain.none_row] += 1
        _, sample, of_row = np.unique(key, return_index=True, return_inverse=True)
        found.append(Classes(of_row.astype(np.int64), sample.astype(np.int64)))
    return tuple(found)


def _joined(key: IntArray, ids: IntArray) -> IntArray:
    """Return new ids, equal exactly where both given ids are equal."""
    both = key * (int(ids.max(initial=0)) + 1) + ids
    joined: IntArray = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return joined
