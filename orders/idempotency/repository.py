"""Storing and finding the answers of idempotent writes."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from kernel.canonical import JsonValue
from orders.idempotency.tables import IdempotencyKeyRow


def claim(db: Session, scope: str, key: str, body_hash: str, now: datetime) -> bool:
    """Return whether this transaction is the first to use the key; a second one waits for the first to end."""
    connection = db.connection()
    first = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(IdempotencyKeyRow)
    claimed = connection.execute(
        first.values(scope=scope, key=key, body_hash=body_hash, at=now)
        .on_conflict_do_nothing()
        .returning(col(IdempotencyKeyRow.key))
    )
    return claimed.first() is not None


def given(db: Session, scope: str, key: str) -> tuple[str, JsonValue]:
    """Return the body hash and the answer stored under the key."""
    found = db.exec(
        select(IdempotencyKeyRow).where(IdempotencyKeyRow.scope == scope, IdempotencyKeyRow.key == key)
    ).one()
    return found.body_hash, found.answer


def keep(db: Session, scope: str, key: str, answer: JsonValue) -> None:
    """Store the answer under a claimed key."""
    db.connection().execute(
        update(IdempotencyKeyRow)
        .where(col(IdempotencyKeyRow.scope) == scope, col(IdempotencyKeyRow.key) == key)
        .values(answer=answer)
    )


def drop_before(db: Session, moment: datetime) -> int:
    """Forget the keys used before a moment and return how many there were."""
    return db.connection().execute(delete(IdempotencyKeyRow).where(col(IdempotencyKeyRow.at) < moment)).rowcount
