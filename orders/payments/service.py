"""Use cases of payments: record what came or went, take a provider's word."""

from datetime import datetime

from sqlmodel import Session

from kernel.ids import IdMaker
from kernel.jobs import first_time
from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle.model import Order
from orders.lifecycle.repository import get_order_by_number
from orders.payments import repository
from orders.payments.model import Payment, PaymentId, PaymentKind, PaymentNotValid, RefundTooLarge
from orders.payments.providers import Confirmed


def record_payment(
    db: Session,
    order: Order,
    *,
    kind: PaymentKind,
    provider: str,
    amount_minor: int,
    currency: str,
    reference: str = "",
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Record money of an order and return it.

    Raises:
        PaymentNotValid: the amount is not positive or in another currency.
        RefundTooLarge: more would be paid back than came; nothing is recorded.
    """
    if currency != order.price.currency:
        raise PaymentNotValid(field="currency", value=currency, order=order.price.currency)
    payment = Payment(
        PaymentId(new_id()), order.id, kind, provider, amount_minor, currency, now, actor.id, reference.strip()
    )
    # The audit chain's head is taken first: two at once wait for each other before either sums up what came.
    record(
        db,
        f"order:{order.number}",
        kind.value,
        actor=actor,
        now=now,
        provider=provider,
        amount_minor=amount_minor,
    )
    paid_minor = paid_of(db, order)
    if kind is PaymentKind.REFUND and amount_minor > paid_minor:
        raise RefundTooLarge(paid_minor=paid_minor, amount_minor=amount_minor)
    repository.add_payment(db, payment)
    return payment


def take_word(
    db: Session, provider: str, confirmed: Confirmed, *, new_id: IdMaker, actor: Actor, now: datetime
) -> bool:
    """Record a payment a provider confirmed; return False for one that was recorded before.

    Raises:
        OrderNotFound, PaymentNotValid: the word is about something else; nothing is recorded.
    """
    if not first_time(db, f"payment:{provider}:{confirmed.reference}"):
        return False
    record_payment(
        db,
        get_order_by_number(db, confirmed.order_number),
        kind=PaymentKind.PAYMENT,
        provider=provider,
        amount_minor=confirmed.amount_minor,
        currency=confirmed.currency,
        reference=confirmed.reference,
        new_id=new_id,
        actor=actor,
        now=now,
    )
    return True


def paid_of(db: Session, order: Order) -> int:
    """Return what was paid for an order, less what was paid back."""
    return sum(payment.signed_minor for payment in repository.payments_of(db, order.id))
