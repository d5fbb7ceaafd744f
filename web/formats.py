"""Numbers, dates and lengths as people of each language write them: the filters of the templates."""

import datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from babel.support import NullTranslations

from kernel.money import Money, currency_digits, decimal_from_money, format_money
from kernel.units import LengthUnit, format_length

MINUS = "−"
_DATE = {"en": "EEE d MMM", "zh_Hant": "M月d日EEE", "zh_Hans": "M月d日EEE"}
_SHORT_DATE = {"en": "EEE d MMM", "zh_Hant": "M/d EEEEE", "zh_Hans": "M/d EEEEE"}
_DATE_WITH_YEAR = {"en": "EEE d MMM yyyy", "zh_Hant": "y年M月d日EEE", "zh_Hans": "y年M月d日EEE"}


def money(amount_minor: int, currency: str, *, locale: str) -> str:
    """Return an amount with its currency: ``€138.00``."""
    return format_money(Money(amount_minor, currency), locale).replace("-", MINUS)


@lru_cache(maxsize=4096)
def money_delta(delta_minor: int, currency: str, *, locale: str) -> str:
    """Return a difference with its sign and without cents where there are none: ``+€35``, ``−€12.50``."""
    amount = decimal_from_money(Money(abs(delta_minor), currency))
    whole = amount == amount.to_integral_value()
    digits = 0 if whole else currency_digits(currency)
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    text = format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)
    return ("+" if delta_minor > 0 else MINUS if delta_minor < 0 else "±") + text


def money_or_same(
    delta_minor: int, currency: str, same: bool = False, *, locale: str, translations: NullTranslations
) -> str:
    """Return a difference of price; with ``same``, none is said in words."""
    if same and delta_minor == 0:
        return str(translations.gettext("same price"))
    return money_delta(delta_minor, currency, locale=locale)


def days_delta(days: int, same: bool = False, *, translations: NullTranslations) -> str:
    """Return a difference of days: ``2 days sooner``, ``+4 days``; with ``same``, none is said in words."""
    if same and days == 0:
        return str(translations.gettext("same date"))
    if days < 0:
        return str(translations.ngettext("%(num)d day sooner", "%(num)d days sooner", -days)) % {"num": -days}
    return str(translations.ngettext("+%(num)d day", "+%(num)d days", days)) % {"num": days}


def date(value: datetime.date, *, locale: str, year: bool = False) -> str:
    """Return a day with its weekday: ``Wed 2 Dec``, ``12月2日周三``."""
    return format_date(value, (_DATE_WITH_YEAR if year else _DATE)[locale], locale=locale)


def short_date(value: datetime.date, *, locale: str) -> str:
    """Return a day as it stands over a narrow column: ``Wed 2 Dec``, ``12/2 三``."""
    return format_date(value, _SHORT_DATE[locale], locale=locale)


def moment(value: datetime.datetime, *, locale: str) -> str:
    """Return a day and a time to the minute: ``Wed 2 Dec, 14:30``."""
    separator = ", " if locale == "en" else " "
    return format_datetime(value, _DATE[locale], locale=locale) + separator + format_time(value, "HH:mm", locale=locale)


def number(value: int | Decimal, *, locale: str) -> str:
    """Return a number with its thousands apart: ``25,617``."""
    return str(format_decimal(value, locale=locale))


def length(value_mm: int, unit: str = "cm", *, locale: str) -> str:
    """Return a length in ``mm``, ``cm`` or ``in``, precise to the millimetre."""
    return format_length(value_mm, LengthUnit(unit), locale)
