"""Messages that were written, without address or text."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from orders.messages.model import MessageKind, MessageState


class MessageRow(SQLModel, table=True):
    """One message; ``occasion`` is what it is written for once, ``token`` leads replies back."""

    __tablename__ = "customer_message"

    id: str = Field(primary_key=True, max_length=20)
    occasion: str = Field(max_length=80, unique=True)
    kind: MessageKind = Field(sa_column=Column(text_enum(MessageKind), nullable=False))
    customer_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    order_id: str | None = Field(default=None, foreign_key="customer_order.id", max_length=20, index=True)
    about: str = Field(max_length=40)
    token: str = Field(max_length=32, unique=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: MessageState = Field(sa_column=Column(text_enum(MessageState), nullable=False))
