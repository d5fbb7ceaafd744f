"""A quote: priced, promised, reserved, until it expires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from configurator.model import Selection
from kernel.canonical import JsonValue
from kernel.errors import NotFound, NotPossible
from kernel.ids import CustomerId, DraftId, ProfileId, QuoteId
from orders.pricing.model import Price

VALID_FOR = timedelta(days=7)


def is_carried_away(selection: Selection) -> bool:
    """Return whether the customer fetches what is chosen instead of having it sent: nobody needs an address then."""
    return selection.answers.get("delivery") == "pickup"


class QuoteNotFound(NotFound):
    """There is no such quote."""


class QuoteNotOpen(NotPossible):
    """The quote has been accepted, withdrawn, or has expired."""


class DraftNotQuotable(NotPossible):
    """Something is missing: an answer, a measure, a date in time, or a confirmation by staff."""


class QuoteState(StrEnum):
    """What became of a quote."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Quote:
    """What was offered; everything the customer saw is kept with it.

    ``specification`` is the machine-readable twin of what is offered: choices, fit, measures (orders/quotes/specifying).
    ``promise`` is kept as JSON (production/promise/document). ``need_by`` is the day the customer asked for, if any.
    """

    id: QuoteId
    number: str
    draft_id: DraftId
    line: str
    release: str
    owner: str
    selection: Selection
    quantity: int
    price: Price
    promise: Mapping[str, JsonValue]
    specification: Mapping[str, JsonValue]
    issued_at: datetime
    expires_at: datetime
    state: QuoteState = QuoteState.OPEN
    customer_id: CustomerId | None = None
    profile_id: ProfileId | None = None
    need_by: date | None = None

    @property
    def reservation_key(self) -> str:
        """Under which key the plant holds capacity and material."""
        return f"quote:{self.id}"
