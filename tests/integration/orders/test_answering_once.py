"""Idempotent writes on both databases: one effect, one answer, another body refused."""

import threading
from datetime import datetime

import pytest

from kernel.canonical import JsonValue
from kernel.database import Database
from orders.idempotency.service import IdempotencyKeyReused, answer_once
from orders.numbering.repository import next_number


def order_once(database: Database, now: datetime, key: str | None, body: JsonValue) -> JsonValue:
    """Take a number under a key; the number is the effect and the answer."""
    with database.write() as db:
        return answer_once(
            db, scope="orders", key=key, body=body, now=now, act=lambda: {"number": next_number(db, "JE-2026")}
        )


def test_the_same_key_and_body_give_the_same_answer_and_one_effect(database: Database, now: datetime) -> None:
    """A press sent twice is one order."""
    answers = [order_once(database, now, "k1", {"quote": "q1"}) for _ in range(3)]

    assert answers == [{"number": 1}] * 3
    assert order_once(database, now, "k2", {"quote": "q1"}) == {"number": 2}


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(database: Database, now: datetime) -> None:
    """A key belongs to one request."""
    order_once(database, now, "k1", {"quote": "q1"})
    with pytest.raises(IdempotencyKeyReused) as refused:
        order_once(database, now, "k1", {"quote": "q2"})

    assert refused.value.http_status == 422
    assert order_once(database, now, "k2", {"quote": "q2"}) == {"number": 2}


def test_a_failed_effect_leaves_its_key_free(database: Database, now: datetime) -> None:
    """After an error the same key may be tried again."""

    def fail() -> JsonValue:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"), database.write() as db:
        answer_once(db, scope="orders", key="k1", body={}, now=now, act=fail)

    assert order_once(database, now, "k1", {}) == {"number": 1}


def test_eight_at_once_with_one_key_have_one_effect(database: Database, now: datetime) -> None:
    """The second waits for the first and hears its answer."""
    answers: list[JsonValue] = []

    def press() -> None:
        answers.append(order_once(database, now, "k1", {"quote": "q1"}))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [{"number": 1}] * 8


def test_numbers_have_no_gap_and_no_double(database: Database) -> None:
    """Forty takers at once get 1 to 40."""
    taken: list[int] = []

    def take() -> None:
        for _ in range(5):
            with database.write() as db:
                taken.append(next_number(db, "JE-2026"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 41))
