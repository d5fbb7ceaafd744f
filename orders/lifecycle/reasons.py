"""Why, in somebody's own words: for the audit chain sealed by the customer's key, so that erasing the key erases the words.

The chain stays whole: it holds, and hashes, what was sealed.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from sqlmodel import Session

from kernel.canonical import JsonValue
from orders.customers.keys.repository import CustomerKeyGone, seal, unseal
from orders.lifecycle.model import Order

REASON, SEALED = "reason", "reason_sealed"


def reason_details(db: Session, order: Order, words: str) -> dict[str, JsonValue]:
    """Return the words as details of an audit entry; nothing where nobody said why."""
    if not words:
        return {}
    if order.customer_id is None:
        return {REASON: words}
    sealed = seal(db, order.customer_id, _place(order), {REASON: words})
    return {SEALED: b64encode(sealed).decode()}


def reason_told(db: Session, order: Order, details: Mapping[str, JsonValue]) -> str:
    """Return the words of an audit entry of the order; empty where there are none, or they were erased."""
    sealed = details.get(SEALED)
    if not isinstance(sealed, str) or order.customer_id is None:
        return str(details.get(REASON, ""))
    try:
        return str(unseal(db, order.customer_id, _place(order), b64decode(sealed))[REASON])
    except CustomerKeyGone:
        return ""


def _place(order: Order) -> str:
    return f"audit_entry:{order.number}"
