"""Numbers that carry their own check: VAT numbers, IBANs, electronic addresses. Plausible is not registered."""

import re

import stdnum.iban
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat

_ENDPOINT = re.compile(r"(?:\d{4}|[A-Z]{2}):[^\s:][^\s]{0,58}")


def plausible_vat_id(number: str) -> bool:
    """Return whether a VAT number of the EU or of Great Britain has a right form and check digit."""
    return bool(vat.is_valid(number) or (number[:2].upper() == "GB" and gb_vat.is_valid(number)))


def compact_vat_id(number: str) -> str:
    """Return a VAT number without blanks, in capitals."""
    return re.sub(r"[\s.-]", "", number).upper()


def vat_country(number: str) -> str:
    """Return the country of a VAT number: Greece writes ``EL`` there."""
    prefix = compact_vat_id(number)[:2]
    return "GR" if prefix == "EL" else prefix


def plausible_iban(number: str) -> bool:
    """Return whether an IBAN has a right form and check digits."""
    return bool(stdnum.iban.is_valid(number, check_country=False))


def plausible_endpoint(endpoint: str) -> bool:
    """Return whether an electronic address is a scheme and an address: ``0088:7300010000001``."""
    return bool(_ENDPOINT.fullmatch(endpoint))
