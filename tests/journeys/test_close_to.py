"""Bringing a draft close to the usual, another draft, an order, a preset or a shared copy: what is kept, what is not."""

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from kernel.ids import CustomerId, DraftId
from orders.companies import repository as companies
from orders.companies.model import Company, Preset
from orders.customers.model import Contact, CustomerKind
from orders.customers.service import register_customer
from orders.drafts import repository as drafts
from orders.drafts.service import open_draft as open_new_draft
from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.ordering import CLERK, released
from tests.journeys.person import Person, words_of
from tests.journeys.test_customer_orders import begin
from tests.journeys.test_programs_order import API, open_draft, token
from tests.serving import app_of
from web.demo.company import BILLED, seed_company
from web.routes.api.schemas import Draft, Ideal
from web.security.service import link_customer
from web.shop import Shop

HOUR = timedelta(hours=1)
KEPT = "Every answer could be kept."


def ana_who_ordered(shop: Shop, line: str = "jeans", **choices: str) -> tuple[str, CustomerId]:
    """Return the number of an order of the customer whose account ``ana`` is, and the customer."""
    number = released(shop, line, **choices)
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        assert order.customer_id is not None
        link_customer(db, "ana", order.customer_id)
        return number, order.customer_id


def goals(person: Person) -> dict[str, str]:
    """Return {what is shown: what is sent} of the goals the page offers."""
    (select,) = person.all("#field-goal")
    return {words_of(each): str(each.get("value")) for each in select.iter("option")}


def find(person: Person, goal: str, **fields: str | list[str]) -> Person:
    return person.press("Find it", goal=goals(person)[goal], **fields)


def answers(shop: Shop, path: str) -> dict[str, Any]:
    with shop.database.read() as db:
        return dict(drafts.get_draft(db, DraftId(path.split("/")[2])).selection.answers)


def cares(person: Person, **levels: str) -> list[str]:
    """Return what the form says of each answer, some changed."""
    found = [str(each.get("id")).removeprefix("care-") for each in person.all("[name=care]")]
    return [f"{code}={levels.get(code, 'matters')}" for code in found]


def test_a_customer_has_the_usual_back_with_one_press(shop: Shop, htmx: bool) -> None:
    """Under a budget the fewest answers give way, weighed by what matters; each is named, and one press takes all back."""
    number, _eva = ana_who_ordered(shop, wash="stone", thread="copper")
    person = enter(shop, htmx=htmx, login_name="ana")
    draft = begin(person, "jeans")
    begun = answers(shop, draft)
    assert goals(person) == {
        "As close to this as can be": "closest",
        "Close to my usual": "usual",
        f"Close to order {number}": f"order:{number}",
        "As cheap as can be": "cheapest",
        "Ready as soon as can be": "fastest",
    }

    find(person, "Close to my usual")
    assert person.text(".notice") == f"Close to my usual {KEPT}"
    assert answers(shop, draft) == {**begun, "wash": "stone", "thread": "copper"}
    person.press("Undo")
    assert (person.text(".notice"), answers(shop, draft)) == ("", begun)

    person.press("Apply", within="#limits", need_by="", budget="130", quantity="1")
    find(person, f"Close to order {number}")
    assert person.text(".summary__price") == "€128.90"
    assert person.text(".notice").startswith(
        f"Close to order {number} 2 answers could not be kept: "
        "Cloth: Indigo selvedge 14 oz → Indigo 12 oz Wash: Stone wash → Rinse "
        "Nothing closer is possible with what stays, your budget and your date."
    )
    person.press("Apply", within="#limits", need_by="", budget="150", quantity="1")
    for given_up, price, told in (
        ("cloth", "€140.90", "Cloth: Indigo selvedge 14 oz → Indigo 12 oz"),
        ("wash", "€148.90", "Wash: Stone wash → Rinse"),
    ):
        find(person, "Close to my usual", care=cares(person, **{given_up: "any"}))
        assert person.text(".summary__price") == price
        assert person.text(".notice").startswith(f"Close to my usual 1 answer could not be kept: {told} Nothing closer")


