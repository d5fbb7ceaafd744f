"""What a combination means for the person: verdict, binding measure, knee and hem (F-6, F-9, F-11)."""

from fractions import Fraction

from configurator.fit.model import Combination, LegCheck, Verdict
from modules_catalog.sizing.constants import (
    CAPABILITY_MM,
    HEM_MM,
    HIP_IN_MM,
    PLAN_TOLERANCE_MM,
    THIGH_IN_MM,
    TOP_EDGE_MM,
    WAIST_IN_MM,
    WAIST_OUT_MM,
    FitBlock,
)
from modules_catalog.sizing.model import MEASURES, Measure, Measures, Target
from modules_catalog.sizing.targets import leg_girths_mm


def beyond_capability(target: Measures) -> Measure | None:
    """Return the first measure the floor cannot cut at all, stocked or not; None if it can cut all (F-11)."""
    for measure, wanted, (least, greatest) in zip(MEASURES, target, CAPABILITY_MM, strict=True):
        if not least <= wanted <= greatest:
            return measure
    return None


def within_plan_tolerance(residuals: Measures) -> bool:
    """Say whether every residual is within plan tolerance (F-9)."""
    return all(abs(r) <= t for r, t in zip(residuals, PLAN_TOLERANCE_MM, strict=True))


def verdict_of(combination: Combination | None) -> Verdict:
    """Return how a pair is made whose best stocked combination is this one."""
    if combination is None or not within_plan_tolerance(combination.residuals):
        return Verdict.BESPOKE
    return Verdict.TRIMMED if combination.trims.beyond_hem else Verdict.STOCK


def binding_measure(combination: Combination | None) -> Measure:
    """Return the measure that decides a fit.

    The one whose residual is the largest share of its plan tolerance. Where every residual is zero, the one whose
    trim is the largest share of its limit. Where nothing can be combined at all, the rise: only depths that do
    not meet at the side seam rule out every pair.
    """
    if combination is None:
        return Measure.RISE
    shares = [Fraction(abs(r), t) for r, t in zip(combination.residuals, PLAN_TOLERANCE_MM, strict=True)]
    if not any(shares):
        t = combination.trims
        shares = [
            Fraction(t.waist_mm, WAIST_IN_MM) if t.waist_mm >= 0 else Fraction(-t.waist_mm, WAIST_OUT_MM),
            Fraction(t.hip_mm, HIP_IN_MM),
            Fraction(t.thigh_mm, THIGH_IN_MM),
            Fraction(t.hem_mm, HEM_MM),
            Fraction(t.top_front_mm + t.top_back_mm, 2 * TOP_EDGE_MM),
        ]
    return MEASURES[shares.index(max(shares))]


def leg_checks(target: Target, thigh_mm: int, block: FitBlock) -> tuple[LegCheck, ...]:
    """Return the checks of knee and hem for a finished thigh, for the girths the body gives (F-6)."""
    knee, hem = leg_girths_mm(thigh_mm, block)
    wanted = (("knee", knee, target.knee_at_least_mm), ("hem", hem, target.hem_at_least_mm))
    return tuple(LegCheck(where, finished, least) for where, finished, least in wanted if least is not None)
