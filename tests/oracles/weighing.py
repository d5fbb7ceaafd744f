"""Wishes weighed and choices lifted, held against looking at every assignment."""

from collections.abc import Sequence
from dataclasses import replace

from configurator.engine import NO_WAY, Picks
from configurator.model import Limits
from configurator.planning.limits import TooWide
from configurator.wishes import Weighing, Wish, with_wishes
from tests.oracles.problem import Oracle


def check_lifted(engine: Weighing, oracle: Oracle, picks: Picks, limits: Limits) -> int:
    """Without each picked domain's picks the others cost as told, a budget left aside; return how many were compared."""
    lifted = engine.lifted(picks, limits)
    without_budget = replace(limits, budget_minor=None)
    picked = [place for place, rows in picks.items() if rows]
    for place in picked:
        others = {at: rows for at, rows in picks.items() if at != place}
        assert lifted[place] == oracle.answers(others, without_budget).best_minor
    return len(picked)


def check_closest(engine: Weighing, oracle: Oracle, fixed: Picks, wishes: Sequence[Wish], limits: Limits) -> int:
    """What is given up weighs the least, and of those ways it is a cheapest; return 0 where it is too wide to be told."""
    without_budget = replace(limits, budget_minor=None)
    try:
        found = engine.closest(fixed, wishes, limits)
    except TooWide:
        return 0
    least = None
    for given_up in range(1 << len(wishes)):
        kept = [wish for at, wish in enumerate(wishes) if not given_up >> at & 1]
        whole = oracle.completion(with_wishes(fixed, kept), without_budget)
        cost = NO_WAY if whole is None else oracle.cost_of(whole)
        penalty = sum(wish.penalty for at, wish in enumerate(wishes) if given_up >> at & 1)
        if cost < NO_WAY and (least is None or (penalty, cost) < least):
            least = (penalty, cost)
    assert (found is None) == (least is None)
    if found is not None:
        assert oracle.keeps(found, without_budget)
        assert all(found[at].get(row, 0) >= n for at, rows in fixed.items() for row, n in rows.items())
        penalty = sum(wish.penalty for wish in wishes if not wish.is_kept(found))
        assert (penalty, oracle.cost_of(found)) == least
    return 1
