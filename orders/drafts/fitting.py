"""The fit of a measured draft: from the customer's measures to components and trims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.fit.fitting import fit_person
from configurator.fit.model import Fit, Measurer, Readings, Verdict
from configurator.model import Answer
from modules_catalog.model import ConfigurationModel, Option
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
#: Whether a pair is put together from panels cut ahead or cut from ones of its own; a line may do without the question.
PANELS, SHELF, OWN = "panels", "shelf", "own"

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

    A pair with panels of its own, or in a block and cloth nobody stocks components for, is fitted from an empty table.
    """
    if not is_measured(answers):
        return None
    block, cloth = _block(answers), _cloth_family(model, answers)
    if profile is None or block is None or cloth is None:
        return FitView(None)
    is_own = answers.get(PANELS) == OWN
    table = None if is_own else next((t for t in components if (t.block, t.cloth) == (block, cloth)), None)
    return FitView(fit_of(profile, table or ComponentTable(block, cloth, ())))


def fit_of(profile: MeasurementProfile, table: ComponentTable) -> Fit:
    """Return the fit of a measured person from one table of components."""
    readings = Readings(MEASURERS[profile.method], profile.readings_each())
    return fit_person(profile.body(), table, readings=readings, corrections_mm=profile.corrections_mm)


def _block(answers: Mapping[str, Answer]) -> FitBlock | None:
    answer = answers.get(FIT)
    return FitBlock(answer) if isinstance(answer, str) else None


def _cloth_family(model: ConfigurationModel, answers: Mapping[str, Answer]) -> ClothFamily | None:
    chosen = next((option for option in model.feature(CLOTH).options if option.code == answers.get(CLOTH)), None)
    return None if chosen is None else family_of(chosen)


def family_of(chosen: Option) -> ClothFamily:
    """Return the family a cloth belongs to by how far it gives."""
    stretch = chosen.attributes.get(STRETCH)
    percent = stretch if isinstance(stretch, int) else 0
    if percent >= STRETCH_FROM_STRETCH_PERCENT:
        return ClothFamily.STRETCH
    return ClothFamily.COMFORT if percent >= COMFORT_FROM_STRETCH_PERCENT else ClothFamily.RIGID
