import datetime

import pytest

from web import formats
from web.translations import translations_for

DAY = datetime.date(2026, 12, 2)


@pytest.mark.parametrize(("locale", "text"), [("en", "€1,380.00"), ("zh_Hant", "€1,380.00"), ("zh_Hans", "€1,380.00")])
def test_money_stands_with_its_currency(locale: str, text: str) -> None:
    assert formats.money(138_000, "EUR", locale=locale) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (3_500, "EUR", "+€35"),
        (-1_250, "EUR", "−€12.50"),
        (0, "EUR", "±€0"),
        (-500, "JPY", "−¥500"),
        (123_456, "EUR", "+€1,234.56"),
    ],
)
def test_a_difference_has_a_sign_and_no_idle_cents(minor: int, currency: str, text: str) -> None:
    assert formats.money_delta(minor, currency, locale="en") == text


@pytest.mark.parametrize(
    ("days", "text"), [(1, "+1 day"), (4, "+4 days"), (-1, "1 day sooner"), (-2, "2 days sooner"), (0, "+0 days")]
)
def test_a_difference_of_days_is_said_in_words(days: int, text: str) -> None:
    assert formats.days_delta(days, translations=translations_for("en")) == text


def test_no_difference_is_said_in_words_where_asked() -> None:
    english = translations_for("en")
    assert formats.days_delta(0, same=True, translations=english) == "same date"
    assert formats.money_or_same(0, "EUR", same=True, locale="en", translations=english) == "same price"


@pytest.mark.parametrize(
    ("locale", "text", "with_year"),
    [
        ("en", "Wed 2 Dec", "Wed 2 Dec 2026"),
        ("zh_Hant", "12月2日週三", "2026年12月2日週三"),
        ("zh_Hans", "12月2日周三", "2026年12月2日周三"),
    ],
)
def test_a_date_has_its_weekday(locale: str, text: str, with_year: str) -> None:
    assert formats.date(DAY, locale=locale) == text
    assert formats.date(DAY, locale=locale, year=True) == with_year


@pytest.mark.parametrize(("unit", "text"), [("mm", "842 mm"), ("cm", "84.2 cm"), ("in", "33.15 in")])
def test_a_length_stands_in_the_readers_unit(unit: str, text: str) -> None:
    assert formats.length(842, unit, locale="en") == text
