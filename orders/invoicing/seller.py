"""Who invoices: read from a file, every number checked."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from orders.customers.billing.numbers import plausible_iban, plausible_vat_id
from orders.invoicing.model import Account, Party, PartyNotValid

DEMO_SELLER = Path(__file__).parent / "seller.yaml"


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller's side of every invoice.

    ``services`` and ``reduced`` name features of the catalog whose price lines are services of their own, or bear the
    reduced rate. ``payment_days`` is how long a customer may take to transfer what is owed.
    """

    party: Party
    account: Account
    invoice_series: str = "INV"
    credit_series: str = "CN"
    payment_days: int = 14
    retention_years: int = 10
    services: frozenset[str] = frozenset()
    reduced: frozenset[str] = frozenset()


def load_seller(path: Path = DEMO_SELLER) -> Seller:
    """Return the seller a file describes.

    Raises:
        PartyNotValid: something is missing, unknown, or cannot be right; facts name the ``field``.
    """
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PartyNotValid(party="seller", field="file", value=str(path), reason=type(error).__name__) from None
    if not isinstance(document, dict):
        raise PartyNotValid(party="seller", field="file", value=str(path), reason="not a mapping")
    party, account = _section(document, "party", Party), _section(document, "account", Account)
    for name in ("name", "country", "street", "postcode", "city", "vat_id", "endpoint"):
        if not getattr(party, name):
            raise PartyNotValid(party="seller", field=f"party.{name}", value="", reason="missing")
    if not plausible_vat_id(party.vat_id):
        raise PartyNotValid(party="seller", field="party.vat_id", value=party.vat_id, reason="not a VAT number")
    if not plausible_iban(account.iban):
        raise PartyNotValid(party="seller", field="account.iban", value=account.iban, reason="not an IBAN")
    if not party.endpoint_parts[1]:
        raise PartyNotValid(party="seller", field="party.endpoint", value=party.endpoint, reason="not scheme:address")
    known = {field.name for field in fields(Seller)}
    unknown = sorted(set(document) - known)
    if unknown:
        raise PartyNotValid(party="seller", field=unknown[0], value="", reason="unknown")
    rest: dict[str, Any] = {name: value for name, value in document.items() if name not in ("party", "account")}
    for name in ("services", "reduced"):
        rest[name] = frozenset(rest.get(name) or ())
    return Seller(party=party, account=account, **rest)


def _section(document: dict[str, Any], name: str, of: Any) -> Any:
    section = document.get(name)
    known = {field.name for field in fields(of)}
    if not isinstance(section, dict):
        raise PartyNotValid(party="seller", field=name, value="", reason="missing")
    unknown = sorted(set(section) - known)
    if unknown:
        raise PartyNotValid(party="seller", field=f"{name}.{unknown[0]}", value="", reason="unknown")
    try:
        return of(**{key: str(value) for key, value in section.items()})
    except TypeError:
        raise PartyNotValid(party="seller", field=name, value="", reason="incomplete") from None
