"""The promise of a draft: its choices completed, exploded and asked of the plant. Nothing is reserved."""

from datetime import datetime

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import Limits, Selection, State
from modules_catalog.model import ConfigurationModel
from orders.drafts.fitting import FitView
from orders.drafts.model import Draft
from orders.drafts.variants import variant_of
from production.errors import BeyondHorizon, PlantNotFound
from production.model import Demand, Promise, demand_of
from production.promise import service as promises


def inquired_promise(
    db: Session,
    configurator: Configurator,
    draft: Draft,
    state: State,
    fit: FitView | None,
    limits: Limits,
    *,
    now: datetime,
) -> Promise | None:
    """Return the earliest date for the draft's choices, open ones completed at least cost.

    ``None`` where the choices cannot be completed, the line has no plant, or no date lies within its horizon.
    """
    if not state.valid:
        return None
    answers = draft.selection if state.complete else configurator.complete(draft.selection, "cheapest", limits)
    demand = draft_demand(configurator.model, answers, fit, draft.quantity)
    try:
        return promises.inquire(db, draft.line, demand, now=now)
    except (PlantNotFound, BeyondHorizon):
        return None


def draft_demand(model: ConfigurationModel, selection: Selection, fit: FitView | None, quantity: int) -> Demand:
    """Return what the plant is asked for: the variant of a complete selection, so many times."""
    return demand_of(variant_of(model, selection.answers, fit), quantity)
