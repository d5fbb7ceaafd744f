"""Prices as they are shown, offered and kept: lines, tax, total. All amounts in minor units of one currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kernel.canonical import JsonValue
from orders.pricing.exchange import Exchange, exchange_from_json


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """One line of an offered price, tax included; ``key`` names its text in the catalog."""

    key: str
    count: int
    amount_minor: int


class DiscountKind(StrEnum):
    """Why a price is lower than the catalog's."""

    RULE = "rule"  # a price rule: many pieces, a group of customers, a company's agreement
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off, and why. ``amount_minor`` is negative, tax included, for all pieces together.

    ``code`` names the price rule or the voucher; ``reason`` is its text by locale, as the customer was shown it.
    """

    kind: DiscountKind
    code: str
    reason: Mapping[str, str]
    amount_minor: int

    def reason_in(self, locale: str) -> str:
        """Return the reason in the locale, else in English, else the code."""
        return self.reason.get(locale) or self.reason.get("en") or self.code


class VatCategory(StrEnum):
    """How a supply is taxed; ``code`` is the letter of UNTDID 5305 that e-invoices use."""

    STANDARD = "standard"  # at a rate, also a reduced one
    REVERSE_CHARGE = "reverse_charge"  # a service to a business elsewhere in the EU: the buyer owes the tax
    INTRA_COMMUNITY = "intra_community"  # goods sent to a business elsewhere in the EU
    EXPORT = "export"  # goods sent to a business outside the EU

    @property
    def code(self) -> str:
        """The letter in an e-invoice."""
        return {"standard": "S", "reverse_charge": "AE", "intra_community": "K", "export": "G"}[self.value]

    @property
    def exemption_code(self) -> str:
        """Why no tax is charged, from the VATEX list; empty where tax is charged."""
        return {
            "standard": "",
            "reverse_charge": "VATEX-EU-AE",
            "intra_community": "VATEX-EU-IC",
            "export": "VATEX-EU-G",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax contained in an amount: ``net_minor + tax_minor`` is the amount. Where none is owed ``category`` says why."""

    country: str
    rate: Decimal
    net_minor: int
    tax_minor: int
    category: VatCategory = VatCategory.STANDARD


@dataclass(frozen=True, slots=True)
class Price:
    """What one order costs; the total is the sum of the lines and the discounts, consumer prices with their tax.

    Where no tax is owed, lines and discounts are what is left of them without it. ``exchange`` is how the catalog's prices
    became ones in another currency.
    """

    currency: str
    quantity: int
    lines: tuple[OfferedLine, ...]
    total_minor: int
    tax: Tax
    discounts: tuple[Discount, ...] = ()
    exchange: Exchange | None = None

    @property
    def catalog_total_minor(self) -> int:
        """The total in the catalog's currency: to be compared with a limit, never charged."""
        return self.total_minor if self.exchange is None else self.exchange.catalog_minor(self.total_minor)

    def as_json(self) -> Mapping[str, JsonValue]:
        """Return the price as it is kept with a quote and an order."""
        return {
            "currency": self.currency,
            "quantity": self.quantity,
            "lines": [{"key": line.key, "count": line.count, "amount_minor": line.amount_minor} for line in self.lines],
            "discounts": [
                {
                    "kind": each.kind.value,
                    "code": each.code,
                    "reason": dict(each.reason),
                    "amount_minor": each.amount_minor,
                }
                for each in self.discounts
            ],
            "total_minor": self.total_minor,
            "tax": {
                "country": self.tax.country,
                "rate": str(self.tax.rate),
                "net_minor": self.tax.net_minor,
                "tax_minor": self.tax.tax_minor,
                "category": self.tax.category.value,
            },
            "exchange": None if self.exchange is None else dict(self.exchange.as_json()),
        }


def price_from_json(kept: Mapping[str, JsonValue]) -> Price:
    """Return the price that was kept by ``Price.as_json``."""
    lines, tax, discounts, exchange = kept["lines"], kept["tax"], kept.get("discounts", []), kept.get("exchange")
    assert isinstance(lines, list)  # noqa: S101 - written by as_json
    assert isinstance(discounts, list)  # noqa: S101
    assert isinstance(tax, dict)  # noqa: S101
    assert exchange is None or isinstance(exchange, dict)  # noqa: S101
    category = VatCategory(tax.get("category", VatCategory.STANDARD))
    return Price(
        currency=str(kept["currency"]),
        quantity=int(str(kept["quantity"])),
        lines=tuple(OfferedLine(line["key"], line["count"], line["amount_minor"]) for line in lines),
        total_minor=int(str(kept["total_minor"])),
        tax=Tax(tax["country"], Decimal(tax["rate"]), tax["net_minor"], tax["tax_minor"], category),
        discounts=tuple(
            Discount(DiscountKind(each["kind"]), each["code"], each["reason"], each["amount_minor"])
            for each in discounts
        ),
        exchange=exchange_from_json(exchange) if exchange else None,
    )
