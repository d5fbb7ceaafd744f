"""Reading and writing consents."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from kernel.ids import CustomerId
from orders.customers.consents.model import Consent
from orders.customers.consents.tables import ConsentRow
from orders.customers.model import Purpose


def consents_of(db: Session, customer_id: CustomerId) -> list[Consent]:
    """Return every permission a customer ever gave, oldest first."""
    rows = db.exec(select(ConsentRow).where(ConsentRow.customer_id == customer_id).order_by(col(ConsentRow.given_at)))
    return [Consent(row.purpose, row.given_at, row.source, row.withdrawn_at) for row in rows]


def add_consent(db: Session, customer_id: CustomerId, consent: Consent) -> None:
    """Store a permission."""
    db.add(
        ConsentRow(customer_id=customer_id, purpose=consent.purpose, given_at=consent.given_at, source=consent.source)
    )
    db.flush()


def withdraw(db: Session, customer_id: CustomerId, purpose: Purpose, *, now: datetime) -> bool:
    """End the permissions for a purpose and return whether there was one."""
    statement = (
        update(ConsentRow)
        .where(
            col(ConsentRow.customer_id) == customer_id,
            col(ConsentRow.purpose) == purpose,
            col(ConsentRow.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=now)
    )
    return changed_rows(db, statement) > 0


def drop_consents(db: Session, customer_id: CustomerId) -> int:
    """Forget all permissions of a customer and return how many there were."""
    gone = db.connection().execute(delete(ConsentRow).where(col(ConsentRow.customer_id) == customer_id))
    return gone.rowcount
