"""Storing and finding the answers of idempotent writes."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from orders.idempotency.tables import IdempotencyKeyRow


def claim(db: Session, scope: str, key: str, now: datetime) -> bool:
    """Return whether this transaction is the first to use the key; a second one waits for the first to end."""
    connection = db.connection()
    first = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(IdempotencyKeyRow)
    claimed = connection.execute(
        first.values(scope=scope, key=key, at=now).on_conflict_do_nothing().returning(col(IdempotencyKeyRow.key))
    )
    return claimed.first() is not None


def is_used(db: Session, scope: str, key: str) -> bool:
    """Return whether the key was used before."""
    wanted = select(IdempotencyKeyRow.key).where(IdempotencyKeyRow.scope == scope, IdempotencyKeyRow.key == key)
    return db.exec(wanted).first() is not None


def sealed_answer(db: Session, scope: str, key: str) -> bytes | None:
    """Return what is sealed under a used key; nothing once it was forgotten."""
    wanted = select(IdempotencyKeyRow.sealed).where(IdempotencyKeyRow.scope == scope, IdempotencyKeyRow.key == key)
    return db.exec(wanted).one()


def keep(db: Session, scope: str, key: str, sealed: bytes) -> None:
    """Store what was asked and answered under a claimed key."""
    db.connection().execute(
        update(IdempotencyKeyRow)
        .where(col(IdempotencyKeyRow.scope) == scope, col(IdempotencyKeyRow.key) == key)
        .values(sealed=sealed)
    )


def release(db: Session, scope: str, key: str) -> None:
    """Give a claimed key free again."""
    db.connection().execute(
        delete(IdempotencyKeyRow).where(col(IdempotencyKeyRow.scope) == scope, col(IdempotencyKeyRow.key) == key)
    )


def forget_answers(db: Session, scope_prefix: str) -> int:
    """Drop the answers, not the keys, of all scopes that begin so; return how many there were."""
    return (
        db.connection()
        .execute(
            update(IdempotencyKeyRow)
            .where(
                col(IdempotencyKeyRow.scope).startswith(scope_prefix, autoescape=True),
                col(IdempotencyKeyRow.sealed).is_not(None),
            )
            .values(sealed=None)
        )
        .rowcount
    )


def drop_before(db: Session, moment: datetime) -> int:
    """Forget the keys used before a moment and return how many there were."""
    return db.connection().execute(delete(IdempotencyKeyRow).where(col(IdempotencyKeyRow.at) < moment)).rowcount
