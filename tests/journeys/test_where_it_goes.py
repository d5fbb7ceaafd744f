"""What is sent has somewhere to go: whoever orders without a known address is asked, on the page, by link and by program."""

import pytest
from starlette.testclient import TestClient

from kernel.ids import CustomerId, QuoteId
from orders.customers.addresses.model import Address
from orders.customers.addresses.repository import addresses_of
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order
from orders.lifecycle.parcels import destination_of
from orders.quotes import repository as quotes
from orders.quotes.model import QuoteState
from tests.journeys.conftest import enter
from tests.journeys.person import Person, words_of
from tests.journeys.test_programs_order import API, open_draft, token
from tests.journeys.test_quote_papers import new_customer
from tests.serving import app_of
from web.shop import Shop

PLACE = {"street": "Ringstraße 1", "postcode": "1010", "city": "Wien"}


def pay_button(person: Person) -> str:
    return next(words_of(each) for each in person.all("button") if "Order and pay" in words_of(each))


def placed(shop: Shop) -> Order:
    with shop.database.read() as db:
        (found,) = orders.find_orders(db, customer_id=None)[:1]
        return found


def going_to(shop: Shop, number: str) -> Address | None:
    with shop.database.read() as db:
        found = destination_of(db, orders.get_order_by_number(db, number))
    return found.address if found else None


def quoted_for_somebody_new(shop: Shop) -> Person:
    clerk = enter(shop, login_name="store")
    new_customer(clerk)
    clerk.press("Start jeans").press("Order")
    return clerk


def test_a_known_customer_without_an_address_is_asked_and_never_again(shop: Shop) -> None:
    """Left out, nothing is ordered and nothing kept; given, it is theirs from then on, beside a second one for this order."""
    clerk = quoted_for_somebody_new(shop)
    quote_id = QuoteId(clerk.path.rpartition("/")[2])
    clerk.press(pay_button(clerk), street=" ", city="Wien")
    assert clerk.status == 422
    assert next(clerk.all("[aria-invalid=true]")).get("name") == "street"
    assert next(clerk.all("[name=city]")).get("value") == "Wien"
    with shop.database.read() as db:
        quote = quotes.get_quote(db, quote_id)
        assert quote.state is QuoteState.OPEN
        assert addresses_of(db, CustomerId(str(quote.customer_id)), purpose=Purpose.DELIVERY) == []

    clerk.press(pay_button(clerk), **PLACE)
    number = clerk.path.removeprefix("/orders/")
    first = going_to(shop, number)
    assert first is not None
    assert (first.street, first.city, first.country) == ("Ringstraße 1", "Wien", "DE")

    clerk.open(f"/customers/{quote.customer_id}").press("Start jeans").press("Order")
    assert "Ringstraße 1" in clerk.text()
    clerk.press(pay_button(clerk), address="new", street="Werkweg 5", city="Berlin")
    second = going_to(shop, clerk.path.removeprefix("/orders/"))
    assert second is not None
    assert second.street == "Werkweg 5"
    with shop.database.read() as db:
        known = addresses_of(db, CustomerId(str(quote.customer_id)), purpose=Purpose.DELIVERY)
    assert [(each.address.street, each.is_default) for each in known] == [
        ("Ringstraße 1", True),
        ("Werkweg 5", False),
    ]
    assert going_to(shop, number) == first


def test_whoever_orders_by_a_papers_link_is_asked_there(shop: Shop) -> None:
    """The page with nobody's name asks where it goes and shows no address."""
    clerk = quoted_for_somebody_new(shop)
    with shop.database.write() as db:
        quotes.add_link(db, QuoteId(clerk.path.rpartition("/")[2]), "t" * 32, now=shop.now())
    home = enter(shop)
    home.open(f"/offers/{'t' * 32}").press(pay_button(home), street="Ringstraße 1")
    assert (home.status, next(home.all("[aria-invalid=true]")).get("name")) == (422, "city")
    home.press(pay_button(home), **PLACE)
    assert home.status == 200
    order = placed(shop)
    address = going_to(shop, order.number)
    assert address is not None
    assert address.city == "Wien"


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "a customer"])
def test_a_program_says_where_it_goes(shop: Shop, known: bool) -> None:
    """422 names what is missing and orders nothing; an address of somebody else is none of this customer's."""
    client = TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")
    path, key, _body = open_draft(client, "jeans")
    clerk = token(client, "store")
    contact = {} if known else {"contact": {"name": "Eva Novák", "email": "eva@example.org"}}
    if known:
        made = client.post("/customers", json={"name": "Eva Novák", "country": "AT"}, headers=clerk).json()
        assigned = client.put(f"{path}/customer", json={"customer_id": made["customer_id"]}, headers=clerk)
        assert assigned.status_code == 200, assigned.text
        key = clerk
    quote = client.post(f"{path}/quotes", headers=key).json()["quote_id"]
    refused = client.post("/orders", json={"quote_id": quote, **contact}, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "AddressNeeded")
    assert "address" in refused.json()["detail"]
    with shop.database.read() as db:
        assert orders.find_orders(db) == []
    answer = client.post("/orders", json={"quote_id": quote, **contact, "address": PLACE}, headers=key)
    assert answer.status_code == 201, answer.text
    address = going_to(shop, answer.json()["number"])
    assert address == Address("Eva Novák", "Ringstraße 1", "Wien", "AT" if known else "DE", "1010")
    assert client.get(f"/orders/{answer.json()['number']}", headers=key).json()["address_id"]
