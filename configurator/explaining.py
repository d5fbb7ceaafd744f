"""Why not? A minimal set of choices and rules that cannot hold together, from small models of a few rules each.

For engines that cannot lift choices; the plan's way is narrowing.py. Rules are taken in only as far as solutions break them, until none is left; then everything that is not needed is
dropped again, one by one. See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.alone import Alone
from configurator.assignment import Assignment, Checker, holds
from configurator.engine import Picks
from configurator.problem import Problem, ProblemRule
from configurator.subproblems import Background, solution


@dataclass(frozen=True, slots=True)
class Element:
    """One choice: a row of a domain, so many pieces of it."""

    domain: int
    row: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Clash:
    """Choices and rules that cannot hold together, minimal."""

    choices: tuple[Element, ...]
    rules: tuple[str, ...]


def picks_from(elements: Sequence[Element]) -> dict[int, dict[int, int]]:
    """Return choices as picks."""
    picks: dict[int, dict[int, int]] = {}
    for element in elements:
        picks.setdefault(element.domain, {})[element.row] = element.count
    return picks


class Explaining:
    """Finds conflicts for one problem under one set of limits."""

    def __init__(
        self, problem: Problem, background: Background, checker: Checker, limits: Sequence[ProblemRule]
    ) -> None:
        self._problem = problem
        self._checker = checker
        self._background = background
        self._alone = Alone(problem, background.alone)
        self._touched: set[int] | None = None  # domains whose choices no known configuration has; None: all
        self._rules: dict[str, list[ProblemRule]] = {}
        for rule in (*problem.rules, *limits):
            if not rule.rule.startswith("#"):
                self._rules.setdefault(rule.rule, []).append(rule)

    def clash(self, choices: Sequence[Element], start: Assignment | None = None) -> Clash | None:
        """Return a minimal conflict among the choices and the rules, or ``None`` when they can all be kept.

        Args:
            choices: What is chosen, oldest first; the pressed option last.
            start: A complete assignment to fill what the rules looked at do not read.
        """
        self._touched = {
            choice.domain
            for choice in choices
            if start is None or start[choice.domain].get(choice.row, 0) < choice.count
        }
        rules = self._one_rule(choices)
        if rules is None:
            rules = self._enough_rules(choices, start)
        if rules is None:
            return None
        rules = self._fewer_rules(choices, rules)
        needed = self._bearing(choices, rules)
        if self._possible(needed, rules):
            needed = list(choices)  # the choices of one feature are too many by themselves
        for choice in list(needed):
            others = [other for other in needed if other != choice]
            if not self._possible(others, rules):
                needed = others
        return Clash(tuple(needed), tuple(rules))

    def _one_rule(self, choices: Sequence[Element]) -> list[str] | None:
        """Return a rule that alone says no, ``None`` when none is seen at once."""
        picks = picks_from(choices)
        for rule, parts in self._rules.items():
            if any(self._alone.possible(part, picks) is False for part in parts):
                return [rule]
        return None

    def _fewer_rules(self, choices: Sequence[Element], rules: Sequence[str]) -> list[str]:
        """Return the rules without those that are not needed to say no."""
        needed = list(rules)
        for rule in rules:
            rest = [other for other in needed if other != rule]
            if not self._possible(choices, rest):
                needed = rest
        return needed

    def _bearing(self, choices: Sequence[Element], rules: Sequence[str]) -> list[Element]:
        """Return the choices the rules, or what lies behind them, read at all."""
        acting = [part for rule in rules for part in self._rules[rule]]
        read = {index for rule in acting for index in rule.scope}
        _, read_in_all = self._background.around(acting, read)
        return [choice for choice in choices if choice.domain in read_in_all]

    def is_minimal(self, clash: Clash) -> bool:
        """Return whether the conflict is one, and dropping any one element resolves it."""
        self._touched = None
        choices, rules = list(clash.choices), list(clash.rules)
        if self._possible(choices, rules):
            return False
        without_choice = (self._possible([c for c in choices if c != choice], rules) for choice in choices)
        without_rule = (self._possible(choices, [r for r in rules if r != rule]) for rule in rules)
        return all(without_choice) and all(without_rule)

    def _possible(self, choices: Sequence[Element], rules: Sequence[str]) -> bool:
        picks = picks_from(choices)
        acting = [part for rule in rules for part in self._rules[rule]]
        told = [self._alone.possible(part, picks) for part in acting]
        if False in told:
            return False
        scope = acting[0].scope if acting else ()
        if len(told) <= 1 and all(told) and self._background.is_away_from(scope, self._changed(picks), self._problem):
            return True
        return self._solve(choices, rules) is not None

    def _solve(self, choices: Sequence[Element], rules: Sequence[str]) -> Assignment | None:
        acting = [part for rule in rules for part in self._rules[rule]]
        picks = picks_from(choices)
        return solution(self._problem, self._background, acting, picks, self._changed(picks))

    def _changed(self, picks: Picks) -> Picks:
        """Return the picks that a known configuration does not have; the others can be kept where no rule reads them."""
        return picks if self._touched is None else {at: rows for at, rows in picks.items() if at in self._touched}

    def _enough_rules(self, choices: Sequence[Element], start: Assignment | None) -> list[str] | None:
        """Return rules that, with the choices, have no solution; ``None`` when all rules together have one."""
        taken: list[str] = []
        picked = {choice.domain for choice in choices}
        filled: dict[int, Mapping[int, int]] = dict(start or {})
        while True:
            found = self._solve(choices, taken)
            if found is None:
                return taken
            filled.update(found)
            broken = self._broken(filled, taken)
            if not broken:
                return None
            if start is None:
                taken += broken
            else:
                taken.append(min(broken, key=lambda rule: self._open_features(rule, picked)))

    def _broken(self, filled: Assignment, taken: Sequence[str]) -> list[str]:
        """Return rules that do not hold; one that reads a domain without a row yet counts as broken, so it is looked at."""
        visible = {index: rows for index, rows in filled.items() if not self._problem.domains[index].hidden}
        whole = self._checker.following(visible)
        return [
            rule
            for rule, parts in self._rules.items()
            if rule not in taken and not all(whole.keys() >= set(part.scope) and holds(part, whole) for part in parts)
        ]

    def _open_features(self, rule: str, picked: set[int]) -> int:
        """Return how many features a rule reads that are not chosen: the fewer, the sooner it says no."""
        return len({index for part in self._rules[rule] for index in part.scope} - picked)
