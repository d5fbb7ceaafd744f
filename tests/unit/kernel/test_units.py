"""Unit tests of kernel/units.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.units import LengthNotUnderstood, LengthUnit, format_length, parse_length_mm


@pytest.mark.parametrize(
    ("text", "unit", "length_mm"),
    [
        ("82", LengthUnit.CM, 820),
        ("82,5", LengthUnit.CM, 825),
        (" 82.5 cm ", LengthUnit.INCH, 825),
        ("820mm", LengthUnit.CM, 820),
        ("82 公分", LengthUnit.MM, 820),
        ("８２．５", LengthUnit.CM, 825),
        ("32", LengthUnit.INCH, 813),  # 812.8
        ('32 1/2"', LengthUnit.CM, 826),  # 825.5, half up
        ("32½ in", LengthUnit.CM, 826),
        ("½", LengthUnit.INCH, 13),  # 12.7
        ("1/4 inch", LengthUnit.CM, 6),  # 6.35
        ("0.5", LengthUnit.MM, 1),
        ("0", LengthUnit.MM, 0),
    ],
)
def test_what_people_type_is_understood(text: str, unit: LengthUnit, length_mm: int) -> None:
    assert parse_length_mm(text, unit) == length_mm


@pytest.mark.parametrize(
    "text", ["", "cm", "-3", "1,234,5", "1.2.3", "12 feet", "3/0", "1e3", "٣٢", "32 cm 5", "1/2/3", "nan"]
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(LengthNotUnderstood):
        parse_length_mm(text, LengthUnit.CM)


@given(
    length_mm=st.integers(0, 99_999),
    unit=st.sampled_from(LengthUnit),
    locale=st.sampled_from(["en", "de", "zh_Hant", "zh_Hans", "fr"]),
    with_unit=st.booleans(),
)
def test_what_is_shown_reads_back_as_the_same_millimetres(
    length_mm: int, unit: LengthUnit, locale: str, with_unit: bool
) -> None:
    shown = format_length(length_mm, unit, locale, with_unit=with_unit)

    assert parse_length_mm(shown, unit) == length_mm


@pytest.mark.parametrize(
    ("unit", "locale", "text"),
    [(LengthUnit.MM, "en", "825 mm"), (LengthUnit.CM, "de", "82,5 cm"), (LengthUnit.INCH, "en", "32.48 in")],
)
def test_lengths_read_as_their_reader_writes(unit: LengthUnit, locale: str, text: str) -> None:
    assert format_length(825, unit, locale) == text
