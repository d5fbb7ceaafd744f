"""Prices: lines add up, tax is contained exactly, refusals name the country."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.model import PriceLine
from orders.pricing.exchange import Exchange, PriceListNotValid
from orders.pricing.model import Discount, DiscountKind, Price, VatCategory, price_from_json
from orders.pricing.offering import offered_price
from orders.pricing.tax import COUNTRIES_SERVED, CountryNotServed, Supply, contained_tax, net_amounts, standard_rate

DAY = date(2026, 11, 23)
LINES = st.lists(
    st.builds(
        PriceLine,
        key=st.sampled_from(["option.cloth.raw", "surcharge.letters", "feature.gift"]),
        count=st.integers(1, 9),
        amount_minor=st.integers(0, 500_000),
    ),
    max_size=12,
)


@given(total=st.integers(0, 10_000_000), country=st.sampled_from(sorted(COUNTRIES_SERVED)))
def test_net_and_tax_add_up_to_the_price_and_the_tax_is_right_to_a_cent(total: int, country: str) -> None:
    """The tax is contained in the price, rounded once."""
    tax = contained_tax(total, country=country, day=DAY)

    assert tax.net_minor + tax.tax_minor == total
    assert abs(Decimal(tax.net_minor) * (1 + tax.rate) - total) <= (1 + tax.rate) / 2


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("DE", date(2026, 1, 1), "0.19"),
        ("DE", date(2020, 12, 31), "0.16"),
        ("DE", date(2021, 1, 1), "0.19"),
        ("CH", date(2023, 12, 31), "0.077"),
        ("TW", DAY, "0.05"),
    ],
)
def test_the_rate_is_that_of_the_day(country: str, day: date, rate: str) -> None:
    """A rate holds from its day on."""
    assert standard_rate(country, day) == Decimal(rate)


@pytest.mark.parametrize(("country", "day"), [("XX", DAY), ("DE", date(2001, 1, 1))])
def test_a_country_or_day_without_a_rate_is_refused(country: str, day: date) -> None:
    """No rate is ever guessed."""
    with pytest.raises(CountryNotServed) as refused:
        standard_rate(country, day)
    assert refused.value.facts["country"] == country


@given(lines=LINES, quantity=st.integers(1, 99))
def test_the_total_is_the_exact_sum_of_the_lines_for_all_pieces(lines: list[PriceLine], quantity: int) -> None:
    """Lines without a price are not offered; nothing is rounded away."""
    price = offered_price(lines, currency="EUR", quantity=quantity, supply=Supply("DE", "DE", DAY))

    assert price.total_minor == quantity * sum(line.amount_minor for line in lines)
    assert price.total_minor == sum(line.amount_minor for line in price.lines)
    assert all(line.amount_minor for line in price.lines)


@given(lines=LINES)
def test_a_kept_price_reads_back_the_same(lines: list[PriceLine]) -> None:
    """What a quote keeps is what the order shows."""
    price = offered_price(lines, currency="EUR", quantity=2, supply=Supply("DE", "FR", DAY))

    assert isinstance(price, Price)
    assert price_from_json(price.as_json()) == price


def test_discounts_lower_the_total_and_the_tax_in_it() -> None:
    """Tax is due on what is paid; the reason is kept as it was shown."""
    discount = Discount(DiscountKind.VOUCHER, "SPRING", {"en": "Spring", "zh_Hant": "春季"}, -2_000)
    lines = [PriceLine("option.cloth.raw", 1, 13_900)]
    price = offered_price(
        lines,
        currency="EUR",
        quantity=1,
        supply=Supply("DE", "DE", DAY),
        discounts_on=lambda _catalog_minor: (discount,),
    )

    assert (price.total_minor, price.tax.net_minor, price.tax.tax_minor) == (11_900, 10_000, 1_900)
    assert price_from_json(price.as_json()) == price
    assert (discount.reason_in("zh_Hant"), discount.reason_in("zh_Hans")) == ("春季", "Spring")


def test_a_price_kept_before_there_were_discounts_still_reads() -> None:
    """Old quotes and orders have no discounts on record."""
    price = offered_price([PriceLine("base", 1, 100)], currency="EUR", quantity=1, supply=Supply("DE", "DE", DAY))
    kept = {key: value for key, value in price.as_json().items() if key != "discounts"}

    assert price_from_json(kept) == price


@given(lines=LINES, quantity=st.integers(1, 40), country=st.sampled_from(["AT", "FR", "ES", "CH"]))
def test_without_tax_the_buyer_pays_what_is_left_of_each_line(
    lines: list[PriceLine], quantity: int, country: str
) -> None:
    """To a company abroad: each line by I-2, the total their sum, all of it net; kept and read the same."""
    supply = Supply("DE", country, DAY, vat_id="FR42999999006", is_company=True)
    taxed = offered_price(lines, currency="EUR", quantity=quantity, supply=Supply("DE", country, DAY))
    free = offered_price(lines, currency="EUR", quantity=quantity, supply=supply)

    nets = net_amounts([line.amount_minor for line in taxed.lines], taxed.tax.rate)
    assert [line.amount_minor for line in free.lines] == list(nets)
    assert (free.total_minor, free.tax.net_minor, free.tax.tax_minor) == (taxed.tax.net_minor, free.total_minor, 0)
    assert free.tax.category is (VatCategory.EXPORT if country == "CH" else VatCategory.INTRA_COMMUNITY)
    assert price_from_json(free.as_json()) == free


def test_what_is_carried_away_bears_the_tax_at_home() -> None:
    """Also for a company from abroad."""
    supply = Supply("DE", "FR", DAY, vat_id="FR42999999006", is_company=True, is_carried_away=True)
    price = offered_price([PriceLine("base", 1, 11_900)], currency="EUR", quantity=1, supply=supply)

    assert (price.total_minor, price.tax.country, price.tax.tax_minor) == (11_900, "DE", 1_900)


@pytest.mark.parametrize(
    ("currency", "rate", "step_minor", "catalog_minor", "price_minor"),
    [
        ("CHF", "0.95", 5, 14_890, 14_145),  # 141.455 → 141.45: a step of 0.05
        ("CHF", "0.95", 1, 14_890, 14_146),
        ("JPY", "163.2", 10, 14_890, 24_300),  # no smaller coin than a yen: 24,300.48
        ("TWD", "36.4", 100, 14_890, 542_000),  # 5,419.96
        ("CHF", "0.95", 5, -500, -475),
    ],
)
def test_a_price_in_another_currency_is_the_catalogs_at_a_fixed_rate(
    currency: str, rate: str, step_minor: int, catalog_minor: int, price_minor: int
) -> None:
    """Exact, rounded once to the step; what is compared with costs comes back to within a step."""
    exchange = Exchange("EUR", currency, Decimal(rate), step_minor)
    line = PriceLine("base", 1, catalog_minor)
    price = offered_price([line], currency="EUR", quantity=3, supply=Supply("DE", "CH", DAY), exchange=exchange)

    assert (price.currency, price.total_minor) == (currency, 3 * price_minor)
    assert price.tax.net_minor + price.tax.tax_minor == price.total_minor
    assert abs(price.catalog_total_minor - 3 * catalog_minor) <= 3 * 100 * step_minor
    assert price_from_json(price.as_json()) == price


@pytest.mark.parametrize(
    ("currency", "rate", "step_minor", "field"),
    [
        ("EUR", "1", 1, "currency"),
        ("XXQ", "1", 1, "currency"),
        ("CHF", "0", 1, "rate"),
        ("CHF", "NaN", 1, "rate"),
        ("CHF", "1", 0, "step"),
    ],
)
def test_an_exchange_that_cannot_be_meant_is_refused(currency: str, rate: str, step_minor: int, field: str) -> None:
    with pytest.raises(PriceListNotValid) as refused:
        Exchange("EUR", currency, Decimal(rate), step_minor)
    assert refused.value.facts["field"] == field