def test_the_usual_is_ready_in_time_or_gives_way(shop: Shop) -> None:
    """Under a need-by date what comes too late gives way to what stands, not to the cheapest, and that is said."""
    ana_who_ordered(shop, cloth="raw_21")
    person = enter(shop, login_name="ana")
    draft = begin(person, "jeans")
    person.press("Apply", within="#limits", need_by="2026-11-27", budget="", quantity="1")
    find(person, "Close to my usual")
    assert person.text(".notice") == (
        "Close to my usual 1 answer could not be kept: Cloth: Raw selvedge 21 oz → Indigo selvedge 14 oz "
        "Nothing closer is possible with what stays, your budget and your date."
    )
    assert answers(shop, draft)["cloth"] == "indigo_14"

    find(person, "Close to my usual", care=cares(person, cloth="keep"))
    assert answers(shop, draft)["cloth"] == "indigo_14"


def test_nobody_comes_close_to_what_is_not_theirs(shop: Shop) -> None:
    """Another's draft, order, preset or usual, another line's draft, a made-up name: refused, and nothing is changed."""
    number, eva = ana_who_ordered(shop)
    other = enter(shop)
    foreign = begin(other, "jeans").removeprefix("/drafts/")
    person = enter(shop)
    pc = begin(person, "pc").removeprefix("/drafts/")
    draft = begin(person, "jeans")
    before = answers(shop, draft)
    preset = shop.new_id()
    with shop.database.write() as db:
        companies.save_company(db, Company(eva))
        companies.save_preset(db, Preset(preset, eva, "jeans", "Work", {"wash": "stone"}))
    assert list(goals(person).values()) == ["closest", "cheapest", "fastest"]
    token = next(person.all("[name=csrf_token]")).get("value")

    for code, status in (
        (f"draft:{foreign}", 403),
        (f"order:{number}", 403),
        (f"preset:{preset}", 404),
        ("usual", 404),
        (f"draft:{pc}", 404),
        ("draft:none", 404),
        ("dearest", 404),
    ):
        form = {"csrf_token": token, "step": "fit", "goal": code, "care": "wash=matters"}
        assert person.client.post(f"{draft}/completion", data=form).status_code == status, code
        assert person.client.get(f"{draft}/fit", params={"best": "yes", "near": code}).status_code == status, code
    assert answers(shop, draft) == before
    assert person.open(f"{draft}/fit").status == 200


def test_many_drafts_of_another_line_hide_none_of_this_one(shop: Shop) -> None:
    """Both the draft gone on with and those to come close to are looked for among the line's own."""
    person = enter(shop, login_name="ana")
    first = begin(person, "jeans").removeprefix("/drafts/")
    with shop.database.read() as db:
        draft = drafts.get_draft(db, DraftId(first))
    for _number in range(21):
        open_new_draft(
            shop.database, shop.configurators, "pc", owner=draft.owner, new_id=shop.new_id, now=shop.now() + HOUR
        )

    assert person.open("/configure/jeans").path.startswith(f"/drafts/{first}/")
    second = open_new_draft(
        shop.database, shop.configurators, "jeans", owner=draft.owner, new_id=shop.new_id, now=shop.now() + HOUR
    )
    person.open(f"/drafts/{second}/cloth")
    assert f"draft:{first}" in goals(person).values()


def test_a_shared_link_is_come_close_to(shop: Shop, htmx: bool) -> None:
    """A link of nothing stays typed beside its message; a good one goes before the goal named."""
    owner = enter(shop)
    owner.open(f"{begin(owner, 'jeans')}/cloth").press("=raw_21").open(owner.path.rpartition("/")[0]).press("Share")
    link = str(next(owner.all("[name=address]")).get("value"))
    person = enter(shop, htmx=htmx)
    draft = begin(person, "jeans")
    begun = answers(shop, draft)

    person.press("Find it", shared="https://example.org/shared/nothing")
    assert (person.status, answers(shop, draft)) == (422, begun)
    assert person.text(".field__error") == "There is nothing shared of this line under this link."
    assert next(person.all("#field-shared")).get("value") == "https://example.org/shared/nothing"
    assert next(person.all("#goals")).get("open") is not None

    person.press("Find it", shared=link)
    assert person.text(".notice") == f"Close to what was shared {KEPT}"
    assert answers(shop, draft)["cloth"] == "raw_21"


