"""Prices for tables that have none, so that price differences exist everywhere: made from the row's id alone."""

import hashlib

DEFAULT_RANGE_MINOR = (1_000, 20_000)
_SCALE_BITS = 16


def derived_price_minor(row_id: str, least_minor: int, most_minor: int) -> int:
    """Return a price between the two, the same for the same id on every machine, cheap ones more often.

    With u the first 16 bits of SHA-256 of the id as a fraction, the price is least + (most - least) * u**3,
    put on …90: half of the prices lie in the lowest eighth of the range.
    """
    fraction = int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:2], "big")
    price = least_minor + ((most_minor - least_minor) * fraction**3 >> 3 * _SCALE_BITS)
    return price - price % 100 + 90


def derived_cost_minor(price_minor: int) -> int:
    """Return the cost assumed where a table states none: 70 % of the price, rounded down."""
    return price_minor * 7 // 10
