"""What a variant costs to make: material, labour, set-up and the use of the work centres. Pure, minor units.

Each module's and part's cost comes from the catalog, each work centre's rates from the plant (docs/algorithms/pricing.md).
"""

from dataclasses import dataclass
from decimal import Decimal

from kernel.money import Rounding, round_minor
from modules_catalog.judging import scope_of
from modules_catalog.model import ConfigurationModel
from production.exploding import OPTION_KINDS
from production.model import Answers, Variant
from production.plants.model import Plant, WorkCentreKind

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class ProductCost:
    """What some pieces cost, in minor units of the line's currency.

    ``material_minor`` holds modules and parts; ``labour_minor`` hands for the run, ``setup_minor`` hands for setting
    up, ``capacity_minor`` machines and places for the time they are taken.
    """

    material_minor: int
    labour_minor: int
    setup_minor: int
    capacity_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.material_minor + self.labour_minor + self.setup_minor + self.capacity_minor


def cost_of(
    model: ConfigurationModel, answers: Answers, variant: Variant, plant: Plant | None, *, quantity: int = 1
) -> ProductCost:
    """Return what ``quantity`` pieces of a variant cost; each is set up for itself. Without a plant only the material.

    A batch work centre's place is shared by its load, so a piece pays its share of the run. Each of the four sums is
    rounded half up once.
    """
    labour = setup = capacity = Decimal(0)
    setups = {operation.code: operation.setup_s for operation in model.operations}
    for operation in variant.routing.operations if plant else ():
        assert plant is not None  # noqa: S101 - the loop is empty without one
        centre = plant.work_centre(operation.work_centre)
        sharing = centre.load_pieces if centre.kind is WorkCentreKind.BATCH else 1
        setup_s = min(setups.get(operation.code, 0), operation.seconds)
        setup += Decimal(setup_s * centre.labour_minor_per_hour) / sharing
        labour += Decimal((operation.seconds - setup_s) * centre.labour_minor_per_hour) / sharing
        capacity += Decimal(operation.seconds * centre.place_minor_per_hour) / sharing
    return ProductCost(
        material_minor=quantity * material_minor(model, answers, variant),
        labour_minor=_for_hours(labour, quantity),
        setup_minor=_for_hours(setup, quantity),
        capacity_minor=_for_hours(capacity, quantity),
    )


def material_minor(model: ConfigurationModel, answers: Answers, variant: Variant) -> int:
    """Return the cost of the chosen modules and of the parts in the bill of materials of one piece."""
    costs: dict[tuple[object, object], int] = {
        (feature.code, option.code): option.cost_minor
        for feature in model.features
        if feature.kind in OPTION_KINDS
        for option in feature.options
    }
    modules = sum(
        costs.get((feature, piece.answer), 0) * piece.count
        for feature, pieces in scope_of(model, answers).chosen.items()
        for piece in pieces
    )
    parts = sum(
        model.parts[item.code].cost_minor * item.quantity for item in variant.bom.items if item.code in model.parts
    )
    return modules + parts


def _for_hours(minor_seconds: Decimal, quantity: int) -> int:
    return round_minor(minor_seconds * quantity / SECONDS_AN_HOUR, Rounding.HALF_UP)
