"""Reading and writing payments."""

from sqlmodel import Session, col, select

from kernel.ids import OrderId
from orders.payments.model import Payment, PaymentId
from orders.payments.tables import PaymentRow


def add_payment(db: Session, payment: Payment) -> None:
    """Store a payment."""
    db.add(
        PaymentRow(
            id=payment.id,
            order_id=payment.order_id,
            kind=payment.kind,
            provider=payment.provider,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            at=payment.at,
            by=payment.by,
            reference=payment.reference,
        )
    )
    db.flush()


def payments_of(db: Session, order_id: OrderId) -> list[Payment]:
    """Return the payments of an order, oldest first."""
    rows = db.exec(
        select(PaymentRow).where(PaymentRow.order_id == order_id).order_by(col(PaymentRow.at), col(PaymentRow.id))
    )
    return [
        Payment(
            id=PaymentId(row.id),
            order_id=OrderId(row.order_id),
            kind=row.kind,
            provider=row.provider,
            amount_minor=row.amount_minor,
            currency=row.currency,
            at=row.at,
            by=row.by,
            reference=row.reference,
        )
        for row in rows
    ]
