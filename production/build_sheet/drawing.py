"""From a sheet's data to PDF bytes, inside a worker process. The same data always gives the same bytes.

WeasyPrint, the parsed stylesheet and the font configuration are loaded once. The page is read by an XML parser, as the
template is well-formed. Nothing can be fetched but ``data:`` URLs.
"""

import base64
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import babel.dates
import cssselect2  # type: ignore[import-untyped]
import jinja2
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from kernel.canonical import canonical_hash
from production.build_sheet.marks import BoxMark, PictureMark, QrMark, RuledMark
from production.build_sheet.model import PartLine, SheetData, SheetDiff, SheetOrder, TextLine
from production.build_sheet.paging import Layouts, compose
from production.build_sheet.pictures import PictureNotUnderstood, drawing_of
from production.build_sheet.sheet_texts import SheetTexts, sheet_texts
from production.build_sheet.slips import bins_of, cut_tickets

TEMPLATES = Path(__file__).parent / "templates"
ATTACHMENT = "spec.json"
DIFF_ATTACHMENT = "changes.json"
CAPITAL_HEIGHT = 0.714
"""Height of a capital letter of Noto Sans, as a share of its font size."""
MANY_MM = 10_000
"""From here on lengths are given in metres."""
PICTURE_FONTS = "Noto Sans, Noto Sans CJK TC"
_LETTERING = re.compile(r"""\s(?:font-family|font-weight|font-style)=(?:"[^"]*"|'[^']*')""")
PDF_VARIANT = "pdf/a-3b"
PROOF_COLUMN_MM = 78
"""Room for a proof beside the text."""


def draw_sheet(sheet: SheetData, picture_svg: str = "") -> bytes:
    """Return the PDF/A-3 of a sheet, with its specification attached as ``spec.json``."""
    texts = sheet_texts(sheet.locale)
    marks = _Marks()
    source = _template("sheet.html").render(
        sheet=sheet,
        lang=sheet.locale.replace("_", "-"),
        content_hash=sheet.content_hash,
        picture=marks.picture(picture_svg),
        word=texts.word,
        day=_day(texts),
        duration=duration,
        quantity=lambda part: quantity(part, texts),
        qr=marks.qr,
        ruled=marks.ruled,
        box=marks.box(),
        life_size=life_size_mm,
        direction=direction,
        is_wide=is_wide,
        visible=visible,
    )
    attachment = _attachment(ATTACHMENT, sheet.specification, sheet.order)
    return render_page(source, (attachment,), bytes.fromhex(sheet.content_hash)[:16], marks.images)


def draw_diff(diff: SheetDiff) -> bytes:
    """Return the PDF/A-3 that says what a revision changes, with the same attached as ``changes.json``."""
    texts = sheet_texts(diff.locale)
    marks = _Marks()
    source = _template("diff.html").render(
        diff=diff,
        lang=diff.locale.replace("_", "-"),
        content_hash=diff.content_hash,
        word=texts.word,
        day=_day(texts),
        duration=duration,
        quantity=lambda part: quantity(part, texts),
        qr=marks.qr,
        direction=direction,
    )
    attachment = _attachment(DIFF_ATTACHMENT, diff.specification, diff.order)
    return render_page(source, (attachment,), bytes.fromhex(diff.content_hash)[:16], marks.images)


def draw_labels(sheets: Sequence[SheetData]) -> bytes:
    """Return a PDF of kit labels, one a page of 100 × 62 mm; empty for no sheets."""
    return _draw_slips("labels.html", "label.css", sheets, bins=bins_of)


def draw_tickets(sheets: Sequence[SheetData]) -> bytes:
    """Return a PDF of cut tickets, each cloth on a page of its own; empty where nothing is cut of a cloth."""
    tickets = cut_tickets(sheets)
    return _draw_slips("tickets.html", "ticket.css", sheets if tickets else (), tickets=tickets, metres=_metres)


def _draw_slips(template: str, stylesheet: str, sheets: Sequence[SheetData], **values: object) -> bytes:
    if not sheets:
        return b""
    texts = sheet_texts(sheets[0].locale)
    marks = _Marks()
    box = marks.box()
    source = _template(template).render(
        lang=texts.locale.replace("_", "-"),
        word=texts.word,
        day=_day(texts),
        qr=marks.qr,
        box=box,
        sheets=sheets,
        **values,
    )
    root = ElementTree.fromstring(source)  # noqa: S314 - from our own template, everything in it escaped
    pdf = _laid_out(root, marks.images, stylesheet).write_pdf(
        pdf_variant=PDF_VARIANT, pdf_identifier=canonical_hash([one.content_hash for one in sheets])[:16].encode()
    )
    assert isinstance(pdf, bytes)  # noqa: S101 - no target was given
    return pdf


def _metres(length_mm: int) -> str:
    return f"{Decimal(length_mm).scaleb(-3):.2f}"


def _attachment(name: str, content: bytes, order: SheetOrder) -> Attachment:
    stamp = datetime.combine(order.issued_on, time(), UTC)
    return Attachment(
        file_obj=io.BytesIO(content),
        name=name,
        description="What this sheet says, for machines",
        created=stamp,
        modified=stamp,
        relationship="Source",
    )


