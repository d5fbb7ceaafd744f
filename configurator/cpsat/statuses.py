"""Which rows are possible, without finding the least price of each: for lines too large to price by CP-SAT.

See docs/algorithms/configuring.md, C-9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from configurator.assignment import cost_of, rows_that_fit
from configurator.cpsat.question import Found
from configurator.engine import NO_WAY, Picks
from configurator.problem import BoolArray, IntArray, Problem, ProblemRule

Ask = Callable[[int, list[BoolArray], BoolArray], Found | None]
"""Asks for any solution with one of some rows of a domain, the domain's own pick lifted; a piece more of a ``many`` one."""


@dataclass(slots=True)
class Statuses:
    """Proves rows possible by solutions: each proves what it has, and what one change of it reaches.

    ``reading[d]``: the rules that read a domain. ``values[d][row]``: what the cheapest solution found with the row
    costs, ``NO_WAY`` where there is none; no least price, but never too low.
    """

    problem: Problem
    reading: Sequence[tuple[ProblemRule, ...]]
    certain: bool
    values: list[IntArray] = field(init=False)

    def __post_init__(self) -> None:
        self.values = [np.full(len(domain.rows), NO_WAY) for domain in self.problem.domains]

    def learn(self, found: Picks, picks: Picks, living: Sequence[BoolArray]) -> None:
        """Take in a solution that keeps all picks: what it has, and what one change of it reaches."""
        total = cost_of(self.problem, found)
        for index, domain in enumerate(self.problem.domains):
            if domain.hidden:
                continue
            if not domain.many:
                self._settle_swaps(index, found, living[index])
                continue
            picked = picks.get(index, {})
            for row, count in found[index].items():
                if count > picked.get(row, 0):
                    self._settle(index, np.array([row]), total - int(domain.cost_minor[row]))
            pieces = sum(found[index].values())
            if pieces + 1 >= domain.least and pieces < domain.most:
                self._settle_one_more(index, found, living[index])

    def prove(self, index: int, living: list[BoolArray], picks: Picks, ask: Ask) -> None:
        """Settle the rows of one domain that no solution has proven yet.

        Args:
            index: The domain.
            living: Rows that may be taken, by domain, with this one's own pick lifted.
            picks: All picks.
            ask: The solver.
        """
        domain = self.problem.domains[index]
        left = living[index] & (self.values[index] >= NO_WAY)
        for row, count in picks.get(index, {}).items() if domain.many else ():
            left[row] &= count < domain.most_each
        while left.any():
            found = ask(index, living, left)
            if found is None:
                return
            rest = found.assignment
            if domain.many:
                self._settle_one_more(index, rest, left)
                ghost = found.ghost if found.ghost is not None else 0
                more = {**rest[index], ghost: rest[index].get(ghost, 0) + 1}
                whole: Picks = {**rest, index: more}
                self._settle(index, np.array([ghost]), cost_of(self.problem, rest))
                self.learn(whole, picks, living)
            elif index in picks:
                self._settle_swaps(index, rest, left)
            else:
                self.learn(rest, picks, living)
            left &= self.values[index] >= NO_WAY

    def _settle_swaps(self, index: int, found: Picks, living: BoolArray) -> None:
        """Settle the rows a single domain may change to, and its own."""
        cost = self.problem.domains[index].cost_minor
        (own,) = found[index]
        fits = rows_that_fit(self.problem, self.reading[index], found, index, self.certain) & living
        fits[own] = True
        self._settle(index, np.flatnonzero(fits), cost_of(self.problem, found) - int(cost[own]))

    def _settle_one_more(self, index: int, found: Picks, living: BoolArray) -> None:
        """Settle the rows of which a ``many`` domain may have one more piece."""
        fits = rows_that_fit(self.problem, self.reading[index], found, index, self.certain) & living
        most_each = self.problem.domains[index].most_each
        fits[[row for row, count in found[index].items() if count >= most_each]] = False
        self._settle(index, np.flatnonzero(fits), cost_of(self.problem, found))

    def _settle(self, index: int, rows: IntArray, rest_minor: int) -> None:
        """Note rows as possible: with a piece of each beside what costs ``rest_minor``; its own price is added."""
        values = self.values[index]
        values[rows] = np.minimum(values[rows], rest_minor + self.problem.domains[index].cost_minor[rows])
