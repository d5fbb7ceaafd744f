"""The catalog's prices in another currency: at a rate somebody fixed, never one that floats. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kernel.canonical import JsonValue
from kernel.errors import NotValid
from kernel.money import CurrencyUnknown, Rounding, currency_digits, round_minor

HIGHEST_RATE = Decimal(1_000_000)
LARGEST_STEP = 1_000_000


class PriceListNotValid(NotValid):
    """A price list that cannot be meant; facts: ``field``."""


class CurrencyNotOffered(NotValid):
    """Nothing is sold in this currency; facts: ``currency``."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a price of the catalog becomes one in ``currency``: times ``rate``, in major units, rounded to ``step_minor``.

    Raises:
        PriceListNotValid: the facts name the field.
    """

    catalog: str
    currency: str
    rate: Decimal
    step_minor: int = 1

    def __post_init__(self) -> None:
        try:
            is_other = currency_digits(self.currency) >= 0 and self.currency != self.catalog
        except CurrencyUnknown:
            is_other = False
        if not is_other:
            raise PriceListNotValid(field="currency")
        if not (self.rate.is_finite() and 0 < self.rate <= HIGHEST_RATE):
            raise PriceListNotValid(field="rate")
        if not 1 <= self.step_minor <= LARGEST_STEP:
            raise PriceListNotValid(field="step")

    def price_minor(self, catalog_minor: int) -> int:
        """Return a catalog price in this currency, half a step away from zero."""
        exact = Decimal(catalog_minor) * self.rate * self._digits()
        return round_minor(exact / self.step_minor, Rounding.HALF_UP) * self.step_minor

    def catalog_minor(self, amount_minor: int) -> int:
        """Return what an amount is in the catalog's currency: to be compared with costs and limits, never charged."""
        return round_minor(Decimal(amount_minor) / (self.rate * self._digits()), Rounding.HALF_UP)

    def as_json(self) -> Mapping[str, JsonValue]:
        """Return the exchange as it is kept with a price."""
        return {
            "catalog": self.catalog,
            "currency": self.currency,
            "rate": str(self.rate),
            "step_minor": self.step_minor,
        }

    def _digits(self) -> Decimal:
        """Return how many minor units of this currency stand where one of the catalog's stood."""
        return Decimal(10) ** (currency_digits(self.currency) - currency_digits(self.catalog))


@dataclass(frozen=True, slots=True)
class PriceList:
    """In which countries prices are shown in another currency; elsewhere it can be asked for."""

    exchange: Exchange
    countries: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not all(len(each) == 2 and each.isascii() and each.isupper() for each in self.countries):
            raise PriceListNotValid(field="countries")


def rate_typed(text: str) -> Decimal:
    """Return a rate as people type it: ``0,95``.

    Raises:
        PriceListNotValid: it is no number.
    """
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise PriceListNotValid(field="rate") from None


def exchange_from_json(kept: Mapping[str, str | int]) -> Exchange:
    """Return the exchange that was kept by ``Exchange.as_json``."""
    return Exchange(str(kept["catalog"]), str(kept["currency"]), Decimal(kept["rate"]), int(kept["step_minor"]))
