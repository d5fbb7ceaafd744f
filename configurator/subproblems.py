"""A few rules by themselves: can these choices be completed under just those rules?

Conflicts are found by asking this of ever smaller sets. Only the domains the rules read are looked at, so the
questions stay small on catalogs of any size. See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from configurator.alone import Alone
from configurator.assignment import Assignment
from configurator.cpsat.network import Network
from configurator.cpsat.question import Question
from configurator.engine import Picks
from configurator.limits import BUDGET
from configurator.problem import Domain, Problem, ProblemRule, SumRule

_EFFORT = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Rules that always hold: the meaning of ``shown_when``, and helpers, which count only where a rule reads them."""

    always: tuple[tuple[ProblemRule, frozenset[int]], ...]  # with all domains they read, through helpers too
    ties: dict[int, tuple[ProblemRule, ...]]  # hidden domain → rules that tie it
    alone: Alone  # looks at the problem's rules one by one

    def around(self, rules: Iterable[ProblemRule], picked: Iterable[int]) -> tuple[list[ProblemRule], list[int]]:
        """Return the rules with all background rules that bear on them, and the domains they read."""
        found = list(rules)
        read = {index for rule in found for index in rule.scope} | set(picked)
        waiting = list(self.always)
        tied: set[int] = set()
        while True:
            new = [rule for index in sorted((read & self.ties.keys()) - tied) for rule in self.ties[index]]
            tied |= read & self.ties.keys()
            new += [rule for rule, reach in waiting if read & reach]
            waiting = [(rule, reach) for rule, reach in waiting if not read & reach]
            if not new:
                break
            found += new
            read |= {index for rule in new for index in rule.scope}
        return found, sorted(read)

    def is_away_from(self, scope: Iterable[int], picks: Picks, problem: Problem) -> bool:
        """Return whether no background rule reads these domains or the picked ones, and no picked counts break bounds."""
        read = set(scope) | set(picks)
        if any(read & reach for _, reach in self.always):
            return False
        return all(_fits(problem.domains[index], rows) for index, rows in picks.items())


def _fits(domain: Domain, rows: Mapping[int, int]) -> bool:
    if not domain.many:
        return True
    pieces = sum(rows.values())
    if not pieces and domain.may_be_empty:
        return True
    enough = len(domain.rows) * domain.most_each >= domain.least
    return enough and pieces <= domain.most and max(rows.values(), default=0) <= domain.most_each


def background_of(problem: Problem) -> Background:
    """Return the background rules of a problem."""
    always: list[ProblemRule] = []
    ties: dict[int, list[ProblemRule]] = {}
    for rule in problem.rules:
        if not rule.rule.startswith("#"):
            continue
        last = rule.scope[-1]
        if problem.domains[last].hidden and rule.rule == problem.domains[last].feature:
            ties.setdefault(last, []).append(rule)
        else:
            always.append(rule)
    reaching = tuple((rule, _reach(rule, ties)) for rule in always)
    return Background(reaching, {index: tuple(rules) for index, rules in ties.items()}, Alone(problem))


def _reach(rule: ProblemRule, ties: Mapping[int, list[ProblemRule]]) -> frozenset[int]:
    """Return the domains a rule reads, and those its helpers read."""
    reach: set[int] = set()
    waiting = list(rule.scope)
    while waiting:
        index = waiting.pop()
        if index not in reach:
            reach.add(index)
            waiting += [other for tie in ties.get(index, ()) for other in tie.scope]
    return frozenset(reach)


def solution(
    problem: Problem, background: Background, rules: Iterable[ProblemRule], picks: Picks, changed: Picks
) -> Assignment | None:
    """Return some completion under the rules and the background, for the domains they read; ``None``: there is none.

    Args:
        problem: Where domains and rules come from.
        background: Rules that always hold.
        rules: The rules that act.
        picks: What is chosen.
        changed: Those picks that are looked at even where no acting rule reads them.
    """
    acting, read = background.around(rules, changed)
    budget = next((rule.upper for rule in acting if rule.rule == BUDGET and isinstance(rule, SumRule)), None)
    place = {index: position for position, index in enumerate(read)}
    small = Problem(domains=tuple(problem.domains[index] for index in read), rules=())
    # The budget bounds the objective: as a rule it would make every price a class of its own.
    moved = [replace(rule, scope=tuple(place[index] for index in rule.scope)) for rule in acting if rule.rule != BUDGET]
    network = Network(small, moved, certain=False)
    living = []
    many = {}
    for position, index in enumerate(read):
        rows = network.allowed_rows[position]
        picked = picks.get(index)
        if picked and problem.domains[index].many:
            many[position] = picked
        elif picked:
            only = np.zeros_like(rows)
            for row in picked:
                only[row] = rows[row]
            rows = only
        living.append(rows)
    found = Question(network, living, many, priceless=budget is None).ask(_EFFORT)
    if found is None or (budget is not None and found.value > budget):
        return None
    return {index: found.assignment[position] for position, index in enumerate(read)}
