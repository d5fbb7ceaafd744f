"""How e-invoices write amounts, rates and prices."""

from dataclasses import dataclass
from decimal import Decimal

from kernel.money import Money, decimal_from_money
from orders.invoicing.model import InvoiceLine


def amount(minor: int, currency: str) -> Decimal:
    """Return an amount in major units, exact."""
    return decimal_from_money(Money(minor, currency))


def percent(rate: Decimal) -> Decimal:
    """Return a rate in percent, with two decimals: ``19.00``."""
    return (rate * 100).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The net price of ``base`` pieces (BT-146, BT-149)."""

    net_minor: int
    base: int


def unit_price(line: InvoiceLine) -> UnitPrice:
    """Return the price of one piece where it is a whole number, else that of all: quantity × price is exact (I-5)."""
    if line.net_minor % line.quantity == 0:
        return UnitPrice(line.net_minor // line.quantity, 1)
    return UnitPrice(line.net_minor, line.quantity)
