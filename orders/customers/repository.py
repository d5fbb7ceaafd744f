"""Reading and writing customers, their measures and known facts."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from kernel.canonical import JsonValue
from kernel.database import changed_rows
from kernel.ids import CustomerId, ProfileId
from modules_catalog.sizing.model import Measure, Sex
from orders.customers.addresses.repository import drop_addresses
from orders.customers.billing.repository import drop_billing
from orders.customers.consents.repository import drop_consents
from orders.customers.contacts.repository import drop_contacts
from orders.customers.keys.repository import forget_key, seal, unseal
from orders.customers.model import (
    Contact,
    Customer,
    CustomerErased,
    CustomerNotFound,
    KnownFact,
    MeasurementProfile,
    Method,
    ProfileNotFound,
    Purpose,
    Reference,
)
from orders.customers.tables import CustomerRow, KnownFactRow, MeasurementProfileRow

#: What stands where the name of an erased customer stood.
ERASED = "–"


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
    """Return one customer, or what is left of one who was erased: the reference.

    Raises:
        CustomerNotFound: there is none with this id.
    """
    row = db.get(CustomerRow, customer_id, populate_existing=True)
    if row is None:
        raise CustomerNotFound(customer_id=customer_id, purpose=purpose.value)
    return _customer(row)


def save_contact(db: Session, customer_id: CustomerId, contact: Contact) -> None:
    """Replace who the customer is and how to reach them.

    Raises:
        CustomerErased: the customer was erased.
    """
    statement = (
        update(CustomerRow)
        .where(col(CustomerRow.id) == customer_id, col(CustomerRow.erased_at).is_(None))
        .values(
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            locale=contact.locale,
            country=contact.country,
            kind=contact.kind,
        )
    )
    if changed_rows(db, statement) != 1:
        raise CustomerErased(customer_id=customer_id)


def erase_customer(db: Session, customer_id: CustomerId, *, now: datetime) -> Mapping[str, int]:
    """Forget everything about a customer but their reference; return {what: how many there were}."""
    counts = {
        "measurements": _drop(db, MeasurementProfileRow, customer_id),
        "facts": _drop(db, KnownFactRow, customer_id),
        "addresses": drop_addresses(db, customer_id),
        "consents": drop_consents(db, customer_id),
        "contacts": drop_contacts(db, customer_id),
        "billing": drop_billing(db, customer_id),
    }
    forget_key(db, customer_id)
    values = {"name": ERASED, "email": None, "phone": None, "erased_at": now}
    statement = update(CustomerRow).where(col(CustomerRow.id) == customer_id).values(**values)
    changed_rows(db, statement)
    return counts


def customers_by_contact(
    db: Session, *, email: str | None, phone: str | None, purpose: Purpose, but: CustomerId | None = None
) -> list[Customer]:
    """Return the customers with this e-mail address or telephone number, oldest first."""
    del purpose
    same = []
    if email:
        same.append(func.lower(CustomerRow.email) == email.strip().lower())
    if phone:
        same.append(col(CustomerRow.phone) == phone.strip())
    if not same:
        return []
    found = db.exec(
        select(CustomerRow)
        .where(
            or_(*same),
            col(CustomerRow.erased_at).is_(None),
            col(CustomerRow.merged_into).is_(None),
            col(CustomerRow.id) != (but or ""),
        )
        .order_by(col(CustomerRow.since), col(CustomerRow.id))
    )
    return [_customer(row) for row in found]


def find_customers(db: Session, words: str, *, purpose: Purpose, limit: int = 20) -> list[Customer]:
    """Return customers whose name contains the words, or whose e-mail, phone or reference begins with them."""
    del purpose  # Named by the caller so that every read of personal data says why; kept for the reader of the code.
    needle = words.strip().lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    if not needle:
        return []
    found = db.exec(
        select(CustomerRow)
        .where(
            col(CustomerRow.erased_at).is_(None),
            col(CustomerRow.merged_into).is_(None),
            or_(
                func.lower(CustomerRow.name).like(f"%{needle}%", escape="\\"),
                func.lower(CustomerRow.email).like(f"{needle}%", escape="\\"),
                func.lower(CustomerRow.reference).like(f"{needle}%", escape="\\"),
                col(CustomerRow.phone).like(f"%{needle}%", escape="\\"),
            ),
        )
        .order_by(col(CustomerRow.name), col(CustomerRow.id))
        .limit(limit)
    )
    return [_customer(row) for row in found]


def add_profile(db: Session, profile: MeasurementProfile) -> None:
    """Store a new measurement profile, sealed by the customer's key."""
    db.add(
        MeasurementProfileRow(
            id=profile.id,
            customer_id=profile.customer_id,
            taken_at=profile.taken_at,
            sealed=seal(db, profile.customer_id, _place(profile.id), profile_document(profile)),
        )
    )
    db.flush()


def drop_old_profiles(db: Session, *, before: datetime) -> int:
    """Forget the measures taken before a moment, but for those something was made to; return how many there were."""
    used = [
        select(table.c.profile_id).where(table.c.profile_id.is_not(None))
        for table in MeasurementProfileRow.metadata.tables.values()
        if "profile_id" in table.c
    ]
    statement = delete(MeasurementProfileRow).where(
        col(MeasurementProfileRow.taken_at) < before,
        *(col(MeasurementProfileRow.id).not_in(each) for each in used),
    )
    return changed_rows(db, statement)


