"""An invoice as UN/CEFACT Cross Industry Invoice, profile EN 16931: what Factur-X and ZUGFeRD carry inside the PDF."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from orders.invoicing.amounts import amount, percent, unit_price
from orders.invoicing.invoice_texts import InvoiceTexts, invoice_texts
from orders.invoicing.model import Invoice, InvoiceLine, Party, VatLine
from orders.pricing.model import VatCategory

GUIDELINE = "urn:cen.eu:en16931:2017"
PIECE = "H87"
DISCOUNT = "95"
EMAIL_SCHEME = "EM"


def cii_xml(invoice: Invoice) -> bytes:
    """Return the invoice as CII; the same invoice always gives the same bytes."""
    texts = invoice_texts(invoice.locale)
    document: Any = Document()
    document.context.guideline_parameter.id = GUIDELINE
    document.header.id = invoice.number
    document.header.type_code = invoice.kind.type_code
    document.header.issue_date_time = _day(invoice.issued_on)
    trade = document.trade
    for number, line in enumerate(invoice.lines, 1):
        trade.items.add(_line(number, line, invoice, texts))
    _agreement(trade.agreement, invoice)
    trade.delivery.ship_to.address.country_id = invoice.delivery.country
    trade.delivery.event.occurrence = _day(invoice.delivery.last)
    _settlement(trade.settlement, invoice, texts)
    return bytes(document.serialize(schema=None))


def _day(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day without a zone


def _line(number: int, line: InvoiceLine, invoice: Invoice, texts: InvoiceTexts) -> LineItem:
    price = unit_price(line)
    item: Any = LineItem()
    item.document.line_id = str(number)
    item.product.name = line.name
    item.product.description = texts.about(line)
    item.agreement.net.amount = amount(price.net_minor, invoice.currency)
    if price.base > 1:
        item.agreement.net.basis_quantity = (Decimal(price.base), PIECE)
    item.delivery.billed_quantity = (Decimal(line.quantity), PIECE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = line.vat.category.code
    item.settlement.trade_tax.rate_applicable_percent = percent(line.vat.rate)
    item.settlement.monetary_summation.total_amount = amount(line.net_minor, invoice.currency)
    return item


def _agreement(agreement: Any, invoice: Invoice) -> None:
    if invoice.buyer_reference:
        agreement.buyer_reference = invoice.buyer_reference
    _party(agreement.seller, invoice.seller)
    _party(agreement.buyer, invoice.buyer)
    if invoice.seller.contact:
        agreement.seller.contact.person_name = invoice.seller.contact
        agreement.seller.contact.telephone.number = invoice.seller.phone
        agreement.seller.contact.email.address = invoice.seller.email
    if len(invoice.orders) == 1:
        agreement.seller_order.issuer_assigned_id = invoice.orders[0]
    if invoice.po_number:
        agreement.buyer_order.issuer_assigned_id = invoice.po_number


def _party(party: Any, told: Party) -> None:
    party.name = told.name
    if told.registration:
        party.legal_organization.id = ("", told.registration)
    address = party.address
    address.postcode, address.line_one, address.city_name = told.postcode, told.street, told.city
    address.country_id = told.country
    scheme, endpoint = told.endpoint_parts
    if endpoint:
        party.electronic_address.uri_ID = (scheme, endpoint)
    elif told.email:
        party.electronic_address.uri_ID = (EMAIL_SCHEME, told.email)
    for scheme, number in (("VA", told.vat_id), ("FC", told.tax_number)):
        if number:
            party.tax_registrations.add(TaxRegistration(id=(scheme, number)))


def _settlement(settlement: Any, invoice: Invoice, texts: InvoiceTexts) -> None:
    settlement.payment_reference = invoice.number
    settlement.currency_code = invoice.currency
    settlement.payment_means.add(_means(invoice, texts))
    for line in invoice.totals.vat:
        settlement.trade_tax.add(_tax(line, invoice, texts))
    if invoice.delivery.first != invoice.delivery.last:
        settlement.period.start = _day(invoice.delivery.first)
        settlement.period.end = _day(invoice.delivery.last)
    for each in invoice.allowances:
        allowance: Any = TradeAllowanceCharge()
        allowance.indicator = False
        allowance.actual_amount = amount(each.net_minor, invoice.currency)
        allowance.reason_code = DISCOUNT
        allowance.reason = each.reason
        allowance.trade_tax.add(
            CategoryTradeTax(
                type_code="VAT", category_code=each.vat.category.code, rate_applicable_percent=percent(each.vat.rate)
            )
        )
        settlement.allowance_charge.add(allowance)
    settlement.terms.add(PaymentTerms(description=texts.terms(invoice), due=_day(invoice.due_on)))
    _sums(settlement.monetary_summation, invoice)
    if invoice.refers_to is not None:
        settlement.invoice_referenced_document.issuer_assigned_id = invoice.refers_to.number
        settlement.invoice_referenced_document.issue_date_time = _day(invoice.refers_to.issued_on)


def _means(invoice: Invoice, texts: InvoiceTexts) -> PaymentMeans:
    means: Any = PaymentMeans()
    means.type_code = invoice.means.code(invoice.currency)
    means.information.add(texts.word(f"means.{invoice.means.value}"))
    if invoice.account is not None:
        means.payee_account.iban = invoice.account.iban
        means.payee_account.account_name = invoice.account.name
        if invoice.account.bic:
            means.payee_institution.bic = invoice.account.bic
    return means


def _tax(line: VatLine, invoice: Invoice, texts: InvoiceTexts) -> ApplicableTradeTax:
    tax: Any = ApplicableTradeTax()
    tax.calculated_amount = amount(line.tax_minor, invoice.currency)
    tax.type_code = "VAT"
    tax.basis_amount = amount(line.base_minor, invoice.currency)
    tax.category_code = line.vat.category.code
    if line.vat.category is not VatCategory.STANDARD:
        tax.exemption_reason = texts.word(f"vat.{line.vat.category.value}")
        tax.exemption_reason_code = line.vat.category.exemption_code
    tax.rate_applicable_percent = percent(line.vat.rate)
    return tax


def _sums(sums: Any, invoice: Invoice) -> None:
    totals, currency = invoice.totals, invoice.currency
    sums.line_total = amount(totals.lines_minor, currency)
    sums.charge_total = amount(0, currency)
    sums.allowance_total = amount(totals.allowances_minor, currency)
    sums.tax_basis_total = (amount(totals.net_minor, currency), None)
    sums.tax_total = (amount(totals.tax_minor, currency), currency)
    if totals.rounding_minor:
        sums.rounding_amount = amount(totals.rounding_minor, currency)
    sums.grand_total = (amount(totals.gross_minor, currency), None)
    sums.prepaid_total = amount(totals.paid_minor, currency)
    sums.due_amount = amount(totals.due_minor, currency)
