"""The best combination for a target: one sweep over all pairs and yokes (F-10).

Combinations are compared by, in this order: within plan tolerance first; least
``minutes + 10 · Σ (residual / tolerance)²``; most pieces on hand; fewest trims; least cut off; table order.
The cost is kept as an exact integer, scaled by ``COST_SCALE``.

The sweep is written twice with equal answers: loops that numba compiles, and numpy for where numba is absent.
"""

from collections.abc import Callable
from functools import cache
from math import lcm
from typing import Any

import numpy as np

from modules_catalog.sizing.compiled import CompiledTable, Integers
from modules_catalog.sizing.constants import (
    HEM_MINUTES,
    HEM_MM,
    HIP_IN_MM,
    HIP_MINUTES,
    OTHER_YOKE_MINUTES,
    PLAN_TOLERANCE_MM,
    RESIDUAL_WEIGHT,
    SIDE_SEAM_STEP_MM,
    THIGH_IN_MM,
    THIGH_MINUTES,
    TOP_EDGE_MINUTES,
    TOP_EDGE_MM,
    WAIST_IN_MM,
    WAIST_MINUTES,
    WAIST_OUT_MM,
)
from modules_catalog.sizing.model import Measures

Sweep = Callable[..., tuple[int, int]]

COST_SCALE = lcm(*(t * t for t in PLAN_TOLERANCE_MM))