def get_profile(db: Session, profile_id: ProfileId, *, purpose: Purpose) -> MeasurementProfile:
    """Return one measurement profile.

    Raises:
        ProfileNotFound: there is none with this id.
    """
    row = db.get(MeasurementProfileRow, profile_id)
    if row is None:
        raise ProfileNotFound(profile_id=profile_id, purpose=purpose.value)
    return _profile(db, row)


def profiles_of(db: Session, customer_id: CustomerId, *, purpose: Purpose) -> list[MeasurementProfile]:
    """Return all measurement profiles of a customer, newest first."""
    del purpose
    rows = db.exec(
        select(MeasurementProfileRow)
        .where(MeasurementProfileRow.customer_id == customer_id)
        .order_by(col(MeasurementProfileRow.taken_at).desc(), col(MeasurementProfileRow.id).desc())
    )
    return [_profile(db, row) for row in rows]


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


def merged_into(db: Session, customer_id: CustomerId) -> list[CustomerId]:
    """Return the customers that were found to be this one."""
    return [CustomerId(each) for each in db.exec(select(CustomerRow.id).where(CustomerRow.merged_into == customer_id))]


def set_merged(db: Session, customer_id: CustomerId, into: CustomerId | None) -> bool:
    """Return whether the customer was nobody else and is ``into`` now, or the other way round for ``None``."""
    before = col(CustomerRow.merged_into).is_(None) if into else col(CustomerRow.merged_into).is_not(None)
    statement = update(CustomerRow).where(col(CustomerRow.id) == customer_id, before).values(merged_into=into)
    return changed_rows(db, statement) == 1


def move_profiles(db: Session, owner: CustomerId, to: CustomerId, ids: Iterable[str] | None = None) -> list[str]:
    """Give measures, all or some, to another customer, sealed by their key now; return which."""
    wanted = select(MeasurementProfileRow).where(MeasurementProfileRow.customer_id == owner)
    if ids is not None:
        wanted = wanted.where(col(MeasurementProfileRow.id).in_(list(ids)))
    rows = db.exec(wanted).all()
    for row in rows:
        row.sealed = seal(db, to, _place(row.id), unseal(db, owner, _place(row.id), row.sealed))
        row.customer_id = to
    db.flush()
    return [row.id for row in rows]


def move_facts(db: Session, owner: CustomerId, to: CustomerId, keys: Iterable[str] | None = None) -> list[str]:
    """Give known facts, all or some, to another customer, but for what is known of them already; return which."""
    known = set(db.exec(select(KnownFactRow.key).where(KnownFactRow.customer_id == to)))
    theirs = set(db.exec(select(KnownFactRow.key).where(KnownFactRow.customer_id == owner)))
    moved = sorted((theirs if keys is None else theirs & set(keys)) - known)
    statement = update(KnownFactRow).where(col(KnownFactRow.customer_id) == owner, col(KnownFactRow.key).in_(moved))
    changed_rows(db, statement.values(customer_id=to))
    return moved


def drop_old_facts(db: Session, *, before: datetime) -> int:
    """Forget the answers learned before a moment and return how many there were."""
    return changed_rows(db, delete(KnownFactRow).where(col(KnownFactRow.learned_at) < before))


def forget_fact(db: Session, customer_id: CustomerId, key: str) -> bool:
    """Forget one answer and return whether there was one."""
    statement = delete(KnownFactRow).where(col(KnownFactRow.customer_id) == customer_id, col(KnownFactRow.key) == key)
    return changed_rows(db, statement) == 1


def _drop(db: Session, table: type[MeasurementProfileRow] | type[KnownFactRow], customer_id: CustomerId) -> int:
    return changed_rows(db, delete(table).where(col(table.customer_id) == customer_id))


def _customer(row: CustomerRow) -> Customer:
    merged = CustomerId(row.merged_into) if row.merged_into else None
    contact = Contact(row.name, row.email, row.phone, row.locale, row.country, row.kind)
    return Customer(CustomerId(row.id), Reference(row.reference), contact, row.since, row.erased_at, merged)


def profile_document(profile: MeasurementProfile) -> dict[str, JsonValue]:
    """Return what is sealed of a profile, and handed out in an export."""
    return {
        "sex": profile.sex.value,
        "readings": {measure: list(values) for measure, values in profile.readings.items()},
        "confirmed": sorted(profile.confirmed),
        "reasons": dict(profile.reasons),
        "taken_by": profile.taken_by,
        "method": profile.method.value,
        "taken_from": dict(profile.taken_from),
        "corrections_mm": {measure.value: value for measure, value in profile.corrections_mm.items()},
    }


def _profile(db: Session, row: MeasurementProfileRow) -> MeasurementProfile:
    customer_id = CustomerId(row.customer_id)
    told = unseal(db, customer_id, _place(row.id), row.sealed)
    return MeasurementProfile(
        id=ProfileId(row.id),
        customer_id=customer_id,
        sex=Sex(told["sex"]),
        readings={measure: tuple(values) for measure, values in told["readings"].items()},
        taken_by=told["taken_by"],
        taken_at=row.taken_at,
        method=Method(told["method"]),
        confirmed=frozenset(told["confirmed"]),
        reasons=told["reasons"],
        taken_from=told["taken_from"],
        corrections_mm={Measure(measure): value for measure, value in told["corrections_mm"].items()},
    )


def _place(profile_id: str) -> str:
    return f"measurement_profile:{profile_id}"