def test_a_buyer_comes_close_to_the_presets_of_the_company(shop: Shop) -> None:
    """What a preset says nothing of stays as it stands; what it says is suggested, not settled."""
    contact = Contact("Northwind", "buy@northwind.example", kind=CustomerKind.COMPANY)
    with shop.database.write() as db:
        customer = register_customer(db, contact, new_id=shop.new_id, actor=CLERK, now=shop.now())
    seed_company(shop, customer.id)
    buyer = enter(shop, login_name="buyer")
    draft = begin(buyer, "pc")
    begun = answers(shop, draft)
    assert list(goals(buyer)) == [
        "As close to this as can be",
        "Close to “Design workstation”",
        "Close to “Sales desk”",
        "As cheap as can be",
        "Ready as soon as can be",
    ]

    find(buyer, "Close to “Sales desk”")
    assert buyer.text(".notice") == f"Close to “Sales desk” {KEPT}"
    assert answers(shop, draft) == {**begun, **BILLED, "cost_centre": "4100"}


def test_answers_of_another_release_are_left_out_and_named(shop: Shop) -> None:
    """A clerk is offered the customer's usual and orders only; what is no longer made is said."""
    number, eva = ana_who_ordered(shop, wash="stone")
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        then = order.selection.with_answer("thread", "sea_green").with_answer("piping", "red")
        orders.depersonalise(db, order.id, then, order.specification)
    clerk = enter(shop, login_name="store")
    begin(clerk, "jeans")
    clerk.open(f"/customers/{eva}")
    opened = clerk.client.post(
        "/configure/jeans", data={"csrf_token": token_of(clerk), "customer_id": eva}, follow_redirects=False
    )
    draft = opened.headers["location"]
    clerk.open(draft)
    assert list(goals(clerk)) == [
        "As close to this as can be",
        "Close to the customer’s usual",
        f"Close to order {number}",
        "Close to the draft of Mon 23 Nov, 08:00",
        "As cheap as can be",
        "Ready as soon as can be",
    ]

    find(clerk, f"Close to order {number}")
    assert clerk.text(".notice") == (
        f"Close to order {number} No longer made, so left out: Thread: sea green; piping: red."
    )
    assert answers(shop, draft)["wash"] == "stone"


def token_of(person: Person) -> str:
    return next(person.all("[name=csrf_token]")).get("value") or ""


def test_a_program_brings_a_draft_close_to_its_order(shop: Shop) -> None:
    """What is listed can be asked for; what could not be kept and what is gone are told; a stranger is refused."""
    number, _eva = ana_who_ordered(shop, wash="stone")
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        orders.depersonalise(db, order.id, order.selection.with_answer("piping", "red"), order.specification)
    client = TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")
    ana = token(client, "ana")
    path = f"/drafts/{client.post('/drafts', json={'line': 'jeans'}, headers=ana).json()['draft_id']}"
    listed = client.get(f"{path}/ideals", headers=ana).json()
    assert [Ideal.model_validate(each).code for each in listed][:2] == ["usual", f"order:{number}"]
    client.put(f"{path}/limits", json={"budget_minor": 15000}, headers=ana)
    asked = {"goal": "closest", "like": f"order:{number}", "reopen": ["cloth", "wash"], "weights": {"wash": 5}}

    found = client.post(f"{path}/completion", json=asked, headers=ana).json()
    Draft.model_validate(found)
    assert found["near"] == {
        "code": f"order:{number}",
        "unlike": [{"feature": "cloth", "from": "indigo_14", "to": "indigo_12"}],
        "gone": {"piping": "red"},
    }
    assert (found["is_best"], found["state"]["price"]["total_minor"]) == (True, 14090)

    wrong = client.post(f"{path}/completion", json={**asked, "goal": "cheapest"}, headers=ana)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "like")
    theirs, key, _body = open_draft(client, "jeans")
    refused = client.post(f"{theirs}/completion", json=asked, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (403, "OrderNotYours")
    assert client.get(f"{theirs}/ideals", headers=key).json() == []
    assert client.get(f"{theirs}/ideals").status_code == 403
