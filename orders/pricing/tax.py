"""Value added tax by country and date: which part of a consumer price is tax."""

from datetime import date
from decimal import Decimal

from kernel.errors import NotValid
from kernel.money import Rounding, round_minor
from orders.pricing.model import Tax


class CountryNotServed(NotValid):
    """We hold no tax rate for the country on that day."""


# Standard rates; {country: ((from day, rate), …) newest first}. Source: the tax authorities' published standard rates.
_STANDARD_RATES: dict[str, tuple[tuple[date, Decimal], ...]] = {
    "AT": ((date(1984, 1, 1), Decimal("0.20")),),
    "BE": ((date(1996, 1, 1), Decimal("0.21")),),
    "CH": ((date(2024, 1, 1), Decimal("0.081")), (date(2018, 1, 1), Decimal("0.077"))),
    "CN": ((date(2019, 4, 1), Decimal("0.13")),),
    "DE": (
        (date(2021, 1, 1), Decimal("0.19")),
        (date(2020, 7, 1), Decimal("0.16")),
        (date(2007, 1, 1), Decimal("0.19")),
    ),
    "FR": ((date(2014, 1, 1), Decimal("0.20")),),
    "GB": ((date(2011, 1, 4), Decimal("0.20")),),
    "IT": ((date(2013, 10, 1), Decimal("0.22")),),
    "NL": ((date(2012, 10, 1), Decimal("0.21")),),
    "TW": ((date(1986, 4, 1), Decimal("0.05")),),
}
COUNTRIES_SERVED = frozenset(_STANDARD_RATES)


def standard_rate(country: str, day: date) -> Decimal:
    """Return the standard rate in force in the country on the day.

    Raises:
        CountryNotServed: there is none on record.
    """
    for since, rate in _STANDARD_RATES.get(country, ()):
        if day >= since:
            return rate
    raise CountryNotServed(country=country, day=day.isoformat())


def contained_tax(total_minor: int, *, country: str, day: date) -> Tax:
    """Return the tax contained in a price, the net amount rounded half up; net and tax add up exactly."""
    rate = standard_rate(country, day)
    net_minor = round_minor(Decimal(total_minor) / (1 + rate), Rounding.HALF_UP)
    return Tax(country, rate, net_minor, total_minor - net_minor)
