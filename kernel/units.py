"""Lengths at the edge: people read and write cm, mm or inches; inside there are whole millimetres."""

import re
import unicodedata
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import babel.numbers

from kernel.errors import NotValid


class LengthNotUnderstood(NotValid):
    """The text is no length."""


class LengthUnit(StrEnum):
    """A unit people measure clothes and cases in."""

    MM = "mm"
    CM = "cm"
    INCH = "in"


MM_PER_UNIT = {LengthUnit.MM: Fraction(1), LengthUnit.CM: Fraction(10), LengthUnit.INCH: Fraction(254, 10)}
# The fewest decimals from which every whole millimetre can be read back: 0.01 in is 0.254 mm.
_DECIMALS = {LengthUnit.MM: 0, LengthUnit.CM: 1, LengthUnit.INCH: 2}

_SUFFIXES = {
    "mm": LengthUnit.MM,
    "cm": LengthUnit.CM,
    "in": LengthUnit.INCH,
    "inch": LengthUnit.INCH,
    "inches": LengthUnit.INCH,
    '"': LengthUnit.INCH,
    "″": LengthUnit.INCH,
    "”": LengthUnit.INCH,
    "公分": LengthUnit.CM,
    "厘米": LengthUnit.CM,
    "公釐": LengthUnit.MM,
    "毫米": LengthUnit.MM,
    "吋": LengthUnit.INCH,
    "英寸": LengthUnit.INCH,
}
_NUMBER = re.compile(
    r"""\s*(?:(?P<whole>\d{1,7}(?:[.,]\d{1,6})?)(?!\d))?
        (?:\s*(?P<above>\d{1,3})\s*/\s*(?P<below>\d{1,3}))?
        \s*(?P<suffix>\D*?)\s*""",
    re.VERBOSE | re.ASCII,
)


def parse_length_mm(text: str, unit: LengthUnit) -> int:
    """Return the length in millimetres, rounded half up from the exact value.

    Understands ``82``, ``82.5``, ``82,5 cm``, ``32 1/2"``, ``32½ in``. A comma is a decimal sign.

    Args:
        text: What a person typed.
        unit: The unit meant where the text names none.

    Raises:
        LengthNotUnderstood: The text is no length.
    """
    match = _NUMBER.fullmatch(_spelled_out(text))
    if match is None:
        raise LengthNotUnderstood(text=text)
    whole, above, below, suffix = match.group("whole", "above", "below", "suffix")
    named = _SUFFIXES.get(suffix.lower(), unit if not suffix else None)
    if named is None or (whole is None and above is None) or (below is not None and int(below) == 0):
        raise LengthNotUnderstood(text=text)
    value = Fraction((whole or "0").replace(",", "."))
    if above is not None:
        value += Fraction(int(above), int(below))
    return int(value * MM_PER_UNIT[named] + Fraction(1, 2))


def format_length(length_mm: int, unit: LengthUnit, locale: str, *, with_unit: bool = True) -> str:
    """Return the length as a reader of ``locale`` writes it; `parse_length_mm` gives back the same millimetres."""
    decimals = _DECIMALS[unit]
    scaled = Fraction(length_mm) / MM_PER_UNIT[unit] * 10**decimals
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    pattern = "0." + "#" * decimals if decimals else "0"
    number = babel.numbers.format_decimal(_as_decimal(rounded, decimals), format=pattern, locale=locale)
    return f"{number} {unit.value}" if with_unit else number


def _as_decimal(scaled: int, decimals: int) -> Decimal:
    return Decimal(scaled).scaleb(-decimals)


def _spelled_out(text: str) -> str:
    """Return the text in plain digits: ``32½`` becomes ``32 1/2``, full-width digits become ASCII."""
    spaced = "".join(f" {char}" if unicodedata.decomposition(char).startswith("<fraction>") else char for char in text)
    return unicodedata.normalize("NFKC", spaced).replace("\N{FRACTION SLASH}", "/")
