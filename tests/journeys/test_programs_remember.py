"""A program registers, begins with the usual, tells how it fits, imports and erases, through the services of the pages."""

import pytest
from starlette.testclient import TestClient

from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from tests.journeys.ordering import released
from tests.journeys.test_accounts import PASSWORD, links
from tests.journeys.test_erase import deliver
from tests.journeys.test_programs_order import API, token
from tests.serving import app_of
from web.routes.api.schemas import Draft
from web.shop import Shop


@pytest.fixture
def client(shop: Shop) -> TestClient:
    return TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")


def test_an_account_by_program_is_seen_taken_along_and_erased(client: TestClient, shop: Shop) -> None:
    """The answer is the same a second time; nothing opens before the mailed link; a wrong password erases nothing."""
    mia = {"name": "Mia Roth", "email": "mia@example.org", "password": PASSWORD, "country": "AT"}
    first, again = client.post("/accounts", json=mia), client.post("/accounts", json=mia)
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (202, {"next": "follow the mailed link"})
    )
    assert client.post("/accounts", json={**mia, "password": "short"}).status_code == 422
    assert client.post("/accounts/password-resets", json={"email": "nobody@example.org"}).json() == first.json()
    signing_in = {"login_name": "mia@example.org", "password": PASSWORD}
    assert client.post("/sessions", json=signing_in).status_code == 401
    page = TestClient(app_of(shop), base_url="http://127.0.0.1:8000", follow_redirects=False)
    link = links(shop)[0]
    form = page.get(link).text
    csrf = form.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert page.post(link, data={"csrf_token": csrf}, headers={"Origin": "http://127.0.0.1:8000"}).status_code == 303
    bearer = {"Authorization": f"Bearer {client.post('/sessions', json=signing_in).json()['token']}"}
    assert client.get("/account", headers=bearer).json()["name"] == "Mia Roth"
    assert client.get("/account").status_code == 401
    assert client.get("/account/export", headers=bearer).json()["customer"]["email"] == "mia@example.org"
    assert client.post("/account/erasure", json={"password": "not it"}, headers=bearer).status_code == 401
    erased = client.post("/account/erasure", json={"password": PASSWORD}, headers=bearer)
    assert (erased.status_code, erased.json()["gone"]["accounts"]) == (200, 1)
    assert client.get("/account", headers=bearer).status_code == 401


def test_what_was_is_begun_again_and_what_fits_is_told(client: TestClient, shop: Shop) -> None:
    """An order by its owner's staff, the usual of its customer, feedback once; nothing for anybody else."""
    number = released(shop, "jeans", measured=True)
    clerk = token(client, "store")
    begun = client.post("/drafts/again", json={"order": number}, headers=clerk)
    Draft.model_validate(begun.json())
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
    assert (begun.status_code, begun.json()["customer_id"]) == (201, order.customer_id)
    assert begun.json()["changes"] == []
    assert client.post("/drafts/again", json={"order": number}).status_code == 403
    assert client.post("/drafts/again", json={"order": number, "usual": "jeans"}, headers=clerk).status_code == 422
    usual = client.post("/drafts/again", json={"usual": "jeans", "customer_id": order.customer_id}, headers=clerk)
    assert usual.json()["state"]["features"]["sizing"]["chosen"] == "measured"

    said = {"feelings": {"waist": "too_small"}, "words": "lovely cloth"}
    early = client.post(f"/orders/{number}/feedback", json=said, headers=clerk)
    assert (early.status_code, early.json()["code"]) == (409, "NothingToSay")
    deliver(shop, number)
    answers = [client.post(f"/orders/{number}/feedback", json=said, headers=clerk).json() for _ in range(2)]
    assert answers == [{"is_new": True}, {"is_new": False}]
    with shop.database.read() as db:
        assert order.customer_id is not None
        newest = customers.profiles_of(db, order.customer_id, purpose=Purpose.FIT)[0]
    assert {measure.value: value for measure, value in newest.corrections_mm.items()} == {"waist": 10}


def test_a_file_is_looked_through_by_program_and_then_added(client: TestClient, shop: Shop) -> None:
    """With a mistake nothing is written, and every place is told."""
    clerk = {**token(client, "store"), "Content-Type": "text/csv"}
    good = "name,email\nAda Lovelace,ada@example.org\n"
    wrong = client.post("/customer-imports", content=good + "Bo,nothing\n", headers=clerk)
    assert (wrong.status_code, wrong.json()["problems"]) == (
        422,
        [{"line": 3, "column": "email", "message": "This cannot be right. (nothing)"}],
    )
    looked = client.post("/customer-imports?dry_run=true", content=good, headers=clerk).json()
    assert looked == {"ok": True, "rows": 1, "written": False, "problems": []}
    assert client.get("/customers?q=ada", headers=clerk).json() == []
    added = client.post("/customer-imports", content=good, headers=clerk).json()
    assert (added["written"], added["added"], added["known"]) == (True, 1, 0)
    assert client.post("/customer-imports", content=good, headers={"Content-Type": "text/csv"}).status_code == 401
