"""The keys of customers, each wrapped by the master key."""

from sqlmodel import Field, SQLModel

from kernel import schema


class CustomerKeyRow(SQLModel, table=True):
    """The key that seals what is one customer's."""

    __tablename__ = "customer_key"
    metadata = schema.metadata

    customer_id: str = Field(primary_key=True, foreign_key="customer.id", max_length=20)
    wrapped: bytes
