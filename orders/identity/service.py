"""Use cases of identity: what a visitor began becomes the account's; two customers found to be one become one, and two again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from kernel.ids import CustomerId, DraftId, IdMaker, OrderId, QuoteId
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.addresses.repository import move_addresses
from orders.customers.contacts.repository import move_contacts
from orders.customers.model import Customer, CustomerKind, Purpose
from orders.customers.service import known_customer
from orders.drafts import repository as drafts
from orders.identity import repository
from orders.identity.model import Merge, MergeId, MergeNotPossible
from orders.lifecycle import repository as orders
from orders.quotes import repository as quotes

#: Parts of a contact that are taken over where the kept customer has none.
FILLED_PARTS = ("email", "phone")
EVERYTHING = 100_000


def adopt(db: Session, visitor: str, account: str, customer_id: CustomerId | None) -> None:
    """Give an account what its person began before signing in; drafts nobody was named on are in their name now."""
    begun = drafts.drafts_of(db, visitor, limit=1000)
    if not begun:
        return
    if customer_id is not None:
        drafts.move_to_customer(db, [draft.id for draft in begun if draft.customer_id is None], customer_id)
    drafts.hand_over(db, visitor, account)
    quotes.hand_over(db, visitor, account)
    orders.hand_over(db, visitor, account)


def same_person(db: Session, customer: Customer) -> list[Customer]:
    """Return the customers who have the same e-mail address or telephone number, oldest first."""
    contact = customer.contact
    return customers.customers_by_contact(
        db, email=contact.email, phone=contact.phone, purpose=Purpose.SALE, but=customer.id
    )


def joinable(db: Session, customer: Customer) -> list[Customer]:
    """Return the cards that carry the confirmed e-mail address of an account's customer, oldest first, but those declined.

    A telephone number is no proof here, and neither is an address nobody confirmed: that is for the caller to know.
    Companies are joined by staff only.
    """
    if customer.contact.email is None or customer.contact.kind is not CustomerKind.PRIVATE:
        return []
    found = customers.customers_by_contact(
        db, email=customer.contact.email, phone=None, purpose=Purpose.SALE, but=customer.id
    )
    declined = repository.told_apart(db, customer.id)
    return [each for each in found if each.contact.kind is CustomerKind.PRIVATE and each.id not in declined]


def merge(
    db: Session,
    kept_id: CustomerId,
    merged_id: CustomerId,
    *,
    accounts: Sequence[str] = (),
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> Merge:
    """Keep everything of one customer under another and return what moved.

    What is known of both, and permissions, stay as the kept customer's: a merge never widens what may be done.

    Args:
        db: A writing unit of work.
        kept_id: Under whom.
        merged_id: Of whom.
        accounts: The ids of accounts the caller moves in the same transaction, to be told when it is taken back.
        new_id: Makes ids.
        actor: Who found out.
        now: The present moment.

    Raises:
        CustomerNotFound, CustomerErased: there is no such customer, or no longer.
        MergeNotPossible: they are one record, or one was merged before; nothing is changed.
    """
    kept = known_customer(db, kept_id, purpose=Purpose.SUPPORT)
    merged = known_customer(db, merged_id, purpose=Purpose.SUPPORT)
    if kept_id == merged_id or kept.merged_into is not None or not customers.set_merged(db, merged_id, kept_id):
        raise MergeNotPossible(kept=kept.reference, merged=merged.reference)
    moved: dict[str, Sequence[str]] = {
        "drafts": [each.id for each in drafts.drafts_of_customer(db, merged_id)],
        "quotes": [each.id for each in quotes.quotes_of_customer(db, merged_id)],
        "orders": [each.id for each in orders.find_orders(db, customer_id=merged_id, limit=EVERYTHING)],
        "profiles": customers.move_profiles(db, merged_id, kept_id),
        "addresses": move_addresses(db, merged_id, kept_id),
        "contacts": move_contacts(db, merged_id, kept_id),
        "facts": customers.move_facts(db, merged_id, kept_id),
        "accounts": list(accounts),
        "filled": _fill(db, kept, merged),
    }
    _move_made(db, moved, kept_id)
    done = Merge(MergeId(new_id()), kept_id, merged_id, merged.reference, now, moved)
    repository.add_merge(db, done)
    record(db, f"customer:{kept.reference}", "merged", actor=actor, now=now, merged=merged.reference)
    return done


def take_back(db: Session, merge_id: str, *, actor: Actor, now: datetime) -> Merge:
    """Part two customers again and return what went back; what came after the merge stays with the kept one.

    Raises:
        MergeNotFound: there is no such merge, or it was taken back.
    """
    done = repository.get_merge(db, merge_id)
    kept = known_customer(db, done.kept, purpose=Purpose.SUPPORT)
    customers.set_merged(db, done.merged, None)
    customers.move_profiles(db, done.kept, done.merged, done.moved["profiles"])
    move_addresses(db, done.kept, done.merged, done.moved["addresses"])
    move_contacts(db, done.kept, done.merged, done.moved["contacts"])
    customers.move_facts(db, done.kept, done.merged, done.moved["facts"])
    _move_made(db, done.moved, done.merged)
    emptied = dict.fromkeys(done.moved["filled"])
    if emptied:
        customers.save_contact(db, done.kept, replace(kept.contact, **emptied))  # type: ignore[arg-type]
    repository.drop_merge(db, done.id)
    record(db, f"customer:{kept.reference}", "merge_taken_back", actor=actor, now=now, merged=done.merged_reference)
    return done


def _move_made(db: Session, moved: Mapping[str, Sequence[str]], to: CustomerId) -> None:
    """Put the drafts, quotes and orders that were named into a customer's name."""
    drafts.move_to_customer(db, [DraftId(each) for each in moved["drafts"]], to)
    quotes.move_to_customer(db, [QuoteId(each) for each in moved["quotes"]], to)
    orders.move_to_customer(db, [OrderId(each) for each in moved["orders"]], to)


def _fill(db: Session, kept: Customer, merged: Customer) -> list[str]:
    """Take over what the kept customer's contact lacks, and return which parts."""
    lacking = [part for part in FILLED_PARTS if getattr(kept.contact, part) is None and getattr(merged.contact, part)]
    if lacking:
        parts = {part: getattr(merged.contact, part) for part in lacking}
        customers.save_contact(db, kept.id, replace(kept.contact, **parts))
    return lacking
