"""Value added tax by country and date: which part of a consumer price is tax, and which supplies bear none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.errors import NotValid
from kernel.money import Rounding, round_minor
from orders.pricing.model import Tax, VatCategory


class CountryNotServed(NotValid):
    """We hold no tax rate for the country on that day."""


# Standard rates; {country: ((from day, rate), …) newest first}. Source: the tax authorities' published standard rates.
_STANDARD_RATES: dict[str, tuple[tuple[date, Decimal], ...]] = {
    "AT": ((date(1984, 1, 1), Decimal("0.20")),),
    "BE": ((date(1996, 1, 1), Decimal("0.21")),),
    "BG": ((date(1999, 1, 1), Decimal("0.20")),),
    "CH": ((date(2024, 1, 1), Decimal("0.081")), (date(2018, 1, 1), Decimal("0.077"))),
    "CN": ((date(2019, 4, 1), Decimal("0.13")),),
    "CY": ((date(2014, 1, 13), Decimal("0.19")),),
    "CZ": ((date(2013, 1, 1), Decimal("0.21")),),
    "DE": (
        (date(2021, 1, 1), Decimal("0.19")),
        (date(2020, 7, 1), Decimal("0.16")),
        (date(2007, 1, 1), Decimal("0.19")),
    ),
    "DK": ((date(1992, 1, 1), Decimal("0.25")),),
    "EE": ((date(2025, 7, 1), Decimal("0.24")), (date(2024, 1, 1), Decimal("0.22"))),
    "ES": ((date(2012, 9, 1), Decimal("0.21")),),
    "FI": ((date(2024, 9, 1), Decimal("0.255")), (date(2013, 1, 1), Decimal("0.24"))),
    "FR": ((date(2014, 1, 1), Decimal("0.20")),),
    "GB": ((date(2011, 1, 4), Decimal("0.20")),),
    "GR": ((date(2016, 6, 1), Decimal("0.24")),),
    "HR": ((date(2012, 3, 1), Decimal("0.25")),),
    "HU": ((date(2012, 1, 1), Decimal("0.27")),),
    "IE": ((date(2021, 3, 1), Decimal("0.23")),),
    "IT": ((date(2013, 10, 1), Decimal("0.22")),),
    "JP": ((date(2019, 10, 1), Decimal("0.10")),),
    "LT": ((date(2009, 9, 1), Decimal("0.21")),),
    "LU": ((date(2024, 1, 1), Decimal("0.17")),),
    "LV": ((date(2012, 7, 1), Decimal("0.21")),),
    "MT": ((date(2004, 1, 1), Decimal("0.18")),),
    "NL": ((date(2012, 10, 1), Decimal("0.21")),),
    "PL": ((date(2011, 1, 1), Decimal("0.23")),),
    "PT": ((date(2011, 1, 1), Decimal("0.23")),),
    "RO": ((date(2025, 8, 1), Decimal("0.21")), (date(2017, 1, 1), Decimal("0.19"))),
    "SE": ((date(1990, 7, 1), Decimal("0.25")),),
    "SI": ((date(2013, 7, 1), Decimal("0.22")),),
    "SK": ((date(2025, 1, 1), Decimal("0.23")), (date(2011, 1, 1), Decimal("0.20"))),
    "TW": ((date(1986, 4, 1), Decimal("0.05")),),
}
COUNTRIES_SERVED = frozenset(_STANDARD_RATES)

# Reduced rates in force, for what a seller names as such (printed books, say): {country: rate}.
_REDUCED_RATES = {
    "AT": Decimal("0.10"),
    "BE": Decimal("0.06"),
    "CH": Decimal("0.026"),
    "CN": Decimal("0.09"),
    "DE": Decimal("0.07"),
    "FR": Decimal("0.055"),
    "GB": Decimal("0.05"),
    "IT": Decimal("0.10"),
    "NL": Decimal("0.09"),
}
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - a list
)


@dataclass(frozen=True, slots=True, order=True)
class Vat:
    """A category with its rate; the rate is 0 in every category but the standard one."""

    category: VatCategory
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Supply:
    """What decides over the tax of one line: from where, to where, when, to whom, and of what kind it is.

    ``vat_id`` is the buyer's, already found plausible; ``is_carried_away`` says that the buyer fetches the goods.
    """

    home: str
    country: str
    day: date
    vat_id: str = ""
    is_company: bool = False
    is_service: bool = False
    is_carried_away: bool = False
    is_reduced: bool = False


def vat_of(supply: Supply) -> Vat:
    """Return how a supply is taxed (rule I-1 of docs/algorithms/invoices.md).

    Raises:
        CountryNotServed: there is no rate on record.
    """
    category = category_of(supply)
    if category is not VatCategory.STANDARD:
        return Vat(category, Decimal(0))
    country = taxing_country(supply)
    standard = standard_rate(country, supply.day)
    reduced = _REDUCED_RATES.get(country, standard) if supply.is_reduced else standard
    return Vat(VatCategory.STANDARD, reduced)


def category_of(supply: Supply) -> VatCategory:
    """Return in which category a supply is taxed, or why it is not (rule I-1)."""
    leaves_home = supply.country != supply.home and not supply.is_carried_away
    if leaves_home and supply.is_company:
        if supply.country not in EU:
            return VatCategory.EXPORT
        if supply.vat_id and supply.home in EU:
            return VatCategory.REVERSE_CHARGE if supply.is_service else VatCategory.INTRA_COMMUNITY
    return VatCategory.STANDARD


def standard_rate(country: str, day: date) -> Decimal:
    """Return the standard rate in force in the country on the day.

    Raises:
        CountryNotServed: there is none on record.
    """
    for since, rate in _STANDARD_RATES.get(country, ()):
        if day >= since:
            return rate
    raise CountryNotServed(country=country, day=day.isoformat())


def net_amounts(gross_minor: Sequence[int], rate: Decimal) -> tuple[int, ...]:
    """Return the net amount of each gross amount; together they are the rounded net of the gross sum.

    Each is the difference of two rounded running sums, so none is more than one minor unit off (rule I-2 of
    docs/algorithms/invoices.md). Amounts may be negative.
    """
    nets, so_far, rounded_so_far = [], 0, 0
    for amount in gross_minor:
        so_far += amount
        rounded = round_minor(Decimal(so_far) / (1 + rate), Rounding.HALF_UP)
        nets.append(rounded - rounded_so_far)
        rounded_so_far = rounded
    return tuple(nets)


def taxing_country(supply: Supply) -> str:
    """Return whose tax is in the consumer price: where it is sent, or home for what is carried away."""
    return supply.home if supply.is_carried_away else supply.country


def contained_rate(supply: Supply) -> Decimal:
    """Return the rate that is in the consumer price of a supply; the one at home where a tax-free one goes unserved.

    Raises:
        CountryNotServed: there is none on record, and tax is owed.
    """
    country = taxing_country(supply)
    is_free = category_of(supply) is not VatCategory.STANDARD
    return standard_rate(supply.home if is_free and country not in COUNTRIES_SERVED else country, supply.day)


def contained_tax(total_minor: int, *, country: str, day: date) -> Tax:
    """Return the tax contained in a price, the net amount rounded half up; net and tax add up exactly."""
    rate = standard_rate(country, day)
    net_minor = round_minor(Decimal(total_minor) / (1 + rate), Rounding.HALF_UP)
    return Tax(country, rate, net_minor, total_minor - net_minor)
