"""Unit tests of kernel/money.py."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import (
    AmountNotExact,
    CurrencyMismatch,
    CurrencyUnknown,
    Money,
    Rounding,
    currency_digits,
    decimal_from_money,
    format_money,
    money_from_decimal,
    round_minor,
)

amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("USD", 2), ("GBP", 2), ("CNY", 2), ("TWD", 2), ("JPY", 0), ("KWD", 3)]
)
def test_digits_are_those_of_the_currency(currency: str, digits: int) -> None:
    assert currency_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "eur", "XX", "EURO", "€"])
def test_no_money_without_a_currency(currency: str) -> None:
    with pytest.raises(CurrencyUnknown):
        Money(1, currency)


@pytest.mark.parametrize("amount", [1.0, Decimal(1), True, "1"])
def test_only_whole_minor_units(amount: int) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")


def test_currencies_never_mix() -> None:
    for mix in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b):
        with pytest.raises(CurrencyMismatch):
            mix(Money(1, "EUR"), Money(1, "USD"))


def test_sums_and_products() -> None:
    price = Money(1_299, "EUR")

    assert price + Money(1, "EUR") == Money(1_300, "EUR")
    assert price - price * 2 == -price
    assert 3 * price == Money(3_897, "EUR")
    assert Money(1, "EUR") < Money(2, "EUR") <= Money(2, "EUR")


@pytest.mark.parametrize(
    ("amount", "half_up", "half_even", "up", "down"),
    [("0.5", 1, 0, 1, 0), ("1.5", 2, 2, 2, 1), ("-0.5", -1, 0, -1, 0), ("2.4", 2, 2, 3, 2), ("-2.4", -2, -2, -3, -2)],
)
def test_rounding_is_the_named_one(amount: str, half_up: int, half_even: int, up: int, down: int) -> None:
    found = [round_minor(Decimal(amount), rounding) for rounding in Rounding]

    assert found == [half_up, half_even, up, down]


def test_a_tax_rate_is_exact_before_it_is_rounded() -> None:
    assert Money(10_050, "EUR").at_rate(Decimal("0.19"), Rounding.HALF_UP) == Money(1_910, "EUR")
    assert Money(10_050, "EUR").at_rate(Decimal("0.19"), Rounding.HALF_EVEN) == Money(1_910, "EUR")
    assert Money(50, "EUR").at_rate(Decimal("0.19"), Rounding.HALF_EVEN) == Money(10, "EUR")  # 9.5
    assert Money(10**18 + 1, "JPY").at_rate(Decimal("0.5"), Rounding.DOWN) == Money(5 * 10**17, "JPY")


@given(amount=amounts, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(sum))
def test_shares_sum_to_the_whole_and_are_fair(amount: int, weights: list[int]) -> None:
    shares = Money(amount, "EUR").split(weights)

    assert sum(share.amount_minor for share in shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.amount_minor * sum(weights) - amount * weight) < sum(weights)


def test_left_over_cents_go_to_the_first() -> None:
    assert [share.amount_minor for share in Money(100, "EUR").split([1, 1, 1])] == [34, 33, 33]


@given(amount=amounts, currency=st.sampled_from(["EUR", "JPY", "KWD", "TWD"]))
def test_decimals_come_back_as_the_same_money(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert money_from_decimal(decimal_from_money(money), currency) == money


def test_decimals_below_the_minor_unit_are_refused() -> None:
    with pytest.raises(AmountNotExact):
        money_from_decimal(Decimal("1.005"), "EUR")
    with pytest.raises(AmountNotExact):
        money_from_decimal(Decimal("1.5"), "JPY")


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(129_900, "EUR"), "en", "€1,299.00"),
        (Money(129_900, "EUR"), "de", "1.299,00\N{NO-BREAK SPACE}€"),
        (Money(1_299, "JPY"), "zh_Hant", "¥1,299"),
        (Money(-5, "USD"), "en", "-$0.05"),
    ],
)
def test_money_reads_as_its_reader_writes(money: Money, locale: str, text: str) -> None:
    assert format_money(money, locale) == text
