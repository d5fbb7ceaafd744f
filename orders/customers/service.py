"""Use cases around customers: register, measure, remember."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from kernel.ids import CustomerId, IdMaker, ProfileId
from modules_catalog.sizing.model import Sex
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository
from orders.customers.model import Contact, Customer, MeasurementProfile, Method, Purpose, Reference
from orders.numbering.repository import next_number


def register_customer(db: Session, contact: Contact, *, new_id: IdMaker, actor: Actor, now: datetime) -> Customer:
    """Store a new customer under the next reference and return it."""
    reference = Reference(f"A-{next_number(db, 'customer')}")
    customer = Customer(CustomerId(new_id()), reference, contact, now)
    repository.add_customer(db, customer)
    record(db, f"customer:{reference}", "registered", actor=actor, now=now)
    return customer


def record_measurements(
    db: Session,
    customer_id: CustomerId,
    *,
    sex: Sex,
    readings: Mapping[str, tuple[int, ...]],
    confirmed: frozenset[str],
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
    method: Method = Method.TAPE,
) -> MeasurementProfile:
    """Store one set of body measures and return it; earlier sets are kept as history.

    Raises:
        CustomerNotFound: there is no such customer.
        ReadingNotValid: a measure is missing or impossible; nothing is stored.
    """
    customer = repository.get_customer(db, customer_id, purpose=Purpose.FIT)
    profile = MeasurementProfile(
        id=ProfileId(new_id()),
        customer_id=customer_id,
        sex=sex,
        readings=readings,
        taken_by=actor.id,
        taken_at=now,
        method=method,
        confirmed=confirmed,
    )
    repository.add_profile(db, profile)
    record(db, f"customer:{customer.reference}", "measured", actor=actor, now=now, method=method.value)
    return profile
