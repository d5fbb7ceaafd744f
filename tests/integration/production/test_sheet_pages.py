"""Pages from blocks: what is laid out once draws the same bytes as laid out anew, and no row is lost or repeated."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from benchmarks.sheets import numbered, samples
from production.build_sheet.model import SheetData
from production.build_sheet.printing import SheetPrinter
from tests.printers import sheet_printer


@pytest.fixture(scope="module")
def printer() -> SheetPrinter:
    return sheet_printer()


def page_texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


@pytest.mark.parametrize(("sheet", "picture"), samples(), ids=["jeans", "pc"])
def test_a_kept_layout_draws_the_same_bytes(
    printer: SheetPrinter, tmp_path: Path, sheet: SheetData, picture: str
) -> None:
    """Another order's sheet first, then this one from kept rows: as a fresh process draws it."""
    printer.draw(numbered(sheet, 7), picture)
    kept = printer.draw(sheet, picture)
    with SheetPrinter(tmp_path) as fresh:
        assert fresh.draw(sheet, picture) == kept


@pytest.mark.parametrize("steps", [1, 5, 6, 7, 40])
def test_every_row_stands_once_and_heads_are_repeated(printer: SheetPrinter, steps: int) -> None:
    """However many rows there are, each is on one page; a page that goes on with steps says so above them."""
    sheet = samples()[1][0]
    rows = tuple(replace(sheet.steps[0], number=10 * at, name=f"Step-{at}-here") for at in range(1, steps + 1))
    pages = page_texts(printer.draw(replace(sheet, steps=rows)))
    assert [sum(f"Step-{at}-here" in page for page in pages) for at in range(1, steps + 1)] == [1] * steps
    assert all("Std" in page for page in pages if "-here" in page)
    assert [f"{at} / {len(pages)}" in page for at, page in enumerate(pages, start=1)] == [True] * len(pages)
    assert not any(page.rstrip().endswith("Steps") for page in pages)
