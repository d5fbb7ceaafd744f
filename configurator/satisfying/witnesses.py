"""Solutions kept: what one proves after some choices it proves after all choices it has. See S-5."""

from dataclasses import dataclass

import numpy as np

from configurator.problem import BoolArray, IntArray
from configurator.satisfying.changing import Changing
from configurator.satisfying.formula import Layout
from configurator.satisfying.mixing import Mixing
from configurator.satisfying.solving import Solving


class Witnesses:
    """The latest solutions.

    ``has[s]``: the classes of a solution, over all domains. ``reach[s]``: those, and what one domain by itself could take
    with all others as they are.

    Args:
        classes: How many classes there are in all.
        most: How many solutions are kept; the oldest go first.
    """

    def __init__(self, classes: int, most: int) -> None:
        self._has: BoolArray = np.zeros((most, classes), dtype=np.bool_)
        self._reach: BoolArray = np.zeros((most, classes), dtype=np.bool_)
        self._count = 0

    def add(self, has: BoolArray, reach: BoolArray) -> None:
        """Keep one more solution."""
        place = self._count % len(self._has)
        self._has[place], self._reach[place] = has, reach
        self._count += 1

    def kept(self) -> tuple[BoolArray, int, int]:
        """Return the rows of classes, which is the latest, and how many there are; before the first comes the last."""
        return self._has, (self._count - 1) % len(self._has), min(self._count, len(self._has))

    def proven(self, chosen: list[IntArray], domains: list[IntArray], closed: IntArray) -> BoolArray:
        """Return classes that some completion of the picks has, a picked domain's own pick lifted.

        Args:
            chosen: For each picked domain the classes it may take.
            domains: For each picked domain all its classes.
            closed: Classes that cannot be had.
        """
        count = min(self._count, len(self._has))
        has, reach = self._has[:count], self._reach[:count]
        if len(closed):
            open_ones = ~has[:, closed].any(axis=1)
            has, reach = has[open_ones], reach[open_ones]
        having = _any_of(has, chosen)
        lacks = len(chosen) - having.sum(axis=1)
        proven: BoolArray = reach[lacks == 0].any(axis=0)
        near = np.flatnonzero(lacks == 1)
        if len(near):
            missing = np.argmin(having[near], axis=1)
            mended = _any_of(reach[near], chosen)[np.arange(len(near)), missing]
            proven |= has[near[mended]].any(axis=0)
            solutions, places = near[~mended], missing[~mended]
            for place in np.unique(places).tolist():
                own = domains[place]
                proven[own] |= has[np.ix_(solutions[places == place], own)].any(axis=0)
        return proven


def _any_of(flags: BoolArray, chosen: list[IntArray]) -> BoolArray:
    """Return for every solution and picked domain whether it has one of the chosen classes."""
    if all(len(classes) == 1 for classes in chosen):
        return flags[:, np.array([classes[0] for classes in chosen], dtype=np.int64)]
    return np.stack([flags[:, classes].any(axis=1) for classes in chosen], axis=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """Solutions as they come from a solver, looked at and kept."""

    layout: Layout
    changing: Changing
    mixing: Mixing
    witnesses: Witnesses

    def seen(self, solver: Solving) -> tuple[BoolArray, BoolArray]:
        """Return the classes of the solver's last solution, and those with what one change reaches."""
        values = solver.solution()
        has = self.layout.classes_in(values)
        reach = has | self.layout.classes_in(values ^ self.changing.free(values, has))
        self.witnesses.add(has, reach)
        return has, reach
