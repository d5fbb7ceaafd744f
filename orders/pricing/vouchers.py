"""Vouchers: a code that takes something off, a counted number of times. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kernel.errors import NotPossible, NotValid
from orders.pricing.model import Discount, DiscountKind
from orders.pricing.rules import WHOLE_BP, share_of


class VoucherNotValid(NotValid):
    """A voucher that cannot be meant; the facts name the field."""


class VoucherNotUsable(NotPossible):
    """There is no such voucher, or it cannot be used here: ``reason`` is ``unknown``, ``not_yet``, ``over``,
    ``line``, ``currency``, ``too_little``, ``used_up`` or ``used_before``.
    """


@dataclass(frozen=True, slots=True)
class Voucher:
    """A code; it takes off a share (``percent_bp``) or an amount (``amount_minor``), never both.

    ``uses_left`` counts down with every quote that holds it and up again when the quote ends without an order.

    Raises:
        VoucherNotValid: the facts name the field.
    """

    code: str
    reason: Mapping[str, str]
    valid_from: date
    uses_left: int
    valid_until: date | None = None
    percent_bp: int = 0
    amount_minor: int = 0
    currency: str = "EUR"
    line: str | None = None
    least_minor: int = 0
    once_each: bool = False

    def __post_init__(self) -> None:
        if not 4 <= len(self.code) <= 40 or self.code != clean_code(self.code):
            raise VoucherNotValid(field="code")
        if not self.reason.get("en", "").strip():
            raise VoucherNotValid(field="reason")
        if (self.percent_bp > 0) == (self.amount_minor > 0) or not 0 <= self.percent_bp <= WHOLE_BP:
            raise VoucherNotValid(field="percent")
        if self.amount_minor < 0 or self.least_minor < 0 or self.uses_left < 0:
            raise VoucherNotValid(field="amount")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise VoucherNotValid(field="valid_until")

    def discount_on(self, price_minor: int, *, line: str, currency: str, day: date) -> Discount:
        """Return what the voucher takes off a price; never more than the price.

        Raises:
            VoucherNotUsable: it does not hold today, for this line, currency or amount.
        """
        if day < self.valid_from:
            raise VoucherNotUsable(reason="not_yet", valid_from=self.valid_from.isoformat())
        if self.valid_until is not None and day > self.valid_until:
            raise VoucherNotUsable(reason="over", valid_until=self.valid_until.isoformat())
        if self.line is not None and self.line != line:
            raise VoucherNotUsable(reason="line", line=self.line)
        if self.amount_minor and self.currency != currency:
            raise VoucherNotUsable(reason="currency", currency=self.currency)
        if price_minor < self.least_minor:
            raise VoucherNotUsable(reason="too_little", least_minor=self.least_minor)
        off_minor = self.amount_minor or share_of(price_minor, self.percent_bp)
        return Discount(DiscountKind.VOUCHER, self.code, dict(self.reason), -min(off_minor, price_minor))


def clean_code(typed: str) -> str:
    """Return a code as it is kept: capitals, digits and hyphens, whatever else was typed left out."""
    return "".join(char for char in typed.upper() if char.isascii() and (char.isalnum() or char == "-"))
