"""Everything we hold of a customer, as JSON documents a person and a program can read."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from kernel.canonical import JsonValue
from kernel.ids import CustomerId
from orders.audit.repository import entries
from orders.customers import repository as customers
from orders.customers.addresses.repository import addresses_of
from orders.customers.billing.repository import billing_of
from orders.customers.consents.repository import consents_of
from orders.customers.contacts.repository import contacts_of
from orders.customers.model import Contact, Purpose
from orders.customers.service import known_customer
from orders.drafts import repository as drafts
from orders.drafts.repository import selection_to_json
from orders.invoicing.document import invoice_to_json
from orders.invoicing.repository import find_invoices
from orders.lifecycle import repository as orders
from orders.messages.repository import messages_of_customer
from orders.quotes import repository as quotes

EVERYTHING = 100_000


def export_customer(
    db: Session, customer_id: CustomerId, *, owners: Iterable[str] = (), now: datetime
) -> Mapping[str, JsonValue]:
    """Return {file name: what it holds} of everything known of a customer.

    Args:
        db: A unit of work.
        customer_id: Whose.
        owners: The pseudonyms under which they began drafts.
        now: The present moment.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
    """
    customer = known_customer(db, customer_id, purpose=Purpose.SUPPORT)
    return {
        "about.json": {"reference": customer.reference, "exported_at": now.isoformat(), "format": "lotone.export/1"},
        "customer.json": {**_contact(customer.contact), "since": customer.since.isoformat()},
        "addresses.json": [
            {**asdict(each.address), "is_default": each.is_default}
            for each in addresses_of(db, customer_id, purpose=Purpose.SUPPORT)
        ],
        "measurements.json": [
            {"taken_at": each.taken_at.isoformat(), **customers.profile_document(each)}
            for each in customers.profiles_of(db, customer_id, purpose=Purpose.SUPPORT)
        ],
        "known_facts.json": [
            {"key": each.key, "value": each.value, "source": each.source, "learned_at": each.learned_at.isoformat()}
            for each in customers.known_facts(db, customer_id, purpose=Purpose.SUPPORT).values()
        ],
        "consents.json": [
            {
                "purpose": each.purpose.value,
                "given_at": each.given_at.isoformat(),
                "source": each.source,
                "withdrawn_at": each.withdrawn_at.isoformat() if each.withdrawn_at else None,
            }
            for each in consents_of(db, customer_id)
        ],
        "contacts.json": [
            {
                "at": each.at.isoformat(),
                "channel": each.channel.value,
                "about": each.about,
                "note": each.note,
            }
            for each in contacts_of(db, customer_id, purpose=Purpose.SUPPORT, limit=EVERYTHING)
        ],
        "messages.json": [
            {
                "at": each.at.isoformat(),
                "kind": each.kind.value,
                "about": each.about,
                "state": each.state.value,
            }
            for each in messages_of_customer(db, customer_id)
        ],
        "drafts.json": _drafts(db, customer_id, owners),
        "quotes.json": [
            {
                "number": each.number,
                "state": each.state.value,
                "line": each.line,
                "issued_at": each.issued_at.isoformat(),
                "expires_at": each.expires_at.isoformat(),
                "choices": _plain(selection_to_json(each.selection)),
                "price": each.price.as_json(),
                "promise": each.promise,
            }
            for each in quotes.quotes_of_customer(db, customer_id)
        ],
        "invoices.json": [
            invoice_to_json(each.invoice) for each in find_invoices(db, customer_id=customer_id, limit=EVERYTHING)
        ],
        "billing.json": asdict(billing_of(db, customer_id, purpose=Purpose.SUPPORT)),
        "orders.json": [
            {
                "number": each.number,
                "state": each.state.value,
                "line": each.line,
                "placed_at": each.placed_at.isoformat(),
                "quantity": each.quantity,
                "price": each.price.as_json(),
                "promise": each.promise,
                "specification": each.specification,
            }
            for each in orders.find_orders(db, customer_id=customer_id, limit=EVERYTHING)
        ],
        "history.json": [
            {"at": entry.at.isoformat(), "action": entry.action, "by_role": entry.actor.role}
            for entry, _previous, _hash in entries(db, f"customer:{customer.reference}")
        ],
    }


def _contact(contact: Contact) -> dict[str, JsonValue]:
    return {**asdict(contact), "kind": contact.kind.value}


def _drafts(db: Session, customer_id: CustomerId, owners: Iterable[str]) -> list[JsonValue]:
    found = {each.id: each for each in drafts.drafts_of_customer(db, customer_id)}
    found |= {each.id: each for owner in owners for each in drafts.drafts_of(db, owner, limit=EVERYTHING)}
    return [
        {
            "line": each.line,
            "opened_at": each.opened_at.isoformat(),
            "changed_at": each.changed_at.isoformat(),
            "choices": _plain(selection_to_json(each.selection)),
            "quantity": each.quantity,
            "need_by": each.need_by.isoformat() if each.need_by else None,
        }
        for each in found.values()
        if each.customer_id in (None, customer_id)
    ]


def _plain(stored: list[list[object]]) -> JsonValue:
    return {str(feature): answer for feature, answer in stored}  # type: ignore[misc]
