"""Value added tax by country and date: which part of a consumer price is tax, and which supplies bear none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

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


class VatCategory(StrEnum):
    """How a supply is taxed; ``code`` is the letter of UNTDID 5305 that e-invoices use."""

    STANDARD = "standard"  # at a rate, also a reduced one
    REVERSE_CHARGE = "reverse_charge"  # a service to a business elsewhere in the EU: the buyer owes the tax
    INTRA_COMMUNITY = "intra_community"  # goods sent to a business elsewhere in the EU
    EXPORT = "export"  # goods sent to a business outside the EU

    @property
    def code(self) -> str:
        """The letter in an e-invoice."""
        return {"standard": "S", "reverse_charge": "AE", "intra_community": "K", "export": "G"}[self.value]

    @property
    def exemption_code(self) -> str:
        """Why no tax is charged, from the VATEX list; empty where tax is charged."""
        return {
            "standard": "",
            "reverse_charge": "VATEX-EU-AE",
            "intra_community": "VATEX-EU-IC",
            "export": "VATEX-EU-G",
        }[self.value]


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
    leaves_home = supply.country != supply.home and not supply.is_carried_away
    if leaves_home and supply.is_company:
        if supply.country not in EU:
            return Vat(VatCategory.EXPORT, Decimal(0))
        if supply.vat_id and supply.home in EU:
            service = VatCategory.REVERSE_CHARGE if supply.is_service else VatCategory.INTRA_COMMUNITY
            return Vat(service, Decimal(0))
    country = supply.country if leaves_home else supply.home
    standard = standard_rate(country, supply.day)
    reduced = _REDUCED_RATES.get(country, standard) if supply.is_reduced else standard
    return Vat(VatCategory.STANDARD, reduced)


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
