"""One entry of the audit chain and the arithmetic that links it to the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.canonical import JsonValue, canonical_hash

FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a user's id, a customer's pseudonym or a job, and the role they acted in."""

    id: str
    role: str


SYSTEM = Actor(id="system", role="system")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done to one subject. ``details`` carries facts without personal data."""

    subject: str  # "order:<id>", "quote:<id>", …
    action: str
    actor: Actor
    at: datetime
    details: Mapping[str, JsonValue]

    def hash_after(self, previous: str) -> str:
        """Return the hash of this entry as the follower of the entry with the hash ``previous``."""
        return canonical_hash(
            {
                "previous": previous,
                "subject": self.subject,
                "action": self.action,
                "actor": self.actor.id,
                "role": self.actor.role,
                "at": self.at.isoformat(),
                "details": dict(self.details),
            }
        )
