"""Options the plant makes no difference between: with all else as it is they are ready on the same day.

One of them is asked about for all. See docs/algorithms/need-by.md, N-6.
"""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime

from sqlmodel import Session

from configurator.configurator import Configurator
from modules_catalog.model import Feature, FeatureKind
from orders.drafts.deadlines import meaning_of
from orders.drafts.fitting import PANELS
from production.model import MaterialNeed
from production.promise import service as promises

OF_OPTIONS = frozenset({FeatureKind.OPTION, FeatureKind.OPTIONS})


class Alike:
    """Tells options of a feature apart by what they mean to the plant.

    Args:
        configurator: The line's.
        ready_s: When one more piece of an option's own material can be used, {material: UTC seconds}; an option whose
            material is not in it is like no other.
    """

    def __init__(self, configurator: Configurator, ready_s: Mapping[str, int]) -> None:
        self._configurator = configurator
        self._ready_s = ready_s

    def kind_of(self, feature: str, option: str) -> Hashable:
        """Return what an option means: equal for options that are ready on the same day, all else as it is."""
        work, own = meaning_of(self._configurator, feature, option)
        if own is None and feature != PANELS:  # panels decide what of a fit is taken from the shelf
            return work, None
        return work, self._ready_s.get(f"{feature}.{option}", option)


def alike(
    db: Session,
    configurator: Configurator,
    line: str,
    options: Mapping[str, Collection[str]],
    *,
    quantity: int,
    now: datetime,
) -> Alike:
    """Return how some options of a line, {feature: options}, are told apart; one reading of the stock serves all.

    An option is looked at by itself where more, or less, than one of it goes into a piece, and where something may stand for it.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    model = configurator.model
    plant = promises.plant_of(db, line)
    moved = plant.substitutes.keys() | {other for others in plant.substitutes.values() for other in others}
    needs = []
    for code, asked in options.items():
        lines = [each for each in model.bom if each.feature == code]
        feature = model.feature(code)
        if len(lines) == 1 and lines[0].quantity is None and feature.kind in OF_OPTIONS:
            needs += [each for each in _needs(feature, asked, quantity) if each.code not in moved]
    return Alike(configurator, promises.materials_ready_s(db, line, needs, now=now) if needs else {})


def _needs(feature: Feature, asked: Collection[str], quantity: int) -> list[MaterialNeed]:
    return [
        MaterialNeed(f"{feature.code}.{code}", quantity, feature.option(code).lead_time_days)
        for code in asked
        if feature.has_option(code)
    ]
