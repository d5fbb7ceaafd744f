"""An invoice as it is issued: everything the law and EN 16931 ask for, kept as it was on that day.

All amounts are minor units of the invoice's currency, >= 0 on invoices and credit notes alike, but for ``rounding_minor``.
The names in brackets are the business terms of EN 16931.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kernel.errors import NotFound, NotPossible, NotValid
from orders.pricing.tax import Vat


class InvoiceNotFound(NotFound):
    """There is no such invoice."""


class PartyNotValid(NotValid):
    """Seller or buyer has a number that cannot be right, or lacks one; facts: ``party``, ``field``, ``value``."""


class InvoiceNotValid(NotPossible):
    """The invoice breaks rules of EN 16931 and was not issued; facts: ``findings``, each with ``rule`` and ``text``."""


class NothingToBill(NotPossible):
    """There is nothing in it that costs something."""


class InvoiceKind(StrEnum):
    """What the document does."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def type_code(self) -> str:
        """The code of UNTDID 1001 (BT-3)."""
        return "380" if self is InvoiceKind.INVOICE else "381"


class InvoicingMethod(StrEnum):
    """How the customer wants to be invoiced: the options of the feature ``invoicing``."""

    PDF = "pdf"
    MONTHLY = "monthly"
    FACTUR_X = "factur_x"
    PEPPOL = "peppol"
    PAPER = "paper"


class Syntax(StrEnum):
    """In which language of machines an invoice is written beside its PDF."""

    NONE = "none"
    CII = "cii"  # inside the PDF: Factur-X / ZUGFeRD
    UBL = "ubl"  # a file of its own: Peppol BIS Billing 3


SYNTAX_OF = {
    InvoicingMethod.PDF: Syntax.NONE,
    InvoicingMethod.PAPER: Syntax.NONE,
    InvoicingMethod.MONTHLY: Syntax.CII,
    InvoicingMethod.FACTUR_X: Syntax.CII,
    InvoicingMethod.PEPPOL: Syntax.UBL,
}


class PaymentMeans(StrEnum):
    """How it is paid; ``code`` is that of UNTDID 4461 (BT-81)."""

    CARD = "card"
    TRANSFER = "transfer"
    CASH = "cash"

    def code(self, currency: str) -> str:
        """Return the code in an e-invoice; a SEPA credit transfer, in euros only, has one of its own."""
        return {"card": "48", "transfer": "58" if currency == "EUR" else "30", "cash": "10"}[self.value]


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as named on the invoice (BG-4, BG-7)."""

    name: str
    country: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration: str = ""
    endpoint: str = ""  # scheme and address, as ``0088:7300010000001``
    contact: str = ""
    phone: str = ""
    email: str = ""

    @property
    def endpoint_parts(self) -> tuple[str, str]:
        """The scheme and the address of the endpoint (BT-34, BT-49); both empty without one."""
        scheme, _colon, address = self.endpoint.partition(":")
        return (scheme, address) if address else ("", "")


@dataclass(frozen=True, slots=True)
class Account:
    """Where a transfer goes (BG-17)."""

    iban: str
    bic: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line (BG-25): ``net_minor`` for all ``quantity`` pieces of a part of ``product``."""

    name: str
    quantity: int
    net_minor: int
    vat: Vat
    order: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Something taken off the whole (BG-20), such as an option that makes the product cheaper."""

    reason: str
    net_minor: int
    vat: Vat
    order: str


@dataclass(frozen=True, slots=True)
class VatLine:
    """The tax of one category and rate (BG-23)."""

    vat: Vat
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums (BG-22); `orders.invoicing.totalling` makes them."""

    lines_minor: int  # BT-106
    allowances_minor: int  # BT-107
    net_minor: int  # BT-109
    tax_minor: int  # BT-110
    gross_minor: int  # BT-112
    paid_minor: int  # BT-113
    rounding_minor: int  # BT-114
    due_minor: int  # BT-115
    vat: tuple[VatLine, ...]

    @property
    def agreed_minor(self) -> int:
        """What the customer owes altogether, paid or not."""
        return self.gross_minor + self.rounding_minor


@dataclass(frozen=True, slots=True)
class Delivery:
    """When and where to it was delivered (BG-13, BG-14); a period for several orders."""

    country: str
    first: date
    last: date
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """The invoice a credit note takes back (BG-3)."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Invoice:
    """One issued invoice or credit note. Never changed; what was wrong is taken back by a credit note.

    ``number`` is empty while it is only being judged.
    """

    number: str
    kind: InvoiceKind
    method: InvoicingMethod
    issued_on: date
    due_on: date
    currency: str
    locale: str
    seller: Party
    buyer: Party
    means: PaymentMeans
    account: Account | None
    delivery: Delivery
    lines: tuple[InvoiceLine, ...]
    allowances: tuple[Allowance, ...]
    totals: Totals
    buyer_reference: str = ""
    po_number: str = ""
    refers_to: Reference | None = None

    @property
    def syntax(self) -> Syntax:
        """In which language of machines it is written."""
        return SYNTAX_OF[self.method]

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders on it, in order of their lines."""
        return tuple(dict.fromkeys(line.order for line in self.lines))
