"""Use cases of consent: give, take back, require."""

from datetime import datetime

from sqlmodel import Session

from kernel.ids import CustomerId
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers.consents import repository
from orders.customers.consents.model import Consent, ConsentMissing
from orders.customers.model import Customer, Purpose


def has_consent(db: Session, customer_id: CustomerId, purpose: Purpose) -> bool:
    """Return whether the customer allows the purpose now."""
    return any(each.holds for each in repository.consents_of(db, customer_id) if each.purpose is purpose)


def require_consent(db: Session, customer_id: CustomerId, purpose: Purpose) -> None:
    """Let pass what the customer allows.

    Raises:
        ConsentMissing: they do not, or no longer.
    """
    if not has_consent(db, customer_id, purpose):
        raise ConsentMissing(purpose=purpose.value)


def set_consent(
    db: Session, customer: Customer, purpose: Purpose, *, given: bool, source: str, actor: Actor, now: datetime
) -> None:
    """Give or take back a permission; that it stands so already changes nothing."""
    if given == has_consent(db, customer.id, purpose):
        return
    if given:
        repository.add_consent(db, customer.id, Consent(purpose, now, source))
    else:
        repository.withdraw(db, customer.id, purpose, now=now)
    action = "consent_given" if given else "consent_withdrawn"
    record(db, f"customer:{customer.reference}", action, actor=actor, now=now, purpose=purpose.value)
