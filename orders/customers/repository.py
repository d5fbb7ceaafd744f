"""Reading and writing customers, their measures and known facts."""

from collections.abc import Iterable

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from kernel.ids import CustomerId, ProfileId
from orders.customers.model import (
    Contact,
    Customer,
    CustomerNotFound,
    KnownFact,
    MeasurementProfile,
    ProfileNotFound,
    Purpose,
    Reference,
)
from orders.customers.tables import CustomerRow, KnownFactRow, MeasurementProfileRow


def add_customer(db: Session, customer: Customer) -> None:
    """Store a new customer."""
    contact = customer.contact
    db.add(
        CustomerRow(
            id=customer.id,
            reference=customer.reference,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            locale=contact.locale,
            country=contact.country,
            kind=contact.kind,
            since=customer.since,
        )
    )
    db.flush()


def get_customer(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> Customer:
    """Return one customer.

    Raises:
        CustomerNotFound: there is none with this id.
    """
    row = db.get(CustomerRow, customer_id)
    if row is None:
        raise CustomerNotFound(customer_id=customer_id, purpose=purpose.value)
    return _customer(row)


def find_customers(db: Session, words: str, *, purpose: Purpose, limit: int = 20) -> list[Customer]:
    """Return customers whose name contains the words, or whose e-mail, phone or reference begins with them."""
    del purpose  # Named by the caller so that every read of personal data says why; kept for the reader of the code.
    needle = words.strip().lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    if not needle:
        return []
    found = db.exec(
        select(CustomerRow)
        .where(
            or_(
                func.lower(CustomerRow.name).like(f"%{needle}%", escape="\\"),
                func.lower(CustomerRow.email).like(f"{needle}%", escape="\\"),
                func.lower(CustomerRow.reference).like(f"{needle}%", escape="\\"),
                col(CustomerRow.phone).like(f"%{needle}%", escape="\\"),
            )
        )
        .order_by(col(CustomerRow.name), col(CustomerRow.id))
        .limit(limit)
    )
    return [_customer(row) for row in found]


def add_profile(db: Session, profile: MeasurementProfile) -> None:
    """Store a new measurement profile."""
    db.add(
        MeasurementProfileRow(
            id=profile.id,
            customer_id=profile.customer_id,
            sex=profile.sex,
            readings={measure: list(values) for measure, values in profile.readings.items()},
            confirmed=sorted(profile.confirmed),
            taken_by=profile.taken_by,
            taken_at=profile.taken_at,
            method=profile.method,
        )
    )
    db.flush()


def get_profile(db: Session, profile_id: ProfileId, *, purpose: Purpose) -> MeasurementProfile:
    """Return one measurement profile.

    Raises:
        ProfileNotFound: there is none with this id.
    """
    row = db.get(MeasurementProfileRow, profile_id)
    if row is None:
        raise ProfileNotFound(profile_id=profile_id, purpose=purpose.value)
    return _profile(row)


def profiles_of(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> list[MeasurementProfile]:
    """Return all measurement profiles of a customer, newest first."""
    del purpose
    rows = db.exec(
        select(MeasurementProfileRow)
        .where(MeasurementProfileRow.customer_id == customer_id)
        .order_by(col(MeasurementProfileRow.taken_at).desc(), col(MeasurementProfileRow.id).desc())
    )
    return [_profile(row) for row in rows]


def remember(db: Session, customer_id: CustomerId, facts: Iterable[KnownFact]) -> None:
    """Store answers, each replacing what was known under its key."""
    for fact in facts:
        db.merge(
            KnownFactRow(
                customer_id=customer_id,
                key=fact.key,
                value=fact.value,
                source=fact.source,
                learned_at=fact.learned_at,
            )
        )
    db.flush()


def known_facts(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> dict[str, KnownFact]:
    """Return what is known of a customer, by key."""
    del purpose
    rows = db.exec(select(KnownFactRow).where(KnownFactRow.customer_id == customer_id))
    return {row.key: KnownFact(row.key, row.value, row.source, row.learned_at) for row in rows}


def _customer(row: CustomerRow) -> Customer:
    contact = Contact(row.name, row.email, row.phone, row.locale, row.country, row.kind)
    return Customer(CustomerId(row.id), Reference(row.reference), contact, row.since)


def _profile(row: MeasurementProfileRow) -> MeasurementProfile:
    return MeasurementProfile(
        id=ProfileId(row.id),
        customer_id=CustomerId(row.customer_id),
        sex=row.sex,
        readings={measure: tuple(values) for measure, values in row.readings.items()},
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        method=row.method,
        confirmed=frozenset(row.confirmed),
    )
