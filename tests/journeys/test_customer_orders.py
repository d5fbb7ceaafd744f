"""A customer configures, is refused, repairs, takes back, orders, follows and cancels."""

import re

import pytest

from orders.customers.addresses.model import Address
from orders.customers.addresses.repository import addresses_of
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from orders.lifecycle.transitions import OrderState
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.person import Person, words_of
from web.shop import Shop

WHO = {
    "name": "Eva Novák",
    "email": "eva@example.org",
    "street": "Ringstraße 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


def begin(person: Person, line: str) -> str:
    """Open a draft and return its address."""
    person.open(f"/configure/{line}").press("Make yours")
    assert person.status == 200
    return person.path.rpartition("/")[0]


def ruled_out(person: Person, draft: str) -> tuple[str, str]:
    """Go through the steps until one has an option that cannot be, and return its feature and code."""
    for href in person.open(draft).links(f"{draft}/"):
        person.open(href)
        for button in person.all("[data-status=ruled_out]"):
            feature = (button.get("id") or "").removeprefix("option-").removesuffix("-" + (button.get("value") or ""))
            return feature, button.get("value") or ""
    raise AssertionError("nothing is ruled out anywhere")


def chosen(person: Person, feature: str) -> list[str]:
    return [
        each.get("value") or ""
        for each in person.all("[data-status=chosen]")
        if (each.get("id") or "").startswith(f"option-{feature}-")
    ]


def order(person: Person) -> str:
    """Order what is configured and return the order's number."""
    person.press("Order")
    assert person.path.startswith("/quotes/"), person.text()
    pay = next(each for each in person.all("button") if "Order and pay" in "".join(each.itertext()))
    person.press(words_of(pay), **WHO)
    assert person.path.startswith("/orders/"), person.text()
    return person.path.removeprefix("/orders/")


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_a_ruled_out_option_is_explained_repaired_and_taken_back(shop: Shop, line: str, htmx: bool) -> None:
    """409 with the reasons and ways out, nothing changed; one press has it; Undo is the draft as before."""
    person = enter(shop, htmx=htmx)
    draft = begin(person, line)
    feature, option = ruled_out(person, draft)
    before, price = chosen(person, feature), person.text(".summary__price")
    step = person.path
    person.press(f"={option}", within=f"#feature-{feature}")

    assert person.status == 409
    assert len(person.text(".conflict__reasons")) > 20
    assert chosen(person, feature) == before
    assert next(person.all("[data-focus]")).get("role") == "alert"

    person.press("=0", within=".conflict__ways")
    assert person.status == 200
    person.open(step)
    assert chosen(person, feature) != before

    person.press("Undo")
    assert chosen(person.open(step), feature) == before
    assert person.text(".summary__price") == price
    assert re.fullmatch(r"€[\d,]+\.\d\d", price)


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_an_order_is_placed_once_and_released(either_shop: Shop, line: str) -> None:
    """Pressing twice is one order; the worker releases it; the customer sees it, others do not."""
    shop = either_shop
    person = enter(shop)
    begin(person, line)
    number = order(person)
    again = person.send_again()
    with shop.database.read() as db:
        placed = orders.find_orders(db)
    assert (again, [each.number for each in placed]) == (303, [number])
    assert "Ordered" in person.text("#order-state")

    assert [outcome.name for outcome in do_jobs(shop)].count("orders.release") == 1
    assert "Released to the floor" in person.open(f"/orders/{number}").text("#order-state")
    assert do_jobs(shop) == []

    stranger = enter(shop)
    for path in (f"/orders/{number}", f"/orders/{number}/picture.svg", f"/quotes/{placed[0].quote_id}"):
        assert stranger.open(path).status == 403
    assert person.open(f"/orders/{number}/build-sheet.pdf").path.startswith("/login?next=")
    assert enter(shop, login_name="ana").client.get(f"/orders/{number}/build-sheet.pdf").status_code == 403


def test_what_was_typed_stays_when_it_is_wrong(shop: Shop, htmx: bool) -> None:
    person = enter(shop, htmx=htmx)
    begin(person, "jeans")
    person.press("Order")
    pay = next(each for each in person.all("button") if "Order and pay" in "".join(each.itertext()))
    person.press(words_of(pay), name="Eva Novák", email="not an address", country="DE")

    assert person.status == 422
    assert next(person.all("[name=name]")).get("value") == "Eva Novák"
    assert next(person.all("[aria-invalid=true]")).get("name") == "email"
    with shop.database.read() as db:
        assert orders.find_orders(db) == []


def test_a_guest_says_where_it_goes_unless_it_is_fetched(shop: Shop) -> None:
    """Without a street nothing is ordered; what is sent goes to the address typed, what is fetched needs none."""
    person = enter(shop)
    begin(person, "jeans")
    person.press("Order")
    pay = next(words_of(each) for each in person.all("button") if "Order and pay" in words_of(each))
    person.press(pay, **{**WHO, "street": " "})
    assert person.status == 422
    assert next(person.all("[aria-invalid=true]")).get("name") == "street"
    assert next(person.all("[name=city]")).get("value") == "Berlin"
    with shop.database.read() as db:
        assert orders.find_orders(db) == []
    person.press(pay, **WHO)
    with shop.database.read() as db:
        placed = orders.find_orders(db)[0]
        assert placed.customer_id is not None
        (known,) = addresses_of(db, placed.customer_id, purpose=Purpose.DELIVERY)
    assert known.is_default
    assert known.address == Address("Eva Novák", "Ringstraße 1", "Berlin", "DE", "10115")

    other = enter(shop)
    other.open(f"{begin(other, 'jeans')}/delivery").press("=pickup", within="#feature-delivery")
    other.press("Order")
    assert list(other.all("[name=street]")) == []


def test_an_order_is_cancelled_before_the_floor_starts(either_shop: Shop) -> None:
    """Cancelling gives back its capacity and material, takes the work off the floor, and cannot be done twice."""
    shop = either_shop
    person = enter(shop)
    begin(person, "jeans")
    number = order(person)
    do_jobs(shop)
    person.open(f"/orders/{number}").press("Cancel the order")

    assert "Cancelled" in person.text("#order-state")
    assert person.send_again() == 409
    floor = enter(shop, login_name="floor").open("/floor/jeans/cutting")
    assert number not in floor.text()
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, number).state is OrderState.CANCELLED


def test_a_draft_is_its_owners(shop: Shop) -> None:
    """Neither seen nor changed by another visitor; staff may take it over."""
    draft = begin(enter(shop), "jeans")
    stranger = enter(shop)
    assert stranger.open(draft).status == 403
    assert enter(shop, login_name="store").open(draft).status == 200


def test_who_serves_customers_opens_drafts_and_who_builds_looks_at_orders(shop: Shop) -> None:
    """The floor, the planner and finance look at an order but change nothing; a catalog author sees neither."""
    customer = enter(shop)
    draft = begin(customer, "pc")
    number = order(customer)
    for name, draft_status, order_status in [
        ("store", 200, 200),
        ("admin", 200, 200),
        ("floor", 403, 200),
        ("planner", 403, 200),
        ("finance", 403, 200),
        ("author", 403, 403),
        ("buyer", 403, 403),
    ]:
        person = enter(shop, login_name=name)
        assert person.open(draft).status == draft_status, name
        assert person.open(f"/orders/{number}").status == order_status, name
        assert ("Cancel the order" in person.text("html")) == (draft_status == 200), name
