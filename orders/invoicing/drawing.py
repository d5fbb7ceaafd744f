"""From an invoice to PDF bytes, inside a limited process. The same invoice always gives the same bytes."""

import re
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import jinja2
from facturx import generate_from_binary
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from kernel.canonical import canonical_hash
from kernel.money import Money, format_money
from orders.invoicing.amounts import percent
from orders.invoicing.document import invoice_to_json
from orders.invoicing.invoice_texts import InvoiceTexts, invoice_texts
from orders.invoicing.model import Invoice, InvoiceKind, Syntax, VatLine
from orders.pricing.model import VatCategory
from production.build_sheet.drawing import data_only_fetcher

TEMPLATES = Path(__file__).parent / "templates"
# What factur-x and pypdf stamp with the present moment, in forms of fixed width.
_PDF_MOMENT = re.compile(rb"D\\072\d{14}")
_XMP_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_FILE_ID = re.compile(rb"(/ID \[ <([0-9a-f]{32})> <)[0-9a-f]{64}(> \])")


def draw_invoice(invoice: Invoice, xml: bytes = b"") -> bytes:
    """Return the invoice as PDF/A-3; with ``xml`` as Factur-X, the Cross Industry Invoice inside."""
    texts = invoice_texts(invoice.locale)
    title = f"{texts.word(invoice.kind.value)} {invoice.number}"
    identifier = bytes.fromhex(canonical_hash(invoice_to_json(invoice)))[:16]
    source = _template().render(
        invoice=invoice,
        lang=invoice.locale.replace("_", "-"),
        title=title,
        word=texts.word,
        about=texts.about,
        day=texts.day,
        money=lambda minor: format_money(Money(minor, invoice.currency), texts.locale),
        percent=lambda rate: f"{percent(rate).normalize():f}",
        vat_line=lambda line: _vat_line(line, invoice, texts),
        is_credit=invoice.kind is InvoiceKind.CREDIT_NOTE,
        terms=texts.terms(invoice),
        iban=_in_fours(invoice.account.iban) if invoice.account else "",
        notes=_notes(invoice, texts),
        machine="" if invoice.syntax is Syntax.NONE else texts.word(f"machine.{invoice.syntax.value}"),
    )
    pdf = HTML(string=source, url_fetcher=data_only_fetcher()).write_pdf(
        stylesheets=[_stylesheet()],
        font_config=_font_config(),
        pdf_variant="pdf/a-3b",
        pdf_identifier=identifier,
    )
    assert isinstance(pdf, bytes)  # noqa: S101 - no target was given
    return _with_xml(pdf, xml, invoice, title) if xml else pdf


def _with_xml(pdf: bytes, xml: bytes, invoice: Invoice, title: str) -> bytes:
    """Return the PDF with the e-invoice inside, stamped with the day of issue instead of the present moment."""
    described = {"author": invoice.seller.name, "title": title, "subject": title, "keywords": "Factur-X, EN 16931"}
    made = generate_from_binary(
        pdf,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,
        check_schematron=False,
        pdf_metadata=described,
        lang=invoice.locale.replace("_", "-"),
        afrelationship="alternative",
        xmp_compression=False,
    )
    return _pinned(bytes(made), invoice.issued_on)


def _pinned(pdf: bytes, day: date) -> bytes:
    """Return the PDF with what is made of moment and chance replaced, by as many bytes: no offset moves."""
    moment = datetime.combine(day, time(), UTC)
    pdf = _FILE_ID.sub(rb"\1\2\2\3", pdf)
    pdf = _PDF_MOMENT.sub(moment.strftime(r"D\\072%Y%m%d%H%M%S").encode(), pdf)
    return _XMP_MOMENT.sub(moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").encode(), pdf)


def _vat_line(line: VatLine, invoice: Invoice, texts: InvoiceTexts) -> str:
    key = "vat_on" if line.vat.category is VatCategory.STANDARD else "vat_free"
    base = format_money(Money(line.base_minor, invoice.currency), texts.locale)
    return texts.word(key).format(rate=f"{percent(line.vat.rate).normalize():f}", base=base)


def _notes(invoice: Invoice, texts: InvoiceTexts) -> list[str]:
    categories = [line.vat.category for line in invoice.totals.vat]
    return [texts.word(f"vat.{each.value}") for each in categories if each is not VatCategory.STANDARD]


def _in_fours(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


@cache
def _font_config() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    source = (TEMPLATES / "invoice.css").read_text("utf-8")
    return CSS(string=source, font_config=_font_config(), url_fetcher=data_only_fetcher())


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("invoice.html")
