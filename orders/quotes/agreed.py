"""What quotes, orders and their revisions say alike, in and out of their tables: choices, price, promise, specification."""

from collections.abc import Mapping
from typing import Any, Protocol

from configurator.model import Selection
from kernel.canonical import JsonValue
from kernel.ids import ProfileId
from orders.drafts.repository import selection_from_json, selection_to_json
from orders.pricing.model import Price, price_from_json


class Agreed(Protocol):
    """A quote, an order, or one of its revisions."""

    @property
    def selection(self) -> Selection:
        """What was chosen."""

    @property
    def price(self) -> Price:
        """What it costs."""

    @property
    def promise(self) -> Mapping[str, JsonValue]:
        """When it is ready, as it is kept."""

    @property
    def specification(self) -> Mapping[str, JsonValue]:
        """What is to be made."""

    @property
    def profile_id(self) -> ProfileId | None:
        """To whose measures."""


def agreed_columns(agreed: Agreed) -> dict[str, Any]:
    """Return the columns that keep it."""
    return {
        "selection": selection_to_json(agreed.selection),
        "price": dict(agreed.price.as_json()),
        "promise": dict(agreed.promise),
        "specification": dict(agreed.specification),
        "profile_id": agreed.profile_id,
    }


def agreed_fields(row: Any) -> dict[str, Any]:
    """Return the fields that ``agreed_columns`` kept in a row."""
    return {
        "selection": selection_from_json(row.selection),
        "price": price_from_json(row.price),
        "promise": row.promise,
        "specification": row.specification,
        "profile_id": ProfileId(row.profile_id) if row.profile_id else None,
    }
