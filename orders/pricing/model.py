"""Prices as they are shown, offered and kept: lines, tax, total. All amounts in minor units of one currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kernel.canonical import JsonValue


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


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax contained in an amount: ``net_minor + tax_minor`` is the amount."""

    country: str
    rate: Decimal
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Price:
    """What one order costs; consumer prices, tax included. The total is the sum of the lines and the discounts."""

    currency: str
    quantity: int
    lines: tuple[OfferedLine, ...]
    total_minor: int
    tax: Tax
    discounts: tuple[Discount, ...] = ()

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
            },
        }


def price_from_json(kept: Mapping[str, JsonValue]) -> Price:
    """Return the price that was kept by ``Price.as_json``."""
    lines, tax, discounts = kept["lines"], kept["tax"], kept.get("discounts", [])
    assert isinstance(lines, list)  # noqa: S101 - written by as_json
    assert isinstance(discounts, list)  # noqa: S101
    assert isinstance(tax, dict)  # noqa: S101
    return Price(
        currency=str(kept["currency"]),
        quantity=int(str(kept["quantity"])),
        lines=tuple(OfferedLine(line["key"], line["count"], line["amount_minor"]) for line in lines),
        total_minor=int(str(kept["total_minor"])),
        tax=Tax(tax["country"], Decimal(tax["rate"]), tax["net_minor"], tax["tax_minor"]),
        discounts=tuple(
            Discount(DiscountKind(each["kind"]), each["code"], each["reason"], each["amount_minor"])
            for each in discounts
        ),
    )
