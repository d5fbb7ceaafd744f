"""Answering a write once: the same key and body give the same answer, another body is refused.

A key and its answer are kept for a day (``orders/privacy/forgetting.py``). Answers may name people: they lie sealed by
the master key, and an erasure drops those that programs were given.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlmodel import Session

from kernel.canonical import JsonValue, canonical_hash, canonical_json
from kernel.errors import NotPossible, NotValid
from kernel.vault import vault_of
from orders.idempotency import repository

PROGRAMS: Final = "api:"
"""How the scopes of programs begin; a form's answers name no person."""


class IdempotencyKeyReused(NotValid):
    """The key came before with another body."""


class AnswerForgotten(NotPossible):
    """The request was done, but its answer was dropped since, for a person was erased; look up how things stand."""


class AnsweredBefore(Exception):
    """The request was done before; ``answer`` is what was answered then."""

    def __init__(self, answer: JsonValue) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Once:
    """One request under its key."""

    scope: str
    key: str
    body_hash: str

    @property
    def key_hash(self) -> str:
        """What stands for the key: whoever reads the table cannot send it."""
        return sha256(self.key.encode()).hexdigest()

    @property
    def place(self) -> str:
        """What the answer is sealed for."""
        return f"idempotency:{self.scope}:{self.key_hash}"


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
    once = Once(scope, key, canonical_hash(body))
    try:
        claim(db, once, now=now)
    except AnsweredBefore as before:
        return before.answer
    answer = act()
    keep(db, once, answer)
    return answer


def claim(db: Session, once: Once, *, now: datetime) -> None:
    """Take the key for this transaction; where another one is at it, wait for its end.

    Raises:
        AnsweredBefore: the same was asked and answered before.
        IdempotencyKeyReused: something else was asked under the key.
    """
    if not repository.claim(db, once.scope, once.key_hash, now):
        raise AnsweredBefore(_answer(db, once))


def look_up(db: Session, once: Once) -> None:
    """Go on where the key is new.

    Raises:
        AnsweredBefore: the same was asked and answered before.
        IdempotencyKeyReused: something else was asked under the key.
        AnswerForgotten: it was done, and the answer is gone.
    """
    if repository.is_used(db, once.scope, once.key_hash):
        raise AnsweredBefore(_answer(db, once))


def keep(db: Session, once: Once, answer: JsonValue) -> None:
    """Seal what was asked and answered under the claimed key."""
    document = canonical_json({"asked": once.body_hash, "answer": answer})
    sealed = vault_of(db).wrap(zlib.compress(document), once.place)
    repository.keep(db, once.scope, once.key_hash, sealed)


def release(db: Session, once: Once) -> None:
    """Give the claimed key free: the request was refused and may be sent again under it."""
    repository.release(db, once.scope, once.key_hash)


def forget_answers(db: Session) -> int:
    """Drop what programs were answered, and return how many answers there were; their keys stay used."""
    return repository.forget_answers(db, PROGRAMS)


def _answer(db: Session, once: Once) -> JsonValue:
    sealed = repository.sealed_answer(db, once.scope, once.key_hash)
    if sealed is None:
        raise AnswerForgotten
    found = json.loads(zlib.decompress(vault_of(db).unwrap(sealed, once.place)))
    if found["asked"] != once.body_hash:
        raise IdempotencyKeyReused
    answer: JsonValue = found["answer"]
    return answer
