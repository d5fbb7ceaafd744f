"""Sealing and opening under a customer's key, and forgetting the key."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kernel.canonical import JsonValue, canonical_json
from kernel.errors import NotFound
from kernel.ids import CustomerId
from kernel.vault import vault_of
from orders.customers.keys.tables import CustomerKeyRow


class CustomerKeyGone(NotFound):
    """The customer was erased: what their key sealed cannot be read any more."""


def seal(db: Session, customer_id: CustomerId, place: str, document: Mapping[str, JsonValue]) -> bytes:
    """Return the document sealed by the customer's key, which is made when first needed.

    Args:
        db: A writing unit of work.
        customer_id: Whose it is.
        place: Table and row it is for; it opens nowhere else.
        document: What to seal.
    """
    wrapped = _wrapped(db, customer_id)
    if wrapped is None:
        wrapped = vault_of(db).new_key(_key_place(customer_id))
        db.add(CustomerKeyRow(customer_id=customer_id, wrapped=wrapped))
        db.flush()
    return vault_of(db).seal(wrapped, _key_place(customer_id), canonical_json(document), place)


def unseal(db: Session, customer_id: CustomerId, place: str, sealed: bytes) -> dict[str, Any]:
    """Return the document that was sealed for this place.

    Raises:
        CustomerKeyGone: the customer was erased.
        SealBroken: it was sealed by another key or for another place.
    """
    wrapped = _wrapped(db, customer_id)
    if wrapped is None:
        raise CustomerKeyGone(customer_id=customer_id)
    document: dict[str, Any] = json.loads(vault_of(db).open(wrapped, _key_place(customer_id), sealed, place))
    return document


def forget_key(db: Session, customer_id: CustomerId) -> None:
    """Drop the customer's key."""
    db.connection().execute(delete(CustomerKeyRow).where(col(CustomerKeyRow.customer_id) == customer_id))


def _wrapped(db: Session, customer_id: CustomerId) -> bytes | None:
    return db.exec(select(CustomerKeyRow.wrapped).where(CustomerKeyRow.customer_id == customer_id)).first()


def _key_place(customer_id: CustomerId) -> str:
    return f"customer_key:{customer_id}"
