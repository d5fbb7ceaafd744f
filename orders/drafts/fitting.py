"""The fit of a measured draft: from the customer's measures to components and trims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.fit.fitting import fit_person
from configurator.fit.model import Fit, Measurer, Readings, Verdict
from configurator.model import Answer
from modules_catalog.model import ConfigurationModel
from modules_catalog.sizing.constants import (
    COMFORT_FROM_STRETCH_PERCENT,
    STRETCH_FROM_STRETCH_PERCENT,
    ClothFamily,
    FitBlock,
)
from modules_catalog.sizing.model import ComponentTable
from orders.customers.model import MeasurementProfile, Method

#: The features and answers a measured line is recognised by.
SIZING, MEASURED, FIT, CLOTH, STRETCH = "sizing", "measured", "fit", "cloth", "stretch_pct"

#: How far a measure may be off, by how it was taken.
MEASURERS = {Method.TAPE: Measurer.STAFF, Method.GARMENT: Measurer.GARMENT, Method.SIZE: Measurer.SIZE}


@dataclass(frozen=True, slots=True)
class FitView:
    """Whether a measured pair can be made, and of what; ``fit`` is ``None`` while measures are missing."""

    fit: Fit | None

    @property
    def needs_measures(self) -> bool:
        """Whether nobody has measured the customer yet."""
        return self.fit is None

    @property
    def is_makeable(self) -> bool:
        """Whether the floor can make it."""
        return self.fit is not None and self.fit.verdict is not Verdict.REFUSED


def is_measured(answers: Mapping[str, Answer]) -> bool:
    """Return whether the choices ask for a pair made to measure."""
    return answers.get(SIZING) == MEASURED


def fit_view(
    model: ConfigurationModel,
    answers: Mapping[str, Answer],
    profile: MeasurementProfile | None,
    components: Sequence[ComponentTable],
) -> FitView | None:
    """Return the fit of the choices for the measured person; ``None`` when the choices ask for no measures.

    A block and cloth nobody stocks components for is fitted from an empty table: its panels are cut by themselves.
    """
    if not is_measured(answers):
        return None
    block, cloth = _block(answers), _cloth_family(model, answers)
    if profile is None or block is None or cloth is None:
        return FitView(None)
    table = next((t for t in components if (t.block, t.cloth) == (block, cloth)), None)
    readings = Readings(MEASURERS[profile.method], profile.readings_each())
    return FitView(
        fit_person(
            profile.body(),
            table or ComponentTable(block, cloth, ()),
            block=block,
            cloth=cloth,
            readings=readings,
            corrections_mm=profile.corrections_mm,
        )
    )


def _block(answers: Mapping[str, Answer]) -> FitBlock | None:
    answer = answers.get(FIT)
    return FitBlock(answer) if isinstance(answer, str) else None


def _cloth_family(model: ConfigurationModel, answers: Mapping[str, Answer]) -> ClothFamily | None:
    chosen = next((option for option in model.feature(CLOTH).options if option.code == answers.get(CLOTH)), None)
    if chosen is None:
        return None
    stretch = chosen.attributes.get(STRETCH)
    percent = stretch if isinstance(stretch, int) else 0
    if percent >= STRETCH_FROM_STRETCH_PERCENT:
        return ClothFamily.STRETCH
    return ClothFamily.COMFORT if percent >= COMFORT_FROM_STRETCH_PERCENT else ClothFamily.RIGID
