"""How sure a planned fit is, given who held the tape and how often (F-12).

Errors of the five measures are taken as independent and normal. The error of an average of n readings is
that of one reading divided by the square root of n.
"""

from math import erf, sqrt

from configurator.fit.model import Measurer, Readings
from modules_catalog.sizing.constants import PLAN_TOLERANCE_MM, WEAR_TOLERANCE_TENTHS_MM, ClothFamily, FitBlock
from modules_catalog.sizing.model import Measures
from modules_catalog.sizing.targets import ease_for

#: Standard deviation of one reading on the body, mm: waist, hip, thigh, crotch height, crotch length.
READING_SD_MM: dict[Measurer, tuple[int, int, int, int, int]] = {
    Measurer.PROFESSIONAL: (5, 5, 5, 5, 6),
    Measurer.STAFF: (5, 5, 5, 5, 6),
    Measurer.SELF: (10, 10, 10, 10, 12),
    Measurer.GARMENT: (10, 10, 10, 10, 12),
    Measurer.SIZE: (15, 41, 34, 15, 37),  # what the survey leaves open once only the waist is known (F-28)
}

#: Two readings further apart than this ask for a third (F-13).
READINGS_APART_MM = 10

WEAR_TOLERANCE_MM = tuple(tenths / 10 for tenths in WEAR_TOLERANCE_TENTHS_MM)


def true_fit_probability(
    residuals: Measures,
    readings: Readings,
    *,
    block: FitBlock,
    cloth: ClothFamily,
    tolerance_mm: tuple[float, ...] = WEAR_TOLERANCE_MM,
) -> float:
    """Return the chance that every true deviation is within tolerance, 0 … 1.

    Args:
        residuals: What the plan leaves, finished less target.
        readings: Who measured and how often.
        block: Its ease scales the error of girths into the garment.
        cloth: Its stretch lessens the ease.
        tolerance_mm: Allowed deviation of waist, hip, thigh, inseam, rise.
    """
    ease = ease_for(block, cloth)
    scales = (100 + ease.waist_percent, 100 + ease.hip_percent, 100 + ease.thigh_percent, 100, 100)
    chance = 1.0
    sds = READING_SD_MM[readings.measurer]
    for residual, sd, scale, tolerance in zip(residuals, sds, scales, tolerance_mm, strict=True):
        error = sd * scale / 100 / sqrt(readings.count)
        chance *= normal_share((tolerance - residual) / error) - normal_share((-tolerance - residual) / error)
    return chance


def plan_fit_probability(residuals: Measures, readings: Readings, *, block: FitBlock, cloth: ClothFamily) -> float:
    """Return the chance that every true deviation is within plan tolerance, 0 … 1."""
    tolerance = tuple(float(t) for t in PLAN_TOLERANCE_MM)
    return true_fit_probability(residuals, readings, block=block, cloth=cloth, tolerance_mm=tolerance)


def normal_share(z: float) -> float:
    """Return the share of a standard normal below z."""
    return 0.5 * (1 + erf(z / sqrt(2)))


def asks_for_third_reading(first_mm: int, second_mm: int) -> bool:
    """Say whether two readings of one measure differ by more than careful readings do (F-13)."""
    return abs(first_mm - second_mm) > READINGS_APART_MM
