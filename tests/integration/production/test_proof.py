"""The proof of a customer's text is as large on paper as it will be on the product, in any script and direction."""

from itertools import pairwise

import pypdfium2
import pytest

from tests.integration.production.test_build_sheet import PICTURE, sheet
from tests.printers import sheet_printer

MM = 25.4 / 72
DPI = 600
LETTER_MM = 14
"""Height of a capital letter that the sheet asks for."""


def ink_mm(page: pypdfium2.PdfPage, left: float, bottom: float, right: float, top: float) -> float:
    """Return how high what is printed in a part of the page is, to a twentieth of a millimetre."""
    around = 3.0
    crop = (left, bottom - around, page.get_width() - right, page.get_height() - top - around)
    picture = page.render(scale=DPI / 72, grayscale=True, crop=crop).to_numpy()
    rows = [at for at, row in enumerate(picture) if row.min() < 128]
    return (rows[-1] - rows[0] + 1) * 25.4 / DPI


def proof_of(text: str) -> list[tuple[str, float, float, float]]:
    """Return the letters of the proof, as the page has them: letter, left edge, and its ink's width and height in mm."""
    found = []
    for page in pypdfium2.PdfDocument(sheet_printer().draw(sheet(text=text), PICTURE)):
        letters = page.get_textpage()
        for at in range(letters.count_chars()):
            left, bottom, right, top = letters.get_charbox(at)
            if (top - bottom) * MM < 5:
                continue
            size = (right - left) * MM, ink_mm(page, left, bottom, right, top)
            found.append((letters.get_text_range(at, 1), left * MM, *size))
    tallest = max(height for letter, _left, _width, height in found if letter in text)
    return [one for one in found if one[0] in text and one[0] != " " and one[3] > tallest / 2]


@pytest.mark.parametrize("text", ["HANNAH", "李雷 & AHE שרה"])
def test_capitals_are_as_high_as_ordered(text: str) -> None:
    """Measured on the page: 14 mm, to a tenth, alone and beside other scripts."""
    heights = [height for letter, _left, _width, height in proof_of(text) if letter in "HANE"]
    assert len(heights) == sum(letter in "HANE" for letter in text)
    assert heights == pytest.approx([LETTER_MM] * len(heights), abs=0.1)


def test_han_stands_at_the_size_of_the_same_font() -> None:
    """A Han letter fills its square, which is as wide as the font is large: 14 mm by the share capitals take of it."""
    letters = proof_of("山山東")
    steps = [after[1] - before[1] for before, after in pairwise(letters) if before[0] == after[0]]
    assert steps == pytest.approx([LETTER_MM / 0.714] * len(steps), abs=0.1)
    assert len(steps) == 1


@pytest.mark.parametrize("text", ["שלום רות", "דנה"])
def test_what_is_read_from_the_right_is_set_from_the_right(text: str) -> None:
    letters = proof_of(text)
    lefts = {letter: left for letter, left, _width, _height in letters}
    assert lefts[text[0]] == max(lefts.values())
    assert lefts[text[-1]] == min(lefts.values())
    assert max(left + width for _letter, left, width, _height in letters) > 120


def test_mixed_scripts_keep_their_order() -> None:
    """Latin first, then Hebrew: the line runs from the left, its Hebrew from the right."""
    lefts = {letter: left for letter, left, _width, _height in proof_of("Ab שר")}
    assert lefts["A"] < lefts["b"] < lefts["ר"] < lefts["ש"]
