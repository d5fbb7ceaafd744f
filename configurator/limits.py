"""Limits become problem rules: budget, capacity caps and parts that come too late.

See docs/algorithms/configuring.md, C-7.
"""

import numpy as np

from configurator.model import CapacityCap, Exclusion, Limits
from configurator.problem import IntArray, Problem, ProblemRule, SumRule, TableRule

BUDGET = "budget"


def limit_rules(problem: Problem, limits: Limits) -> tuple[ProblemRule, ...]:
    """Return rules that say the same as the limits, with the ids conflicts name them by."""
    rules: list[ProblemRule] = []
    for feature, codes in sorted(limits.unavailable.items()):
        index = problem.index.get(feature)
        if index is None or not codes:
            continue
        late = np.array([code in codes for code in problem.domains[index].rows], dtype=np.int64)
        if late.any():
            rules.append(TableRule(f"material:{feature}", (index,), (late,), np.array([True, False])))
    rules.extend(cap_rule(problem, cap) for cap in limits.caps)
    rules.extend(exclusion_rule(problem, exclusion) for exclusion in limits.exclusions)
    if limits.budget_minor is not None:
        priced = [index for index, domain in enumerate(problem.domains) if domain.cost_minor.any()]
        amounts = tuple(problem.domains[index].cost_minor for index in priced)
        rules.append(SumRule(BUDGET, tuple(priced), amounts, None, limits.budget_minor))
    return tuple(rules)


def cap_rule(problem: Problem, cap: CapacityCap) -> SumRule:
    """Return the sum of seconds on one work centre, bounded by what is free."""
    used = sorted((problem.index[feature], feature) for feature in cap.seconds if feature in problem.index)
    amounts = tuple(_per_row(problem, index, cap.seconds[feature]) for index, feature in used)
    return SumRule(cap.rule, tuple(index for index, _ in used), amounts, None, cap.available_s - cap.fixed_s)


def exclusion_rule(problem: Problem, exclusion: Exclusion) -> TableRule:
    """Return the table that refuses an exclusion's combinations."""
    order = sorted(range(len(exclusion.kinds)), key=lambda axis: problem.index[list(exclusion.kinds)[axis]])
    codes = list(exclusion.kinds)
    ids = tuple(np.array(exclusion.kinds[codes[axis]], dtype=np.int64) for axis in order)
    allowed = np.ones(tuple(int(own.max()) + 1 for own in ids), dtype=np.bool_)
    for combination in exclusion.refused:
        allowed[tuple(combination[axis] for axis in order)] = False
    return TableRule(exclusion.rule, tuple(problem.index[codes[axis]] for axis in order), ids, allowed)


def _per_row(problem: Problem, index: int, seconds: tuple[int, ...]) -> IntArray:
    domain = problem.domains[index]
    given = np.array(seconds, dtype=np.int64)
    return given if domain.none_row is None else np.insert(given, domain.none_row, 0)
