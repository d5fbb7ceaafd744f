"""The peers of components: whole sizes with ordinary alterations, and the grid on the rack."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

PLAN = np.array([13, 13, 7, 7, 7])

#: Ordinary alterations of a sewn pair: how far each measure can be let out and taken in; the rise never.
LET_OUT = np.array([13, 0, 0, 0, 0])
TAKE_IN = np.array([51, 51, 51, 102, 0])

INCH = 25.4


def best_whole_sizes(people: Integers, count: int, *, candidates: int, seed: int) -> Integers:
    """Return up to ``count`` sizes, each the best of many candidates for those not yet served (greedy cover)."""
    rng = np.random.default_rng(seed)
    bases = people[rng.integers(0, len(people), candidates)]
    room = np.array([25, 25, 25, 50, 0])
    sizes = bases + rng.integers(0, 2 * room + 1, (candidates, 5)) - (room == 0)
    fits = np.stack([altered(people, size) for size in sizes])
    left = np.ones(len(people), dtype=bool)
    chosen = []
    for _ in range(count):
        gains = (fits & left).sum(axis=1)
        best = int(gains.argmax())
        if gains[best] == 0:
            break
        chosen.append(best)
        left &= ~fits[best]
    found: Integers = sizes[chosen]
    return found


def altered(people: Integers, size: Integers) -> npt.NDArray[np.bool_]:
    """Return whom one size fits after alterations, within plan tolerance."""
    over = size - people
    fits: npt.NDArray[np.bool_] = ((over >= -LET_OUT - PLAN) & (over <= TAKE_IN + PLAN)).all(axis=1)
    return fits


def planned_by_sizes(people: Integers, sizes: Integers) -> npt.NDArray[np.bool_]:
    """Return who fits any of the sizes after alterations."""
    return np.any([altered(people, size) for size in sizes], axis=0) if len(sizes) else np.zeros(len(people), bool)


def rack_grid(people: Integers) -> Integers:
    """Return an off-the-rack grid: every waist inch × every second inch of inseam that anyone in 1,000 needs.

    Hip, thigh and rise of a size are those usual for its waist (least squares over the people).
    """
    low, high = np.percentile(people, (0.1, 99.9), axis=0)
    waists = np.arange(low[0], high[0] + INCH, INCH)
    inseams = np.arange(low[3], high[3] + 2 * INCH, 2 * INCH)
    usual = [np.polyfit(people[:, 0], people[:, measure], 1) for measure in (1, 2, 4)]
    sizes = []
    for waist in waists:
        hip, thigh, rise = (float(np.polyval(line, waist)) for line in usual)
        sizes += [(waist, hip, thigh, inseam, rise) for inseam in inseams]
    grid: Integers = np.rint(np.array(sizes)).astype(np.int64)
    return grid


def planned_by_rack(people: Integers, sizes: Integers) -> npt.NDArray[np.bool_]:
    """Return who fits some size as it is, within plan tolerance."""
    fits: npt.NDArray[np.bool_] = np.any([(np.abs(people - size) <= PLAN).all(axis=1) for size in sizes], axis=0)
    return fits


def share_by_sex(planned: Sequence[npt.NDArray[np.bool_]]) -> dict[str, float]:
    """Return the share of women, men and all, from who is planned among women and among men."""
    women, men = planned
    return {
        "F": round(float(women.mean()), 4),
        "M": round(float(men.mean()), 4),
        "all": round(float(np.concatenate([women, men]).mean()), 4),
    }
