"""The kernel's own table: the effects that happened once."""

from sqlmodel import Field, SQLModel

from kernel import schema


class JobEffectRow(SQLModel, table=True):
    """An effect a job had, by the key it must not have twice."""

    __tablename__ = "job_effect"
    metadata = schema.metadata

    key: str = Field(primary_key=True, max_length=200)
