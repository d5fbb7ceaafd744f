"""Reading and writing webhooks and their messages."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from orders.webhooks.model import (
    Delivery,
    DeliveryId,
    DeliveryState,
    Webhook,
    WebhookId,
    WebhookNotFound,
    WebhookState,
)
from orders.webhooks.tables import DeliveryRow, WebhookRow


def add_webhook(db: Session, webhook: Webhook, sealed_secret: bytes) -> None:
    """Store a webhook with its secret."""
    db.add(
        WebhookRow(
            id=webhook.id,
            url=webhook.url,
            about=sorted(webhook.about),
            state=webhook.state,
            seen=webhook.seen,
            secret=sealed_secret,
            made_at=webhook.made_at,
        )
    )
    db.flush()


def all_webhooks(db: Session) -> list[Webhook]:
    """Return all webhooks, oldest first."""
    return [_webhook(row) for row in db.exec(select(WebhookRow).order_by(col(WebhookRow.id)))]


def get_webhook(db: Session, webhook_id: WebhookId) -> tuple[Webhook, bytes]:
    """Return a webhook and its sealed secret.

    Raises:
        WebhookNotFound: there is none of this id.
    """
    row = db.get(WebhookRow, webhook_id)
    if row is None:
        raise WebhookNotFound(webhook=webhook_id)
    return _webhook(row), row.secret


def move_seen(db: Session, webhook_id: WebhookId, before: int, after: int) -> bool:
    """Note that entries up to ``after`` are taken; return False where another worker took them first."""
    moved = db.connection().execute(
        update(WebhookRow).where(col(WebhookRow.id) == webhook_id, col(WebhookRow.seen) == before).values(seen=after)
    )
    return moved.rowcount == 1


def set_state(db: Session, webhook_id: WebhookId, state: WebhookState) -> None:
    """Stop a webhook, or let it go on."""
    db.connection().execute(update(WebhookRow).where(col(WebhookRow.id) == webhook_id).values(state=state))


def drop_webhook(db: Session, webhook_id: WebhookId) -> None:
    """Remove a webhook and its messages."""
    db.connection().execute(delete(DeliveryRow).where(col(DeliveryRow.webhook_id) == webhook_id))
    db.connection().execute(delete(WebhookRow).where(col(WebhookRow.id) == webhook_id))


def add_deliveries(db: Session, deliveries: list[Delivery]) -> None:
    """Store messages to send."""
    db.add_all(
        DeliveryRow(
            id=each.id,
            webhook_id=each.webhook_id,
            entry=each.entry,
            event=each.event,
            state=each.state,
            attempts=each.attempts,
            due_at=each.due_at,
            answer=each.answer,
        )
        for each in deliveries
    )
    db.flush()


def due(db: Session, now: datetime, most: int) -> list[Delivery]:
    """Return waiting messages whose moment has come, of webhooks that are active, longest due first."""
    rows = db.exec(
        select(DeliveryRow)
        .join(WebhookRow, col(WebhookRow.id) == col(DeliveryRow.webhook_id))
        .where(
            DeliveryRow.state == DeliveryState.WAITING,
            col(DeliveryRow.due_at) <= now,
            WebhookRow.state == WebhookState.ACTIVE,
        )
        .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
        .limit(most)
    )
    return [_delivery(row) for row in rows]


def lease(db: Session, delivery: Delivery, until: datetime) -> bool:
    """Keep a due message for this worker until a moment; return False where another one has it."""
    kept = db.connection().execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.id) == delivery.id,
            col(DeliveryRow.state) == DeliveryState.WAITING,
            col(DeliveryRow.attempts) == delivery.attempts,
            col(DeliveryRow.due_at) == delivery.due_at,
        )
        .values(due_at=until)
    )
    return kept.rowcount == 1


def set_delivery(
    db: Session, delivery_id: DeliveryId, *, state: DeliveryState, attempts: int, due_at: datetime, answer: int | None
) -> None:
    """Write down what became of an attempt, or that there shall be one."""
    db.connection().execute(
        update(DeliveryRow)
        .where(col(DeliveryRow.id) == delivery_id)
        .values(state=state, attempts=attempts, due_at=due_at, answer=answer)
    )


def deliveries_of(db: Session, webhook_id: WebhookId, most: int = 50) -> list[Delivery]:
    """Return the latest messages of a webhook, newest first."""
    rows = db.exec(
        select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id).order_by(col(DeliveryRow.id).desc()).limit(most)
    )
    return [_delivery(row) for row in rows]


def get_delivery(db: Session, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery:
    """Return one message.

    Raises:
        WebhookNotFound: the webhook has none of this id.
    """
    row = db.get(DeliveryRow, delivery_id)
    if row is None or row.webhook_id != webhook_id:
        raise WebhookNotFound(webhook=webhook_id, delivery=delivery_id)
    return _delivery(row)


def drop_sent_before(db: Session, moment: datetime) -> int:
    """Forget messages that were sent or given up before a moment; return how many there were."""
    old = delete(DeliveryRow).where(col(DeliveryRow.state) != DeliveryState.WAITING, col(DeliveryRow.due_at) < moment)
    return db.connection().execute(old).rowcount


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(WebhookId(row.id), row.url, frozenset(row.about), row.state, row.seen, row.made_at)


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        DeliveryId(row.id),
        WebhookId(row.webhook_id),
        row.entry,
        row.event,
        row.state,
        row.attempts,
        row.due_at,
        row.answer,
    )
