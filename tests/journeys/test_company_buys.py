"""A company buys: presets with settled answers, a limit, somebody who says yes, prices as agreed."""

import pytest

from kernel.ids import CustomerId
from orders.customers.model import Contact, CustomerKind
from orders.customers.service import register_customer
from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.ordering import CLERK
from tests.journeys.person import Person, words_of
from web.demo.company import seed_company
from web.demo.people import DEMO_COMPANY
from web.shop import Shop

DESK = "Sales desk"


@pytest.fixture
def company(shop: Shop) -> CustomerId:
    """Northwind: up to 1,500.00 alone, one percent off, two presets."""
    contact = Contact("Northwind", "buy@northwind.example", kind=CustomerKind.COMPANY)
    with shop.database.write() as db:
        customer = register_customer(
            db, contact, new_id=shop.new_id, actor=CLERK, now=shop.now(), address=DEMO_COMPANY.address
        )
    seed_company(shop, customer.id)
    return customer.id


def token(person: Person) -> str:
    """Return what every form of the page sends back."""
    return next(person.all("[name=csrf_token]")).get("value") or ""


def begun(person: Person, preset: str) -> str:
    """Begin a draft from a preset and return its address."""
    person.open("/company")
    article = next(each for each in person.all("article") if preset in "".join(each.itertext()))
    heading = next(each for each in article.iter("h3")).get("id") or ""
    draft = person.client.post(
        f"/company/presets/{heading.removeprefix('preset-')}/drafts", data={"csrf_token": token(person)}
    ).headers["location"]
    person.open(draft)
    return draft


def ordered(person: Person) -> str:
    """Press on from the quote to the order and return where that leads."""
    pay = next(each for each in person.all("button") if "Order and pay" in "".join(each.itertext()))
    person.press("".join(pay.itertext()).strip())
    return person.path


def test_a_buyer_orders_a_preset_alone_up_to_the_limit_at_the_agreed_price(shop: Shop, company: CustomerId) -> None:
    """What is settled is shown with a lock and cannot be changed, not by hand either."""
    buyer = enter(shop, login_name="buyer")
    draft = begun(buyer, DESK)
    buyer.open(f"{draft}/billing")
    assert "settled by your company" in buyer.text()
    forced = buyer.client.post(
        f"{draft}/choices/cost_centre", data={"csrf_token": token(buyer), "step": "billing", "value": "4200"}
    )
    assert forced.status_code == 403

    buyer.open(f"{draft}/billing").press("Order")
    assert "As agreed" in buyer.text()
    path = ordered(buyer)
    assert path.startswith("/orders/PC-"), buyer.text()
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, path.removeprefix("/orders/"))
    assert order.customer_id == company
    assert [each.code for each in order.price.discounts] == ["northwind"]
    assert order.selection.answers["payment"] == "on_invoice"
    assert order.number in enter(shop, login_name="lead").open("/company").text()
    assert "4100 Sales" in buyer.open("/company").text()


def test_above_the_limit_somebody_else_says_yes_first(shop: Shop, company: CustomerId) -> None:
    """Two of them are over 1,500.00; the buyer can neither order nor grant it."""
    buyer = enter(shop, login_name="buyer")
    draft = begun(buyer, DESK)
    buyer.open(f"{draft}/billing").press("Apply", quantity="2", need_by="", budget="")
    buyer.press("Order")
    pay = next(words_of(each) for each in buyer.all("button") if "Order and pay" in words_of(each))
    waiting = buyer.press(pay, address="new", street="Deichstraße 3", city="Hamburg").path
    assert waiting.startswith("/company/purchases/"), buyer.text()
    assert "Grant" not in buyer.text()
    own = buyer.client.post(waiting, data={"csrf_token": token(buyer), "granted": "true"})
    assert own.status_code == 403

    lead = enter(shop, login_name="lead")
    assert waiting in lead.open("/company").links("/company/purchases/")
    lead.open(waiting).press("Grant", note="For the new colleagues.")
    assert "For the new colleagues." in lead.text()

    buyer.open(waiting)
    choices = {" ".join(each.itertext()).strip(): each.get("value") or "" for each in buyer.all("option")}
    (there,) = [value for words, value in choices.items() if "Deichstraße 3" in words]
    buyer.press("Order now", address=there)
    assert buyer.path.startswith("/orders/PC-"), buyer.text()
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, buyer.path.removeprefix("/orders/")).address_id == there


def test_a_decline_orders_nothing(shop: Shop, company: CustomerId) -> None:
    """Pressing Order again leads to the answer, not to an order."""
    buyer = enter(shop, login_name="buyer")
    draft = begun(buyer, DESK)
    buyer.open(f"{draft}/billing").press("Apply", quantity="3", need_by="", budget="")
    buyer.press("Order")
    quote = buyer.path
    waiting = ordered(buyer)
    enter(shop, login_name="lead").open(waiting).press("Decline")
    assert ordered(buyer.open(quote)) == waiting
    with shop.database.read() as db:
        assert orders.find_orders(db, customer_id=company) == []


def test_who_approves_keeps_a_draft_as_a_preset_that_buyers_find(shop: Shop, company: CustomerId) -> None:
    """The ticked answers are settled, the others suggested."""
    lead = enter(shop, login_name="lead")
    lead.open("/configure/jeans").press("Make yours").press("Order")
    link = lead.links("/company/presets/new")[0]
    lead.open(link).press("Keep the preset", name="", locked=["cloth"])
    assert lead.status == 422
    lead.press("Keep the preset", name="Work trousers", locked=["cloth", "fit"])
    assert "Work trousers" in lead.text()

    buyer = enter(shop, login_name="buyer")
    draft = begun(buyer, "Work trousers")
    buyer.open(f"{draft}/cloth")
    assert buyer.text().count("settled by your company") == 1
    assert buyer.client.get("/company/presets/new", params={"draft": draft.split("/")[2]}).status_code == 403


def test_the_store_opens_an_account_and_lets_people_buy(shop: Shop) -> None:
    """Limit, cost centres, members, agreed prices; a mistake names its field and keeps what was typed."""
    contact = Contact("Acme", "acme@example.org", kind=CustomerKind.COMPANY)
    with shop.database.write() as db:
        customer = register_customer(db, contact, new_id=shop.new_id, actor=CLERK, now=shop.now())
    clerk = enter(shop, login_name="store")
    clerk.open(f"/customers/{customer.id}/company").press(
        "Open the account", alone_up_to="lots", cost_centres="1 One\n1 Again"
    )
    assert clerk.status == 422
    clerk.press("Open the account", alone_up_to="500", cost_centres="1 One\n2 Two words")
    assert "500.00" in {each.get("value") for each in clerk.all("input")}
    clerk.press("Add", login_name="ana")
    assert "Nobody with this login name may buy" in clerk.text()
    clerk.open(f"/customers/{customer.id}/company").press("Add", login_name="buyer")
    clerk.press("Agree", percent="7,5", least_quantity="10")
    assert "7.5 %" in clerk.text()
    assert "Acme" in enter(shop, login_name="buyer").open("/company").text()
