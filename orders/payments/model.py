"""Payments as they were recorded, and what is still owed. All amounts are minor units of the order's currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from kernel.errors import NotFound, NotPossible, NotValid
from kernel.ids import OrderId

PaymentId = NewType("PaymentId", str)


class PaymentNotValid(NotValid):
    """The amount is not positive, too large, or in another currency than the order's; facts: ``field``."""


class RefundTooLarge(NotPossible):
    """More would be paid back than was paid; facts: ``paid_minor``."""


class ProviderUnknown(NotFound):
    """No provider of payments has this name."""


class PaymentKind(StrEnum):
    """What the money does."""

    DEPOSIT = "deposit"  # a part, before the order is ready
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came or went. ``reference`` is the bank's or the provider's, never a card's number.

    Raises:
        PaymentNotValid: the amount is not positive, or the reference too long.
    """

    id: PaymentId
    order_id: OrderId
    kind: PaymentKind
    provider: str
    amount_minor: int
    currency: str
    at: datetime
    by: str
    reference: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= 1_000_000_000:
            raise PaymentNotValid(field="amount_minor", value=self.amount_minor)
        if len(self.reference) > 80 or not self.reference.isprintable():
            raise PaymentNotValid(field="reference")

    @property
    def signed_minor(self) -> int:
        """The amount as it counts for us: what is paid back is negative."""
        return -self.amount_minor if self.kind is PaymentKind.REFUND else self.amount_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """How an order stands: what is owed for it, what was paid less what was paid back."""

    currency: str
    owed_minor: int
    paid_minor: int

    @property
    def open_minor(self) -> int:
        """What is still to pay; negative: what we owe."""
        return self.owed_minor - self.paid_minor


def balance(payments: Iterable[Payment], *, owed_minor: int, currency: str) -> Balance:
    """Return how an order stands."""
    return Balance(currency, owed_minor, sum(payment.signed_minor for payment in payments))
