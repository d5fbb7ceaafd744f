"""What each body measure is expected to be, given others: learned by ``learning_bands`` from a survey.

The survey (ANSUR II, half of it) is of soldiers of 17 to 58 years.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modules_catalog.sizing.model import Sex


@dataclass(frozen=True, slots=True)
class Band:
    """Where a measure lies for 99 of 100 people with the same other measures.

    Attributes:
        slopes: (predictor, thousandths of a mm per mm), all of which must be known.
        below_mm: Added to the expected value: the least that asks no question (negative).
        above_mm: Added to the expected value: the greatest that asks no question.
    """

    sex: Sex
    measure: str
    base_mm: int
    slopes: tuple[tuple[str, int], ...]
    residual_sd_mm: int
    below_mm: int
    above_mm: int

    def expected_mm(self, known: Mapping[str, int]) -> int:
        """Return the measure expected from the predictors, rounded half up."""
        thousandths = self.base_mm * 1000 + sum(known[name] * slope for name, slope in self.slopes)
        return (thousandths + 500) // 1000


BANDS: tuple[Band, ...] = (
    Band(
        Sex.FEMALE,
        "waist_circ_wear",
        27,
        (("hip_circ", 1293), ("thigh_circ", 21), ("crotch_height", -111), ("crotch_length_wear", -688)),
        42,
        -117,
        119,
    ),
    Band(Sex.FEMALE, "waist_circ_wear", -172, (("hip_circ", 1055),), 48, -130, 127),
    Band(
        Sex.FEMALE,
        "hip_circ",
        87,
        (("waist_circ_wear", 291), ("thigh_circ", 726), ("crotch_height", 46), ("crotch_length_wear", 351)),
        20,
        -60,
        62,
    ),
    Band(Sex.FEMALE, "hip_circ", 392, (("waist_circ_wear", 696),), 39, -95, 119),
    Band(
        Sex.FEMALE,
        "thigh_circ",
        -82,
        (("waist_circ_wear", 4), ("hip_circ", 690), ("crotch_height", 8), ("crotch_length_wear", -31)),
        19,
        -61,
        60,
    ),
    Band(Sex.FEMALE, "thigh_circ", -84, (("hip_circ", 685),), 19, -60, 61),
    Band(
        Sex.FEMALE,
        "crotch_height",
        -177,
        (("stature", 660), ("hip_circ", -4), ("crotch_length_wear", -207)),
        23,
        -67,
        71,
    ),
    Band(Sex.FEMALE, "crotch_height", -198, (("stature", 602),), 25, -72, 80),
    Band(
        Sex.FEMALE,
        "crotch_height",
        623,
        (("waist_circ_wear", -124), ("hip_circ", 231), ("thigh_circ", 44), ("crotch_length_wear", 14)),
        44,
        -113,
        132,
    ),
    Band(
        Sex.FEMALE,
        "crotch_length_wear",
        -56,
        (("stature", 322), ("waist_circ_wear", -300), ("hip_circ", 571), ("thigh_circ", 54), ("crotch_height", -354)),
        27,
        -75,
        78,
    ),
    Band(
        Sex.FEMALE,
        "crotch_length_wear",
        119,
        (("waist_circ_wear", -323), ("hip_circ", 732), ("thigh_circ", -69), ("crotch_height", 6)),
        29,
        -82,
        82,
    ),
    Band(Sex.FEMALE, "crotch_length_wear", 184, (("hip_circ", 345),), 33, -102, 89),
    Band(Sex.FEMALE, "lower_thigh_circ", 68, (("hip_circ", 52), ("thigh_circ", 454)), 19, -58, 62),
    Band(Sex.FEMALE, "lower_thigh_circ", 80, (("thigh_circ", 521),), 19, -58, 62),
    Band(Sex.FEMALE, "heel_ankle_circ", 107, (("crotch_height", 166), ("thigh_circ", 120)), 11, -38, 41),
    Band(Sex.FEMALE, "heel_ankle_circ", 218, (("thigh_circ", 149),), 13, -42, 45),
    Band(
        Sex.MALE,
        "waist_circ_wear",
        -83,
        (("hip_circ", 1306), ("thigh_circ", -61), ("crotch_height", -221), ("crotch_length_wear", -121)),
        40,
        -108,
        112,
    ),
    Band(Sex.MALE, "waist_circ_wear", -251, (("hip_circ", 1186),), 42, -109, 114),
    Band(
        Sex.MALE,
        "hip_circ",
        117,
        (("waist_circ_wear", 287), ("thigh_circ", 710), ("crotch_height", 106), ("crotch_length_wear", 175)),
        19,
        -61,
        58,
    ),
    Band(Sex.MALE, "hip_circ", 354, (("waist_circ_wear", 695),), 32, -89, 101),
    Band(
        Sex.MALE,
        "thigh_circ",
        -77,
        (("waist_circ_wear", -14), ("hip_circ", 741), ("crotch_height", -47), ("crotch_length_wear", 0)),
        19,
        -63,
        63,
    ),
    Band(Sex.MALE, "thigh_circ", -109, (("hip_circ", 720),), 19, -63, 61),
    Band(
        Sex.MALE, "crotch_height", -162, (("stature", 633), ("hip_circ", 21), ("crotch_length_wear", -231)), 22, -63, 68
    ),
    Band(Sex.MALE, "crotch_height", -165, (("stature", 576),), 24, -67, 79),
    Band(
        Sex.MALE,
        "crotch_height",
        640,
        (("waist_circ_wear", -258), ("hip_circ", 565), ("thigh_circ", -238), ("crotch_length_wear", 47)),
        43,
        -115,
        130,
    ),
    Band(
        Sex.MALE,
        "crotch_length_wear",
        -158,
        (("stature", 411), ("waist_circ_wear", -69), ("hip_circ", 330), ("thigh_circ", 158), ("crotch_height", -467)),
        30,
        -84,
        91,
    ),
    Band(
        Sex.MALE,
        "crotch_length_wear",
        57,
        (("waist_circ_wear", -79), ("hip_circ", 523), ("thigh_circ", 1), ("crotch_height", 26)),
        32,
        -90,
        97,
    ),
    Band(Sex.MALE, "crotch_length_wear", 96, (("hip_circ", 433),), 33, -90, 96),
    Band(Sex.MALE, "lower_thigh_circ", 66, (("hip_circ", 165), ("thigh_circ", 279)), 15, -52, 52),
    Band(Sex.MALE, "lower_thigh_circ", 108, (("thigh_circ", 482),), 15, -52, 53),
    Band(Sex.MALE, "heel_ankle_circ", 102, (("crotch_height", 182), ("thigh_circ", 140)), 11, -38, 38),
    Band(Sex.MALE, "heel_ankle_circ", 243, (("thigh_circ", 160),), 14, -43, 48),
)
