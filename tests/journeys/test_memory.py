"""Never asked twice, never imposed: the usual, the same again, sharing, handing over, two cards made one."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from kernel.ids import CustomerId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.customers import repository as customers
from orders.customers.model import Contact, Customer, Purpose
from orders.customers.service import register_customer
from orders.drafts import repository as drafts
from orders.drafts import service as draft_service
from orders.drafts.service import Reader
from orders.drafts.sharing import HandoverNotFound, SharedDraftNotFound, hand_over, shared_draft, take_over
from orders.identity.model import MergeNotPossible
from orders.identity.service import merge, take_back
from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.ordering import CLERK, released
from tests.journeys.person import Person
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.security.service import link_customer
from web.shop import Shop
from web.views.words import Words


def ordered(shop: Shop, **choices: str) -> tuple[str, Customer]:
    number = released(shop, "jeans", **choices)
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        assert order.customer_id is not None
        return number, customers.get_customer(db, order.customer_id, purpose=Purpose.SALE)


def latest(shop: Shop, person: Person) -> "drafts.Draft":
    draft_id = person.path.split("/")[2]
    with shop.database.read() as db:
        return drafts.get_draft(db, draft_id)  # type: ignore[arg-type]


def shop_model(shop: Shop, line: str) -> ConfigurationModel:
    with shop.database.read() as db:
        return shop.configurators.of(db, releases.current_release(db, line, now=shop.now())).model


def test_the_usual_is_offered_and_not_imposed(shop: Shop) -> None:
    """The clerk's card offers it with what it comes to; “let me choose today” begins from the defaults."""
    _number, eva = ordered(shop, wash="stone", thread="copper")
    clerk = enter(shop, login_name="store")
    clerk.open(f"/customers/{eva.id}")
    offered = [each.get("href") for each in clerk.all("a") if "usual" in str(each.get("href"))]
    assert offered == [f"/configure/jeans/usual?customer={eva.id}"]
    clerk.open(str(offered[0]))
    assert "Everything can be made just so." in clerk.text(), clerk.text(".notice")
    before = clerk.page
    clerk.press("Take it")
    usual = latest(shop, clerk)
    assert (usual.selection.answers["wash"], usual.selection.answers["thread"]) == ("stone", "copper")
    assert usual.customer_id == eva.id
    clerk.page = before
    clerk.press("Let me choose today")
    fresh = latest(shop, clerk)
    assert fresh.selection.answers["wash"] != "stone"
    assert fresh.customer_id == eva.id


def test_of_drives_all_are_remembered(shop: Shop) -> None:
    """How many of each: offered again, named on the account's page, one press takes them; forgotten they are not offered."""
    two = "083a4906-cd4f-4dd4-86f0-95c0072e645f"
    number = released(shop, "pc", storage=two)
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        assert order.customer_id is not None
        drives = order.selection.answers["storage"]
        link_customer(db, "ana", order.customer_id)
    assert isinstance(drives, Mapping)
    assert drives[two] == 1
    assert sum(drives.values()) > 1

    ana = enter(shop, login_name="ana")
    words = Words(shop_model(shop, "pc"), "en")
    told = ana.open("/account/data").text("#facts")
    assert all(words.option("storage", drive) in told for drive in drives)
    assert "{" not in told
    ana.open("/configure/pc/usual")
    assert "Everything can be made just so." in ana.text()
    ana.press("Take it")
    assert latest(shop, ana).selection.answers["storage"] == drives

    with shop.database.write() as db:
        customers.forget_fact(db, order.customer_id, "pc.storage")
    ana.open("/configure/pc/usual").press("Take it")
    assert latest(shop, ana).selection.answers["storage"] != drives


def test_somebody_else_learns_nothing_of_the_usual(shop: Shop) -> None:
    _number, eva = ordered(shop, wash="stone")
    stranger = enter(shop)
    assert stranger.open(f"/configure/jeans/usual?customer={eva.id}").status == 404
    assert enter(shop, login_name="ana").open(f"/configure/jeans/usual?customer={eva.id}").status == 404


def test_the_same_again_says_what_is_different_today(shop: Shop) -> None:
    """An option the catalog no longer has is replaced by the nearest that can be had, and said so."""
    number, eva = ordered(shop, wash="stone")
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        gone = order.selection.with_answer("thread", "unobtainable")
        orders.depersonalise(db, order.id, gone, order.specification)
    clerk = enter(shop, login_name="store")
    clerk.open(f"/orders/{number}/again")
    assert "What is different today" in clerk.text()
    assert "unobtainable →" in clerk.text()
    clerk.press("Take it")
    draft = latest(shop, clerk)
    assert draft.selection.answers["wash"] == "stone"
    assert draft.selection.answers["thread"] != "unobtainable"
    assert draft.customer_id == eva.id
    assert enter(shop).open(f"/orders/{number}/again").status == 403


