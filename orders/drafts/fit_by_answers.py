"""What a body's fit adds to a pair, told by the answers it depends on and worked out once for answers that mean the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from configurator.model import Answer
from modules_catalog.model import ConfigurationModel
from orders.customers.model import MeasurementProfile
from orders.drafts.fitting import CLOTH, FIT, MEASURED, OWN, PANELS, SIZING, FitView, family_of, fit_view
from orders.drafts.variants import added_by_fit
from production.exploding import trim_operation
from production.model import FitParts


@dataclass(slots=True)
class FitByAnswers:
    """The fits of one measured person on one release."""

    model: ConfigurationModel
    profile: MeasurementProfile
    features: tuple[str, ...] = field(init=False)
    trim_operation: str = field(init=False)
    _views: dict[tuple[object, ...], FitView | None] = field(init=False, default_factory=dict)
    _families: dict[str, object] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.features = tuple(code for code in (SIZING, FIT, CLOTH, PANELS) if self.model.has_feature(code))
        self.trim_operation = trim_operation(self.model)
        cloths = self.model.feature(CLOTH).options if CLOTH in self.features else ()
        self._families = {option.code: family_of(option) for option in cloths}

    def kind_of(self, feature: str, answer: Answer | None) -> object:
        """Return what an answer means to the fit: pairs of the same kinds are put together of the same pieces."""
        if feature == CLOTH:
            return self._families.get(str(answer))
        if feature in (SIZING, PANELS):
            return answer == (MEASURED if feature == SIZING else OWN)
        return answer if feature == FIT else None

    def view(self, answers: Mapping[str, Answer]) -> FitView | None:
        """Return the fit of the choices; ``None`` when they ask for no measures."""
        key = tuple(self.kind_of(feature, answers.get(feature)) for feature in self.features)
        if key not in self._views:
            self._views[key] = fit_view(self.model, answers, self.profile, self.model.components)
        return self._views[key]

    def trims_s(self, answers: Mapping[str, Answer]) -> int:
        """Return the seconds the trims take."""
        return sum(trim.seconds for trim in self._parts(answers).trims)

    def pieces(self, answers: Mapping[str, Answer]) -> dict[str, int]:
        """Return the components taken from the shelf, {code: pieces}."""
        return {piece.code: piece.quantity for piece in self._parts(answers).pieces}

    def _parts(self, answers: Mapping[str, Answer]) -> FitParts:
        return added_by_fit(answers, self.view(answers)) or FitParts(pieces=())
