"""From a pair that fits, or an ordinary size, back to the body (rules F-27 and F-28 of docs/algorithms/fit.md)."""

from modules_catalog.sizing.constants import CROTCH_DROP_MM, HEM_ABOVE_FLOOR_MM, ClothFamily, FitBlock
from modules_catalog.sizing.model import Measures, Sex
from modules_catalog.sizing.plausibility import best_band
from modules_catalog.sizing.rounding import rounded
from modules_catalog.sizing.targets import ease_for

TENTHS_PER_INCH_MM = 254


def body_of_garment(
    finished: Measures, *, block: FitBlock = FitBlock.STRAIGHT, cloth: ClothFamily = ClothFamily.RIGID
) -> dict[str, int]:
    """Return the counter measures of a body whose target would be this pair, {name: mm}.

    ``target_for`` of what comes back is the pair again, to the millimetre each rounding may be off.

    Source: docs/algorithms/fit.md, rule F-27.
    """
    ease = ease_for(block, cloth)
    return {
        "waist_circ_wear": rounded(finished.waist_mm * 100, 100 + ease.waist_percent),
        "hip_circ": rounded(finished.hip_mm * 100, 100 + ease.hip_percent),
        "thigh_circ": rounded(finished.thigh_mm * 100, 100 + ease.thigh_percent),
        "crotch_height": finished.inseam_mm + CROTCH_DROP_MM + HEM_ABOVE_FLOOR_MM,
        "crotch_length_wear": finished.rise_mm - 2 * CROTCH_DROP_MM,
    }


def body_of_size(sex: Sex, waist_in: int, length_in: int) -> dict[str, int]:
    """Return the counter measures of a usual body in a size such as 32/34, {name: mm}.

    The waist is taken as the size says; hip, thigh and rise are what people with such a waist have on average.

    Source: docs/algorithms/fit.md, rule F-28.
    """
    body = {
        "waist_circ_wear": rounded(waist_in * TENTHS_PER_INCH_MM, 10),
        "crotch_height": rounded(length_in * TENTHS_PER_INCH_MM, 10) + CROTCH_DROP_MM + HEM_ABOVE_FLOOR_MM,
    }
    known = {"waist_circ_wear": body["waist_circ_wear"]}
    for measure in ("hip_circ", "thigh_circ", "crotch_length_wear"):
        band = best_band(sex, measure, {name: value for name, value in known.items() if name != measure})
        assert band is not None  # noqa: S101 - the bands name waist alone for hip, and hip alone for the others
        known[measure] = body[measure] = band.expected_mm(known)
        if measure == "hip_circ":
            known = {"hip_circ": body[measure]}
    return body
