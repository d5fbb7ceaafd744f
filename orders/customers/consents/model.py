"""Permission for one purpose: given, dated, taken back."""

from dataclasses import dataclass
from datetime import datetime

from kernel.errors import NotPermitted
from orders.customers.model import Purpose

#: Purposes nobody may serve without having been allowed to. The others follow from a contract or a request.
ASKED_FOR: tuple[Purpose, ...] = (Purpose.FIT, Purpose.MARKETING)


class ConsentMissing(NotPermitted):
    """The customer has not allowed this purpose, or has taken the permission back; facts: ``purpose``."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One permission. ``source`` says where it was given: ``account``, ``store``, ``import``."""

    purpose: Purpose
    given_at: datetime
    source: str
    withdrawn_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether it has not been taken back."""
        return self.withdrawn_at is None
