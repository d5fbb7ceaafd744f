"""The fit report: what a measured pair is made of and how close it comes."""

from dataclasses import dataclass

from modules_catalog.sizing.constants import PLAN_TOLERANCE_MM
from modules_catalog.sizing.model import MEASURES
from orders.drafts.model import DraftView
from orders.drafts.variants import TRIM_MINUTES


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One of the five measures: what is wanted, what it will be."""

    measure: str
    target_mm: int
    finished_mm: int
    residual_mm: int
    tolerance_mm: int

    @property
    def is_within(self) -> bool:
        """Whether the finished measure lies within the plan tolerance."""
        return abs(self.residual_mm) <= self.tolerance_mm


@dataclass(frozen=True, slots=True)
class FitReport:
    """Everything the report shows; ``verdict`` is empty while measures are missing."""

    verdict: str
    rows: tuple[MeasureRow, ...] = ()
    components: tuple[tuple[str, str], ...] = ()
    trims: tuple[tuple[str, int], ...] = ()
    binding: str = ""
    probability_percent: int = 0
    readings: int = 0


def fit_report(view: DraftView) -> FitReport:
    """Return the report of a draft's fit."""
    fit = view.fit.fit if view.fit else None
    if fit is None or fit.finished is None or fit.residuals is None:
        return FitReport(fit.verdict.value if fit else "")
    target = fit.target.measures
    chosen = fit.combination
    return FitReport(
        verdict=fit.verdict.value,
        rows=tuple(
            MeasureRow(measure.value, target[measure], fit.finished[measure], fit.residuals[measure], tolerance_mm)
            for measure, tolerance_mm in zip(MEASURES, PLAN_TOLERANCE_MM, strict=True)
        ),
        components=tuple((part.kind.value, part.id) for part in (chosen.front, chosen.back, chosen.yoke))
        if chosen
        else (),
        trims=tuple((edge, trim_mm) for edge in TRIM_MINUTES if (trim_mm := getattr(chosen.trims, f"{edge}_mm")) != 0)
        if chosen
        else (),
        binding=fit.binding.value,
        probability_percent=min(99, round(100 * fit.probability)),
        readings=fit.readings.count,
    )
