"""One rule by itself: can the picks be completed under it? Told from its table or sum at once, where that is exact.

Most conflicts are one rule and a few choices, so this answers most questions of an explanation.
See docs/algorithms/configuring.md, C-13.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from configurator.engine import Picks
from configurator.problem import Domain, IntArray, Problem, ProblemRule, SumRule, TableRule


@dataclass(frozen=True, slots=True)
class _Axis:
    """What all rows of one feature together are to one rule: the ids there are, or the range of the amounts."""

    used: IntArray
    least: int = 0
    most: int = 0
    may_free: bool = False


class Alone:
    """Looks at rules one by one. What does not depend on the picks is told once a rule and remembered.

    Args:
        problem: Whose rules.
        shared: Looks at the problem's own rules for many questions; other rules (limits) are remembered here only.
    """

    def __init__(self, problem: Problem, shared: "Alone | None" = None) -> None:
        self._problem, self._shared = problem, shared
        self._axes: dict[int, tuple[ProblemRule, tuple[_Axis, ...]]] = {}
        self._own = frozenset(map(id, problem.rules)) if shared is None else frozenset[int]()

    def possible(self, rule: ProblemRule, picks: Picks) -> bool | None:
        """Return whether the picks can be completed under this rule and the features' counts; ``None``: not told here."""
        domains = self._problem.domains
        for index in rule.scope:
            domain = domains[index]
            if domain.hidden or (domain.many and not _plain_counts(domain, picks.get(index, {}))):
                return None
        axes = self._of(rule)
        if isinstance(rule, TableRule):
            return _table(self._problem, rule, axes, picks)
        return _sum(self._problem, rule, axes, picks)

    def _of(self, rule: ProblemRule) -> tuple[_Axis, ...]:
        if self._shared is not None and id(rule) in self._shared._own:
            return self._shared._of(rule)
        known = self._axes.get(id(rule))
        if known is None:
            known = self._axes[id(rule)] = (rule, _axes_of(rule))
        return known[1]


def _axes_of(rule: ProblemRule) -> tuple[_Axis, ...]:
    if isinstance(rule, TableRule):
        return tuple(_Axis(np.unique(ids)) for ids in rule.ids)
    none = np.zeros(0, dtype=np.int64)
    frees = rule.free or (np.zeros(1, dtype=np.bool_),) * len(rule.scope)
    return tuple(
        _Axis(none, int(own.min()), int(own.max()), bool(free.any()))
        for own, free in zip(rule.amounts, frees, strict=True)
    )


def _plain_counts(domain: Domain, picked: Mapping[int, int]) -> bool:
    """Return whether a ``many`` domain's picks are enough, or none are needed, and none too many."""
    pieces = sum(picked.values())
    if not pieces:
        return domain.may_be_empty or domain.most_each >= domain.least
    return domain.least <= pieces <= domain.most and max(picked.values()) <= domain.most_each


def _table(problem: Problem, rule: TableRule, axes: tuple[_Axis, ...], picks: Picks) -> bool:
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
        table = np.take(table, axes[axis].used, axis=axis)
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
            table = np.take(table, axes[axis].used, axis=axis)
    return bool(table.any())


def _sum(problem: Problem, rule: SumRule, axes: tuple[_Axis, ...], picks: Picks) -> bool | None:
    """Return whether the sum can stay on the right side of its one bound, or a row can free the rule."""
    if rule.lower is not None and rule.upper is not None:
        return None
    least = 0
    for axis, index in enumerate(rule.scope):
        domain = problem.domains[index]
        picked = {row: count for row, count in picks.get(index, {}).items() if count}
        if rule.free is not None and axes[axis].may_free:
            if not picked or rule.free[axis][list(picked)].any():
                return True
            if domain.many:
                return None  # a further piece might free the rule
        sign = 1 if rule.upper is not None else -1
        part = _least(domain, rule.amounts[axis], sign, axes[axis], picked)
        if part is None:
            return None
        least += part
    bound = rule.upper if rule.upper is not None else -(rule.lower or 0)
    return least <= bound


def _least(domain: Domain, amounts: IntArray, sign: int, axis: _Axis, picked: Mapping[int, int]) -> int | None:
    """Return the least a domain can add, by amounts or (``sign`` -1) their opposites; ``None`` where more pieces could lower it."""
    least = axis.least if sign > 0 else -axis.most
    if not domain.many:
        return min(sign * int(amounts[row]) for row in picked) if picked else least
    if least < 0:
        return None
    if picked:
        return sum(sign * int(amounts[row]) * count for row, count in picked.items())
    return 0 if domain.may_be_empty else least * domain.least
