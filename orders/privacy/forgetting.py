"""The retention clock: what nobody needs any more is forgotten, purpose by purpose, a little at each turn.

How long each thing is kept stands in ``RETENTION`` and in docs/privacy.md; a test holds the two together.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from orders.audit.model import SYSTEM
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.contacts.repository import drop_contacts_before
from orders.drafts import repository as drafts
from orders.idempotency import repository as idempotency

#: How long each kind of thing is kept after it was last of use, {what: how long}.
RETENTION: Mapping[str, timedelta] = {
    "drafts": timedelta(days=180),  # untouched and never quoted
    "shared_drafts": timedelta(days=365),
    "measurements": timedelta(days=3 * 365),  # taken, and no draft, quote or order is made to them
    "facts": timedelta(days=2 * 365),
    "contacts": timedelta(days=3 * 365),
    "idempotency_keys": timedelta(days=1),
}
#: At most so many drafts at one turn, so that a turn never holds the database for long.
AT_ONCE = 200


def forget_what_is_old(db: Session, *, now: datetime) -> Mapping[str, int]:
    """Forget what has been kept long enough and return {what: how many}; what is forgotten is recorded as numbers."""
    begin = {what: now - kept for what, kept in RETENTION.items()}
    forgotten = {
        "drafts": _forget_drafts(db, begin["drafts"]),
        "shared_drafts": drafts.drop_shared(db, before=begin["shared_drafts"]),
        "measurements": customers.drop_old_profiles(db, before=begin["measurements"]),
        "facts": customers.drop_old_facts(db, before=begin["facts"]),
        "contacts": drop_contacts_before(db, begin["contacts"]),
        "idempotency_keys": idempotency.drop_before(db, begin["idempotency_keys"]),
    }
    if any(forgotten.values()):
        told = {what: count for what, count in forgotten.items() if count}
        record(db, "retention", "forgotten", actor=SYSTEM, now=now, **told)
    return forgotten


def _forget_drafts(db: Session, before: datetime) -> int:
    old = drafts.drafts_nobody_needs(db, before=before, limit=AT_ONCE)
    for draft_id in old:
        drafts.drop_draft(db, draft_id)
    return len(old)
