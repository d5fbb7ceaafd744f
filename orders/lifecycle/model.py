"""An order: what was agreed, kept as it was agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from configurator.model import Selection
from kernel.canonical import JsonValue
from kernel.errors import NotFound, NotPermitted
from kernel.ids import CustomerId, OrderId, ProfileId, QuoteId
from orders.lifecycle.transitions import OrderState
from orders.pricing.model import Price
from orders.quotes.model import is_carried_away

#: How an order number begins, by line; other lines take the first two letters of their code.
PREFIXES = {"jeans": "JE", "pc": "PC"}
LAST_REVISION = 26
"""Revision Z: sheets and scan codes have one letter for it."""


class OrderNotFound(NotFound):
    """There is no such order."""


class ParcelNotFound(NotFound):
    """The order has no such parcel; facts: ``order``, ``parcel``."""


class OrderNotYours(NotPermitted):
    """The order belongs to somebody else."""


class DateOfferState(StrEnum):
    """What became of a day a customer was asked about."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"  # another day was asked about, or the promise moved otherwise


@dataclass(frozen=True, slots=True)
class DateOffer:
    """Another day for an order that was promised for ``promised``: asked about, and answered or not."""

    number: int
    promised: date
    day: date
    reason: str
    offered_at: datetime
    state: DateOfferState
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One accepted quote: release, choices, price and promise as the customer saw them.

    ``revision`` counts from 1; ``revision_letter`` is what people read. ``address_id`` is where its parcels go; empty: to the
    customer's default address.
    """

    id: OrderId
    number: str
    quote_id: QuoteId
    line: str
    release: str
    owner: str
    selection: Selection
    quantity: int
    price: Price
    promise: Mapping[str, JsonValue]
    specification: Mapping[str, JsonValue]
    placed_at: datetime
    state: OrderState = OrderState.PLACED
    held_from: OrderState | None = None
    revision: int = 1
    revised_at: datetime | None = None
    customer_id: CustomerId | None = None
    profile_id: ProfileId | None = None
    address_id: str = ""

    @property
    def agreed_at(self) -> datetime:
        """When its present revision was agreed."""
        return self.revised_at or self.placed_at

    @property
    def reservation_key(self) -> str:
        """Under which key the plant holds capacity and material: that of the quote, from revision B on one of its own."""
        return f"quote:{self.quote_id}" if self.revision == 1 else f"order:{self.id}:{self.revision}"

    @property
    def revision_letter(self) -> str:
        """The revision as it is printed."""
        return letter_of(self.revision)

    @property
    def is_carried_away(self) -> bool:
        """Whether the customer fetches it instead of having it sent."""
        return is_carried_away(self.selection)


@dataclass(frozen=True, slots=True)
class Revision:
    """What an order said before it was changed; ``until`` is when the next revision was agreed."""

    number: int
    selection: Selection
    price: Price
    promise: Mapping[str, JsonValue]
    specification: Mapping[str, JsonValue]
    profile_id: ProfileId | None
    until: datetime

    @property
    def letter(self) -> str:
        """The revision as it is printed."""
        return letter_of(self.number)


@dataclass(frozen=True, slots=True)
class Shipment:
    """Pieces that left together. ``number`` counts from 1; carrier and tracking number may be empty.

    ``address_id`` names one of the customer's addresses; empty for what was fetched, or where none was known.
    """

    number: int
    pieces: tuple[int, ...]
    carrier: str
    tracking: str
    shipped_at: datetime
    address_id: str = ""


class Remedy(StrEnum):
    """What a customer gets for what came back."""

    MONEY_BACK = "money_back"  # its share of the price is credited
    REMADE = "remade"  # it is made once more, with a promise of its own; the invoice stands


@dataclass(frozen=True, slots=True)
class OrderReturn:
    """Pieces that came back together. ``number`` counts from 1."""

    number: int
    pieces: tuple[int, ...]
    remedy: Remedy
    returned_at: datetime


@dataclass(frozen=True, slots=True)
class AgreedDates:
    """When an order was placed, and what was promised of it first and last (production/promise/document)."""

    number: str
    quote_id: QuoteId
    placed_at: datetime
    first_promise: Mapping[str, JsonValue]
    promise: Mapping[str, JsonValue]


def letter_of(revision: int) -> str:
    """Return a revision as it is printed: A for 1, B for 2, … Z."""
    return chr(ord("A") + revision - 1)


def order_prefix(line: str) -> str:
    """Return how the line's order numbers begin."""
    return PREFIXES.get(line, line[:2].upper())
