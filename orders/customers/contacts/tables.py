"""Contacts; what was said is sealed by the customer's key."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, text_enum
from orders.customers.contacts.model import Channel


class ContactEventRow(SQLModel, table=True):
    """One contact with a customer."""

    __tablename__ = "customer_contact"

    id: str = Field(primary_key=True, max_length=20)
    customer_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    channel: Channel = Field(sa_column=Column(text_enum(Channel), nullable=False))
    by: str = Field(max_length=60)
    about: str = Field(max_length=30)
    sealed: bytes
