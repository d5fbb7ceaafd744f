"""Kit labels and cut tickets: what the sheets say, at the size of a label, each cloth by itself."""

from dataclasses import replace

import pypdfium2

from production.build_sheet.model import PartLine, SheetData
from production.build_sheet.slips import bins_of, cut_tickets
from production.print_runs.service import joined
from tests.integration.production.test_build_sheet import codes_of, sheet
from tests.printers import sheet_printer


def pair(number: int, cloth: str, length_mm: int) -> SheetData:
    plain = sheet(parts=3, steps=2)
    order = replace(plain.order, number=f"JE-2026-{number:06d}")
    steps = tuple(
        replace(one, is_cut_off=one.number == 10, scan=f"L1:{order.number}:B:{one.number}") for one in plain.steps
    )
    parts = (
        PartLine("A09" if cloth == "raw" else "A01", f"cloth.{cloth}", "Cloth", cloth.title(), length_mm, "mm"),
        PartLine("A01-07", "front-F-S-01", "Front panels", "front-F-S-01", 1, "pcs"),
        *plain.parts,
    )
    return replace(plain, order=order, scan=f"L1:{order.number}:B:S", steps=steps, parts=parts)


DAY = [pair(1, "raw", 1400), pair(2, "black", 1350), pair(3, "raw", 420)]


def test_a_ticket_gathers_a_cloth_and_its_length() -> None:
    black, raw = cut_tickets(reversed(DAY))
    assert (black.cloth.name, black.total_mm, raw.cloth.name, raw.total_mm) == ("Black", 1350, "Raw", 1820)
    assert [line.sheet.order.number for line in raw.lines] == ["JE-2026-000001", "JE-2026-000003"]
    assert [line.step and line.step.number for line in raw.lines] == [10, 10]
    assert [panel.bin for panel in raw.lines[0].panels] == ["A01-07"]


def test_bins_are_walked_once() -> None:
    assert bins_of(DAY[1]) == ("A01", "A01-07", "A02", "A03")


def test_labels_are_small_and_scanned() -> None:
    """One a page of 100 × 62 mm; the code is the sheet's; the same bytes each time."""
    pdf = sheet_printer().draw_slips("labels", DAY)
    pages = [page.get_size() for page in pypdfium2.PdfDocument(pdf)]
    assert [(round(width * 25.4 / 72), round(height * 25.4 / 72)) for width, height in pages] == [(100, 62)] * 3
    assert codes_of(pdf, 200) == [one.scan for one in DAY]
    assert sheet_printer().draw_slips("labels", DAY) == pdf


def test_tickets_are_scanned_at_the_cutting_step_and_joined_with_others() -> None:
    tickets = sheet_printer().draw_slips("tickets", DAY)
    assert sorted(codes_of(tickets)) == [f"L1:JE-2026-00000{number}:B:10" for number in (1, 2, 3)]
    assert len(pypdfium2.PdfDocument(joined([tickets, sheet_printer().draw_slips("labels", DAY)]))) == 5
    assert sheet_printer().draw_slips("tickets", [sheet()]) == b""
