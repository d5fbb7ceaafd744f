"""A few rules by themselves: can these choices be completed under just those rules?

Conflicts are found by asking this of ever smaller sets. Only the domains the rules read are looked at, so the
questions stay tiny on catalogs of any size. See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from configurator.assignment import Assignment
from configurator.cpsat.network import Network
from configurator.cpsat.question import Question
from configurator.engine import Picks
from configurator.problem import Problem, ProblemRule

_EFFORT = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Rules that always hold: the meaning of ``shown_when``, and helpers, which count only where a rule reads them."""

    always: tuple[ProblemRule, ...]
    ties: dict[int, tuple[ProblemRule, ...]]  # hidden domain → rules that tie it

    def around(self, rules: Iterable[ProblemRule]) -> list[ProblemRule]:
        """Return the rules with all background rules that bear on them."""
        found = [*rules, *self.always]
        known: set[int] = set()
        at = 0
        while at < len(found):
            for index in found[at].scope:
                if index in self.ties and index not in known:
                    known.add(index)
                    found.extend(self.ties[index])
            at += 1
        return found


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
    return Background(tuple(always), {index: tuple(rules) for index, rules in ties.items()})


def solution(problem: Problem, background: Background, rules: Iterable[ProblemRule], picks: Picks) -> Assignment | None:
    """Return some completion of the picks under the rules and the background, for the domains they read; ``None``: none."""
    acting = background.around(rules)
    read = sorted({index for rule in acting for index in rule.scope} | set(picks))
    place = {index: position for position, index in enumerate(read)}
    small = Problem(domains=tuple(problem.domains[index] for index in read), rules=())
    moved = [replace(rule, scope=tuple(place[index] for index in rule.scope)) for rule in acting]
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
    question = Question(network, living, many, priceless=True)
    found = question.ask(_EFFORT)
    if found is None:
        return None
    return {index: found.assignment[position] for position, index in enumerate(read)}