def test_a_shared_copy_names_nobody_and_stays_as_it_was(shop: Shop) -> None:
    """No text, no owner; the reader's own draft begins with it, and neither touches the other."""
    owner = enter(shop)
    owner.open("/configure/jeans").press("Make yours")
    draft = owner.path.rpartition("/")[0]
    with shop.database.read() as db:
        before = drafts.get_draft(db, draft.removeprefix("/drafts/"))  # type: ignore[arg-type]
    reader = Reader(before.owner)
    tools = (shop.database, shop.configurators, before.id, reader)
    for feature, answer in (
        ("monogram_text", "Zyxwv"),
        ("monogram_position", "back_pocket"),
        ("monogram_thread", "copper"),
        ("wash", "stone"),
    ):
        draft_service.choose_option(*tools, feature, answer, now=shop.now())
    owner.open(draft).press("Share")
    address = str(next(owner.all("[name=address]")).get("value"))
    assert "Zyxwv" not in owner.text()
    path = "/shared/" + address.rpartition("/")[2]
    friend = enter(shop)
    friend.open(path)
    assert friend.status == 200
    assert "Zyxwv" not in friend.text()
    assert before.owner not in friend.client.get(path).text
    friend.press("Make it mine")
    copy = latest(shop, friend)
    assert copy.selection.answers["wash"] == "stone"
    assert "Zyxwv" not in str(copy.selection.answers)
    assert copy.owner != before.owner
    draft_service.choose_option(*tools, "wash", "rinse", now=shop.now())
    friend.open(path).press("Make it mine")
    assert latest(shop, friend).selection.answers["wash"] == "stone"
    with shop.database.read() as db, pytest.raises(SharedDraftNotFound):
        shared_draft(db, address.rpartition("/")[2], now=shop.now() + timedelta(days=366))


def test_a_clerk_goes_on_with_what_the_customer_began_online(shop: Shop) -> None:
    """The code works once and half an hour; the draft stays the customer's; both see the order."""
    online = enter(shop)
    online.open("/configure/jeans").press("Make yours")
    draft = online.path.rpartition("/")[0]
    online.press("Go on in the store")
    code = online.text(".summary__price")
    clerk = enter(shop, login_name="store")
    clerk.open("/handovers").press("Go on with it", code="ABCDEF")
    assert clerk.status == 422
    clerk.press("Go on with it", code=code.lower())
    assert clerk.path.startswith(draft)
    clerk.open("/handovers").press("Go on with it", code=code)
    assert clerk.status == 422
    assert online.open(draft).status == 200
    assert enter(shop, login_name="ana").open("/handovers").status == 403


def test_a_code_ends_after_half_an_hour_and_with_the_next_one(shop: Shop) -> None:
    online = enter(shop)
    online.open("/configure/jeans").press("Make yours")
    draft_id = online.path.split("/")[2]
    with shop.database.write() as db:
        draft = drafts.get_draft(db, draft_id)  # type: ignore[arg-type]
        first = hand_over(db, draft, now=shop.now())
        second = hand_over(db, draft, now=shop.now())
        with pytest.raises(HandoverNotFound):
            take_over(db, first, actor=CLERK, now=shop.now())
        with pytest.raises(HandoverNotFound):
            take_over(db, second, actor=CLERK, now=shop.now() + timedelta(minutes=30))
        assert take_over(db, second, actor=CLERK, now=shop.now()) == draft.id


def test_two_cards_of_one_person_become_one_and_two_again(either_shop: Shop) -> None:
    """Everything of the other comes along, sealed anew; taking it back restores both to what they were."""
    shop = either_shop
    number = released(shop, "jeans", measured=True)
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        other_id = CustomerId(str(order.customer_id))
        kept = register_customer(
            db, Contact("Eva N.", "eva@example.org"), new_id=shop.new_id, actor=CLERK, now=shop.now()
        )
        profiles = customers.profiles_of(db, other_id, purpose=Purpose.FIT)
        facts = customers.known_facts(db, other_id, purpose=Purpose.SALE)
    with shop.database.write() as db:
        done = merge(db, kept.id, other_id, new_id=shop.new_id, actor=CLERK, now=shop.now())
        with pytest.raises(MergeNotPossible):
            merge(db, kept.id, other_id, new_id=shop.new_id, actor=CLERK, now=shop.now())
        with pytest.raises(MergeNotPossible):
            merge(db, kept.id, kept.id, new_id=shop.new_id, actor=CLERK, now=shop.now())
    with shop.database.read() as db:
        moved = customers.profiles_of(db, kept.id, purpose=Purpose.FIT)
        assert [each.readings for each in moved] == [each.readings for each in profiles]
        assert customers.known_facts(db, kept.id, purpose=Purpose.SALE) == facts
        assert orders.get_order_by_number(db, number).customer_id == kept.id
        assert [each.id for each in customers.find_customers(db, "eva", purpose=Purpose.SALE)] == [kept.id]
    with shop.database.write() as db:
        take_back(db, done.id, actor=CLERK, now=shop.now())
    with shop.database.read() as db:
        assert customers.profiles_of(db, other_id, purpose=Purpose.FIT) == profiles
        assert customers.profiles_of(db, kept.id, purpose=Purpose.FIT) == []
        assert customers.known_facts(db, other_id, purpose=Purpose.SALE) == facts
        assert orders.get_order_by_number(db, number).customer_id == other_id
        assert len(customers.find_customers(db, "eva", purpose=Purpose.SALE)) == 2


