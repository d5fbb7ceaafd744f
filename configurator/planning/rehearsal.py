"""Random clicks before a plan is published: their counted work is what a plan is chosen and judged by."""

from dataclasses import dataclass

import numpy as np

from configurator.engine import Picks
from configurator.planning.core import Core, Question
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import PlanBudget, TooWide

WORK_A_MILLISECOND = 300_000
PICKS_A_SESSION = 8


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What random clicks took, in counted work; ``too_wide`` of them could not be answered."""

    clicks: int
    p50: int
    p95: int
    worst: int
    widest: int
    too_wide: int


def rehearsed(core: Core, budget: PlanBudget) -> Rehearsal:
    """Return what random sessions took: each pick a possible row of a random domain, half of them among the cheapest."""
    rng = np.random.default_rng(budget.seed)
    shown = [place for place, domain in enumerate(core.problem.domains) if not domain.hidden and len(domain.rows) > 1]
    works: list[int] = []
    too_wide, widest = 0, 0
    picks: dict[int, dict[int, int]] = {}
    for _ in range(budget.rehearsals):
        try:
            values = core.values(Question(picks))
        except TooWide:
            too_wide += 1
            picks = {}
            continue
        works.append(values.work)
        widest = max(widest, *(len(up.message.cost) for part in values.climbed for up in part.ups if up.message), 0)
        picks = _one_more(picks, values.rows, shown, rng)
    works.sort()
    if not works:
        return Rehearsal(budget.rehearsals, 0, 0, 0, widest, too_wide)
    at = [works[min(len(works) - 1, int(share * len(works)))] for share in (0.5, 0.95)]
    return Rehearsal(budget.rehearsals, at[0], at[1], works[-1], widest, too_wide)


def _one_more(
    picks: Picks, rows: tuple[np.ndarray, ...], shown: list[int], rng: np.random.Generator
) -> dict[int, dict[int, int]]:
    """Return the picks with one more possible row, or none when the session is over."""
    left = [place for place in shown if place not in picks]
    if not left or len(picks) >= PICKS_A_SESSION:
        return {}
    place = int(rng.choice(left))
    values = rows[place]
    possible = np.flatnonzero(values < NOTHING)
    if not len(possible):
        return {}
    if rng.random() < 0.5:
        possible = possible[np.argsort(values[possible], kind="stable")][: max(1, len(possible) // 10)]
    return {**{at: dict(own) for at, own in picks.items()}, place: {int(rng.choice(possible)): 1}}
