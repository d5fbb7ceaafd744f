"""From a configuration's price lines to a price that can be offered. Pure."""

from collections.abc import Callable, Iterable
from datetime import date

from configurator.model import PriceLine
from orders.pricing.model import Discount, OfferedLine, Price
from orders.pricing.tax import contained_tax


def no_discounts(total_minor: int) -> tuple[Discount, ...]:
    """Take nothing off."""
    del total_minor
    return ()


def offered_price(
    lines: Iterable[PriceLine],
    *,
    currency: str,
    quantity: int,
    country: str,
    day: date,
    discounts_on: Callable[[int], tuple[Discount, ...]] = no_discounts,
) -> Price:
    """Return the price of ``quantity`` pieces: lines that cost something, discounts, the total, and the tax contained in it.

    Catalog prices are consumer prices, tax included; the total is the exact sum of the lines and the discounts.

    Args:
        lines: The price lines of one piece.
        currency: Of all amounts.
        quantity: Number of pieces.
        country: Whose tax applies.
        day: The day whose tax rate applies.
        discounts_on: Tells what is taken off the sum of the lines.

    Raises:
        CountryNotServed: there is no tax rate on record for the country.
    """
    offered = tuple(
        OfferedLine(line.key, line.count * quantity, line.amount_minor * quantity)
        for line in lines
        if line.amount_minor != 0
    )
    catalog_minor = sum(line.amount_minor for line in offered)
    discounts = discounts_on(catalog_minor)
    total_minor = catalog_minor + sum(each.amount_minor for each in discounts)
    tax = contained_tax(total_minor, country=country, day=day)
    return Price(currency, quantity, offered, total_minor, tax, discounts)
