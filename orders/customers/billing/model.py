"""What a customer's invoices need beside name and address."""

from dataclasses import dataclass

from kernel.errors import NotValid


class BillingDetailsNotValid(NotValid):
    """A number on a customer's invoices cannot be right; facts: ``field``."""


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """The legal name where it is not the customer's, the VAT number, and what the buyer wants to read on it.

    Raises:
        BillingDetailsNotValid: a text is too long or cannot be printed.
    """

    legal_name: str = ""
    vat_id: str = ""
    buyer_reference: str = ""

    def __post_init__(self) -> None:
        for field, longest in (("legal_name", 120), ("vat_id", 20), ("buyer_reference", 60)):
            text = getattr(self, field)
            if len(text) > longest or not text.isprintable():
                raise BillingDetailsNotValid(field=field)


NO_DETAILS = BillingDetails()
