"""Whom a stock covers: the question of fit reduced to yes or no, for thousands of people at once (F-21).

A pair covers a person when some yoke and some trims bring all five measures within plan tolerance.
"""

import numpy as np

from modules_catalog.sizing.constants import (
    HALVES_DIFFER_HIP_MM,
    HALVES_DIFFER_THIGH_MM,
    HEM_MM,
    HIP_IN_MM,
    PLAN_TOLERANCE_MM,
    SIDE_SEAM_STEP_MM,
    THIGH_IN_MM,
    TOP_EDGE_MM,
    WAIST_IN_MM,
    WAIST_OUT_MM,
)
from production.stocking.compiling import compiled
from production.stocking.model import Draft, Integers, Population

#: Untrimmed less target must lie within these for a measure to come within plan tolerance.
WAIST_FROM, WAIST_TO = -WAIST_OUT_MM - PLAN_TOLERANCE_MM[0], WAIST_IN_MM + PLAN_TOLERANCE_MM[0]
HIP_FROM, HIP_TO = -PLAN_TOLERANCE_MM[1], HIP_IN_MM + PLAN_TOLERANCE_MM[1]
THIGH_FROM, THIGH_TO = -PLAN_TOLERANCE_MM[2], THIGH_IN_MM + PLAN_TOLERANCE_MM[2]
INSEAM_FROM, INSEAM_TO = -PLAN_TOLERANCE_MM[3], HEM_MM + PLAN_TOLERANCE_MM[3]
RISE_OFF = PLAN_TOLERANCE_MM[4]


@compiled
def covers(waist: int, thigh: int, inseam: int, depths: int, step: int, target: Integers, yokes: Integers) -> bool:
    """Say whether a pair whose hip already suits covers a target with any yoke.

    ``depths`` is the sum of front and back depth, ``step`` the front less the back depth.
    """
    if not THIGH_FROM <= thigh - target[2] <= THIGH_TO:
        return False
    if not INSEAM_FROM <= inseam - target[3] <= INSEAM_TO:
        return False
    for y in range(yokes.shape[0]):
        if not WAIST_FROM <= waist - yokes[y, 0] - target[0] <= WAIST_TO:
            continue
        apart = abs(step - yokes[y, 2]) - SIDE_SEAM_STEP_MM
        if apart > TOP_EDGE_MM:
            continue
        surplus = depths + yokes[y, 1] - target[4]
        if max(0, apart) - RISE_OFF <= surplus <= min(2 * TOP_EDGE_MM, 2 * TOP_EDGE_MM - apart) + RISE_OFF:
            return True
    return False


@compiled
def count_piece(
    piece: Integers,
    is_front: bool,
    others: Integers,
    class_sex: Integers,
    class_inseam: Integers,
    yokes: Integers,
    targets: Integers,
    bounds: Integers,
    counts: Integers,
    by: int,
) -> None:
    """Add ``by`` to the count of every person for each pair with this piece that covers the person."""
    length_class = piece[4]
    start, end = bounds[class_sex[length_class]], bounds[class_sex[length_class] + 1]
    hips = targets[start:end, 1]
    for other in others:
        if (
            other[4] != length_class
            or abs(piece[1] - other[1]) > HALVES_DIFFER_HIP_MM
            or abs(piece[2] - other[2]) > HALVES_DIFFER_THIGH_MM
        ):
            continue
        hip = piece[1] + other[1]
        step = piece[3] - other[3] if is_front else other[3] - piece[3]
        first = start + np.searchsorted(hips, hip - HIP_TO)
        last = start + np.searchsorted(hips, hip - HIP_FROM, side="right")
        for person in range(first, last):
            if covers(
                piece[0] + other[0],
                piece[2] + other[2],
                class_inseam[length_class],
                piece[3] + other[3],
                step,
                targets[person],
                yokes,
            ):
                counts[person] += by


def pair_counts(draft: Draft, population: Population) -> Integers:
    """Return how many pairs of a draft cover each person."""
    counts = np.zeros(len(population), dtype=np.int64)
    for front in draft.fronts:
        count_piece(
            front,
            True,
            draft.backs,
            draft.class_sex,
            draft.class_inseam,
            draft.yokes,
            population.targets,
            population.bounds,
            counts,
            1,
        )
    return counts


def covered_permille(counts: Integers) -> int:
    """Return the share of people some pair covers, in thousandths, rounded down."""
    return int(np.count_nonzero(counts)) * 1000 // max(1, len(counts))
