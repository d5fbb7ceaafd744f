"""What is private is unreadable in the database, opens for its owner only, and goes with the key."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.database import Database
from kernel.ids import CustomerId, IdMaker
from kernel.vault import MasterKeyMissing, SealBroken, Vault, no_vault
from modules_catalog.sizing.model import Measure, Sex
from orders.audit.model import Actor
from orders.customers import repository as customers
from orders.customers.addresses import repository as addresses
from orders.customers.addresses.model import Address, AddressId, AddressNotFound
from orders.customers.contacts.model import Channel, ContactEvent, ContactEventId
from orders.customers.contacts.repository import add_contact, contacts_of
from orders.customers.keys.repository import CustomerKeyGone, seal, unseal
from orders.customers.model import Contact, Customer, CustomerErased, MeasurementProfile, Method, Purpose
from orders.customers.service import correct_contact, record_measurements, register_customer
from web.master_key import read_or_make

CLERK = Actor("clerk", "store")
READINGS = {
    "waist_circ_wear": (846, 850),
    "hip_circ": (1009, 1015),
    "thigh_circ": (612, 614),
    "crotch_height": (770, 774),
    "crotch_length_wear": (570, 573),
}


@pytest.fixture
def ana(database: Database, new_id: IdMaker, now: datetime) -> Customer:
    with database.write() as db:
        return register_customer(db, Contact("Ana", "ana@example.org"), new_id=new_id, actor=CLERK, now=now)


def measured(database: Database, customer: Customer, new_id: IdMaker, now: datetime) -> MeasurementProfile:
    with database.write() as db:
        return record_measurements(
            db,
            customer.id,
            sex=Sex.FEMALE,
            readings=READINGS,
            confirmed=frozenset({"hip_circ"}),
            reasons={"hip_circ": "wears a brace"},
            method=Method.GARMENT,
            taken_from={"waist": 860},
            corrections_mm={Measure.WAIST: 8},
            new_id=new_id,
            actor=CLERK,
            now=now,
        )


def bytes_of(database: Database, table: str) -> Iterator[bytes]:
    with database.read() as db:
        for row in db.connection().execute(text(f"SELECT sealed FROM {table}")):
            yield bytes(row[0])


def test_measures_come_back_as_they_were_taken_and_lie_sealed(
    database: Database, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    profile = measured(database, ana, new_id, now)
    with database.read() as db:
        assert customers.profiles_of(db, ana.id, purpose=Purpose.FIT) == [profile]
    (sealed,) = bytes_of(database, "measurement_profile")
    assert not [word for word in (b"1009", b"brace", b"hip_circ", b"garment") if word in sealed]


def test_the_same_measures_are_sealed_differently_each_time(
    database: Database, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    """Nobody can tell from the rows that two people, or two days, have the same measures."""
    measured(database, ana, new_id, now)
    measured(database, ana, new_id, now)
    first, second = bytes_of(database, "measurement_profile")
    assert first != second


def test_a_sealed_row_does_not_open_elsewhere(
    database: Database, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    """Neither in another row nor under another customer's key."""
    with database.write() as db:
        bob = register_customer(db, Contact("Bob"), new_id=new_id, actor=CLERK, now=now)
        sealed = seal(db, ana.id, "measurement_profile:1", {"a": 1})
        seal(db, bob.id, "measurement_profile:1", {"a": 1})
        assert unseal(db, ana.id, "measurement_profile:1", sealed) == {"a": 1}
        with pytest.raises(SealBroken):
            unseal(db, ana.id, "measurement_profile:2", sealed)
        with pytest.raises(SealBroken):
            unseal(db, bob.id, "measurement_profile:1", sealed)


def test_another_master_key_opens_nothing_and_none_says_so(
    database: Database, database_url: str, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    measured(database, ana, new_id, now)
    stranger = Database(database_url, vault=Vault(lambda: b"\0" * 32))
    with stranger.read() as db, pytest.raises(SealBroken):
        customers.profiles_of(db, ana.id, purpose=Purpose.FIT)
    stranger.dispose()
    keyless = Database(database_url, vault=no_vault())
    with keyless.read() as db, pytest.raises(MasterKeyMissing):
        customers.profiles_of(db, ana.id, purpose=Purpose.FIT)
    keyless.dispose()


def test_the_master_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    key = read_or_make("", path)
    assert (len(key), path.stat().st_mode & 0o777) == (32, 0o600)
    assert read_or_make("", path) == key
    assert [each.name for each in path.parent.iterdir()] == ["master.key"]
    path.write_text("not a key")
    with pytest.raises(MasterKeyMissing):
        read_or_make("", path)


def test_erasing_leaves_the_reference_and_nothing_else(
    database: Database, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    measured(database, ana, new_id, now)
    with database.write() as db:
        addresses.add_address(
            db, ana.id, AddressId("a1"), Address("Ana", "Hauptstr. 1", "Berlin", "DE"), is_default=True
        )
        add_contact(db, ana.id, ContactEvent(ContactEventId("e1"), now, Channel.PHONE, "wants it tighter", "clerk"))
        assert contacts_of(db, ana.id, purpose=Purpose.SUPPORT)[0].note == "wants it tighter"
        sealed = seal(db, ana.id, "x", {"a": 1})
        gone = customers.erase_customer(db, ana.id, now=now)
        left = customers.get_customer(db, ana.id, purpose=Purpose.SUPPORT)
        with pytest.raises(CustomerKeyGone):
            unseal(db, ana.id, "x", sealed)
    assert gone == {"measurements": 1, "facts": 0, "addresses": 1, "consents": 0, "contacts": 1, "billing": 0}
    assert (left.reference, left.contact.name, left.contact.email, left.erased_at) == (ana.reference, "–", None, now)
    with database.read() as db:
        assert customers.find_customers(db, "ana", purpose=Purpose.SALE) == []
        assert customers.find_customers(db, ana.reference, purpose=Purpose.SALE) == []
    with database.write() as db:
        with pytest.raises(CustomerErased):
            correct_contact(db, ana.id, Contact("Ana"), actor=CLERK, now=now)
        with pytest.raises(CustomerErased):
            customers.save_contact(db, ana.id, Contact("Ana"))


def test_a_customer_has_one_default_address_and_only_their_own(
    database: Database, ana: Customer, new_id: IdMaker, now: datetime
) -> None:
    home, work = Address("Ana", "Hauptstr. 1", "Berlin", "DE"), Address("Ana", "Am Werk 2", "Jena", "DE", "07743")
    with database.write() as db:
        addresses.add_address(db, ana.id, AddressId("a1"), home, is_default=True)
        addresses.add_address(db, ana.id, AddressId("a2"), work, is_default=True)
        known = addresses.addresses_of(db, ana.id, purpose=Purpose.DELIVERY)
        assert [(each.id, each.is_default) for each in known] == [("a2", True), ("a1", False)]
        assert known[0].address.lines() == ("Ana", "Am Werk 2", "07743 Jena", "DE")
        addresses.make_default(db, ana.id, AddressId("a1"))
        for act in (addresses.make_default, addresses.drop_address):
            with pytest.raises(AddressNotFound):
                act(db, CustomerId("somebody else"), AddressId("a1"))
        addresses.drop_address(db, ana.id, AddressId("a2"))
        known = addresses.addresses_of(db, ana.id, purpose=Purpose.DELIVERY)
    assert [(each.id, each.is_default) for each in known] == [("a1", True)]
