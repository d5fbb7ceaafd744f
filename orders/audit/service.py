"""Use cases of the audit chain: add an entry, check the chain."""

from datetime import datetime

from sqlmodel import Session

from kernel.canonical import JsonValue
from orders.audit import repository
from orders.audit.model import FIRST_HASH, Actor, AuditEntry


def record(db: Session, subject: str, action: str, *, actor: Actor, now: datetime, **details: JsonValue) -> None:
    """Append one entry in the caller's transaction: what was done and its record stand or fall together."""
    number, previous = repository.take_head(db)
    repository.add(db, number, AuditEntry(subject, action, actor, now, details), previous)


def first_broken_link(db: Session) -> int | None:
    """Return the position (from 1) of the first entry whose hash does not follow, or ``None`` for a whole chain."""
    expected = FIRST_HASH
    for position, (entry, previous, entry_hash) in enumerate(repository.entries(db), start=1):
        if previous != expected or entry.hash_after(previous) != entry_hash:
            return position
        expected = entry_hash
    return None
