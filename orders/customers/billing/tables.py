"""Billing details, sealed by their customer's key."""

from sqlmodel import Field, SQLModel

from kernel import schema


class BillingDetailsRow(SQLModel, table=True):
    """What one customer's invoices need."""

    __tablename__ = "customer_billing"
    metadata = schema.metadata

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    sealed: bytes
