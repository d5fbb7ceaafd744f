"""Money: integer minor units of one currency. Rates are decimals, rounded by a named method."""

import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

import babel.numbers

from kernel.errors import NotValid


class CurrencyMismatch(NotValid):
    """Two amounts of different currencies were put together."""


class CurrencyUnknown(NotValid):
    """The code names no currency."""


class AmountNotExact(NotValid):
    """The amount has more decimals than its currency."""


class Rounding(StrEnum):
    """How a part of a minor unit is rounded; stored by name beside every rounded amount."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


_DECIMAL_ROUNDING = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.DOWN: decimal.ROUND_DOWN,
}
# Enough digits that no product of an amount and a rate loses one before it is rounded by name.
_EXACT = decimal.Context(prec=60, traps=[decimal.InvalidOperation, decimal.Inexact])


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents; whole yen) of one ISO 4217 currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise TypeError(f"amount_minor must be an int, not {type(self.amount_minor).__name__}")
        currency_digits(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same_currency(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount_minor * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same_currency(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same_currency(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._same_currency(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._same_currency(other)

    def at_rate(self, rate: Decimal, rounding: Rounding) -> "Money":
        """Return this amount times ``rate`` (a tax rate, a discount), rounded to the minor unit."""
        return Money(round_minor(_EXACT.multiply(Decimal(self.amount_minor), rate), rounding), self.currency)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Return one share per weight; the shares sum to the amount exactly.

        Left-over minor units go to the largest remainders, the earliest first on ties.

        Args:
            weights: At least one, each >= 0, not all 0.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError(f"weights must be >= 0 and not all 0: {list(weights)}")
        shares = [self.amount_minor * weight // total for weight in weights]
        remainders = [self.amount_minor * weight % total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
        for index in by_remainder[: self.amount_minor - sum(shares)]:
            shares[index] += 1
        return tuple(Money(share, self.currency) for share in shares)

    def _same_currency(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(expected=self.currency, given=other.currency)
        return other.amount_minor


def round_minor(amount: Decimal, rounding: Rounding) -> int:
    """Return ``amount`` (in minor units, perhaps with a part of one) as whole minor units."""
    return int(amount.to_integral_value(rounding=_DECIMAL_ROUNDING[rounding]))


@cache
def currency_digits(currency: str) -> int:
    """Return how many decimals the currency's minor unit stands for: EUR 2, JPY 0.

    Raises:
        CurrencyUnknown: There is no such ISO 4217 code.
    """
    if not babel.numbers.is_currency(currency):
        raise CurrencyUnknown(currency=currency)
    return int(babel.numbers.get_currency_precision(currency))


def money_from_decimal(amount: Decimal, currency: str) -> Money:
    """Return an amount written in major units (``12.50``) as money, without rounding.

    Raises:
        AmountNotExact: It has more decimals than the currency.
        CurrencyUnknown: There is no such ISO 4217 code.
    """
    minor = amount.scaleb(currency_digits(currency), context=_EXACT)
    if minor != minor.to_integral_value():
        raise AmountNotExact(amount=str(amount), currency=currency)
    return Money(int(minor), currency)


def decimal_from_money(money: Money) -> Decimal:
    """Return the amount in major units, with all decimals of its currency: ``12.50``."""
    return Decimal(money.amount_minor).scaleb(-currency_digits(money.currency), context=_EXACT)


def format_money(money: Money, locale: str) -> str:
    """Return the amount as a reader of ``locale`` (``en``, ``zh_Hant``) writes it, with its currency's symbol."""
    return babel.numbers.format_currency(decimal_from_money(money), money.currency, locale=locale)
