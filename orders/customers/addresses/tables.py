"""Addresses, sealed by their customer's key."""

from sqlmodel import Field, SQLModel

from kernel import schema


class AddressRow(SQLModel, table=True):
    """One address of a customer."""

    __tablename__ = "customer_address"
    metadata = schema.metadata

    id: str = Field(primary_key=True, max_length=20)
    customer_id: str = Field(foreign_key="customer.id", max_length=20, index=True)
    is_default: bool
    sealed: bytes
