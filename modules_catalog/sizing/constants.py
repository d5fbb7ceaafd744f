"""The constants of fit: tolerances, ease, trim limits and minutes, compatibility.

Every value is pinned by a golden test. Values a pattern cutter still has to confirm are
listed as such in docs/algorithms/fit.md. Lengths are millimetres on full girths.
"""

from dataclasses import dataclass
from enum import StrEnum


class FitBlock(StrEnum):
    """The cut of a pair of jeans."""

    SKINNY = "skinny"
    SLIM = "slim"
    STRAIGHT = "straight"
    BOOTCUT = "bootcut"
    RELAXED = "relaxed"


class ClothFamily(StrEnum):
    """How far a cloth gives: it decides how much ease is taken off."""

    RIGID = "rigid"
    COMFORT = "comfort"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Ease:
    """Garment minus body, in percent of the body girth (F-2)."""

    waist_percent: int
    hip_percent: int
    thigh_percent: int


@dataclass(frozen=True, slots=True)
class LegShape:
    """Girth of the leg at knee and hem, in percent of the finished thigh (F-6)."""

    knee_percent: int
    hem_percent: int


EASE: dict[FitBlock, Ease] = {
    FitBlock.SKINNY: Ease(0, 0, 1),
    FitBlock.SLIM: Ease(0, 2, 2),
    FitBlock.STRAIGHT: Ease(1, 5, 6),
    FitBlock.BOOTCUT: Ease(1, 4, 5),
    FitBlock.RELAXED: Ease(1, 8, 12),
}

#: Taken off the ease, because the cloth gives (F-3).
STRETCH_TAKEN_OFF: dict[ClothFamily, Ease] = {
    ClothFamily.RIGID: Ease(0, 0, 0),
    ClothFamily.COMFORT: Ease(1, 2, 2),
    ClothFamily.STRETCH: Ease(1, 4, 4),
}

LEG_SHAPE: dict[FitBlock, LegShape] = {
    FitBlock.SKINNY: LegShape(74, 56),
    FitBlock.SLIM: LegShape(77, 62),
    FitBlock.STRAIGHT: LegShape(80, 70),
    FitBlock.BOOTCUT: LegShape(77, 78),
    FitBlock.RELAXED: LegShape(80, 70),
}

#: Cloth that gives at least this much belongs to the family (percent elongation).
COMFORT_FROM_STRETCH_PERCENT = 5
STRETCH_FROM_STRETCH_PERCENT = 20

WAISTBAND_BELOW_NAVEL_MM = 40
NAVEL_TO_SEAT_AT_LEAST_MM = 60
RISE_SLOPE_PERCENT = 105
CROTCH_DROP_MM = 8
HEM_ABOVE_FLOOR_MM = 30
KNEE_EASE_PERCENT = 15
FOOT_PASSES_MM = 10

#: Trims before sewing (F-8).
WAIST_IN_MM = 51
WAIST_OUT_MM = 13
HIP_IN_MM = 51
THIGH_IN_MM = 51
HEM_MM = 102
TOP_EDGE_MM = 25

#: Minutes of work (F-10).
WAIST_MINUTES = 2
HIP_MINUTES = 3
THIGH_MINUTES = 3
HEM_MINUTES = 1
TOP_EDGE_MINUTES = 3
OTHER_YOKE_MINUTES = 1

#: Compatibility of components (F-7).
SIDE_SEAM_STEP_MM = 25
HALVES_DIFFER_HIP_MM = 51
HALVES_DIFFER_THIGH_MM = 38
YOKE_WEDGES_MM = (0, 25)
YOKE_WAIST_TAKES_MM = (0, 25)

#: Weight of a squared residual against minutes of work (F-10).
RESIDUAL_WEIGHT = 10

#: Plan tolerance of waist, hip, thigh, inseam, total rise (F-9), and wear tolerance (F-12), the latter in tenths.
PLAN_TOLERANCE_MM = (13, 13, 7, 7, 7)
WEAR_TOLERANCE_TENTHS_MM = (127, 190, 127, 127, 127)

#: What the floor can cut at all, stocked or not: (least, greatest) finished measure (F-11).
CAPABILITY_MM = ((500, 1700), (650, 1800), (330, 1100), (400, 1050), (350, 950))

#: Components one plant keeps on its shelves for one block and cloth; the stock choice stays within it.
COMPONENTS_AT_MOST = 200
