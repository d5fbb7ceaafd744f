"""From a configuration's price lines to a price that can be offered. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from configurator.model import PriceLine
from orders.pricing.exchange import Exchange
from orders.pricing.model import Discount, OfferedLine, Price, Tax, VatCategory
from orders.pricing.tax import Supply, category_of, contained_rate, contained_tax, net_amounts, taxing_country


def no_discounts(total_minor: int) -> tuple[Discount, ...]:
    """Take nothing off."""
    del total_minor
    return ()


def offered_price(
    lines: Iterable[PriceLine],
    *,
    currency: str,
    quantity: int,
    supply: Supply,
    exchange: Exchange | None = None,
    discounts_on: Callable[[int], tuple[Discount, ...]] = no_discounts,
) -> Price:
    """Return the price of ``quantity`` pieces: lines that cost something, discounts, the total, and the tax contained in it.

    Catalog prices are consumer prices, tax included; the total is the exact sum of the lines and the discounts. Where the
    buyer owes no tax, each line is what is left of it without (rule I-2), as the invoice will say.

    Args:
        lines: The price lines of one piece.
        currency: The catalog's, of their amounts.
        quantity: Number of pieces.
        supply: From where, to where, when and to whom: decides over the tax.
        exchange: Into which other currency each line of one piece is turned, if into one.
        discounts_on: Tells what is taken off the sum of the lines.

    Raises:
        CountryNotServed: there is no tax rate on record for the country.
    """
    offered = tuple(
        OfferedLine(line.key, line.count * quantity, _exchanged(line.amount_minor, exchange) * quantity)
        for line in lines
        if line.amount_minor != 0
    )
    discounts = discounts_on(sum(line.amount_minor for line in offered))
    amounts = [*(line.amount_minor for line in offered), *(each.amount_minor for each in discounts)]
    total_minor = sum(amounts)
    sold_in = currency if exchange is None else exchange.currency
    category = category_of(supply)
    if category is VatCategory.STANDARD:
        tax = contained_tax(total_minor, country=taxing_country(supply), day=supply.day)
        return Price(sold_in, quantity, offered, total_minor, tax, discounts, exchange)
    nets = net_amounts(amounts, contained_rate(supply))
    left = tuple(replace(each, amount_minor=net) for each, net in zip(offered, nets, strict=False))
    off = tuple(replace(each, amount_minor=net) for each, net in zip(discounts, nets[len(offered) :], strict=True))
    tax = Tax(supply.country, Decimal(0), sum(nets), 0, category)
    return Price(sold_in, quantity, left, sum(nets), tax, off, exchange)


def _exchanged(amount_minor: int, exchange: Exchange | None) -> int:
    return amount_minor if exchange is None else exchange.price_minor(amount_minor)