def render_page(
    source: str,
    attachments: tuple[Attachment, ...] = (),
    identifier: bytes = b"\0" * 16,
    images: Mapping[str, Any] = MappingProxyType({}),
) -> bytes:
    """Return the PDF/A-3 of a well-formed page under the sheet's stylesheet; ``images`` are marks by their address."""
    root = ElementTree.fromstring(source)  # noqa: S314 - from our own template, everything in it escaped
    pdf = compose(root, _layouts(), _laid_out, images).write_pdf(
        attachments=list(attachments), pdf_variant=PDF_VARIANT, pdf_identifier=identifier
    )
    assert isinstance(pdf, bytes)  # noqa: S101 - no target was given
    return pdf


def _laid_out(root: ElementTree.Element, images: Mapping[str, Any], stylesheet: str = "sheet.css") -> Any:
    return _Page(root).render(
        stylesheets=[_stylesheet(stylesheet)],
        font_config=_font_config(),
        pdf_variant=PDF_VARIANT,
        cache=dict(images),
    )


def data_only_fetcher() -> URLFetcher:
    """Return a fetcher that opens ``data:`` URLs and refuses everything else."""
    return URLFetcher(allowed_protocols=["data"], allow_redirects=False)


class _Page(HTML):  # type: ignore[misc]
    """A page given as elements, without WeasyPrint's slower HTML parser."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.base_url = None
        self.url_fetcher = data_only_fetcher()
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_stylesheet("base.css")]

    def _ph_stylesheets(self) -> list[CSS]:
        return []


@cache
def _layouts() -> Layouts:
    return Layouts()


@cache
def _font_config() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet(name: str) -> CSS:
    source = (TEMPLATES / name).read_text("utf-8")
    return CSS(string=source, font_config=_font_config(), url_fetcher=data_only_fetcher())


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _day(texts: SheetTexts) -> Callable[[date], str]:
    pattern = texts.words["date"]
    return lambda day: babel.dates.format_date(day, pattern, locale=texts.locale)


def duration(seconds: int) -> str:
    """Return a standard time: ``6:30`` minutes and seconds, ``2:01:00`` from an hour on."""
    minutes, rest_s = divmod(seconds, 60)
    hours, rest_min = divmod(minutes, 60)
    return f"{hours}:{rest_min:02d}:{rest_s:02d}" if hours else f"{minutes}:{rest_s:02d}"


def quantity(part: PartLine, texts: SheetTexts) -> str:
    """Return how much to take: long lengths in metres, exact."""
    if part.unit == "mm" and part.quantity >= MANY_MM:
        metres = Decimal(part.quantity).scaleb(-3).normalize()
        return f"{metres:f} {texts.word('unit.m')}"
    return f"{part.quantity} {texts.word(f'unit.{part.unit}')}"


def life_size_mm(letter_mm: int) -> str:
    """Return the font size at which a capital letter is so high."""
    return f"{letter_mm / CAPITAL_HEIGHT:.2f}"


def data_url(content: bytes, media_type: str) -> str:
    """Return content as a ``data:`` URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def is_wide(line: TextLine) -> bool:
    """Return whether the 1:1 proof needs the whole width of the page: more than about 80 mm of letters."""
    em = sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.62 for char in line.text)
    return em * line.letter_mm / CAPITAL_HEIGHT > PROOF_COLUMN_MM


def printed_picture(svg: str) -> str:
    """Return a picture with its lettering in the sheet's own fonts: each further font costs tens of milliseconds."""
    return _LETTERING.sub("", svg).replace("<svg ", f'<svg font-family="{PICTURE_FONTS}" ', 1)


def direction(text: str) -> str:
    """Return the writing direction of a text by its first letter that has one: ``ltr`` or ``rtl``."""
    strong = next((one for one in map(unicodedata.bidirectional, text) if one in ("L", "R", "AL")), "L")
    return "ltr" if strong == "L" else "rtl"


def visible(char: str) -> str:
    """Return a character as it can be seen on paper: blanks by name."""
    return {" ": "SP", "\u3000": "SP", "\u00a0": "NBSP"}.get(char, char)


class _Marks:
    """The marks of one document by the addresses under which its template names them."""

    def __init__(self) -> None:
        self.images: dict[str, Any] = {}

    def qr(self, scan: str) -> str:
        """Return the address of a QR code."""
        return self._named(f"mark:qr/{scan}", lambda: QrMark(scan))

    def box(self) -> str:
        """Return the address of a box to tick."""
        return self._named("mark:box", BoxMark)

    def ruled(self, before_mm: float, above_mm: float, width_mm: float, *fields_mm: float) -> str:
        """Return the address of a ruled row: see ``RuledMark``."""
        name = "/".join(map(str, (before_mm, above_mm, width_mm, *fields_mm)))
        return self._named(f"mark:ruled/{name}", lambda: RuledMark(before_mm, above_mm, width_mm, fields_mm))

    def picture(self, svg: str) -> tuple[str, ...]:
        """Return the addresses of the product's picture: shapes we draw ourselves and texts over them, or all as one."""
        if not svg:
            return ()
        try:
            drawing = drawing_of(svg)
        except PictureNotUnderstood:
            return (data_url(printed_picture(svg).encode(), "image/svg+xml"),)
        shapes = self._named("mark:picture", lambda: PictureMark(drawing))
        if not drawing.texts:
            return (shapes,)
        return shapes, data_url(printed_picture(drawing.texts).encode(), "image/svg+xml")

    def _named(self, address: str, make: Callable[[], object]) -> str:
        if address not in self.images:
            self.images[address] = make()
        return address
