"""Why not? A minimal set of choices and rules that cannot hold together, found by asking the engine itself.

First the choices are narrowed under all rules: one pass lifts each of them, and those without which something is possible
take part in every conflict. Then rules are taken in as solutions break them. What is possible with fewer choices under all
rules is possible under fewer rules, so the choices stay minimal. See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from configurator.alone import Alone
from configurator.assignment import Assignment, cost_of, holds
from configurator.engine import NO_WAY, Picks
from configurator.explaining import Clash, Element, picks_from
from configurator.limits import BUDGET
from configurator.model import Limits
from configurator.problem import Problem, ProblemRule
from configurator.subproblems import Background


class Completion(Protocol):
    """Answers whether picks can be completed without some rules, and how at the least price."""

    def __call__(self, picks: Picks, limits: Limits, *, dropped_rules: frozenset[str] = frozenset()) -> Picks | None:
        """Return a cheapest completion, or ``None``."""
        ...


class Least(Protocol):
    """Answers at what price picks can be completed without some rules; a budget is not looked at."""

    def __call__(self, picks: Picks, limits: Limits, *, dropped_rules: frozenset[str] = frozenset()) -> int:
        """Return the least cost of a completion, ``NO_WAY`` where there is none."""
        ...


class Narrowing:
    """Finds conflicts for one problem under one set of limits.

    Args:
        problem: What is configured.
        background: Rules that always hold.
        limits: What bounds the answer.
        limit_rules: The same as rules.
        completion: The engine's.
        least: The same without telling how; the engine's.
        lifted: Returns the least cost of a completion without each picked domain's picks.
    """

    def __init__(
        self,
        problem: Problem,
        background: Background,
        limits: Limits,
        limit_rules: Sequence[ProblemRule],
        completion: Completion,
        least: Least,
        lifted: Callable[[Picks, Limits], Mapping[int, int]],
    ) -> None:
        self._problem, self._background = problem, background
        self._limits, self._completion, self._least, self._lifted = limits, completion, least, lifted
        self._alone = Alone(problem, background.alone)
        self._rules: dict[str, list[ProblemRule]] = {}
        for rule in (*problem.rules, *limit_rules):
            if not rule.rule.startswith("#"):
                self._rules.setdefault(rule.rule, []).append(rule)
        self._names = frozenset(self._rules)

    def clash(self, choices: Sequence[Element]) -> Clash | None:
        """Return a minimal conflict among the choices and the rules, or ``None`` when they can all be kept.

        Args:
            choices: What is chosen, oldest first; the pressed option last.
        """
        alone = self._one_rule(choices)
        if alone is not None:
            read = {index for part in self._rules[alone] for index in part.scope}
            needed = [choice for choice in choices if choice.domain in read]
            rules = [alone] if self._possible(needed, ()) else []
            return Clash(tuple(self._fewest(needed, rules)), tuple(rules))
        clashing = self.choices(choices)
        if clashing is None:
            return None
        rules = self._fewer_rules(clashing, self._enough_rules(clashing))
        return Clash(tuple(clashing), tuple(rules))

    def choices(self, choices: Sequence[Element]) -> list[Element] | None:
        """Return choices that clash under all rules, none without which they still do; ``None`` when all can be kept."""
        return None if self._possible(choices, self._names) else self.fewer_choices(choices)

    def fewer_choices(self, choices: Sequence[Element]) -> list[Element]:
        """Return of choices that clash under all rules some that still do, none without which they do."""
        needed = list(choices)
        while True:
            lifted = self._lifted(picks_from(needed), self._limits)
            bearing = {place for place, cost in lifted.items() if self._is_affordable(cost)}
            rest = [choice for choice in needed if choice.domain not in bearing]
            if not rest:
                break
            fewer = self._without(needed, rest)
            if len(fewer) == len(needed) - len(rest):
                needed = fewer
                break
            needed = fewer
        for place in {choice.domain for choice in needed}:
            own = [choice for choice in needed if choice.domain == place]
            for choice in own if len(own) > 1 else ():
                others = [other for other in needed if other != choice]
                if not self._possible(others, self._names):
                    needed = others
        return needed

    def _without(self, needed: list[Element], rest: Sequence[Element]) -> list[Element]:
        """Return the choices without as many of the rest as goes at once, at least one; they still clash."""
        out = list(rest)
        while True:
            fewer = [choice for choice in needed if choice not in out]
            if len(out) == 1 or not self._possible(fewer, self._names):
                return fewer
            out = out[: len(out) // 2]

    def _fewest(self, choices: Sequence[Element], rules: Sequence[str]) -> list[Element]:
        """Return the choices without those that some rules do not need to say no."""
        needed = list(choices)
        for choice in choices:
            others = [other for other in needed if other != choice]
            if not self._possible(others, rules):
                needed = others
        return needed

    def _one_rule(self, choices: Sequence[Element]) -> str | None:
        """Return a rule that alone says no, one that reads what is pressed if there is; ``None``: none is seen at once."""
        picks = picks_from(choices)
        pressed = choices[-1].domain if choices else -1
        for rule, parts in sorted(self._rules.items(), key=lambda own: all(pressed not in p.scope for p in own[1])):
            parts = [part for part in parts if not picks.keys().isdisjoint(part.scope)]
            if any(self._alone.possible(part, picks) is False for part in parts):
                return rule
        return None

    def _possible(self, choices: Sequence[Element], rules: Sequence[str] | frozenset[str]) -> bool:
        if len(rules) <= 1:
            told = self._told_alone(picks_from(choices), [part for rule in rules for part in self._rules[rule]])
            if told is not None:
                return told
        cost = self._least(picks_from(choices), self._limits, dropped_rules=self._names.difference(rules))
        return self._is_affordable(cost) if BUDGET in rules else cost < int(NO_WAY)

    def _told_alone(self, picks: Picks, parts: Sequence[ProblemRule]) -> bool | None:
        """Return what the parts of one rule say by themselves, ``None`` where more than they may bear on it."""
        told = [self._alone.possible(part, picks) for part in parts]
        if False in told:
            return False
        scope = parts[0].scope if parts else ()
        if len(told) <= 1 and all(told) and self._background.is_away_from(scope, picks, self._problem):
            return True
        return None

    def _solution(self, choices: Sequence[Element], rules: Sequence[str]) -> Assignment | None:
        return self._completion(picks_from(choices), self._limits, dropped_rules=self._names.difference(rules))

    def _is_affordable(self, cost: int) -> bool:
        most = self._limits.budget_minor
        return cost < int(NO_WAY) and (most is None or cost <= most)

    def _enough_rules(self, choices: Sequence[Element]) -> list[str]:
        """Return rules that, with the choices, have no solution; all rules together have none."""
        taken: list[str] = []
        picked = {choice.domain for choice in choices}
        while True:
            found = self._solution(choices, taken)
            if found is None:
                return taken
            taken.append(min(self._broken(found, taken), key=lambda rule: self._open_features(rule, picked)))

    def _broken(self, found: Assignment, taken: Sequence[str]) -> list[str]:
        """Return the rules not yet taken that a solution breaks."""
        return [
            rule
            for rule, parts in self._rules.items()
            if rule not in taken and not all(self._holds(part, found) for part in parts)
        ]

    def _holds(self, rule: ProblemRule, found: Assignment) -> bool:
        if rule.rule == BUDGET:
            return self._is_affordable(cost_of(self._problem, found))
        return holds(rule, found)

    def _open_features(self, rule: str, picked: set[int]) -> int:
        """Return how many features a rule reads that are not chosen: the fewer, the sooner it says no."""
        return len({index for part in self._rules[rule] for index in part.scope} - picked)

    def _fewer_rules(self, choices: Sequence[Element], rules: Sequence[str]) -> list[str]:
        """Return the rules without those that are not needed to say no. The last one taken in always is."""
        needed = list(rules)
        for rule in rules[:-1]:
            rest = [other for other in needed if other != rule]
            if not self._possible(choices, rest):
                needed = rest
        return needed
