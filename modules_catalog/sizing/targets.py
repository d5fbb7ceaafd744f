"""From a body to the measures of the finished pair (rules F-1 … F-6 of docs/algorithms/fit.md)."""

from decimal import Decimal

from modules_catalog.sizing.constants import (
    COMFORT_FROM_STRETCH_PERCENT,
    CROTCH_DROP_MM,
    EASE,
    FOOT_PASSES_MM,
    HEM_ABOVE_FLOOR_MM,
    KNEE_EASE_PERCENT,
    LEG_SHAPE,
    STRETCH_FROM_STRETCH_PERCENT,
    STRETCH_TAKEN_OFF,
    ClothFamily,
    Ease,
    FitBlock,
)
from modules_catalog.sizing.errors import BlockUnknown
from modules_catalog.sizing.model import Body, Measures, Target
from modules_catalog.sizing.rounding import rounded


def target_for(body: Body, *, block: FitBlock = FitBlock.STRAIGHT, cloth: ClothFamily = ClothFamily.RIGID) -> Target:
    """Return the finished measures of a mid-rise pair for a body.

    Each measure is worked out exactly and rounded once, half up, to a whole millimetre.

    Source: docs/algorithms/fit.md, rules F-1 to F-6.
    """
    ease = ease_for(block, cloth)
    waist, parts = body.waist_at_wear()
    measures = Measures(
        waist_mm=rounded(waist * (100 + ease.waist_percent), parts * 100),
        hip_mm=rounded(body.hip_circ_mm * (100 + ease.hip_percent), 100),
        thigh_mm=rounded(body.thigh_circ_mm * (100 + ease.thigh_percent), 100),
        inseam_mm=body.crotch_height_mm - CROTCH_DROP_MM - HEM_ABOVE_FLOOR_MM,
        rise_mm=body.crotch_length_at_wear_mm() + 2 * CROTCH_DROP_MM,
    )
    knee = body.lower_thigh_circ_mm
    foot = body.heel_ankle_circ_mm
    return Target(
        measures,
        knee_at_least_mm=None if knee is None else -(-knee * (100 + KNEE_EASE_PERCENT) // 100),
        hem_at_least_mm=None if foot is None else foot + FOOT_PASSES_MM,
    )


def ease_for(block: FitBlock, cloth: ClothFamily) -> Ease:
    """Return the ease of a fit block less what the cloth gives by itself (F-2, F-3)."""
    ease, given = EASE[block], STRETCH_TAKEN_OFF[cloth]
    return Ease(
        waist_percent=ease.waist_percent - given.waist_percent,
        hip_percent=ease.hip_percent - given.hip_percent,
        thigh_percent=ease.thigh_percent - given.thigh_percent,
    )


def leg_girths_mm(thigh_mm: int, block: FitBlock) -> tuple[int, int]:
    """Return (knee, hem) girth of a leg whose finished thigh is ``thigh_mm``, rounded half up (F-6)."""
    shape = LEG_SHAPE[block]
    return rounded(thigh_mm * shape.knee_percent, 100), rounded(thigh_mm * shape.hem_percent, 100)


def cloth_family(stretch_percent: Decimal | int) -> ClothFamily:
    """Return the family of a cloth from its stretch across the leg, in percent (F-3)."""
    if stretch_percent >= STRETCH_FROM_STRETCH_PERCENT:
        return ClothFamily.STRETCH
    if stretch_percent >= COMFORT_FROM_STRETCH_PERCENT:
        return ClothFamily.COMFORT
    return ClothFamily.RIGID


def fit_block(code: str) -> FitBlock:
    """Return the fit block of that code.

    Raises:
        BlockUnknown: there is none.
    """
    try:
        return FitBlock(code)
    except ValueError:
        raise BlockUnknown(block=code, known=[b.value for b in FitBlock]) from None


def cloth_family_named(code: str) -> ClothFamily:
    """Return the cloth family of that code.

    Raises:
        BlockUnknown: there is none.
    """
    try:
        return ClothFamily(code)
    except ValueError:
        raise BlockUnknown(cloth=code, known=[c.value for c in ClothFamily]) from None
