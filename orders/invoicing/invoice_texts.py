"""The invoice's own words in the customer's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import babel.dates
import yaml

from orders.invoicing.model import Invoice, InvoiceKind, InvoiceLine

TEXTS = Path(__file__).parent / "texts"
LOCALES = ("en", "zh_Hant", "zh_Hans")


@dataclass(frozen=True, slots=True)
class InvoiceTexts:
    """Words by key."""

    locale: str
    words: Mapping[str, str]

    def word(self, key: str) -> str:
        """Return one word."""
        return self.words[key]

    def day(self, day: date) -> str:
        """Return a day as the language writes it."""
        return babel.dates.format_date(day, self.words["date"], locale=self.locale)

    def about(self, line: InvoiceLine) -> str:
        """Return to what a line belongs (BT-154): the product and the order."""
        order = f"{self.words['order']} {line.order}"
        return f"{line.product}, {order}" if line.product else order

    def terms(self, invoice: Invoice) -> str:
        """Return how and until when it is to be paid (BT-20)."""
        if invoice.kind is InvoiceKind.CREDIT_NOTE:
            return self.words["terms.credit"]
        if invoice.totals.due_minor == 0:
            return self.words["terms.paid"]
        key = f"terms.{invoice.means.value}"
        return self.words[key].format(date=self.day(invoice.due_on), number=invoice.number)


@cache
def invoice_texts(locale: str) -> InvoiceTexts:
    """Return the words of one language; English for a language without."""
    known = locale if locale in LOCALES else "en"
    words = yaml.safe_load((TEXTS / f"{known}.yaml").read_text("utf-8"))
    return InvoiceTexts(known, {str(key): str(word) for key, word in words.items()})
