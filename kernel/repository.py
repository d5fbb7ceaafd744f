"""What the kernel keeps in a table of its own: the effects that happened once."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from kernel.database import changed_rows
from kernel.tables import JobEffectRow


def add_effect(session: Session, key: str) -> bool:
    """Remember the effect with this transaction; return False when it was there already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return changed_rows(session, dialect.insert(JobEffectRow).values(key=key).on_conflict_do_nothing()) == 1