#: What one squared millimetre costs per measure, scaled.
SQUARE_COSTS = tuple(RESIDUAL_WEIGHT * COST_SCALE // (t * t) for t in PLAN_TOLERANCE_MM)

NONE_FOUND = (-1, -1)


def best_combination(
    compiled: CompiledTable,
    target: Measures,
    on_hand: tuple[Integers, Integers] | None = None,
    *,
    sweep: Sweep | None = None,
) -> tuple[int, int]:
    """Return (pair row, yoke row) of the best combination, or (-1, -1) when no combination is admissible.

    Args:
        compiled: The combinations to choose from.
        target: The measures wanted.
        on_hand: Pieces on hand per pair and per yoke; decides ties only.
        sweep: Which implementation runs; the fastest there is by default.
    """
    if on_hand is None:
        on_hand = (np.zeros(len(compiled.pairs), dtype=np.int64), np.zeros(len(compiled.yokes), dtype=np.int64))
    run = fastest_sweep() if sweep is None else sweep
    pair, yoke = run(compiled.pairs, compiled.yokes, np.array(tuple(target), dtype=np.int64), *on_hand)
    return int(pair), int(yoke)


@cache
def fastest_sweep() -> Sweep:
    """Return the loops compiled by numba, or the numpy sweep where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return sweep_arrays
    compiled: Sweep = njit(cache=True, nogil=True)(sweep_loops)
    return compiled


def sweep_loops(
    pairs: Integers, yokes: Integers, target: Integers, pairs_on_hand: Integers, yokes_on_hand: Integers
) -> Any:
    """Compare all combinations one after the other."""
    found_pair, found_yoke = -1, -1
    best_outside, best_cost, best_stock, best_trims, best_cut = 2, 0, 0, 0, 0
    for p in range(pairs.shape[0]):
        hip_over = pairs[p, 1] - target[1]
        hip_trim = min(max(hip_over, 0), HIP_IN_MM)
        hip_left = hip_over - hip_trim
        thigh_over = pairs[p, 2] - target[2]
        thigh_trim = min(max(thigh_over, 0), THIGH_IN_MM)
        thigh_left = thigh_over - thigh_trim
        hem_over = pairs[p, 3] - target[3]
        hem_trim = min(max(hem_over, 0), HEM_MM)
        hem_left = hem_over - hem_trim
        pair_outside = (
            abs(hip_left) > PLAN_TOLERANCE_MM[1]
            or abs(thigh_left) > PLAN_TOLERANCE_MM[2]
            or abs(hem_left) > PLAN_TOLERANCE_MM[3]
        )
        if pair_outside and best_outside == 0:
            continue
        pair_minutes = HIP_MINUTES * (hip_trim != 0) + THIGH_MINUTES * (thigh_trim != 0) + HEM_MINUTES * (hem_trim != 0)
        pair_cost = (
            COST_SCALE * pair_minutes
            + SQUARE_COSTS[1] * hip_left * hip_left
            + SQUARE_COSTS[2] * thigh_left * thigh_left
            + SQUARE_COSTS[3] * hem_left * hem_left
        )
        for y in range(yokes.shape[0]):
            step = pairs[p, 5] - yokes[y, 2]
            apart = abs(step) - SIDE_SEAM_STEP_MM
            if apart > TOP_EDGE_MM:
                continue
            waist_over = pairs[p, 0] - yokes[y, 0] - target[0]
            waist_trim = min(max(waist_over, -WAIST_OUT_MM), WAIST_IN_MM)
            waist_left = waist_over - waist_trim
            rise_over = pairs[p, 4] + yokes[y, 1] - target[4]
            top_trim = min(max(rise_over, 0, apart), 2 * TOP_EDGE_MM, 2 * TOP_EDGE_MM - apart)
            rise_left = rise_over - top_trim
            outside = int(
                pair_outside or abs(waist_left) > PLAN_TOLERANCE_MM[0] or abs(rise_left) > PLAN_TOLERANCE_MM[4]
            )
            cost = (
                pair_cost
                + COST_SCALE
                * (
                    WAIST_MINUTES * (waist_trim != 0)
                    + TOP_EDGE_MINUTES * (top_trim != 0)
                    + OTHER_YOKE_MINUTES * yokes[y, 3]
                )
                + SQUARE_COSTS[0] * waist_left * waist_left
                + SQUARE_COSTS[4] * rise_left * rise_left
            )
            if outside > best_outside or (outside == best_outside and cost > best_cost):
                continue
            edges = 0
            if top_trim > 0:
                one = top_trim <= TOP_EDGE_MM and abs(abs(step) - top_trim) <= SIDE_SEAM_STEP_MM
                edges = 1 if one else 2
            stock = min(pairs_on_hand[p], yokes_on_hand[y])
            trims = (waist_trim != 0) + (hip_trim != 0) + (thigh_trim != 0) + (hem_trim != 0) + edges
            cut = abs(waist_trim) + hip_trim + thigh_trim + hem_trim + top_trim
            if outside < best_outside or cost < best_cost:
                better = True
            elif stock != best_stock:
                better = stock > best_stock
            elif trims != best_trims:
                better = trims < best_trims
            else:
                better = cut < best_cut
            if better:
                found_pair, found_yoke = p, y
                best_outside, best_cost, best_stock, best_trims, best_cut = outside, cost, stock, trims, cut
    return found_pair, found_yoke


def sweep_arrays(
    pairs: Integers, yokes: Integers, target: Integers, pairs_on_hand: Integers, yokes_on_hand: Integers
) -> tuple[int, int]:
    """Compare all combinations at once; the same answer as ``sweep_loops``."""
    waist, hip, thigh, inseam, depths, depth_step = (pairs[:, [column]] for column in range(6))
    take, centre, side, other = (yokes[:, column] for column in range(4))
    step = depth_step - side
    apart = np.abs(step) - SIDE_SEAM_STEP_MM
    waist_over = waist - take - target[0]
    rise_over = depths + centre - target[4]
    waist_trim = np.clip(waist_over, -WAIST_OUT_MM, WAIST_IN_MM)
    hip_trim = np.clip(hip - target[1], 0, HIP_IN_MM)
    thigh_trim = np.clip(thigh - target[2], 0, THIGH_IN_MM)
    hem_trim = np.clip(inseam - target[3], 0, HEM_MM)
    top_trim = np.minimum(
        np.maximum(np.maximum(rise_over, 0), apart), np.minimum(2 * TOP_EDGE_MM, 2 * TOP_EDGE_MM - apart)
    )
    left = (
        waist_over - waist_trim,
        hip - target[1] - hip_trim,
        thigh - target[2] - thigh_trim,
        inseam - target[3] - hem_trim,
        rise_over - top_trim,
    )
    outside = np.zeros(step.shape, dtype=np.int64)
    cost = np.zeros(step.shape, dtype=np.int64)
    for residual, tolerance, square_cost in zip(left, PLAN_TOLERANCE_MM, SQUARE_COSTS, strict=True):
        outside = outside | (np.abs(residual) > tolerance)
        cost = cost + square_cost * residual * residual
    cost = cost + COST_SCALE * (
        WAIST_MINUTES * (waist_trim != 0)
        + HIP_MINUTES * (hip_trim != 0)
        + THIGH_MINUTES * (thigh_trim != 0)
        + HEM_MINUTES * (hem_trim != 0)
        + TOP_EDGE_MINUTES * (top_trim != 0)
        + OTHER_YOKE_MINUTES * other
    )
    one_edge = (top_trim <= TOP_EDGE_MM) & (np.abs(np.abs(step) - top_trim) <= SIDE_SEAM_STEP_MM)
    edges = np.where(top_trim == 0, 0, np.where(one_edge, 1, 2))
    trims = (waist_trim != 0).astype(np.int64) + (hip_trim != 0) + (thigh_trim != 0) + (hem_trim != 0) + edges
    cut = np.abs(waist_trim) + hip_trim + thigh_trim + hem_trim + top_trim
    stock = np.minimum(pairs_on_hand[:, None], yokes_on_hand[None, :])
    admissible = np.flatnonzero(apart <= TOP_EDGE_MM)
    if not len(admissible):
        return NONE_FOUND
    keys = [np.broadcast_to(key, step.shape).ravel()[admissible] for key in (cut, trims, -stock, cost, outside)]
    first = admissible[np.lexsort(keys)[0]]
    return int(first // len(yokes)), int(first % len(yokes))
