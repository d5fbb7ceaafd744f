"""Reading and writing billing details."""

from dataclasses import asdict

from sqlalchemy import delete
from sqlmodel import Session

from kernel.ids import CustomerId
from orders.customers.billing.model import NO_DETAILS, BillingDetails
from orders.customers.billing.tables import BillingDetailsRow
from orders.customers.keys.repository import seal, unseal
from orders.customers.model import Purpose


def billing_of(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> BillingDetails:
    """Return a customer's billing details; empty ones where none were given."""
    del purpose
    row = db.get(BillingDetailsRow, customer_id, populate_existing=True)
    return NO_DETAILS if row is None else BillingDetails(**unseal(db, customer_id, _place(customer_id), row.sealed))


def save_billing(db: Session, customer_id: CustomerId, details: BillingDetails) -> None:
    """Replace a customer's billing details."""
    sealed = seal(db, customer_id, _place(customer_id), asdict(details))
    db.merge(BillingDetailsRow(customer_id=customer_id, sealed=sealed))
    db.flush()


def drop_billing(db: Session, customer_id: CustomerId) -> int:
    """Forget a customer's billing details and return how many there were."""
    gone = db.connection().execute(delete(BillingDetailsRow).where(BillingDetailsRow.customer_id == customer_id))  # type: ignore[arg-type]
    return gone.rowcount


def _place(customer_id: str) -> str:
    return f"customer_billing:{customer_id}"
