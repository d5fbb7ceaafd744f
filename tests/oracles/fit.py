"""A slow, obvious fit: every combination, every trim, exact fractions. Written from docs/algorithms/fit.md."""

from fractions import Fraction
from itertools import product

from modules_catalog.sizing.model import Component, ComponentTable, Measures, Sex

TOLERANCES = (13, 13, 7, 7, 7)


def best_by_enumeration(
    table: ComponentTable, sex: Sex, target: Measures
) -> tuple[tuple[int, Fraction, int, int], tuple[str, str, str]] | None:
    """Return ((1 if outside plan tolerance, cost, trims, mm cut off), ids) of the best combination, or None."""
    answers = []
    for front, back, yoke in product(table.components, repeat=3):
        if (front.kind, back.kind, yoke.kind) != ("front", "back", "yoke"):
            continue
        if front.sex_block != sex or back.sex_block != sex or front.length_class != back.length_class:
            continue
        if abs(front.hip_mm - back.hip_mm) > 51 or abs(front.thigh_mm - back.thigh_mm) > 38:
            continue
        judged = judge(front, back, yoke, target)
        if judged is not None:
            answers.append((judged, len(answers), (front.id, back.id, yoke.id)))
    if not answers:
        return None
    judged, _, ids = min(answers)
    return judged, ids


def judge(
    front: Component, back: Component, yoke: Component, target: Measures
) -> tuple[int, Fraction, int, int] | None:
    """Return the key of one combination at its best trims, or None when the top edges cannot meet."""
    waist = nearest(front.waist_mm + back.waist_mm - yoke.waist_take_mm, target.waist_mm, range(-13, 52))
    hip = nearest(front.hip_mm + back.hip_mm, target.hip_mm, range(52))
    thigh = nearest(front.thigh_mm + back.thigh_mm, target.thigh_mm, range(52))
    hem = nearest(front.inseam_mm, target.inseam_mm, range(103))
    tops = [
        (abs(rise - target.rise_mm), (f > 0) + (b > 0), f + b, rise - target.rise_mm)
        for f, b in product(range(26), repeat=2)
        if abs(front.depth_mm - f - (back.depth_mm + yoke.side_height_mm - b)) <= 25
        for rise in [front.depth_mm - f + back.depth_mm + yoke.centre_height_mm - b]
    ]
    if not tops:
        return None
    _, edges, top_cut, rise_left = min(tops)
    trims = (waist[0], hip[0], thigh[0], hem[0])
    left = (waist[1], hip[1], thigh[1], hem[1], rise_left)
    other_yoke = yoke.waist_take_mm > 0 or yoke.centre_height_mm != yoke.side_height_mm
    work = sum(m for m, t in zip((2, 3, 3, 1), trims, strict=True) if t) + 3 * (edges > 0) + other_yoke
    cost = work + 10 * sum(Fraction(r, t) ** 2 for r, t in zip(left, TOLERANCES, strict=True))
    outside = int(any(abs(r) > t for r, t in zip(left, TOLERANCES, strict=True)))
    return outside, cost, sum(t != 0 for t in trims) + edges, sum(map(abs, trims)) + top_cut


def nearest(whole: int, wanted: int, trims: range) -> tuple[int, int]:
    """Return (trim, residual) that come nearest to what is wanted."""
    trim = min(trims, key=lambda t: (abs(whole - t - wanted), abs(t)))
    return trim, whole - trim - wanted
