"""Reading and growing the audit chain."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from orders.audit.model import FIRST_HASH, Actor, AuditEntry
from orders.audit.tables import AuditEntryRow, AuditHeadRow


def take_head(db: Session) -> tuple[int, str]:
    """Return the number for the next entry and the last entry's hash, holding the chain until the transaction ends."""
    connection = db.connection()
    grow = (
        update(AuditHeadRow)
        .where(col(AuditHeadRow.id) == 1)
        .values(number=AuditHeadRow.number + 1)
        .returning(col(AuditHeadRow.number), col(AuditHeadRow.hash))
    )
    grown = connection.execute(grow).one_or_none()
    if grown is None:  # the chain's first entry
        first = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(AuditHeadRow)
        connection.execute(first.values(id=1, number=0, hash=FIRST_HASH).on_conflict_do_nothing())
        grown = connection.execute(grow).one()
    return grown[0], grown[1]


def add(db: Session, number: int, entry: AuditEntry, previous: str) -> str:
    """Append the entry under this number; return its hash, which is the head now."""
    entry_hash = entry.hash_after(previous)
    db.add(
        AuditEntryRow(
            number=number,
            subject=entry.subject,
            action=entry.action,
            actor_id=entry.actor.id,
            actor_role=entry.actor.role,
            at=entry.at,
            details=dict(entry.details),
            previous_hash=previous,
            hash=entry_hash,
        )
    )
    db.connection().execute(update(AuditHeadRow).where(col(AuditHeadRow.id) == 1).values(hash=entry_hash))
    db.flush()
    return entry_hash


def entries(db: Session, subject: str | None = None) -> list[tuple[AuditEntry, str, str]]:
    """Return (entry, previous hash, hash) of one subject or of all, oldest first."""
    wanted = select(AuditEntryRow).order_by(col(AuditEntryRow.number))
    if subject is not None:
        wanted = wanted.where(AuditEntryRow.subject == subject)
    return [(_entry(row), row.previous_hash, row.hash) for row in db.exec(wanted)]


def last_number(db: Session) -> int:
    """Return the number of the newest entry; 0 while there is none."""
    return db.exec(select(AuditHeadRow.number)).first() or 0


def entries_after(db: Session, number: int, most: int) -> list[tuple[int, AuditEntry]]:
    """Return the numbers and entries after a number, oldest first.

    Numbers are taken under the chain's lock, so none with a smaller number appears later.
    """
    later = select(AuditEntryRow).where(col(AuditEntryRow.number) > number).order_by(col(AuditEntryRow.number))
    return [(row.number, _entry(row)) for row in db.exec(later.limit(most))]


def get_entry(db: Session, number: int) -> AuditEntry:
    """Return the entry of a number."""
    return _entry(db.exec(select(AuditEntryRow).where(AuditEntryRow.number == number)).one())


def _entry(row: AuditEntryRow) -> AuditEntry:
    return AuditEntry(row.subject, row.action, Actor(row.actor_id, row.actor_role), row.at, row.details)
