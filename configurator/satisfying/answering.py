"""Everything there is to say after some picks, by as few solver calls as possible. See docs/algorithms/satisfying.md, S-5."""

import numpy as np

from configurator.engine import NO_WAY, Answers
from configurator.problem import BoolArray, IntArray
from configurator.satisfying.asked import Asked
from configurator.satisfying.formula import Formula
from configurator.satisfying.mixing import Lacking
from configurator.satisfying.solving import OutOfEffort, Solving
from configurator.satisfying.witnesses import Kept

LOOK_AGAIN = 8
"""Refusals after which it is worth looking what follows at sight by now."""

LOOKED_AT = 100
WORTH_TAKING_OVER = 3
"""Classes left from which on kept solutions are looked through before the solver is asked."""

TOGETHER = 16
"""Classes asked for in one solution, before those that clash are left out."""


class Answering:
    """One set of picks under one set of limits; ``proven`` says whether everything was told within the effort.

    ``wanted`` are the classes to be told; the others are known to be impossible, or nobody sees them.
    """

    def __init__(self, formula: Formula, solver: Solving, kept: Kept, asked: Asked, wanted: BoolArray) -> None:
        self._formula, self._layout = formula, formula.layout
        self._solver = solver
        self._kept = kept
        self._asked = asked
        self._wanted = wanted
        self._possible: BoolArray = np.zeros(self._layout.classes, dtype=np.bool_)
        self._has: BoolArray = self._possible
        self._witness: BoolArray | None = None
        self._given_up: list[int] | None = None
        self.proven = True

    def answers(self) -> Answers:
        """Return the answers for all domains that are shown."""
        self.classes_possible()
        rows = self._layout.per_row(np.where(self._possible, 0, NO_WAY))
        for index, late in self._asked.late.items():
            rows[index][late] = NO_WAY
        witness = None if self._witness is None else self._asked.assignment(self._witness)
        values = tuple(rows)
        best = NO_WAY if witness is None else 0
        return Answers(int(best), values, values, (None,) * len(values), witness, self.proven)

    def classes_possible(self) -> BoolArray:
        """Return the classes some completion has, where a picked domain's own pick is lifted."""
        asked = self._asked
        lost = [index for index, chosen in asked.chosen.items() if not len(chosen)]
        if asked.is_too_dear or len(lost) > 1:
            return self._possible
        wanted = self._wanted.copy()
        wanted[asked.closed] = False
        if lost:
            self._lifted(lost[0], wanted)
            return self._possible
        assumptions = asked.assumptions
        if not self._holds(assumptions):
            responsible = set(self._core())
            for index, own in asked.own.items():
                if responsible & set(own):
                    self._lifted(index, wanted)
            return self._possible
        self._possible |= self._seen()
        self._witness = self._has
        self._use_witnesses()
        left = wanted & ~self._possible
        for index in asked.picks:
            left[self._layout.of_domain(index)] = False
        open_ones = np.flatnonzero(left)
        if len(open_ones):
            follows = self._solver.follows(assumptions)
            open_ones = open_ones[~follows[-self._layout.literals[open_ones]]]
            if len(open_ones) >= WORTH_TAKING_OVER:
                self._take_over(open_ones, wanted & ~self._possible)
                open_ones = open_ones[~self._possible[open_ones]]
            self._proven_each(assumptions, open_ones, follows)
        self._lifted_each(wanted)
        return self._possible

    def _lifted_each(self, wanted: BoolArray) -> None:
        """Tell the picked domains' own classes.

        A yes / no pick that follows from the others has no other way. Where everything is picked, what one change reaches
        is all there is.
        """
        asked, layout = self._asked, self._layout
        still = wanted & ~self._possible
        left = [index for index in asked.picks if still[layout.of_domain(index)].any()]
        if len(asked.picks) == len(self._formula.problem.domains) and not len(asked.closed):
            left = [index for index in left if len(layout.of_domain(index)) != 2 or len(asked.chosen[index]) != 1]
        for _ in range(2):
            following = self._surplus(left)
            left = [index for index in reversed(left) if index not in following]
        for index in left:
            self._lifted(index, wanted)

    def _surplus(self, left: list[int]) -> set[int]:
        """Return yes / no picks that follow at sight from the other picks, those of them that stand before."""
        if len(left) < 2:
            return set()
        others = [self._asked.own[index] for index in self._asked.picks if index not in set(left)]
        told = self._solver.surplus([*others, *(self._asked.own[index] for index in left)])
        found = {left[at - len(others)] for at in told if at >= len(others)}
        return {index for index in found if len(self._layout.of_domain(index)) == 2}

    def _lifted(self, index: int, wanted: BoolArray) -> None:
        """Tell the classes of one picked domain, its own pick lifted."""
        classes = self._layout.of_domain(index)
        left = classes[wanted[classes] & ~self._possible[classes]]
        if len(left):
            self._proven_each(self._asked.without(index), left)

    def _proven_each(self, assumptions: list[int], left: IntArray, known: BoolArray | None = None) -> None:
        """Tell each class left: what follows at sight first, then by solutions that have many of them at once.

        ``known``: what follows at sight, where the classes that do not are left out already.
        """
        literals = self._layout.literals
        wanted, refused = left, LOOK_AGAIN if known is None else 0
        follows = self._solver.nothing() if known is None else known
        while len(left):
            if refused == LOOK_AGAIN and len(left) > 1:
                refused = 0
                follows = self._solver.follows(assumptions)
                left = left[~follows[-literals[left]]]
                continue
            together = self._together(left, follows)
            self._solver.prefer(literals[left])
            while not self._holds([*assumptions, *literals[together].tolist()]):
                clashing = np.flatnonzero(np.isin(literals[together], self._core()))
                if not len(clashing):
                    return  # not even without them
                if len(clashing) == 1:
                    self._learn()
                    left = left[left != together[clashing[0]]]
                    refused = min(refused + 1, LOOK_AGAIN)
                together = np.delete(together, clashing[-1])
                if not len(together):
                    break
            else:
                reach = self._seen()
                self._possible[wanted] |= reach[wanted]
                left = left[~reach[left]]

    def _together(self, left: IntArray, follows: BoolArray) -> IntArray:
        """Return some of the classes left of which none rules out another at sight."""
        asked = left[:: -(-len(left) // LOOKED_AT)]
        literals = self._layout.literals[asked]
        marked = follows.copy()
        open_ones = np.flatnonzero(~marked[-literals])
        taken: list[int] = []
        while len(open_ones) and len(taken) < TOGETHER:
            first = open_ones[0]
            taken.append(int(asked[first]))
            marked[self._solver.implied(int(literals[first]))] = True
            open_ones = open_ones[1:][~marked[-literals[open_ones[1:]]]]
        return np.array(taken or left[:1], dtype=np.int64)

    def _holds(self, assumptions: list[int]) -> bool:
        try:
            self._given_up = None
            return self._solver.holds(assumptions)
        except OutOfEffort:
            self._given_up = assumptions
            self.proven = False
        return False

    def _core(self) -> list[int]:
        """Return what the last question clashed in; after it was given up, all of it."""
        return self._solver.core() if self._given_up is None else self._given_up

    def _learn(self) -> None:
        if self._given_up is None:
            self._solver.learn()

    def _seen(self) -> BoolArray:
        """Return the classes of the last solution, and those one change reaches; the solution is kept."""
        self._has, reach = self._kept.seen(self._solver)
        return reach

    def _use_witnesses(self) -> None:
        """Take from the solutions kept what they prove."""
        asked = self._asked
        self._possible |= self._kept.witnesses.proven(
            list(asked.chosen.values()), [self._layout.of_domain(index) for index in asked.chosen], asked.closed
        )

    def _take_over(self, left: IntArray, wanted: BoolArray) -> None:
        """Tell classes that the solution of the picks can take over from kept solutions; what it then is, is kept too."""
        asked, layout = self._asked, self._layout
        refused: BoolArray = np.zeros(layout.classes, dtype=np.bool_)
        picked: BoolArray = np.zeros(len(layout.first) - 1, dtype=np.bool_)
        for index, chosen in asked.chosen.items():
            picked[index] = True
            refused[layout.of_domain(index)] = True
            refused[chosen] = False
        refused[asked.closed] = True
        open_ones: BoolArray = np.zeros(layout.classes, dtype=np.bool_)
        open_ones[left] = True
        witnesses = self._kept.witnesses
        proven, solutions = self._kept.mixing.taken_over(
            self._has, witnesses.kept(), open_ones, wanted, Lacking(refused, picked)
        )
        self._possible |= proven
        for has in solutions:
            witnesses.add(has, has)
