"""A program sends a write again because no answer came: it is done once, and answered the same."""

import threading
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session
from starlette.testclient import TestClient

from kernel.ids import DraftId
from kernel.one_transaction import OneTransaction
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.idempotency.repository import drop_before
from orders.idempotency.service import forget_answers
from orders.quotes import repository as quotes
from orders.quotes.model import QuoteState
from tests.journeys.test_programs_order import API, open_draft, token
from tests.serving import app_of
from web.shop import Shop

WHO = {"name": "Eva Novák", "email": "eva@example.org"}
RANDOM = "5f1d2c9ab0e84d0f8c7e"
LONG = f"{RANDOM}-and-two-more"


def client_of(shop: Shop) -> TestClient:
    return TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")


def add(client: TestClient, who: dict[str, str], key: str, **changed: str) -> Any:
    return client.post("/customers", json={**WHO, **changed}, headers={**who, "Idempotency-Key": key})


def how_many(shop: Shop, name: str) -> int:
    with shop.database.read() as db:
        return len(customers.find_customers(db, name, purpose=Purpose.SUPPORT))


def test_the_same_request_is_done_once_and_answered_the_same(either_shop: Shop) -> None:
    """Same status, headers and body, marked as a replay; another body, address or person: refused, or a key of its own."""
    shop, client = either_shop, client_of(either_shop)
    clerk = token(client, "store")
    first, again = add(client, clerk, "k-1"), add(client, clerk, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["content-type"]) == (first.content, first.headers["content-type"])
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    spaced = client.post(
        "/customers",
        content=b'{ "email": "eva@example.org",  "name": "Eva Nov\\u00e1k" }',
        headers={**clerk, "Idempotency-Key": "k-1", "Content-Type": "application/json"},
    )
    assert spaced.content == first.content
    assert how_many(shop, "Eva") == 1

    other = add(client, clerk, "k-1", name="Eva Nowak")
    elsewhere = client.post("/stock/jeans/counts", json={}, headers={**clerk, "Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "IdempotencyKeyReused")
    assert elsewhere.json()["code"] == "RoleMissing"
    assert how_many(shop, "Nowak") == 0
    admin = token(client, "admin")
    assert add(client, admin, "k-1").json()["customer_id"] != first.json()["customer_id"]
    assert add(client, clerk, "k-2").headers.get("idempotency-replayed") is None
    assert how_many(shop, "Eva") == 3


def test_a_key_is_kept_for_a_day_and_its_answer_no_longer_than_the_people_in_it(either_shop: Shop) -> None:
    """After an erasure the request is not done again, but what it was answered is gone; after a day the key is new."""
    shop, client = either_shop, client_of(either_shop)
    clerk = token(client, "store")
    add(client, clerk, "k-1")
    with shop.database.write() as db:
        assert forget_answers(db) == 1
    forgotten = add(client, clerk, "k-1")
    assert (forgotten.status_code, forgotten.json()["code"]) == (409, "AnswerForgotten")
    assert "done" in forgotten.json()["detail"]
    assert how_many(shop, "Eva") == 1
    with shop.database.write() as db:
        assert drop_before(db, shop.now()) == 0
        assert drop_before(db, shop.now().replace(year=2030)) == 1
    assert add(client, clerk, "k-1").status_code == 201
    assert how_many(shop, "Eva") == 2


def test_eight_at_once_are_one(either_shop: Shop) -> None:
    shop = either_shop
    clerk = token(client_of(shop), "store")
    answers: list[Any] = []

    def send() -> None:
        answers.append(add(client_of(shop), clerk, "k-1"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(each.status_code, each.content) for each in answers} == {(201, answers[0].content)}
    assert how_many(shop, "Eva") == 1


def test_a_refusal_keeps_no_key(shop: Shop) -> None:
    """What was refused may be sent again under its key; what was written beside the refusal stays, as without a key."""
    client = client_of(shop)
    path, key, _body = open_draft(client, "jeans")
    once = {**key, "Idempotency-Key": "k-1"}
    quote = client.post(f"{path}/quotes", headers=key).json()["quote_id"]
    refused = client.post("/orders", json={"quote_id": quote}, headers=once)
    assert refused.status_code == 422
    contact = {"quote_id": quote, "contact": WHO}
    placed = client.post(
        "/orders",
        json={**contact, "address": {"street": "Ring 1", "city": "Berlin", "postcode": "10115"}},
        headers=once,
    )
    assert placed.status_code == 201, placed.text


def test_a_quote_asked_for_twice_holds_its_place_once(either_shop: Shop) -> None:
    """Many units of work in one request: the quote decides outside its write, and comes true with its key."""
    shop, client = either_shop, client_of(either_shop)
    path, key, _body = open_draft(client, "jeans")
    once = {**key, "Idempotency-Key": "q"}
    first, again = (client.post(f"{path}/quotes", headers=once) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    with shop.database.read() as db:
        (offered,) = quotes.quotes_of_draft(db, DraftId(path.rpartition("/")[2]), state=QuoteState.OPEN)
    assert offered.id == first.json()["quote_id"]


class Died(Exception):
    """The process ends between the last write and the commit."""


def test_a_crash_before_the_commit_leaves_neither_the_write_nor_its_key(
    either_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, client = either_shop, client_of(either_shop)
    clerk = token(client, "store")
    with monkeypatch.context() as dying:

        def die(_self: OneTransaction) -> None:
            raise Died

        dying.setattr(OneTransaction, "finish", die)
        broken = add(client, clerk, "k-1")
        assert (broken.status_code, broken.json()["code"]) == (500, "Unexpected")
    assert how_many(shop, "Eva") == 0
    fresh = add(client, clerk, "k-1")
    assert (fresh.status_code, fresh.headers.get("idempotency-replayed")) == (201, None)
    assert how_many(shop, "Eva") == 1


def test_a_stranger_is_known_by_a_key_nobody_else_happens_upon(shop: Shop) -> None:
    """Without token and draft key a short key is refused; a random one finds the same draft and its key again."""
    client = client_of(shop)
    short = client.post("/drafts", json={"line": "jeans"}, headers={"Idempotency-Key": RANDOM})
    assert (short.status_code, short.json()["code"], short.json()["at_least"]) == (422, "IdempotencyKeyTooShort", 22)
    first, again = (client.post("/drafts", json={"line": "jeans"}, headers={"Idempotency-Key": LONG}) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert len(first.json()["draft_key"]) == 43


def test_what_is_kept_is_sealed(shop: Shop) -> None:
    """Nobody reads from the table what was asked or answered, nor the key to ask with."""
    client = client_of(shop)
    add(client, token(client, "store"), "k-1-of-the-clerk")
    with shop.database.read() as db:
        rows = kept_rows(db)
    assert len(rows) == 1
    assert all(b"eva@example.org" not in row and b"k-1-of-the-clerk" not in row for row in rows)


def kept_rows(db: Session) -> list[bytes]:
    found = db.connection().execute(text("SELECT * FROM idempotency_key"))
    return [b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row) for row in found]
