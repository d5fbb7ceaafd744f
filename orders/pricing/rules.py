"""Price rules: what is taken off for many pieces, for a group of customers, or by agreement with a company. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.errors import NotFound, NotValid
from kernel.ids import CustomerId
from kernel.money import Rounding, round_minor
from orders.pricing.model import Discount, DiscountKind

WHOLE_BP = 10_000
"""Basis points in a whole: 1,250 are 12.5 %."""


class PriceRuleNotValid(NotValid):
    """A price rule that cannot be meant: more than everything off, an end before its beginning, a code that is no word."""


class PriceRuleNotFound(NotFound):
    """There is no price rule of this code."""


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A share of the catalog price taken off under conditions; all that are given must hold.

    Args:
        code: Its name for people who keep prices.
        reason: What the customer is told, by locale.
        percent_bp: Basis points taken off, 1 to 10,000.
        line: Product line it is for; every line without one.
        group: Group of customers it is for.
        customer_id: Customer (a company) it was agreed with.
        least_quantity: Pieces from which it holds.
        valid_from: First day.
        valid_until: Last day; open without one.

    Raises:
        PriceRuleNotValid: the facts name the field.
    """

    code: str
    reason: Mapping[str, str]
    percent_bp: int
    valid_from: date
    valid_until: date | None = None
    line: str | None = None
    group: str | None = None
    customer_id: CustomerId | None = None
    least_quantity: int = 1

    def __post_init__(self) -> None:
        if not 0 < len(self.code) <= 40 or not self.code.replace("-", "").replace("_", "").isalnum():
            raise PriceRuleNotValid(field="code")
        if not self.reason.get("en", "").strip():
            raise PriceRuleNotValid(field="reason")
        if not 1 <= self.percent_bp <= WHOLE_BP:
            raise PriceRuleNotValid(field="percent")
        if not 1 <= self.least_quantity <= 999:
            raise PriceRuleNotValid(field="least_quantity")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise PriceRuleNotValid(field="valid_until")

    def holds_for(self, buyer: "Buyer", *, line: str, quantity: int, day: date) -> bool:
        """Return whether the rule's conditions are all met."""
        return (
            self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
            and (self.line is None or self.line == line)
            and quantity >= self.least_quantity
            and (self.group is None or self.group in buyer.groups)
            and (self.customer_id is None or self.customer_id == buyer.customer_id)
        )


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom a price is made."""

    customer_id: CustomerId | None = None
    groups: frozenset[str] = frozenset()


def best_rule(rules: Iterable[PriceRule], buyer: Buyer, *, line: str, quantity: int, day: date) -> PriceRule | None:
    """Return the rule that takes most off; of equal ones the first by code. Rules are never added up."""
    holding = (rule for rule in rules if rule.holds_for(buyer, line=line, quantity=quantity, day=day))
    return min(holding, key=lambda rule: (-rule.percent_bp, rule.code), default=None)


def rule_discount(rule: PriceRule, catalog_minor: int) -> Discount:
    """Return what the rule takes off a catalog price, rounded half up once."""
    return Discount(DiscountKind.RULE, rule.code, dict(rule.reason), -share_of(catalog_minor, rule.percent_bp))


def share_of(amount_minor: int, share_bp: int) -> int:
    """Return so many basis points of an amount, rounded half up."""
    return round_minor(Decimal(amount_minor) * share_bp / WHOLE_BP, Rounding.HALF_UP)
