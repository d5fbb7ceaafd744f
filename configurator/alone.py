"""One rule by itself: can the picks be completed under it? Told from its table or sum at once, where that is exact.

Most conflicts are one rule and a few choices, so this answers most questions of an explanation.
See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Mapping

import numpy as np

from configurator.engine import Picks
from configurator.problem import Domain, IntArray, Problem, ProblemRule, SumRule, TableRule


def possible_alone(problem: Problem, rule: ProblemRule, picks: Picks) -> bool | None:
    """Return whether the picks can be completed under this rule and the features' counts; ``None``: not told here."""
    for index in rule.scope:
        domain = problem.domains[index]
        if domain.hidden or (domain.many and not _plain_counts(domain, picks.get(index, {}))):
            return None
    return _table(problem, rule, picks) if isinstance(rule, TableRule) else _sum(problem, rule, picks)


def _plain_counts(domain: Domain, picked: Mapping[int, int]) -> bool:
    """Return whether a ``many`` domain's picks are enough, or none are needed, and none too many."""
    pieces = sum(picked.values())
    if not pieces:
        return domain.may_be_empty or domain.most_each >= domain.least
    return domain.least <= pieces <= domain.most and max(picked.values()) <= domain.most_each


def _table(problem: Problem, rule: TableRule, picks: Picks) -> bool:
    table = rule.allowed
    # A picked row of a many domain must be allowed beside the same rows of the others: looked at last, all together.
    left: list[int] = []
    for axis, index in enumerate(rule.scope):
        if problem.domains[index].many:
            continue
        picked = [row for row, count in picks.get(index, {}).items() if count]
        if picked:
            table = np.take(table, rule.ids[axis][picked], axis=axis)
        else:
            left.append(axis)
    if table.all():
        return True
    for axis in left:
        # Ids that no row has are left out: where all options are late, the id of those in time has none.
        table = np.take(table, np.flatnonzero(np.bincount(rule.ids[axis])), axis=axis)
    for axis, index in enumerate(rule.scope):
        if not problem.domains[index].many:
            continue
        picked = [row for row, count in picks.get(index, {}).items() if count]
        if picked:
            kept = np.take(table, rule.ids[axis][picked], axis=axis)
            table = np.asarray(kept.all(axis=axis, keepdims=True))
        elif problem.domains[index].may_be_empty:
            return True
        else:
            table = np.take(table, np.unique(rule.ids[axis]), axis=axis)
    return bool(table.any())


def _sum(problem: Problem, rule: SumRule, picks: Picks) -> bool | None:
    """Return whether the sum can stay on the right side of its one bound, or a row can free the rule."""
    if rule.lower is not None and rule.upper is not None:
        return None
    least = 0
    for axis, index in enumerate(rule.scope):
        domain = problem.domains[index]
        picked = {row: count for row, count in picks.get(index, {}).items() if count}
        if rule.free is not None:
            free = rule.free[axis]
            if free[list(picked)].any() or (free.any() and not picked):
                return True
            if free.any() and domain.many:
                return None  # a further piece might free the rule
        amounts: IntArray = rule.amounts[axis] if rule.upper is not None else -rule.amounts[axis]
        part = _least(domain, amounts, picked)
        if part is None:
            return None
        least += part
    bound = rule.upper if rule.upper is not None else -(rule.lower or 0)
    return least <= bound


def _least(domain: Domain, amounts: IntArray, picked: Mapping[int, int]) -> int | None:
    """Return the least a domain can add; ``None`` where more pieces could lower it."""
    if not domain.many:
        return int(amounts[list(picked)].min()) if picked else int(amounts.min())
    if amounts.min() < 0:
        return None
    if picked:
        return sum(int(amounts[row]) * count for row, count in picked.items())
    return 0 if domain.may_be_empty else int(amounts.min()) * domain.least
