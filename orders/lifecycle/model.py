"""An order: what was agreed, kept as it was agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from configurator.model import Selection
from kernel.canonical import JsonValue
from kernel.errors import NotFound, NotPermitted
from kernel.ids import CustomerId, OrderId, ProfileId, QuoteId
from orders.lifecycle.transitions import OrderState
from orders.pricing.model import Price

#: How an order number begins, by line; other lines take the first two letters of their code.
PREFIXES = {"jeans": "JE", "pc": "PC"}


class OrderNotFound(NotFound):
    """There is no such order."""


class OrderNotYours(NotPermitted):
    """The order belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class Order:
    """One accepted quote: release, choices, price and promise as the customer saw them.

    ``revision`` counts from 1; ``revision_letter`` is what people read.
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
    customer_id: CustomerId | None = None
    profile_id: ProfileId | None = None

    @property
    def reservation_key(self) -> str:
        """Under which key the plant holds capacity and material: that of the quote."""
        return f"quote:{self.quote_id}"

    @property
    def revision_letter(self) -> str:
        """The revision as it is printed: A, B, … Z, AA."""
        letters, number = "", self.revision
        while number:
            number, digit = divmod(number - 1, 26)
            letters = chr(ord("A") + digit) + letters
        return letters


def order_prefix(line: str) -> str:
    """Return how the line's order numbers begin."""
    return PREFIXES.get(line, line[:2].upper())
