"""What bounds a draft besides its rules."""

from configurator.model import Limits
from orders.drafts.model import Draft


def limits_for(draft: Draft) -> Limits:
    """Return the budget of the draft as a limit of one piece; its need-by date is judged against the promise."""
    return Limits(budget_minor=draft.budget_minor)
