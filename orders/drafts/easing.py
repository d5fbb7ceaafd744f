"""Wider limits that would let a wish through: the budget it needs, the day it would be ready. Pure; the caller asks.

A conflict with a budget or a need-by date alone has no other choice to change, and choices that have become too dear or
too late stand against every option: what helps then is another limit. See docs/algorithms/configuring.md, C-16.
"""

from collections.abc import Callable
from dataclasses import replace

from configurator.model import Conflict
from orders.drafts.model import Draft, Ease, Standing

LIMITS = frozenset({"budget", "capacity", "material", "need_by"})
"""What the ids of conflict rules begin with that come of a budget or a need-by date."""


StandingOf = Callable[[Draft], Standing | None]
"""Answers what is wanted comes to under the limits of a draft; ``None`` where it cannot be had."""


def is_of_limits(conflict: Conflict) -> bool:
    """Return whether a budget or a need-by date takes part in a conflict."""
    return any(rule.id.partition(":")[0] in LIMITS for rule in conflict.rules)


def eases_of(draft: Draft, standing_of: StandingOf) -> tuple[Ease, ...]:
    """Return the limits under which what is wanted can be had: with one of them widened, or, where that is not enough, both."""
    found = []
    if draft.budget_minor is not None and (found_dearer := standing_of(replace(draft, budget_minor=None))):
        found.append(_ease(draft, found_dearer, widens_date=False))
    if draft.need_by is not None and (found_later := standing_of(replace(draft, need_by=None))):
        found.append(_ease(draft, found_later, widens_budget=False))
    if not found and draft.budget_minor is not None and draft.need_by is not None:
        both = standing_of(replace(draft, budget_minor=None, need_by=None))
        found.extend([_ease(draft, both)] if both else [])
    return tuple(found)


def _ease(draft: Draft, standing: Standing, *, widens_budget: bool = True, widens_date: bool = True) -> Ease:
    day = standing.promise.date if standing.promise else None
    return Ease(
        budget_minor=standing.state.total_minor if widens_budget else draft.budget_minor,
        need_by=day if widens_date else draft.need_by,
    )
