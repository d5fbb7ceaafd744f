"""The PDF of a build sheet, read back as the floor and its machines read it."""

import io
import json
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp

from kernel.blobs import BlobStore
from kernel.canonical import content_hash
from kernel.database import Database
from production.build_sheet import service
from production.build_sheet.model import (
    ChoiceLine,
    MeasureLine,
    PartLine,
    SheetData,
    SheetOrder,
    StepLine,
    TextLine,
    TrimLine,
)
from production.build_sheet.printing import SheetNotPrinted, SheetPrinter
from tests.printers import sheet_printer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 80"><path d="M5 5h30l5 70H25L20 30 15 75H0z"/></svg>'


def step(number: int, scan_order: str = "JE-2026-000123") -> StepLine:
    return StepLine(
        number=number,
        code=f"step{number}",
        name=f"Step {number}",
        work_centre="sewing",
        work_centre_name="Sewing",
        seconds=390,
        instruction="Join the yoke, set the back pockets level.",
        recipe="",
        checks=("Pockets level", "Seat seam closed"),
        is_cut_off=number == 10,
        scan=f"L1:{scan_order}:B:{number}",
    )


def sheet(*, parts: int = 12, steps: int = 8, text: str = "李雷 & Ana", locale: str = "en") -> SheetData:
    return SheetData(
        order=SheetOrder("JE-2026-000123", "B", date(2026, 12, 2), date(2026, 11, 22), "A-17"),
        line="jeans",
        line_name="Jeans",
        release="0" * 64,
        plant="porto",
        locale=locale,
        scan="L1:JE-2026-000123:B:S",
        choices=(ChoiceLine("cloth", "Cloth", "Indigo selvedge 14 oz"),),
        measures=(MeasureLine("waist", "Waist", 842, 13), MeasureLine("hip", "Hip", 1012, 13)),
        trims=(TrimLine("hem", "Hem", 23), TrimLine("top_back", "Top edge, back", -4)),
        texts=(
            TextLine(
                "monogram_text",
                "Your text",
                text,
                ("Han", "Latin"),
                tuple(f"U+{ord(char):04X}" for char in text),
                ("Right back pocket", "Copper"),
                14,
            ),
        ),
        parts=tuple(PartLine(f"A{n:02d}", f"part{n}", "", f"Part number {n}", n, "pcs") for n in range(1, parts + 1)),
        steps=tuple(step(10 * n) for n in range(1, steps + 1)),
        packing=(ChoiceLine("packaging", "Packaging", "Gift box"),),
        invoicing=(ChoiceLine("invoicing", "Invoice", "Collective monthly"),),
        picture_sha256=content_hash(PICTURE.encode()),
    )


@pytest.fixture(scope="module")
def printer() -> SheetPrinter:
    return sheet_printer()


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def codes_of(pdf: bytes, dpi: int = 150) -> list[str]:
    """What a common reader finds on all pages, rendered as a printer or a phone would see them."""
    document = pypdfium2.PdfDocument(pdf)
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=dpi / 72, grayscale=True).to_pil())
    ]
    document.close()
    return found


def test_two_processes_draw_the_same_bytes(printer: SheetPrinter, tmp_path: Path) -> None:
    """Also with fonts configured in another folder, and after another sheet was drawn in between."""
    first = printer.draw(sheet(), PICTURE)
    printer.draw(sheet(parts=3, locale="zh_Hant"), PICTURE)
    with SheetPrinter(tmp_path) as other:
        assert other.draw(sheet(), PICTURE) == first
    assert printer.draw(sheet(), PICTURE) == first


def test_another_revision_is_another_sheet(printer: SheetPrinter) -> None:
    changed = replace(sheet(), order=replace(sheet().order, revision="C"))

    assert changed.content_hash != sheet().content_hash
    assert printer.draw(changed, PICTURE) != printer.draw(sheet(), PICTURE)


def test_every_page_says_what_it_is(printer: SheetPrinter) -> None:
    data = sheet(parts=30, steps=16)
    pages = text_of(printer.draw(data, PICTURE))

    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert "JE-2026-000123" in page
        assert "Valid only as revision B. Scan to check." in page
        assert data.content_hash[:16] in page
        assert f"{number} / {len(pages)}" in page
        assert "Wed 2 Dec 2026" in page


def test_all_codes_are_read_at_150_dpi(printer: SheetPrinter) -> None:
    """One code an operation, and the sheet's own on every page."""
    data = sheet(steps=14)
    pdf = printer.draw(data, PICTURE)

    found = codes_of(pdf)
    assert set(found) == {data.scan, *(one.scan for one in data.steps)}
    assert found.count(data.scan) == len(text_of(pdf))


def test_codes_are_large_enough_for_a_hand_scanner(printer: SheetPrinter) -> None:
    """At least 18 mm with the quiet zone of four modules around."""
    pdf = printer.draw(sheet(), PICTURE)
    page = pypdfium2.PdfDocument(pdf)[0]
    image = page.render(scale=300 / 72, grayscale=True).to_pil()
    code = next(one for one in zxingcpp.read_barcodes(image) if one.text.endswith(":S"))
    corners = code.position
    code_mm = (corners.top_right.x - corners.top_left.x) * 25.4 / 300

    modules = 25  # version 2
    assert code_mm * (modules + 8) / modules >= 18


