"""Pieces a draft could hold: drawn for a person nobody serves yet, or changed a little (F-22).

A piece is (waist, hip, thigh, depth, length class). Draws come from a small generator of our own, so that a choice
is the same with and without numba and on every machine.
"""

import numpy as np

from modules_catalog.sizing.constants import HALVES_DIFFER_HIP_MM, HALVES_DIFFER_THIGH_MM, TOP_EDGE_MM
from production.stocking.compiling import compiled
from production.stocking.coverage import (
    HIP_FROM,
    HIP_TO,
    INSEAM_FROM,
    INSEAM_TO,
    RISE_OFF,
    THIGH_FROM,
    THIGH_TO,
    WAIST_FROM,
    WAIST_TO,
)
from production.stocking.model import Integers

#: Shapes a pattern cutter would still call a pair of jeans: waist less hip of one piece, thigh in percent of hip.
WAIST_LESS_HIP_MM = (-150, 20)
THIGH_OF_HIP_PERCENT = (53, 71)
DEPTH_MM = (130, 400)

MODULUS = 2_147_483_647
MULTIPLIER = 48_271


def dice(seed: int) -> Integers:
    """Return the state of a generator that ``draw`` advances."""
    return np.array([seed * 2_654_435 % (MODULUS - 1) + 1], dtype=np.int64)


@compiled
def draw(state: Integers, below: int) -> int:
    """Return the next number, 0 <= number < below (below < 2**31)."""
    state[0] = state[0] * MULTIPLIER % MODULUS
    return int(state[0] % below)


@compiled
def draw_between(state: Integers, least: int, greatest: int) -> int:
    """Return the next number between two, both included."""
    return least + draw(state, greatest - least + 1)


@compiled
def is_drawable(piece: Integers) -> bool:
    """Say whether a piece has a shape that can be drafted."""
    shape = piece[0] - piece[1]
    thigh = piece[2] * 100
    return bool(
        WAIST_LESS_HIP_MM[0] <= shape <= WAIST_LESS_HIP_MM[1]
        and THIGH_OF_HIP_PERCENT[0] * piece[1] <= thigh <= THIGH_OF_HIP_PERCENT[1] * piece[1]
        and DEPTH_MM[0] <= piece[3] <= DEPTH_MM[1]
    )


@compiled
def class_for(state: Integers, sex: int, inseam: int, class_sex: Integers, class_inseam: Integers) -> int:
    """Return a random length class a person of that inseam can be cut from, or -1."""
    found, seen = -1, 0
    for length_class in range(len(class_sex)):
        if class_sex[length_class] == sex and INSEAM_FROM <= class_inseam[length_class] - inseam <= INSEAM_TO:
            seen += 1
            if draw(state, seen) == 0:
                found = length_class
    return found


@compiled
def piece_for(
    state: Integers, target: Integers, length_class: int, other: Integers, yokes: Integers, piece: Integers
) -> bool:
    """Draw into ``piece`` one that covers a person together with ``other``; False when this draw cannot.

    How much of each measure is left to trim is random, so that many people near by may be covered as well.
    """
    yoke = yokes[draw(state, len(yokes))]
    piece[0] = target[0] + yoke[0] + draw_between(state, WAIST_FROM, WAIST_TO) - other[0]
    piece[1] = target[1] + draw_between(state, HIP_FROM, HIP_TO) - other[1]
    piece[2] = target[2] + draw_between(state, THIGH_FROM, THIGH_TO) - other[2]
    piece[3] = target[4] - yoke[1] + draw_between(state, -RISE_OFF, 2 * TOP_EDGE_MM + RISE_OFF) - other[3]
    piece[4] = length_class
    return bool(
        abs(piece[1] - other[1]) <= HALVES_DIFFER_HIP_MM
        and abs(piece[2] - other[2]) <= HALVES_DIFFER_THIGH_MM
        and is_drawable(piece)
    )


@compiled
def half_for(state: Integers, target: Integers, length_class: int, yokes: Integers, piece: Integers) -> bool:
    """Draw into ``piece`` a back of about half the measures of a person, the first of a new pair."""
    yoke = yokes[draw(state, len(yokes))]
    piece[0] = (target[0] + yoke[0]) // 2 + draw_between(state, WAIST_FROM // 2, WAIST_TO // 2)
    piece[1] = target[1] // 2 + draw_between(state, HIP_FROM // 2, HIP_TO // 2)
    piece[2] = target[2] // 2 + draw_between(state, THIGH_FROM // 2, THIGH_TO // 2)
    piece[3] = (target[4] - yoke[1] - yoke[2] + TOP_EDGE_MM) // 2 + draw_between(state, -TOP_EDGE_MM, TOP_EDGE_MM)
    piece[4] = length_class
    return is_drawable(piece)


@compiled
def change(state: Integers, piece: Integers) -> bool:
    """Change one to four measures of a piece a little; mostly by a few millimetres."""
    chosen = draw_between(state, 1, 15)
    reach = 2 + draw(state, 6) * draw(state, 6)
    for measure in range(4):
        if (chosen >> measure) & 1:
            piece[measure] += draw_between(state, -reach, reach) + draw_between(state, -reach, reach)
    return is_drawable(piece)
