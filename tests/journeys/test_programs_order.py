"""A program configures, quotes, orders, measures and scans through /api/v1, as the pages do."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from orders.customers.addresses.model import Address
from orders.customers.addresses.repository import addresses_of
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from tests.journeys.conftest import do_jobs
from tests.journeys.ordering import READINGS, released
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.routes.api.schemas import Draft, Order, Quote, RefusedChoice
from web.shop import Shop

API = "/api/v1"
CONTACT = {"name": "Eva Novák", "email": "eva@example.org"}
ADDRESS = {"street": "Ringstraße 1", "city": "Berlin", "postcode": "10115"}


@pytest.fixture
def client(shop: Shop) -> TestClient:
    return TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")


def token(client: TestClient, login_name: str) -> dict[str, str]:
    answer = client.post("/sessions", json={"login_name": login_name, "password": DEMO_PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def open_draft(client: TestClient, line: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    answer = client.post("/drafts", json={"line": line})
    body = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{API}/drafts/{body['draft_id']}")
    Draft.model_validate(body)
    return f"/drafts/{body['draft_id']}", {"X-Draft-Key": body["draft_key"]}, body


def first_ruled_out(state: dict[str, Any]) -> tuple[str, str]:
    return next(
        (code, option)
        for code, feature in state["features"].items()
        if feature["kind"] == "option"
        for option, told in feature["options"].items()
        if told["status"] == "ruled_out"
    )


def test_a_program_asks_for_the_options_of_some_features(client: TestClient) -> None:
    """What is told of them is the same; of others there is no option, in the answer to a press and in a refusal too."""
    path, key, body = open_draft(client, "pc")
    refused_feature, ruled_out = first_ruled_out(body["state"])

    whole = client.get(path, headers=key).json()["state"]["features"]
    some = client.get(path, params={"options_of": "case,fan,nothing"}, headers=key).json()
    none = client.put(f"{path}/choices/warranty", params={"options_of": ""}, json={"option": "standard"}, headers=key)
    refused = client.put(
        f"{path}/choices/{refused_feature}", params={"options_of": "case"}, json={"option": ruled_out}, headers=key
    )

    Draft.model_validate(some)
    RefusedChoice.model_validate(refused.json())
    for code, told in some["state"]["features"].items():
        assert told == (whole[code] if code in ("case", "fan") else {**whole[code], "options": {}, "ranges": []})
    assert all(not each["options"] for each in none.json()["state"]["features"].values())
    assert refused.status_code == 409
    features = refused.json()["state"]["features"]
    assert [code for code, told in features.items() if told["options"]] == ["case"]


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_a_program_without_an_account_orders(client: TestClient, shop: Shop, line: str) -> None:
    """By the key of its draft: refused with conflict and repairs, repaired, undone, quoted, ordered once."""
    path, key, body = open_draft(client, line)
    feature, option = first_ruled_out(body["state"])
    refused = client.put(f"{path}/choices/{feature}", json={"option": option}, headers=key)
    told = refused.json()
    RefusedChoice.model_validate(told)
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert (told["code"], told["feature"], told["option"]) == ("OptionRuledOut", feature, option)
    assert len(told["repairs"]) >= 1
    explained = client.post(f"{path}/explanations", json={"feature": feature, "option": option}, headers=key).json()
    assert explained["conflict"] == told["conflict"]

    press = {"feature": feature, "option": option, "repair": 0}
    repaired = client.post(f"{path}/repairs", json=press, headers=key).json()
    assert repaired["state"]["features"][feature]["chosen"] == option
    undone = client.post(f"{path}/undo", headers=key).json()
    assert undone["state"]["features"] == body["state"]["features"]
    assert undone["version"] == 2

    quote = client.post(f"{path}/quotes", headers=key)
    Quote.model_validate(quote.json())
    order = {"quote_id": quote.json()["quote_id"], "contact": CONTACT, "address": ADDRESS}
    once = client.post("/orders", json=order, headers={**key, "Idempotency-Key": "k-1"})
    again = client.post("/orders", json=order, headers={**key, "Idempotency-Key": "k-1"})
    other = client.post("/orders", json={**order, "contact": None}, headers={**key, "Idempotency-Key": "k-1"})
    Order.model_validate(once.json())
    assert (once.status_code, again.json()) == (201, once.json())
    assert (other.status_code, other.json()["code"]) == (422, "IdempotencyKeyReused")
    with shop.database.read() as db:
        (placed,) = orders.find_orders(db)
        assert placed.number == once.json()["number"]
        assert placed.customer_id is not None
        (known,) = addresses_of(db, placed.customer_id, purpose=Purpose.DELIVERY)
        assert known.address == Address("Eva Novák", "Ringstraße 1", "Berlin", "DE", "10115")

    do_jobs(shop)
    number = once.json()["number"]
    assert client.get(f"/orders/{number}", headers=key).json()["state"] == "released"
    assert client.get(f"/orders/{number}/build-sheet.pdf", headers=key).status_code == 401
    floor = token(client, "floor")
    sheet = client.get(f"/orders/{number}/build-sheet.pdf", headers=floor)
    assert (sheet.headers["content-type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"/orders/{number}/spec.json", headers=floor).json()["order"]["number"] == number

    cancelled = client.post(f"/orders/{number}/cancellation", headers=key)
    assert cancelled.json()["state"] == "cancelled"
    assert client.post(f"/orders/{number}/cancellation", headers=key).status_code == 409


def test_a_draft_opens_by_its_own_key_only(client: TestClient) -> None:
    """No key, another key, a made-up key and another person: all refused; store staff may."""
    path, key, _body = open_draft(client, "jeans")
    _other, other_key, _ = open_draft(client, "jeans")
    assert client.get(path, headers=key).status_code == 200
    for headers in ({}, other_key, token(client, "ana")):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "DraftNotYours")
    weak = client.post("/drafts", json={"line": "jeans"}, headers={"X-Draft-Key": "1"})
    assert (weak.status_code, weak.json()["code"]) == (422, "DraftKeyNotValid")
    assert client.get(path, headers=token(client, "store")).status_code == 200
    assert client.get(path, headers={**token(client, "ana"), **key}).status_code == 200


def test_limits_rule_options_out_and_days_are_told(client: TestClient) -> None:
    path, key, body = open_draft(client, "jeans")
    limited = client.put(f"{path}/limits", json={"budget_minor": body["state"]["price"]["total_minor"]}, headers=key)
    assert limited.json()["budget_minor"] == body["state"]["price"]["total_minor"]
    before, now = (each["state"]["features"]["cloth"]["options"] for each in (body, limited.json()))
    dearer = [code for code, told in before.items() if (told["price_delta_minor"] or 0) > 0]
    assert len(dearer) > 0
    assert {now[code]["status"] for code in dearer} == {"ruled_out"}
    days = client.get(f"{path}?days=cloth", headers=key).json()["state"]["features"]["cloth"]["options"]
    assert all(isinstance(told["days_delta"], int) for told in days.values() if told["status"] == "available")


def test_answers_of_the_wrong_kind_are_told_apart(client: TestClient) -> None:
    path, key, _body = open_draft(client, "jeans")
    for body, status, code in (
        ({"option": "no_such"}, 404, "OptionNotFound"),
        ({"value": 7}, 422, "AnswerNotValid"),
        ({}, 422, "AnswerNotValid"),
        ({"option": "raw", "count": 2}, 422, "AnswerNotValid"),
        ({"colour": "red"}, 422, "RequestNotValid"),
    ):
        answer = client.put(f"{path}/choices/cloth", json=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    unknown = client.put(f"{path}/choices/none", json={"option": "x"}, headers=key)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "FeatureNotFound")
    assert client.get(path, headers=key).json()["version"] == 0


def test_the_store_measures_and_the_floor_scans(client: TestClient, shop: Shop) -> None:
    store, floor = token(client, "store"), token(client, "floor")
    customer = client.post("/customers", json=CONTACT, headers=store).json()["customer_id"]
    readings = {measure: list(values) for measure, values in READINGS.items()}
    profile = client.post(
        f"/customers/{customer}/measurements", json={"sex": "F", "readings": readings}, headers=store
    ).json()
    assert profile["measures_mm"]["hip_circ"] == 1013
    draft = client.post("/drafts", json={"line": "jeans"}, headers=store).json()
    assert draft["draft_key"] is None
    path = f"/drafts/{draft['draft_id']}"
    client.put(f"{path}/customer", json={"customer_id": customer, "profile_id": profile["profile_id"]}, headers=store)
    measured = client.put(f"{path}/choices/sizing", json={"option": "measured"}, headers=store).json()
    assert (measured["profile_id"], measured["can_be_quoted"]) == (profile["profile_id"], True)

    number = released(shop, "jeans")
    queue = client.get("/floor/jeans/cutting/queue", headers=floor).json()
    assert [(job["order"], job["operation"], job["is_ready"]) for job in queue] == [(number, 10, True)]
    first = {"code": queue[0]["scan"], "scan_id": "terminal-1:0001"}
    answers = [client.post("/floor/scans", json=first, headers=floor).json() for _ in range(2)]
    assert [(each["event"], each["is_repeat"]) for each in answers] == [("started", False), ("started", True)]
    early = client.post(
        "/floor/scans", json={"code": f"L1:{number}:A:120", "scan_id": "terminal-1:0002"}, headers=floor
    )
    assert (early.status_code, early.json()["code"]) == (409, "OutOfSequence")
    assert early.json()["waits_for"] != []


def test_a_session_ends_at_once_and_wrong_passwords_are_noted(client: TestClient) -> None:
    """The sixth try within the quarter of an hour is refused, right or wrong: the noted failures were kept."""
    mine = token(client, "floor")
    assert client.get("/sessions/current", headers=mine).json()["roles"] == ["floor"]
    assert client.delete("/sessions/current", headers=mine).status_code == 204
    ended = client.get("/lines", headers=mine)
    assert (ended.status_code, ended.json()["code"]) == (401, "SignInNeeded")
    codes = [
        client.post("/sessions", json={"login_name": "floor", "password": "wrong password"}).status_code
        for _ in range(6)
    ]
    assert codes == [401] * 5 + [429]


def test_the_catalog_is_told(client: TestClient) -> None:
    lines = {line["line"]: line for line in client.get("/lines").json()}
    assert set(lines) == {"jeans", "pc"}
    catalog = client.get("/lines/jeans", headers={"Accept-Language": "zh-TW"}).json()
    assert catalog["release"] == lines["jeans"]["release"] == catalog["history"][0]["release"]
    assert client.get(f"/lines/jeans/releases/{catalog['release']}").json()["release"] == catalog["release"]
    assert client.get(f"/lines/pc/releases/{catalog['release']}").status_code == 404
    assert catalog["name"] == "牛仔褲"
