"""Reading and writing payments."""

from dataclasses import asdict

from sqlalchemy import update
from sqlmodel import Session, col, select

from kernel.ids import OrderId
from orders.payments.model import Payment
from orders.payments.tables import PaymentRow


def add_payment(db: Session, payment: Payment) -> None:
    """Store a payment."""
    db.add(PaymentRow(**asdict(payment)))
    db.flush()


def payments_of(db: Session, order_id: OrderId) -> list[Payment]:
    """Return the payments of an order, oldest first."""
    rows = db.exec(
        select(PaymentRow).where(PaymentRow.order_id == order_id).order_by(col(PaymentRow.at), col(PaymentRow.id))
    )
    return [Payment(**row.model_dump()) for row in rows]


def forget_references(db: Session, order_id: OrderId) -> None:
    """Take the references, which may name who paid, from an order's payments; the sums stay."""
    db.connection().execute(update(PaymentRow).where(col(PaymentRow.order_id) == order_id).values(reference=""))
