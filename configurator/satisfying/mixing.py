"""What the latest solution can take over from kept ones that lack some picks. See docs/algorithms/satisfying.md, S-5.

Told from the rules, not from the clauses of sums: a kept solution is known by its classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from configurator.problem import BoolArray, IntArray, SumRule
from configurator.satisfying.formula import Formula
from configurator.satisfying.kernels import COMPILED, mixed

MOST_TRIES = 4
"""Kept solutions with a class that are looked at for it before the solver is asked."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a solution may not have.

    ``refused[class]``: classes a picked domain may not take, and classes that are closed; ``picked[d]``: whether a domain is
    picked, so that its own pick is lifted for its own classes.
    """

    refused: BoolArray
    picked: BoolArray


class Mixing:
    """The tables and sums of a formula, by class.

    Args:
        formula: The problem as clauses.
        sums: Its sums.
    """

    def __init__(self, formula: Formula, sums: Sequence[SumRule]) -> None:
        layout = formula.layout
        self._domain_of: IntArray = np.repeat(np.arange(len(formula.classes)), np.diff(layout.first))
        place_of = {int(literal): place for place, literal in reversed(list(enumerate(layout.literals)))}
        places: list[int] = []
        signs: list[bool] = []
        starts = [0]
        own = set(formula.structure)
        for clause in formula.tables:
            if clause in own:
                continue  # that a domain takes one class holds of whatever is taken over domain by domain
            for literal in clause:
                positive = literal in place_of
                places.append(place_of[literal if positive else -literal])
                signs.append(positive)
            starts.append(len(places))
        self._places, self._signs = np.array(places, dtype=np.int64), np.array(signs, dtype=np.bool_)
        self._starts = np.array(starts, dtype=np.int64)
        entries: list[IntArray] = []
        amounts: list[IntArray] = []
        frees: list[BoolArray] = []
        begins = [0]
        for rule in sums:
            for axis, index in enumerate(rule.scope):
                sample = formula.classes[index].sample
                entries.append(layout.of_domain(index))
                amounts.append(rule.amounts[axis][sample])
                frees.append(np.zeros(len(sample), np.bool_) if rule.free is None else rule.free[axis][sample])
            begins.append(begins[-1] + sum(formula.classes[index].count for index in rule.scope))
        self._begins = np.array(begins, dtype=np.int64)
        self._entries = np.concatenate([np.zeros(0, dtype=np.int64), *entries])
        self._amounts = np.concatenate([np.zeros(0, dtype=np.int64), *amounts]).astype(np.int64)
        self._frees = np.concatenate([np.zeros(0, dtype=np.bool_), *frees])
        self._least = np.array([-(2**62) if rule.lower is None else rule.lower for rule in sums], dtype=np.int64)
        self._most = np.array([2**62 if rule.upper is None else rule.upper for rule in sums], dtype=np.int64)

    def taken_over(
        self, has: BoolArray, kept: tuple[BoolArray, int, int], left: BoolArray, wanted: BoolArray, lacking: Lacking
    ) -> tuple[BoolArray, BoolArray]:
        """Return which classes are proven, and a solution that has what could be taken over, for each kept one that helped.

        Args:
            has: The classes of a solution with all picks and nothing closed.
            kept: Other solutions; see ``Witnesses.kept``.
            left: Classes for whose sake kept solutions are looked at.
            wanted: All classes not proven yet, these among them.
            lacking: What the picks do not allow.
        """
        if not COMPILED or not left.any():
            return np.zeros(len(has), dtype=np.bool_), np.zeros((0, len(has)), dtype=np.bool_)
        proven, solutions = mixed(
            has, *kept, left, wanted, lacking.refused, lacking.picked, self._domain_of, self._places, self._signs, self._starts,
            self._begins, self._entries, self._amounts, self._frees, self._least, self._most, MOST_TRIES,
        )  # fmt: skip
        return proven, solutions
