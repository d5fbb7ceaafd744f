"""Reading and writing contacts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kernel.ids import CustomerId
from orders.customers.contacts.model import ContactEvent, ContactEventId
from orders.customers.contacts.tables import ContactEventRow
from orders.customers.keys.repository import seal, unseal
from orders.customers.model import Purpose


def add_contact(db: Session, customer_id: CustomerId, event: ContactEvent) -> None:
    """Store a contact."""
    sealed = seal(db, customer_id, _place(event.id), {"note": event.note})
    db.add(
        ContactEventRow(
            id=event.id,
            customer_id=customer_id,
            at=event.at,
            channel=event.channel,
            by=event.by,
            about=event.about,
            sealed=sealed,
        )
    )
    db.flush()


def contacts_of(db: Session, customer_id: CustomerId, *, purpose: Purpose, limit: int = 100) -> list[ContactEvent]:
    """Return the contacts with a customer, latest first."""
    del purpose
    rows = db.exec(
        select(ContactEventRow)
        .where(ContactEventRow.customer_id == customer_id)
        .order_by(col(ContactEventRow.at).desc(), col(ContactEventRow.id).desc())
        .limit(limit)
    )
    return [
        ContactEvent(
            ContactEventId(row.id),
            row.at,
            row.channel,
            unseal(db, customer_id, _place(row.id), row.sealed)["note"],
            row.by,
            row.about,
        )
        for row in rows
    ]


def move_contacts(db: Session, owner: CustomerId, to: CustomerId, ids: Iterable[str] | None = None) -> list[str]:
    """Give contacts, all or some, to another customer, sealed by their key now; return which."""
    wanted = select(ContactEventRow).where(ContactEventRow.customer_id == owner)
    if ids is not None:
        wanted = wanted.where(col(ContactEventRow.id).in_(list(ids)))
    rows = db.exec(wanted).all()
    for row in rows:
        row.sealed = seal(db, to, _place(row.id), unseal(db, owner, _place(row.id), row.sealed))
        row.customer_id = to
    db.flush()
    return [row.id for row in rows]


def drop_contacts(db: Session, customer_id: CustomerId) -> int:
    """Forget the contacts with a customer and return how many there were."""
    statement = delete(ContactEventRow).where(col(ContactEventRow.customer_id) == customer_id)
    return db.connection().execute(statement).rowcount


def drop_contacts_before(db: Session, moment: datetime) -> int:
    """Forget every contact before a moment and return how many there were."""
    return db.connection().execute(delete(ContactEventRow).where(col(ContactEventRow.at) < moment)).rowcount


def _place(event_id: str) -> str:
    return f"customer_contact:{event_id}"
