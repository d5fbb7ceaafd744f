"""Whose panels does the shelf hold? What it cannot serve is excluded, so that price and date say what own panels cost.

Panels cut ahead come close to most people, for the blocks and cloths that are stocked. Whom they do not serve, and in what,
is known from the measures alone; it bounds the answer as a budget does (F-30 of docs/algorithms/fit.md).
"""

from collections.abc import Sequence

from configurator.configurator import Configurator
from configurator.fit.model import FROM_STOCK, Verdict
from configurator.model import Exclusion, Limits, Selection
from modules_catalog.model import ConfigurationModel
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import ComponentTable
from orders.customers.model import MeasurementProfile
from orders.drafts.fitting import CLOTH, FIT, PANELS, SHELF, family_of, fit_of
from orders.drafts.following import filled

#: What an exclusion by the shelf is called in conflicts.
SHELF_LIMIT = "panels"


def shelf_limits(configurator: Configurator, profile: MeasurementProfile | None) -> tuple[Exclusion, ...]:
    """Return which blocks and cloths the shelf has no panels for, for one person or, unmeasured, for anybody.

    None where the line does not ask for panels, or nothing is excluded.
    """
    model = configurator.model
    if not all(model.has_feature(code) for code in (FIT, CLOTH, PANELS)):
        return ()
    served = {(table.block, table.cloth) for table in model.components if _serves(table, profile)}
    blocks, families = list(FitBlock), list(ClothFamily)
    lacking = {(block, cloth) for block in blocks for cloth in families} - served
    kinds = {
        FIT: tuple(0 if row is None else 1 + blocks.index(FitBlock(str(row))) for row in configurator.row_answers(FIT)),
        CLOTH: _families(model, [str(row) for row in configurator.row_answers(CLOTH)]),
        PANELS: tuple(int(row == SHELF) for row in configurator.row_answers(PANELS)),
    }
    refused = frozenset((1 + blocks.index(block), 1 + families.index(cloth), 1) for block, cloth in lacking)
    possible = frozenset(each for each in refused if each[0] in kinds[FIT] and each[1] in kinds[CLOTH])
    return (Exclusion(SHELF_LIMIT, kinds, possible),) if possible else ()


def with_panels(configurator: Configurator, selection: Selection, profile: MeasurementProfile | None) -> Selection:
    """Return the choices with panels of one's own where the shelf has none for this person; else as they were."""
    limits = Limits(exclusions=shelf_limits(configurator, profile) if PANELS in selection.answers else ())
    if not limits.exclusions or configurator.can_be_completed(selection, limits):
        return selection
    return filled(configurator, selection.without(PANELS), limits)


def _serves(table: ComponentTable, profile: MeasurementProfile | None) -> bool:
    """Return whether the shelf comes close enough; what cannot be made at all is no question of panels."""
    if profile is None:
        return True
    return fit_of(profile, table).verdict in FROM_STOCK | {Verdict.REFUSED}


def _families(model: ConfigurationModel, rows: Sequence[str]) -> tuple[int, ...]:
    families = list(ClothFamily)
    known = {str(option.code): 1 + families.index(family_of(option)) for option in model.feature(CLOTH).options}
    return tuple(known.get(row, 0) for row in rows)
