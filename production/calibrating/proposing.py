"""From measured times to a reserve: the share of a day that must not be promised so that what is promised fits. Pure.

Source: docs/algorithms/reserve.md, rules C-3 to C-5.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from production.calibrating.model import (
    KEPT_PERMILLE,
    LEAST_TIMES,
    MOST_RESERVE,
    Evidence,
    TimedOperation,
    Verdict,
)


def reserve_of(
    times: Sequence[TimedOperation], day_s: int, *, kept_permille: int = KEPT_PERMILLE
) -> tuple[Verdict, Evidence, int | None]:
    """Return the verdict, the evidence, and the reserve in whole percent, rounded up.

    Args:
        times: What was measured at one work centre, any order.
        day_s: Staffed seconds of all its places on an average working day, > 0.
        kept_permille: On how many days of a thousand the promised work is to fit, 500 to 999.
    """
    used = [one for one in times if is_plausible(one)]
    evidence = Evidence(count=len(used), left_out=len(times) - len(used), kept_permille=kept_permille)
    if len(used) < LEAST_TIMES:
        return Verdict.TOO_FEW, evidence, None
    planned_s, worked_s = sum(one.planned_s for one in used), sum(one.worked_s for one in used)
    stopped_s = sum(one.stopped_s for one in used)
    mean = worked_s / planned_s
    spread = sum((one.worked_s - mean * one.planned_s) ** 2 for one in used) / planned_s
    spread *= len(used) / (len(used) - 1)
    stopped = stopped_s / (worked_s + stopped_s)
    evidence = Evidence(
        count=len(used),
        left_out=len(times) - len(used),
        mean_percent=round(100 * mean),
        cv_percent=round(100 * math.sqrt(spread * len(used) / planned_s) / mean),
        stopped_percent=round(100 * stopped),
        kept_permille=kept_permille,
    )
    swing = NormalDist().inv_cdf(kept_permille / 1000) * math.sqrt(spread / day_s)
    root = (math.sqrt(swing * swing + 4 * mean * (1 - stopped)) - swing) / (2 * mean)
    percent = max(0, math.ceil(round(100 * (1 - root * root), 9)))
    if percent > MOST_RESERVE:
        return Verdict.TOO_MUCH, evidence, None
    return Verdict.PROPOSED, evidence, percent


def is_plausible(one: TimedOperation) -> bool:
    """Return whether a time can have been work: a tenth to ten times the plan; others are scans forgotten and made up for."""
    return one.planned_s > 0 and one.planned_s <= 10 * one.worked_s <= 100 * one.planned_s
