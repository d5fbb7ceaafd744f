"""An invoice in the language of machines its method asks for."""

from orders.invoicing.model import Invoice, Syntax


def einvoice(invoice: Invoice) -> bytes:
    """Return the e-invoice; empty where the method asks for none. Writers are imported when first needed."""
    if invoice.syntax is Syntax.CII:
        from orders.invoicing.cii import cii_xml

        return cii_xml(invoice)
    if invoice.syntax is Syntax.UBL:
        from orders.invoicing.ubl import ubl_xml

        return ubl_xml(invoice)
    return b""
