"""From a complete draft to the variant the plant makes: choices and fit, exploded."""

from collections.abc import Mapping
from dataclasses import replace

from configurator.fit.model import Fit
from configurator.model import Answer
from modules_catalog.model import ConfigurationModel
from modules_catalog.sizing.constants import (
    HEM_MINUTES,
    HIP_MINUTES,
    PLAN_TOLERANCE_MM,
    THIGH_MINUTES,
    TOP_EDGE_MINUTES,
    WAIST_MINUTES,
)
from modules_catalog.sizing.model import MEASURES
from orders.drafts.fitting import OWN, PANELS, FitView
from production.exploding import explode
from production.model import FinishedMeasure, FitParts, FitPiece, FitTrim, Variant

#: Minutes each trim takes before sewing, in the order they are made. Source: docs/algorithms/fit.md.
TRIM_MINUTES = {
    "waist": WAIST_MINUTES,
    "hip": HIP_MINUTES,
    "thigh": THIGH_MINUTES,
    "hem": HEM_MINUTES,
    "top_front": TOP_EDGE_MINUTES,
    "top_back": TOP_EDGE_MINUTES,
}


def variant_of(model: ConfigurationModel, answers: Mapping[str, Answer], fit: FitView | None) -> Variant:
    """Return the variant of complete choices; a pair that nobody has measured, or with own panels, is planned without pieces."""
    return explode(model, answers, added_by_fit(answers, fit))


def added_by_fit(answers: Mapping[str, Answer], fit: FitView | None) -> FitParts | None:
    """Return what a fit adds to a variant; panels of one's own leave none of the shelf's."""
    if fit is None or fit.fit is None:
        return None
    return fit_parts(replace(fit.fit, combination=None) if answers.get(PANELS) == OWN else fit.fit)


def fit_parts(fit: Fit) -> FitParts:
    """Return what a fit adds to the bill of materials, the routing and the sheet's measures."""
    measures = tuple(
        FinishedMeasure(measure.value, fit.finished[measure], tolerance_mm)
        for measure, tolerance_mm in zip(MEASURES, PLAN_TOLERANCE_MM, strict=True)
        if fit.finished is not None
    )
    if fit.combination is None:
        return FitParts(pieces=(), measures=measures)
    chosen = fit.combination
    pieces = tuple(
        FitPiece(component.id, component.kind.value, 1, component.bin)
        for component in (chosen.front, chosen.back, chosen.yoke)
    )
    return FitParts(pieces=pieces, trims=tuple(_trims(fit)), measures=measures)


def _trims(fit: Fit) -> list[FitTrim]:
    assert fit.combination is not None  # noqa: S101 - the caller has looked
    trims = fit.combination.trims
    return [
        FitTrim(edge, trim_mm, 60 * minutes)
        for edge, minutes in TRIM_MINUTES.items()
        if (trim_mm := getattr(trims, f"{edge}_mm")) != 0
    ]
