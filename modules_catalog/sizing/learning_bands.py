"""Learns from measured bodies what each measure is expected to be, given the others (F-14).

Least squares within a sex; the band is where 99 of 100 residuals of the survey lie, widened by what one careful
reading may be off. ``body_bands.py`` holds what was learned; a test learns it again.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from modules_catalog.sizing.body_bands import Band
from modules_catalog.sizing.model import Sex

#: {measure judged: predictor sets, each of which may be all a form has}.
PREDICTORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "waist_circ_wear": (("hip_circ", "thigh_circ", "crotch_height", "crotch_length_wear"), ("hip_circ",)),
    "hip_circ": (("waist_circ_wear", "thigh_circ", "crotch_height", "crotch_length_wear"), ("waist_circ_wear",)),
    "thigh_circ": (("waist_circ_wear", "hip_circ", "crotch_height", "crotch_length_wear"), ("hip_circ",)),
    "crotch_height": (
        ("stature", "hip_circ", "crotch_length_wear"),
        ("stature",),
        ("waist_circ_wear", "hip_circ", "thigh_circ", "crotch_length_wear"),
    ),
    "crotch_length_wear": (
        ("stature", "waist_circ_wear", "hip_circ", "thigh_circ", "crotch_height"),
        ("waist_circ_wear", "hip_circ", "thigh_circ", "crotch_height"),
        ("hip_circ",),
    ),
    "lower_thigh_circ": (("hip_circ", "thigh_circ"), ("thigh_circ",)),
    "heel_ankle_circ": (("crotch_height", "thigh_circ"), ("thigh_circ",)),
}

#: What one careful reading may be off, added to both ends of a band.
READING_OFF_MM = 10

TAIL_PERCENT = 0.5


def learned_bands(people: Sequence[tuple[Sex, Mapping[str, int]]]) -> Iterator[Band]:
    """Yield a band for each sex, measure and predictor set.

    Args:
        people: (sex, {measure name without unit: mm}) with waist and rise at the wearing position.
    """
    for sex in Sex:
        measured = [measures for of_sex, measures in people if of_sex is sex]
        for measure, sets in PREDICTORS.items():
            for predictors in sets:
                yield learned_band(sex, measure, predictors, measured)


def learned_band(sex: Sex, measure: str, predictors: tuple[str, ...], measured: Sequence[Mapping[str, int]]) -> Band:
    """Return the band of one measure given its predictors; slopes are rounded to thousandths."""
    wanted = np.array([person[measure] for person in measured], dtype=np.float64)
    given = np.array([[person[name] for name in predictors] for person in measured], dtype=np.float64)
    centred = given - given.mean(axis=0)
    slopes = np.linalg.lstsq(centred, wanted - wanted.mean(), rcond=None)[0]
    permille = [round(float(slope) * 1000) for slope in slopes]
    base = round(float(wanted.mean() - given.mean(axis=0) @ np.array(permille) / 1000))
    residuals = wanted - base - given @ np.array(permille) / 1000
    below, above = np.percentile(residuals, (TAIL_PERCENT, 100 - TAIL_PERCENT))
    return Band(
        sex=sex,
        measure=measure,
        base_mm=base,
        slopes=tuple(zip(predictors, permille, strict=True)),
        residual_sd_mm=round(float(residuals.std())),
        below_mm=round(float(below)) - READING_OFF_MM,
        above_mm=round(float(above)) + READING_OFF_MM,
    )
