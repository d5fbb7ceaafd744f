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
from production.stocking.model import Draft, Integers, Population, Shorts

#: Untrimmed less target must lie within these for a measure to come within plan tolerance.
WAIST_FROM, WAIST_TO = -WAIST_OUT_MM - PLAN_TOLERANCE_MM[0], WAIST_IN_MM + PLAN_TOLERANCE_MM[0]
HIP_FROM, HIP_TO = -PLAN_TOLERANCE_MM[1], HIP_IN_MM + PLAN_TOLERANCE_MM[1]
THIGH_FROM, THIGH_TO = -PLAN_TOLERANCE_MM[2], THIGH_IN_MM + PLAN_TOLERANCE_MM[2]
INSEAM_FROM, INSEAM_TO = -PLAN_TOLERANCE_MM[3], HEM_MM + PLAN_TOLERANCE_MM[3]
RISE_OFF = PLAN_TOLERANCE_MM[4]


@compiled
def served_boxes(waist: int, depths: int, step: int, yokes: Integers, boxes: Integers) -> int:
    """Write which target waists and rises a pair can serve with any yoke; return how many rows were written.

    A row of ``boxes`` is (least waist, greatest waist, least rise, greatest rise), in mm. Yokes of one intake whose
    rises overlap share a row. ``depths`` is the sum of front and back depth, ``step`` the front less the back depth.
    """
    written = 0
    for yoke in yokes:
        apart = abs(step - yoke[2]) - SIDE_SEAM_STEP_MM
        if apart > TOP_EDGE_MM:
            continue
        highest_waist = waist - yoke[0] - WAIST_FROM
        rise = depths + yoke[1]
        least_rise = rise - min(2 * TOP_EDGE_MM, 2 * TOP_EDGE_MM - apart) - RISE_OFF
        greatest_rise = rise - max(0, apart) + RISE_OFF
        shared = False
        for box in boxes[:written]:
            if box[1] == highest_waist and least_rise <= box[3] + 1 and greatest_rise >= box[2] - 1:
                box[2] = min(box[2], least_rise)
                box[3] = max(box[3], greatest_rise)
                shared = True
                break
        if not shared:
            boxes[written, 0] = waist - yoke[0] - WAIST_TO
            boxes[written, 1] = highest_waist
            boxes[written, 2] = least_rise
            boxes[written, 3] = greatest_rise
            written += 1
    return written


@compiled
def count_piece(
    piece: Integers,
    is_front: bool,
    others: Integers,
    class_sex: Integers,
    class_inseam: Integers,
    yokes: Integers,
    columns: Shorts,
    bounds: Integers,
    counts: Shorts,
    by: int,
) -> None:
    """Add ``by`` to the count of every person for each pair with this piece that covers the person."""
    length_class = piece[4]
    start, end = bounds[class_sex[length_class]], bounds[class_sex[length_class] + 1]
    hips = columns[1, start:end]
    inseam = class_inseam[length_class]
    boxes = np.empty((len(yokes), 4), dtype=np.int64)
    for other in others:
        if (
            other[4] != length_class
            or abs(piece[1] - other[1]) > HALVES_DIFFER_HIP_MM
            or abs(piece[2] - other[2]) > HALVES_DIFFER_THIGH_MM
        ):
            continue
        hip = piece[1] + other[1]
        step = piece[3] - other[3] if is_front else other[3] - piece[3]
        written = served_boxes(piece[0] + other[0], piece[3] + other[3], step, yokes, boxes)
        if written == 0:
            continue
        first = start + np.searchsorted(hips, hip - HIP_TO)
        last = start + np.searchsorted(hips, hip - HIP_FROM, side="right")
        count_served(columns[:, first:last], piece[2] + other[2], inseam, boxes[:written], counts[first:last], by)


@compiled
def count_served(columns: Shorts, thigh: int, inseam: int, boxes: Integers, counts: Shorts, by: int) -> None:
    """Add ``by`` to the count of everybody whose thigh, inseam, and waist and rise in some box are served.

    Written without branches, so that a compiler can look at many people at a time.
    """
    waists, thighs, inseams, rises = columns[0], columns[2], columns[3], columns[4]
    least_thigh, greatest_thigh = np.int16(thigh - THIGH_TO), np.int16(thigh - THIGH_FROM)
    least_inseam, greatest_inseam = np.int16(inseam - INSEAM_TO), np.int16(inseam - INSEAM_FROM)
    served = np.zeros(len(waists), dtype=np.uint8)
    step = np.int16(by)
    for box in boxes:
        least_waist, greatest_waist = np.int16(box[0]), np.int16(box[1])
        least_rise, greatest_rise = np.int16(box[2]), np.int16(box[3])
        for p in range(len(waists)):
            served[p] |= (
                (waists[p] >= least_waist)
                & (waists[p] <= greatest_waist)
                & (rises[p] >= least_rise)
                & (rises[p] <= greatest_rise)
            )
    for p in range(len(waists)):
        counts[p] += step * (
            served[p]
            & (thighs[p] >= least_thigh)
            & (thighs[p] <= greatest_thigh)
            & (inseams[p] >= least_inseam)
            & (inseams[p] <= greatest_inseam)
        )


def pair_counts(draft: Draft, population: Population) -> Shorts:
    """Return how many pairs of a draft cover each person."""
    counts = np.zeros(len(population), dtype=np.int16)
    for front in draft.fronts:
        count_piece(
            front,
            True,
            draft.backs,
            draft.class_sex,
            draft.class_inseam,
            draft.yokes,
            population.columns,
            population.bounds,
            counts,
            1,
        )
    return counts


def covered_permille(counts: Shorts) -> int:
    """Return the share of people some pair covers, in thousandths, rounded down."""
    return int(np.count_nonzero(counts)) * 1000 // max(1, len(counts))
