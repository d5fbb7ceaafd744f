"""Use cases around customers: register, measure, remember."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from kernel.ids import CustomerId, IdMaker, ProfileId
from modules_catalog.sizing.model import Measure, Sex
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository
from orders.customers.addresses.model import Address, AddressId
from orders.customers.addresses.repository import add_address
from orders.customers.importing import ImportRow
from orders.customers.model import Contact, Customer, CustomerErased, MeasurementProfile, Method, Purpose, Reference
from orders.numbering.repository import next_number

#: The parts of a contact, for the audit chain: it learns which one changed, never to what.
CONTACT_PARTS = ("name", "email", "phone", "locale", "country", "kind")


def register_customer(
    db: Session,
    contact: Contact,
    *,
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
    address: Address | None = None,
) -> Customer:
    """Store a new customer under the next reference, with their default address where it is known, and return it."""
    reference = Reference(f"A-{next_number(db, 'customer')}")
    customer = Customer(CustomerId(new_id()), reference, contact, now)
    repository.add_customer(db, customer)
    if address is not None:
        add_address(db, customer.id, AddressId(new_id()), address, is_default=True)
    record(db, f"customer:{reference}", "registered", actor=actor, now=now)
    return customer


def known_customer(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> Customer:
    """Return a customer who has not been erased.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
    """
    customer = repository.get_customer(db, customer_id, purpose=purpose)
    if customer.erased_at is not None:
        raise CustomerErased(reference=customer.reference)
    return customer


def correct_contact(db: Session, customer_id: CustomerId, contact: Contact, *, actor: Actor, now: datetime) -> Customer:
    """Replace who the customer is and how to reach them, and return them as they are now.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
    """
    customer = known_customer(db, customer_id, purpose=Purpose.SALE)
    repository.save_contact(db, customer_id, contact)
    changed = [part for part in CONTACT_PARTS if getattr(customer.contact, part) != getattr(contact, part)]
    record(db, f"customer:{customer.reference}", "corrected", actor=actor, now=now, parts=changed)
    return replace(customer, contact=contact)


def current_profile(db: Session, customer_id: CustomerId, *, now: datetime) -> MeasurementProfile | None:
    """Return the newest measures of a customer that may still be used without asking."""
    profiles = repository.profiles_of(db, customer_id, purpose=Purpose.FIT)
    return next((profile for profile in profiles if profile.is_current(now)), None)


def correct_fit(
    db: Session,
    profile: MeasurementProfile,
    corrections_mm: Mapping[Measure, int],
    *,
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> MeasurementProfile:
    """Return a new set of the same measures whose finished pair is larger, or smaller, by what a try-on showed.

    Corrections add up over try-ons. The readings keep their age: they expire when they would have.

    Raises:
        ReadingNotValid: the corrections add up to more than a try-on can show; nothing is stored.
        CustomerErased: the customer was erased.
    """
    customer = known_customer(db, profile.customer_id, purpose=Purpose.FIT)
    summed = {each: profile.corrections_mm.get(each, 0) + corrections_mm.get(each, 0) for each in Measure}
    new = replace(
        profile,
        id=ProfileId(new_id()),
        corrections_mm={measure: value for measure, value in summed.items() if value},
    )
    repository.add_profile(db, new)
    record(db, f"customer:{customer.reference}", "fit_corrected", actor=actor, now=now)
    return new


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
    reasons: Mapping[str, str] | None = None,
    taken_from: Mapping[str, int] | None = None,
    corrections_mm: Mapping[Measure, int] | None = None,
) -> MeasurementProfile:
    """Store one set of body measures and return it; earlier sets are kept as history.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
        ReadingNotValid: a measure is missing or impossible; nothing is stored.
    """
    customer = known_customer(db, customer_id, purpose=Purpose.FIT)
    profile = MeasurementProfile(
        id=ProfileId(new_id()),
        customer_id=customer_id,
        sex=sex,
        readings=readings,
        taken_by=actor.id,
        taken_at=now,
        method=method,
        confirmed=confirmed,
        reasons=reasons or {},
        taken_from=taken_from or {},
        corrections_mm=corrections_mm or {},
    )
    repository.add_profile(db, profile)
    record(db, f"customer:{customer.reference}", "measured", actor=actor, now=now, method=method.value)
    return profile


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: new customers, customers known by their e-mail address, sets of measures kept."""

    added: int
    known: int
    measured: int


def import_customers(
    db: Session, rows: Iterable[ImportRow], *, new_id: IdMaker, actor: Actor, now: datetime
) -> Imported:
    """Register the people of a file who are not known by their e-mail address yet, and keep the measures of all.

    Marketing is never allowed by an import: a customer allows it themselves.
    """
    added = known = measured = 0
    for row in rows:
        same = repository.customers_by_contact(db, email=row.contact.email, phone=None, purpose=Purpose.SALE)
        if same:
            customer, known = same[0], known + 1
        else:
            customer, added = register_customer(db, row.contact, new_id=new_id, actor=actor, now=now), added + 1
        if row.readings and row.sex is not None:
            record_measurements(
                db,
                customer.id,
                sex=row.sex,
                readings=row.readings,
                confirmed=frozenset(),
                new_id=new_id,
                actor=actor,
                now=row.measured_at or now,
            )
            measured += 1
    return Imported(added, known, measured)
