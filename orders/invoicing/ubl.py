"""An invoice as UBL 2.1 under Peppol BIS Billing 3: a small writer, element by element in the order of the schema."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as Xml

from orders.invoicing.amounts import amount, percent, unit_price
from orders.invoicing.invoice_texts import InvoiceTexts, invoice_texts
from orders.invoicing.model import Invoice, InvoiceKind, Party
from orders.pricing.model import VatCategory
from orders.pricing.tax import Vat

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC = f"{{{NAMESPACE}CommonAggregateComponents-2}}"
CBC = f"{{{NAMESPACE}CommonBasicComponents-2}}"
PIECE = "H87"
DISCOUNT = "95"


def ubl_xml(invoice: Invoice) -> bytes:
    """Return the invoice as UBL; the same invoice always gives the same bytes."""
    return _Writer(invoice).document()


class _Writer:
    """Writes one invoice; keeps what every part of it needs."""

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.texts: InvoiceTexts = invoice_texts(invoice.locale)
        self.is_credit = invoice.kind is InvoiceKind.CREDIT_NOTE

    def document(self) -> bytes:
        """Return the whole document."""
        name = "CreditNote" if self.is_credit else "Invoice"
        for prefix, of in (("cac", "CommonAggregateComponents-2"), ("cbc", "CommonBasicComponents-2")):
            Xml.register_namespace(prefix, NAMESPACE + of)
        root = Xml.Element(f"{{{NAMESPACE}{name}-2}}{name}")
        self._head(root)
        self._references(root)
        self._party(Xml.SubElement(root, f"{CAC}AccountingSupplierParty"), self.invoice.seller, with_contact=True)
        self._party(Xml.SubElement(root, f"{CAC}AccountingCustomerParty"), self.invoice.buyer)
        self._delivery(root)
        self._payment(root)
        for each in self.invoice.allowances:
            self._allowance(root, each.reason, each.net_minor, each.vat)
        self._tax(root)
        self._totals(root)
        self._lines(root)
        Xml.indent(root)
        text = Xml.tostring(root, encoding="unicode", default_namespace=None)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode() + b"\n"

    def _head(self, root: Any) -> None:
        invoice = self.invoice
        _text(root, "CustomizationID", CUSTOMIZATION)
        _text(root, "ProfileID", PROFILE)
        _text(root, "ID", invoice.number)
        _text(root, "IssueDate", invoice.issued_on.isoformat())
        if not self.is_credit:
            _text(root, "DueDate", invoice.due_on.isoformat())
        _text(root, "CreditNoteTypeCode" if self.is_credit else "InvoiceTypeCode", invoice.kind.type_code)
        _text(root, "DocumentCurrencyCode", invoice.currency)
        _text(root, "BuyerReference", invoice.buyer_reference or invoice.po_number or invoice.orders[0])
        if invoice.delivery.first != invoice.delivery.last:
            period = Xml.SubElement(root, f"{CAC}InvoicePeriod")
            _text(period, "StartDate", invoice.delivery.first.isoformat())
            _text(period, "EndDate", invoice.delivery.last.isoformat())

    def _references(self, root: Any) -> None:
        invoice = self.invoice
        if invoice.po_number or len(invoice.orders) == 1:
            order = Xml.SubElement(root, f"{CAC}OrderReference")
            _text(order, "ID", invoice.po_number or "NA")
            if len(invoice.orders) == 1:
                _text(order, "SalesOrderID", invoice.orders[0])
        if invoice.refers_to is not None:
            billing = Xml.SubElement(root, f"{CAC}BillingReference")
            document = Xml.SubElement(billing, f"{CAC}InvoiceDocumentReference")
            _text(document, "ID", invoice.refers_to.number)
            _text(document, "IssueDate", invoice.refers_to.issued_on.isoformat())

    def _party(self, parent: Any, told: Party, *, with_contact: bool = False) -> None:
        party = Xml.SubElement(parent, f"{CAC}Party")
        scheme, endpoint = told.endpoint_parts
        if endpoint:
            _text(party, "EndpointID", endpoint, schemeID=scheme)
        address = Xml.SubElement(party, f"{CAC}PostalAddress")
        for tag, value in (("StreetName", told.street), ("CityName", told.city), ("PostalZone", told.postcode)):
            _maybe(address, tag, value)
        _text(Xml.SubElement(address, f"{CAC}Country"), "IdentificationCode", told.country)
        for number, kind in ((told.vat_id, "VAT"), (told.tax_number, "TAX")):
            if number:
                scheme_of = Xml.SubElement(party, f"{CAC}PartyTaxScheme")
                _text(scheme_of, "CompanyID", number)
                _text(Xml.SubElement(scheme_of, f"{CAC}TaxScheme"), "ID", kind)
        legal = Xml.SubElement(party, f"{CAC}PartyLegalEntity")
        _text(legal, "RegistrationName", told.name)
        _maybe(legal, "CompanyID", told.registration)
        if with_contact and told.contact:
            contact = Xml.SubElement(party, f"{CAC}Contact")
            _text(contact, "Name", told.contact)
            _maybe(contact, "Telephone", told.phone)
            _maybe(contact, "ElectronicMail", told.email)

    def _delivery(self, root: Any) -> None:
        delivery = Xml.SubElement(root, f"{CAC}Delivery")
        _text(delivery, "ActualDeliveryDate", self.invoice.delivery.last.isoformat())
        location = Xml.SubElement(delivery, f"{CAC}DeliveryLocation")
        address = Xml.SubElement(location, f"{CAC}Address")
        _text(Xml.SubElement(address, f"{CAC}Country"), "IdentificationCode", self.invoice.delivery.country)

    def _payment(self, root: Any) -> None:
        invoice = self.invoice
        means = Xml.SubElement(root, f"{CAC}PaymentMeans")
        _text(
            means,
            "PaymentMeansCode",
            invoice.means.code(invoice.currency),
            name=self.texts.word(f"means.{invoice.means.value}"),
        )
        if self.is_credit:
            _text(means, "PaymentDueDate", invoice.due_on.isoformat())
        _maybe(means, "PaymentID", invoice.number)
        if invoice.account is not None:
            account = Xml.SubElement(means, f"{CAC}PayeeFinancialAccount")
            _text(account, "ID", invoice.account.iban)
            _maybe(account, "Name", invoice.account.name)
            if invoice.account.bic:
                _text(Xml.SubElement(account, f"{CAC}FinancialInstitutionBranch"), "ID", invoice.account.bic)
        _text(Xml.SubElement(root, f"{CAC}PaymentTerms"), "Note", self.texts.terms(invoice))

    def _allowance(self, root: Any, reason: str, net_minor: int, vat: Vat) -> None:
        allowance = Xml.SubElement(root, f"{CAC}AllowanceCharge")
        _text(allowance, "ChargeIndicator", "false")
        _text(allowance, "AllowanceChargeReasonCode", DISCOUNT)
        _text(allowance, "AllowanceChargeReason", reason)
        self._amount(allowance, "Amount", net_minor)
        self._category(allowance, "TaxCategory", vat)

    def _tax(self, root: Any) -> None:
        tax = Xml.SubElement(root, f"{CAC}TaxTotal")
        self._amount(tax, "TaxAmount", self.invoice.totals.tax_minor)
        for line in self.invoice.totals.vat:
            part = Xml.SubElement(tax, f"{CAC}TaxSubtotal")
            self._amount(part, "TaxableAmount", line.base_minor)
            self._amount(part, "TaxAmount", line.tax_minor)
            self._category(part, "TaxCategory", line.vat, with_reason=True)

    def _category(self, parent: Any, tag: str, vat: Vat, *, with_reason: bool = False) -> None:
        category = Xml.SubElement(parent, f"{CAC}{tag}")
        _text(category, "ID", vat.category.code)
        _text(category, "Percent", _number(percent(vat.rate)))
        if with_reason and vat.category is not VatCategory.STANDARD:
            _text(category, "TaxExemptionReasonCode", vat.category.exemption_code)
            _text(category, "TaxExemptionReason", self.texts.word(f"vat.{vat.category.value}"))
        _text(Xml.SubElement(category, f"{CAC}TaxScheme"), "ID", "VAT")

    def _totals(self, root: Any) -> None:
        totals = self.invoice.totals
        sums = Xml.SubElement(root, f"{CAC}LegalMonetaryTotal")
        self._amount(sums, "LineExtensionAmount", totals.lines_minor)
        self._amount(sums, "TaxExclusiveAmount", totals.net_minor)
        self._amount(sums, "TaxInclusiveAmount", totals.gross_minor)
        self._amount(sums, "AllowanceTotalAmount", totals.allowances_minor)
        self._amount(sums, "PrepaidAmount", totals.paid_minor)
        if totals.rounding_minor:
            self._amount(sums, "PayableRoundingAmount", totals.rounding_minor)
        self._amount(sums, "PayableAmount", totals.due_minor)

    def _lines(self, root: Any) -> None:
        invoice = self.invoice
        for number, line in enumerate(invoice.lines, 1):
            element = Xml.SubElement(root, f"{CAC}{'CreditNoteLine' if self.is_credit else 'InvoiceLine'}")
            _text(element, "ID", str(number))
            tag = "CreditedQuantity" if self.is_credit else "InvoicedQuantity"
            _text(element, tag, str(line.quantity), unitCode=PIECE)
            self._amount(element, "LineExtensionAmount", line.net_minor)
            item = Xml.SubElement(element, f"{CAC}Item")
            _text(item, "Description", self.texts.about(line))
            _text(item, "Name", line.name)
            self._category(item, "ClassifiedTaxCategory", line.vat)
            price, told = Xml.SubElement(element, f"{CAC}Price"), unit_price(line)
            self._amount(price, "PriceAmount", told.net_minor)
            if told.base > 1:
                _text(price, "BaseQuantity", str(told.base), unitCode=PIECE)

    def _amount(self, parent: Any, tag: str, minor: int) -> None:
        currency = self.invoice.currency
        _text(parent, tag, _number(amount(minor, currency)), currencyID=currency)


def _text(parent: Any, tag: str, text: str, **attributes: str) -> None:
    Xml.SubElement(parent, f"{CBC}{tag}", attributes).text = text


def _maybe(parent: Any, tag: str, text: str) -> None:
    if text:
        _text(parent, tag, text)


def _number(value: Decimal) -> str:
    return f"{value:f}"
