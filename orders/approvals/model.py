"""An approval: somebody asks, somebody else decides, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.canonical import JsonValue
from kernel.errors import NotFound, NotPermitted, NotPossible


class ApprovalNotFound(NotFound):
    """There is no such request."""


class ApprovalNeeded(NotPossible):
    """It must be approved first; ``approval_id`` names the request that was made, ``kind`` and ``state`` how it stands."""


class ApprovalDecided(NotPossible):
    """The request has been decided already."""


class ApprovalNotYours(NotPermitted):
    """The request is for others to decide; nobody approves their own."""


class ApprovalKind(StrEnum):
    """What is asked for."""

    MARGIN = "margin"  # custom pays: the order would earn less than the floor
    PURCHASE = "purchase"  # a company's buyer orders for more than they may alone


class ApprovalState(StrEnum):
    """How a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Approval:
    """One request. ``subject`` names exactly what is approved: change it, and it must be asked again.

    ``facts`` is what the decider reads: amounts, percentages, where it came from; no personal data.
    """

    id: str
    kind: ApprovalKind
    subject: str
    facts: Mapping[str, JsonValue]
    asked_by: str
    asked_at: datetime
    state: ApprovalState = ApprovalState.ASKED
    company_id: str | None = None  # whose approvers decide; the maker's own without one
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
