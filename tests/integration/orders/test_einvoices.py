"""E-invoices against the XSD and the EN 16931 rules, published examples, and the PDF that carries them."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from facturx import get_facturx_xml_from_pdf

from orders.invoicing.cii import cii_xml
from orders.invoicing.composing import BillableLine, credit_note
from orders.invoicing.judging import Finding, findings
from orders.invoicing.model import Invoice, InvoiceNotValid, InvoicingMethod, PaymentMeans
from orders.invoicing.printing import InvoicePrinter
from orders.invoicing.ubl import ubl_xml
from orders.pricing.model import VatCategory
from tests.invoices import COMPANY, DAY, FRENCH, LINES, PRIVATE, SWISS, invoice, order
from tests.printers import invoice_printer

TO_FRANCE = order(country="FR", is_company=True, agreed_rate=Decimal("0.20"))
TO_SWITZERLAND = order(country="CH", is_company=True, agreed_rate=Decimal("0.081"))
REDUCED = order("JE-2026-000002", delivered_on=date(2020, 12, 1), lines=LINES[:3])
UNEVEN = order(lines=(BillableLine("Drive", "drives", 3, 9_877), BillableLine("Button", "", 1, 3)))
INVOICES = {
    "private": invoice(),
    "in Chinese": invoice(locale="zh_Hant"),
    "company with order number": invoice(order(po_number="4711", buyer_reference="KST 12"), buyer=COMPANY),
    "reverse charge": invoice(replace(TO_FRANCE, lines=LINES[3:]), buyer=FRENCH),
    "goods and service to the EU": invoice(TO_FRANCE, buyer=FRENCH),
    "export": invoice(TO_SWITZERLAND, buyer=SWISS),
    "several rates": invoice(order(), REDUCED, buyer=COMPANY, method=InvoicingMethod.MONTHLY),
    "discounts": invoice(order(lines=(*LINES, BillableLine("Voucher", "", 1, -2_000)))),
    "prices no net can make": invoice(UNEVEN),
    "paid by card": invoice(means=PaymentMeans.CARD, paid_minor=15_890),
    "partly paid": invoice(paid_minor=5_000),
    "in the store": invoice(order(is_carried_away=True), means=PaymentMeans.CASH),
    "expected": invoice(order(is_expected=True), means=PaymentMeans.CARD),
    "markup in names": invoice(order(lines=(BillableLine('<b>"A & B"</b> 李雷', "", 1, 100),)), buyer=PRIVATE),
}


@pytest.fixture(scope="module")
def printer() -> InvoicePrinter:
    return invoice_printer()


@pytest.mark.parametrize("name", INVOICES)
def test_every_kind_of_invoice_and_its_credit_note_is_valid_in_both_languages(name: str) -> None:
    """Zero findings, warnings included."""
    issued = INVOICES[name]
    back = replace(credit_note(issued, issued_on=DAY), number="CN-2026-000001")
    part = replace(credit_note(issued, issued_on=DAY, order=issued.orders[0]), number="CN-2026-000002")

    for one in (issued, back, part):
        assert findings(cii_xml(one)) == ()
        assert findings(ubl_xml(one)) == ()


def test_the_cases_are_what_they_say() -> None:
    """So that the test above cannot pass for want of what it names."""
    categories = {name: {line.vat.category for line in one.totals.vat} for name, one in INVOICES.items()}

    assert categories["reverse charge"] == {VatCategory.REVERSE_CHARGE}
    assert categories["goods and service to the EU"] == {VatCategory.REVERSE_CHARGE, VatCategory.INTRA_COMMUNITY}
    assert categories["export"] == {VatCategory.EXPORT}
    assert [str(line.vat.rate) for line in INVOICES["several rates"].totals.vat] == ["0.16", "0.19"]
    assert len(INVOICES["discounts"].allowances) == 2
    assert INVOICES["prices no net can make"].totals.rounding_minor != 0


def rules_of(found: tuple[Finding, ...]) -> set[str]:
    return {each.rule for each in found if not each.is_warning}


def test_what_is_wrong_is_found_by_rule() -> None:
    """One mistake each: the sum, the tax, a missing VAT number, an account that is none, a document that is none."""
    one = INVOICES["private"]
    no_vat_id = replace(INVOICES["goods and service to the EU"], buyer=replace(FRENCH, vat_id=""))

    for write in (cii_xml, ubl_xml):
        assert rules_of(findings(write(_with(one, due_minor=1)))) == {"BR-CO-16"}
        assert "BR-CO-14" in rules_of(findings(write(_with(one, tax_minor=1))))
        assert {"BR-AE-02", "BR-IC-02"} <= rules_of(findings(write(no_vat_id)))
    assert rules_of(findings(b"<Invoice/>")) == {"XSD"}
    assert rules_of(findings(b"<nothing/>")) == {"XSD"}
    assert rules_of(findings(b"not xml")) == {"XML"}


def test_no_entity_is_resolved() -> None:
    """A document that would read a file is no invoice."""
    xml = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>'

    assert rules_of(findings(xml)) == {"XSD"}
    assert not any("root:" in each.text for each in findings(xml))


def test_the_published_examples_of_cen_are_valid(real_data: Path) -> None:
    """All 14 pass, as their README says."""
    examples = sorted((real_data / "einvoice" / "cen-examples").glob("*.xml"))

    assert len(examples) == 14
    assert {path.name: rules_of(findings(path.read_bytes())) for path in examples} == {
        path.name: set() for path in examples
    }


def test_an_example_with_a_changed_amount_is_not(real_data: Path) -> None:
    """The same rules see what was changed."""
    folder = real_data / "einvoice" / "cen-examples"
    ubl = (folder / "ubl-tc434-example1.xml").read_text("utf-8")
    changed = re.sub(r"(<cbc:PayableAmount[^>]*>)[\d.]+", r"\g<1>1.00", ubl)

    assert rules_of(findings(changed.encode())) == {"BR-CO-16"}


def _with(one: Invoice, **sums: int) -> Invoice:
    return replace(one, totals=replace(one.totals, **sums))


def test_the_pdf_carries_the_einvoice_and_is_the_same_every_time(printer: InvoicePrinter, tmp_path: Path) -> None:
    """Factur-X: PDF/A-3 with the CII inside; bytes do not depend on the moment, the process or the folder."""
    one = INVOICES["company with order number"]
    first = printer.draw(one)
    with InvoicePrinter(tmp_path / "elsewhere") as other:
        second = other.draw(one)
    name, inside = get_facturx_xml_from_pdf(first.pdf, check_xsd=True)

    assert first == second
    assert (name, inside) == ("factur-x.xml", first.xml)
    assert findings(inside) == ()
    assert b"pdfaid:part>3<" in first.pdf
    assert b"fx:ConformanceLevel>EN 16931<" in first.pdf
    text = pypdfium2.PdfDocument(first.pdf)[0].get_textpage().get_text_range()
    for words in ("Invoice INV-2026-000001", "Northwind Studio GmbH", "4711", "KST 12", "€158.90", "16 December 2026"):
        assert words in text


@pytest.mark.parametrize(
    ("method", "has_xml", "is_embedded"),
    [
        (InvoicingMethod.PDF, False, False),
        (InvoicingMethod.PAPER, False, False),
        (InvoicingMethod.MONTHLY, True, True),
        (InvoicingMethod.FACTUR_X, True, True),
        (InvoicingMethod.PEPPOL, True, False),
    ],
)
def test_each_method_has_its_files(
    printer: InvoicePrinter, method: InvoicingMethod, has_xml: bool, is_embedded: bool
) -> None:
    """Plain PDF, PDF with CII inside, or UBL beside a PDF to read."""
    made = printer.draw(invoice(method=method, buyer=COMPANY))

    assert bool(made.xml) == has_xml
    assert (b"factur-x.xml" in made.pdf.replace(b"\\055", b"-").replace(b"\\056", b".")) == is_embedded
    assert (b"urn:fdc:peppol.eu" in made.xml) == (method is InvoicingMethod.PEPPOL)


def test_a_broken_invoice_is_refused_with_its_rule(printer: InvoicePrinter) -> None:
    """The caller hears which rule, and that a plain PDF has none to break."""
    broken = _with(INVOICES["private"], due_minor=1)

    with pytest.raises(InvoiceNotValid) as refused:
        printer.require_valid(broken)
    printer.require_valid(replace(broken, method=InvoicingMethod.PDF))
    printer.require_valid(INVOICES["private"])

    assert [each["rule"] for each in refused.value.facts["findings"]] == ["BR-CO-16"]
