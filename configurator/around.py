"""What becomes of a complete selection when one answer of it changes, without asking a solver.

See docs/algorithms/need-by.md, N-2.
"""

from collections.abc import Mapping

import numpy as np

from configurator.assignment import Assignment, Checker, cost_of, holds, rows_that_fit
from configurator.compiling.compile import Compiled
from configurator.model import Answer, Selection
from configurator.problem import ProblemRule
from configurator.selections import as_it_stands, picked_rows, picks_of


class Around:
    """The neighbours of one complete selection that keeps all rules and limits; made by ``Configurator.around``."""

    def __init__(
        self,
        compiled: Compiled,
        checker: Checker,
        selection: Selection,
        whole: Assignment,
        limiting: tuple[ProblemRule, ...],
    ) -> None:
        self.selection = selection
        self._compiled = compiled
        self._problem = compiled.problem
        self._checker = checker
        self._picks = picks_of(compiled, selection)
        self._whole = whole
        self._limiting = limiting
        self._cost = cost_of(compiled.problem, whole)

    def steady_prices(self, feature: str) -> Mapping[str, int]:
        """Return the steady options of a feature, each with what the selection would cost more with it.

        Raises:
            FeatureNotFound: there is no such feature.
        """
        index = self._compiled.rows[feature].index
        cost = self._problem.domains[index].cost_minor
        had = 0
        if not self._problem.domains[index].many:
            picked = picked_rows(self._compiled, feature, self.selection.answers.get(feature, ""))
            had = sum(int(cost[row]) for row in picked)
        by_code = self._compiled.rows[feature].by_code
        return {code: int(cost[by_code[code]]) - had for code in self.steady_options(feature) if code}

    def steady_options(self, feature: str) -> frozenset[str]:
        """Return the options of a feature that can be had with all other answers as they are.

        In a feature with several options: which may be added as one more piece. One look at the feature's rules answers
        for all its options. Options that would change a surcharge or another helper may be missing: nothing is said of
        what is not in the answer.

        Raises:
            FeatureNotFound: there is no such feature.
        """
        at = self._compiled.rows[feature].index
        domain, has = self._problem.domains[at], self._whole[at]
        if domain.many and not domain.least <= sum(has.values()) + 1 <= domain.most:
            return frozenset()
        limiting = tuple(rule for rule in self._limiting if at in rule.scope)
        fit = rows_that_fit(self._problem, (*self._checker.reading(at), *limiting), self._whole, at)
        if domain.many:
            fit[[row for row, count in has.items() if count >= domain.most_each]] = False
        return frozenset(domain.rows[row] for row in np.flatnonzero(fit))

    def price_with(self, feature: str, answer: Answer) -> int | None:
        """Return what the selection would cost more with one other answer and all else, but for helpers, as it is.

        ``None`` where that breaks a rule or a limit, or leaves the selection incomplete.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the answer does not exist.
        """
        index = self._compiled.rows[feature].index
        rows = picked_rows(self._compiled, feature, answer)
        visible = as_it_stands(self._compiled, {**self._picks, index: rows})
        trial = None if visible is None else self._checker.completed(visible)
        if trial is None or not self._checker.is_still_valid(trial, self._whole):
            return None
        if not all(holds(rule, trial) for rule in self._limiting):
            return None
        return cost_of(self._problem, trial) - self._cost
