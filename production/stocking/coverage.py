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
    targets: Integers,
    bounds: Integers,
    counts: Integers,
    by: int,
) -> None:
    """Add ``by`` to the count of every person for each pair with this piece that covers the person."""
    length_class = piece[4]
    start, end = bounds[class_sex[length_class]], bounds[class_sex[length_class] + 1]
    hips = targets[start:end, 1]
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
        thigh = piece[2] + other[2]
        first = start + np.searchsorted(hips, hip - HIP_TO)
        last = start + np.searchsorted(hips, hip - HIP_FROM, side="right")
        for person in range(first, last):
            if not THIGH_FROM <= thigh - targets[person, 2] <= THIGH_TO:
                continue
            if not INSEAM_FROM <= inseam - targets[person, 3] <= INSEAM_TO:
                continue
            waist, rise = targets[person, 0], targets[person, 4]
            for b in range(written):
                if boxes[b, 0] <= waist <= boxes[b, 1] and boxes[b, 2] <= rise <= boxes[b, 3]:
                    counts[person] += by
                    break


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
