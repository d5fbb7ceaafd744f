"""Who is told of what, and the messages on their way."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from orders.webhooks.model import DeliveryState, WebhookState


class WebhookRow(SQLModel, table=True):
    """One subscription; its secret is sealed by the master key."""

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint("seen >= 0", name="seen_positive"),)

    id: str = Field(primary_key=True, max_length=20)
    url: str = Field(max_length=500)
    about: Any = Field(sa_column=Column(json_document(), nullable=False))
    state: WebhookState = Field(sa_column=Column(text_enum(WebhookState), nullable=False))
    seen: int
    secret: bytes
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """One message to one webhook; an audit entry is told to it once."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_positive"),
        Index("ix_webhook_delivery_state_due_at", "state", "due_at"),
        Index("ix_webhook_delivery_webhook_id_entry", "webhook_id", "entry"),
    )

    id: str = Field(primary_key=True, max_length=20)
    webhook_id: str = Field(
        sa_column=Column(String(20), ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False, index=False)
    )
    entry: int
    event: str = Field(max_length=150)
    state: DeliveryState = Field(sa_column=Column(text_enum(DeliveryState), nullable=False))
    attempts: int
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answer: int | None = None
