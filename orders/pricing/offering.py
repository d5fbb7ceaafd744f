"""From a configuration's price lines to a price that can be offered. Pure."""

from collections.abc import Iterable
from datetime import date

from configurator.model import PriceLine
from orders.pricing.model import OfferedLine, Price
from orders.pricing.tax import contained_tax


def offered_price(lines: Iterable[PriceLine], *, currency: str, quantity: int, country: str, day: date) -> Price:
    """Return the price of ``quantity`` pieces: lines that cost something, the total, and the tax contained in it.

    Catalog prices are consumer prices, tax included; the total is the exact sum of the lines.

    Raises:
        CountryNotServed: there is no tax rate on record for the country.
    """
    offered = tuple(
        OfferedLine(line.key, line.count * quantity, line.amount_minor * quantity)
        for line in lines
        if line.amount_minor != 0
    )
    total_minor = sum(line.amount_minor for line in offered)
    tax = contained_tax(total_minor, country=country, day=day)
    return Price(currency, quantity, offered, total_minor, tax)
