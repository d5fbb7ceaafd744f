"""Answering a write once: the same key and body give the same answer, another body is refused."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from kernel.canonical import JsonValue, canonical_hash
from kernel.errors import NotValid
from orders.idempotency import repository


class IdempotencyKeyReused(NotValid):
    """The key came before with another body."""


def answer_once(
    db: Session, *, scope: str, key: str | None, body: JsonValue, now: datetime, act: Callable[[], JsonValue]
) -> JsonValue:
    """Return the answer of ``act``, running it only the first time this key is seen in the scope.

    Key, effect and answer are written in the caller's transaction. Without a key ``act`` just runs.

    Raises:
        IdempotencyKeyReused: the key was used with another body; nothing is changed.
    """
    if key is None:
        return act()
    body_hash = canonical_hash(body)
    if repository.claim(db, scope, key, body_hash, now):
        answer = act()
        repository.keep(db, scope, key, answer)
        return answer
    earlier_hash, answer = repository.given(db, scope, key)
    if earlier_hash != body_hash:
        raise IdempotencyKeyReused(key=key)
    return answer
