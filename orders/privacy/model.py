"""What an erasure left behind, and why it could not be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from kernel.errors import NotPossible

ReceiptId = NewType("ReceiptId", str)


class OrdersStillOpen(NotPossible):
    """The customer waits for something; facts: ``orders`` (their numbers), ``waits_for`` ({number: `WaitsFor`})."""


class WaitsFor(StrEnum):
    """What must happen to an order before its customer can be erased."""

    CANCELLING = "cancelling"  # nobody has begun: it can be cancelled
    MAKING = "making"
    ARRIVING = "arriving"
    CREDIT_NOTE = "credit_note"  # it came back a moment ago
    PAYING_BACK = "paying_back"
    MONTHLY_INVOICE = "monthly_invoice"


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document the law makes us keep: what it is, and until when."""

    kind: str  # "invoice"
    number: str
    until: date


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """Proof of an erasure, without a word about whom: the reference, what went and what had to stay.

    ``gone`` counts what was erased, {what: how many}.
    """

    id: ReceiptId
    reference: str
    erased_at: datetime
    erased_by: str
    gone: Mapping[str, int]
    kept: tuple[KeptDocument, ...]