def test_the_specification_travels_with_the_sheet(printer: SheetPrinter) -> None:
    data = sheet()
    pdf = printer.draw(data, PICTURE)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    attached = reader.attachments["spec.json"][0]

    assert attached == data.specification
    assert content_hash(attached) == data.content_hash
    assert SheetData.from_json(json.loads(attached)) == data
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "B")
    assert b"D:20261122000000Z" in pdf


@pytest.mark.parametrize("text", ["李雷 & Ana", "Łukasz Żółć", "سلام", "<b>&amp; {{ x }}</b>", "ÅÄÖ ñ"])
def test_customer_text_stands_as_entered(printer: SheetPrinter, text: str) -> None:
    pages = "\n".join(text_of(printer.draw(sheet(text=text), PICTURE)))

    for char in text:
        assert f"U+{ord(char):04X}" in pages
    if text != "سلام":  # Readers return Arabic in the order and the shapes it is drawn in.
        assert text in pages


def test_rows_stay_whole(printer: SheetPrinter) -> None:
    """A part's number and its quantity, a step's number and its code stand on the same page."""
    data = sheet(parts=45, steps=20)
    pdf = printer.draw(data, PICTURE)
    pages = text_of(pdf)
    for one in data.steps:
        (page,) = [page for page in pages if f"{one.name} " in page or f"{one.name}\n" in page]
        assert page.count("Join the yoke") == page.count("Pockets level") == page.count("Seat seam closed")


def test_the_floor_reads_its_own_language(printer: SheetPrinter) -> None:
    traditional = "\n".join(text_of(printer.draw(sheet(locale="zh_Hant"), PICTURE)))
    simplified = "\n".join(text_of(printer.draw(sheet(locale="zh_Hans"), PICTURE)))

    assert "僅版次 B 有效" in traditional
    assert "12月2日" in traditional
    assert "仅版次 B 有效" in simplified


def test_nothing_is_fetched(printer: SheetPrinter, tmp_path: Path) -> None:
    """Pictures cannot pull in files or pages; the sheet is drawn without them."""
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>secret</text></svg>')
    for address in (secret.as_uri(), str(secret), "http://localhost:9/x.png", "https://example.org/x.png"):
        picture = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
            f'<style>@import url("{address}");</style><image href="{address}" xlink:href="{address}" width="9" height="9"/>'
            f'<use href="{address}#a"/></svg>'
        )
        pages = "\n".join(text_of(printer.draw(replace(sheet(), picture_sha256=""), picture)))
        assert "secret" not in pages


def test_a_sheet_that_takes_too_long_ends_its_process_only(tmp_path: Path) -> None:
    with SheetPrinter(tmp_path, timeout_s=0.01) as hurried, pytest.raises(SheetNotPrinted):
        hurried.draw(sheet(parts=40), PICTURE)


def test_a_sheet_that_takes_too_much_memory_is_refused_and_the_next_is_drawn(tmp_path: Path) -> None:
    with SheetPrinter(tmp_path, memory_mb=64) as small, pytest.raises(SheetNotPrinted):
        small.draw(sheet(), PICTURE)


def test_a_dead_worker_is_replaced(tmp_path: Path) -> None:
    with SheetPrinter(tmp_path) as opened:
        first = opened.draw(sheet(), PICTURE)
        worker = opened._idle.get()
        assert isinstance(worker, subprocess.Popen)
        worker.kill()
        worker.wait()
        opened._idle.put(worker)
        assert opened.draw(sheet(), PICTURE) == first


def test_a_revision_is_issued_once(printer: SheetPrinter, database: Database, tmp_path: Path) -> None:
    blobs = BlobStore(str(tmp_path / "blobs"))
    data = sheet()
    issued = service.issue_sheet(database, blobs, printer, data, PICTURE, now=NOW)
    again = service.issue_sheet(database, blobs, printer, data, PICTURE, now=NOW.replace(hour=12))

    assert again == issued
    assert content_hash(blobs.get(issued.pdf).content) == issued.pdf
    assert blobs.get(issued.specification).content == data.specification
    with database.read() as db:
        assert service.issued_sheets(db, "JE-2026-000123") == (issued,)


def test_a_revision_cannot_say_two_things(printer: SheetPrinter, database: Database, tmp_path: Path) -> None:
    blobs = BlobStore(str(tmp_path / "blobs"))
    issued = service.issue_sheet(database, blobs, printer, sheet(), PICTURE, now=NOW)

    with pytest.raises(service.SheetIssuedOtherwise):
        service.issue_sheet(database, blobs, printer, sheet(text="Eva"), PICTURE, now=NOW)
    with database.read() as db:
        assert service.issued_sheets(db, "JE-2026-000123") == (issued,)


def test_two_at_once_issue_one_sheet(printer: SheetPrinter, database: Database, tmp_path: Path) -> None:
    blobs = BlobStore(str(tmp_path / "blobs"))
    issued: list[object] = []
    threads = [
        threading.Thread(
            target=lambda: issued.append(service.issue_sheet(database, blobs, printer, sheet(), PICTURE, now=NOW))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(issued) == 3
    assert len(set(issued)) == 1
