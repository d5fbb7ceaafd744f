"""Reading and writing what is known of messages."""

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from kernel.ids import CustomerId, OrderId
from orders.messages.model import GIVEN_UP, MessageId, MessageState, SentMessage
from orders.messages.tables import MessageRow


def claim(db: Session, occasion: str, message: SentMessage) -> bool:
    """Store a message for an occasion; return False where there is one already."""
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "id": message.id,
        "occasion": occasion,
        "kind": message.kind,
        "customer_id": message.customer_id,
        "order_id": message.order_id,
        "about": message.about,
        "token": message.token,
        "at": message.at,
        "state": message.state,
    }
    return changed_rows(db, insert(MessageRow).values(values).on_conflict_do_nothing()) == 1


def unclaim(db: Session, message_id: MessageId) -> None:
    """Forget a message that surely was not sent."""
    changed_rows(
        db,
        delete(MessageRow).where(col(MessageRow.id) == message_id, col(MessageRow.state) == MessageState.SENDING),
    )


def settle(db: Session, message_id: MessageId, state: MessageState) -> None:
    """Say what became of a message."""
    changed_rows(db, update(MessageRow).where(col(MessageRow.id) == message_id).values(state=state))


def give_up(db: Session, message: SentMessage) -> bool:
    """Let go of a message's occasion, so that it can be written once more; of two callers only one hears true.

    Its row stays, and answers to it still find their way.
    """
    statement = (
        update(MessageRow)
        .where(col(MessageRow.id) == message.id, col(MessageRow.occasion) == message.occasion)
        .values(occasion=f"{message.id}{GIVEN_UP}")
    )
    return changed_rows(db, statement) == 1


def message_by_token(db: Session, token: str) -> SentMessage | None:
    """Return the message whose replies carry a token."""
    row = db.exec(select(MessageRow).where(MessageRow.token == token)).first()
    return None if row is None else _message(row)


def messages_of_order(db: Session, order_id: OrderId) -> list[SentMessage]:
    """Return the messages about an order, oldest first."""
    rows = db.exec(
        select(MessageRow).where(MessageRow.order_id == order_id).order_by(col(MessageRow.at), col(MessageRow.id))
    )
    return [_message(row) for row in rows]


def messages_of_customer(db: Session, customer_id: CustomerId) -> list[SentMessage]:
    """Return the messages written to a customer, oldest first."""
    rows = db.exec(
        select(MessageRow).where(MessageRow.customer_id == customer_id).order_by(col(MessageRow.at), col(MessageRow.id))
    )
    return [_message(row) for row in rows]


def _message(row: MessageRow) -> SentMessage:
    return SentMessage(
        id=MessageId(row.id),
        kind=row.kind,
        customer_id=CustomerId(row.customer_id),
        about=row.about,
        token=row.token,
        at=row.at,
        order_id=OrderId(row.order_id) if row.order_id else None,
        state=row.state,
        occasion=row.occasion,
    )