def test_the_card_offers_the_same_person_and_takes_it_back(shop: Shop, htmx: bool) -> None:
    clerk = enter(shop, htmx=htmx, login_name="store")
    for name in ("Eva Novak", "E. Novák"):
        clerk.open("/customers").press("Add", within="#new-customer", name=name, email="eva@example.org")
    clerk.press("Keep it here, too")
    card = clerk.path
    assert "is kept here, too." in clerk.text()
    clerk.open("/customers?q=eva@example.org")
    assert clerk.text("#found-customers").count("eva@example.org") == 1
    clerk.open(card).press("Part them again")
    assert "The same person?" in clerk.text()


def test_what_was_said_stands_on_the_card(shop: Shop) -> None:
    clerk = enter(shop, login_name="store")
    clerk.open("/customers").press("Add", within="#new-customer", name="Eva", email="eva@example.org")
    clerk.press("Write it down", note="  ")
    assert clerk.status == 422
    clerk.press("Write it down", note="Wants the hem longer", channel="phone")
    assert "Wants the hem longer" in clerk.text("#contacts")
    assert "Telephone" in clerk.text("#contacts")


def test_a_customer_sees_what_the_store_began_for_them(shop: Shop) -> None:
    """An order placed by a clerk in their name is in their account."""
    number, eva = ordered(shop)
    with shop.database.write() as db:
        from web.security.service import link_customer

        link_customer(db, "ana", eva.id)
    ana = enter(shop, login_name="ana")
    ana.open("/account")
    assert number in ana.text()
    assert ana.open(f"/orders/{number}").status == 200
    assert Person(app_of(shop)).open(f"/orders/{number}").status == 403


def test_programs_do_what_the_card_does(shop: Shop) -> None:
    """Notes, permissions, corrections, merging, sharing, handing over, handing out and erasing over the API."""
    number = released(shop, "jeans", measured=True)
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
    client = enter(shop).client
    token = client.post("/api/v1/sessions", json={"login_name": "store", "password": DEMO_PASSWORD}).json()["token"]
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {token}"}
    card = f"/api/v1/customers/{order.customer_id}"

    assert client.post(f"{card}/contacts", json={"note": "called"}, headers=headers).status_code == 201
    (said,) = client.get(f"{card}/contacts", headers=headers).json()
    assert (said["channel"], said["note"]) == ("store", "called")
    allowed = client.put(f"{card}/consents", json={"marketing": True}, headers=headers).json()
    assert allowed == {"marketing": True, "fit": False}
    moved = client.post(f"{card}/corrections", json={"corrections_mm": {"waist": 6}}, headers=headers).json()
    assert moved["corrections_mm"] == {"waist": 6}
    contact = {"name": "Eva Berg", "email": "eva@example.org"}
    assert client.put(f"{card}/contact", json=contact, headers=headers).json()["name"] == "Eva Berg"
    other = client.post("/api/v1/customers", json={"name": "E. B."}, headers=headers).json()["customer_id"]
    merged = client.post(f"{card}/merges", json={"customer_id": other}, headers=headers)
    assert merged.status_code == 201
    undo = client.post(f"{card}/merges/{merged.json()['merge_id']}/undo", headers=headers)
    assert undo.status_code == 204
    told = client.get(f"{card}/export", headers=headers).json()
    assert (told["customer"]["name"], len(told["measurements"]), len(told["orders"])) == ("Eva Berg", 2, 1)
    facts = {each["key"]: each["value"] for each in client.get(f"{card}/known-facts", headers=headers).json()}
    assert facts["jeans.sizing"] == "measured"

    begun = client.post("/api/v1/drafts", json={"line": "jeans"}).json()
    key = {"X-Draft-Key": begun["draft_key"]}
    copy = client.post(f"/api/v1/drafts/{begun['draft_id']}/shares", headers=key)
    assert copy.json()["url"].endswith(f"/shared/{copy.json()['token']}")
    code = client.post(f"/api/v1/drafts/{begun['draft_id']}/handovers", headers=key).json()["code"]
    assert client.post("/api/v1/handovers", json={"code": code}, headers=headers).json() == {
        "draft_id": begun["draft_id"]
    }
    assert client.post("/api/v1/handovers", json={"code": code}, headers=headers).status_code == 404

    wrong = client.post(f"{card}/erasure", json={"reference": "A-0"}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "ReferenceNotValid")
    waits = client.post(f"{card}/erasure", json={"reference": told["about"]["reference"]}, headers=headers)
    assert (waits.status_code, waits.json()["code"], waits.json()["orders"]) == (409, "OrdersStillOpen", [number])
