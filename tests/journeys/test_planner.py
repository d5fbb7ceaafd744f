"""The planner sees the load, what fills a day, and what a machine down does to promises before saying so."""

from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import SMTP

from starlette.testclient import TestClient

from kernel.ids import QuoteId
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from orders.lifecycle.agreements import agreements_of
from orders.quotes import repository as quotes
from production.floor import service as floor
from production.plants.model import KeptShare
from production.promise import adjusting
from production.promise import service as promises
from production.promise.document import promise_from_json
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.ordering import released
from tests.journeys.test_programs_order import token
from web.app import create_app
from web.security.service import link_customer
from web.settings import Settings
from web.shop import Shop


def first_cell(shop: Shop, number: str) -> tuple[str, date]:
    """Return where and on which day the first operation of an order is planned."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        starts = promises.planned_starts(db, order.reservation_key)
        key = min(starts, key=lambda each: starts[each])
        assert quotes.get_quote(db, QuoteId(order.quote_id)).number.startswith("Q-")
    return ("cutting" if key[1] == "cut" else key[1]), starts[key].date()


def test_a_cell_of_the_load_leads_to_the_orders_that_fill_it(shop: Shop) -> None:
    """From the map to the day to the order, and on to its way through the plant."""
    number = released(shop, "jeans")
    centre, day = first_cell(shop, number)
    planner = enter(shop, login_name="planner")
    planner.open("/planning")
    cell = f"/planning/jeans/{centre}/{day.isoformat()}"
    assert f'href="{cell}"' in planner.client.get(planner.path).text
    planner.open(cell)
    assert f"/orders/{number}" in planner.links("/orders/")
    assert number[-6:].lstrip("0") in planner.open(f"/planning/jeans/gantt?from={day.isoformat()}").text()
    assert "released" in planner.open(f"/planning/orders/{number}").text()


def test_pressing_for_a_better_sequence_says_so_and_stores_a_job(shop: Shop) -> None:
    planner = enter(shop, login_name="planner")
    planner.open("/planning/jeans/gantt")
    planner.press("Improve the sequence")

    assert "A better sequence is being looked for" in planner.text()
    assert [one.error for one in do_jobs(shop)] == [None]


def test_a_machine_down_is_tried_then_kept_and_overtime_makes_it_good(shop: Shop) -> None:
    """Shown without being kept; kept, the promise is at risk; taken back, it stands again."""
    number = released(shop, "jeans")
    centre, day = first_cell(shop, number)
    planner = enter(shop, login_name="planner")
    page = "/planning/jeans/calendar"
    down = {"work_centre": centre, "kind": "down", "day": day.isoformat(), "begins": "00:00", "ends": "23:59"}
    planner.open(page).press("Show what it does", **down, places="2")
    assert "1 promise would be at risk" in planner.text()
    assert number in planner.text()
    with shop.database.read() as db:
        assert adjusting.at_risk(db, "jeans") == []

    planner.press("Keep it")
    assert number in planner.open("/planning/jeans/risks").text()
    overtime = planner.links("/planning/jeans/calendar?work_centre")
    assert len(overtime) == 1
    assert f"/planning/orders/{number}#promise" in planner.links("/planning/orders/")
    planner.open(page).press("Take back")
    assert "Every promise stands" in planner.open("/planning/jeans/risks").text()


def test_a_span_that_cannot_be_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    """It ends before it begins."""
    planner = enter(shop, login_name="planner")
    planner.open("/planning/pc/calendar").press("Show what it does", day="2026-11-24", begins="12:00", ends="08:00")
    assert planner.status == 422
    assert "a time after the first one" in planner.text()
    with shop.database.read() as db:
        assert adjusting.adjustments(db, "pc", date(2026, 1, 1), date(2027, 12, 31)) == {}


def test_a_promise_moves_only_with_the_customer(shop: Shop) -> None:
    """Without consent nothing changes; with it order, floor and reservation say the new day, and the customer is told."""
    number = released(shop, "jeans")
    with shop.database.read() as db:
        before = orders.get_order_by_number(db, number)
    promised = promise_from_json(before.promise).date
    agreed = promised + timedelta(days=4)
    planner = enter(shop, login_name="planner")
    page = f"/planning/orders/{number}"
    planner.open(page).press("Move the promise", day=agreed.isoformat())
    assert (planner.status, "Without the customer's consent" in planner.text()) == (422, True)
    planner.open(page).press("Move the promise", day="2026-01-05", agreed="true")
    assert (planner.status, "A day from today on" in planner.text()) == (422, True)
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, number) == before

    planner.open(page).press("Move the promise", day=agreed.isoformat(), agreed="true", reason="two days ill")
    assert f"Promised for {agreed.strftime('%a')} {agreed.day}" in planner.text()
    with shop.database.read() as db:
        after = orders.get_order_by_number(db, number)
        work, _ = floor.work_order(db, number)
        assert promise_from_json(after.promise).date == agreed
        assert promises.reservation(db, after.reservation_key).promise.date == agreed
        assert work.due_at == promise_from_json(before.promise).finish_at + timedelta(days=4)
        assert agreements_of(db, [number])[number].first_promise == promised
        assert agreements_of(db, [number])[number].promise == agreed
    assert [job.name for job in do_jobs(shop)] == ["messages.tell"]


def test_the_customer_accepts_or_declines_another_day_by_themselves(shop: Shop) -> None:
    """Asked by mail, nothing moves; declined, replaced, accepted: the planner sees each; a stranger, or a late press, moves nothing."""
    number = released(shop, "jeans")
    with shop.database.write() as db:
        before = orders.get_order_by_number(db, number)
        assert before.customer_id is not None
        contact = customers.get_customer(db, before.customer_id, purpose=Purpose.SUPPORT).contact
        customers.save_contact(db, before.customer_id, replace(contact, email="eva@example.com"))
        link_customer(db, "ana", before.customer_id)
    promised = promise_from_json(before.promise).date
    days = [promised + timedelta(days=ahead) for ahead in (3, 4, 5)]
    planner, customer = enter(shop, login_name="planner"), enter(shop, login_name="ana")
    trace, page = f"/planning/orders/{number}", f"/orders/{number}"
    planner.open(trace).press("Ask the customer by mail", day=days[0].isoformat())
    assert "no answer yet" in planner.text()
    do_jobs(shop)
    mails = [message_from_bytes(one.read_bytes(), policy=SMTP) for one in shop.outbox.glob("*.eml")]
    (mail,) = [one for one in mails if one["Subject"].startswith("May we move the date")]
    assert f"/orders/{number}#new-date" in mail.get_body(("plain",)).get_content()
    customer.open(page).press("Decline")
    assert "Accept the new day" not in customer.text()
    assert "declined" in planner.open(trace).text()

    for day in days[1:]:
        planner.open(trace).press("Ask the customer by mail", day=day.isoformat())
    stranger = enter(shop)
    assert stranger.open(page).status == 403
    client = TestClient(create_app(Settings(), shop), base_url="http://127.0.0.1:8000/api/v1")
    theirs = token(client, "ana")
    asked = client.get(f"/orders/{number}/dates", headers=theirs).json()
    assert [(one["number"], one["state"]) for one in asked] == [(3, "open"), (2, "replaced"), (1, "declined")]
    late = client.post(f"/orders/{number}/dates/2", json={"accepts": True}, headers=theirs)
    assert (late.status_code, late.json()["code"]) == (409, "OfferClosed")
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, number) == before

    customer.open(page).press("Accept the new day")
    assert "accepted" in planner.open(trace).text()
    with shop.database.read() as db:
        after = orders.get_order_by_number(db, number)
        assert promise_from_json(after.promise).date == days[2]
        assert promises.reservation(db, after.reservation_key).promise.date == days[2]
    again = client.post(f"/orders/{number}/dates/3", json={"accepts": False}, headers=theirs)
    assert again.json()["code"] == "OfferClosed"


def test_what_a_kept_share_does_to_dates_is_seen_before_it_is_kept(shop: Shop) -> None:
    """Two hundred pairs: others are later, companies and rush orders are not; a program reads the same, and takes it back."""
    planner = enter(shop, login_name="planner")
    planner.open("/planning/jeans/shares")
    fields = {"group": "School", "percent": "90", "until_days": "1", "pieces": "200"}
    planner.press("Show what it does", within="#centre-prep", **fields)
    shown = planner.text()
    with shop.database.read() as db:
        assert promises.plant_of(db, "jeans").work_centre("prep").kept is None

    assert "Small parts: 90 % for School" in shown
    assert "days later" in shown
    planner.press("Keep it")
    with shop.database.read() as db:
        assert promises.plant_of(db, "jeans").work_centre("prep").kept == KeptShare("school", 90, 1)

    api = TestClient(create_app(Settings(), shop), base_url="http://127.0.0.1:8000/api/v1")
    api.headers.update(token(api, "planner"))
    path = "/planning/jeans/kept-shares"
    none = {"group": "", "percent": 0}
    tried = api.put(f"{path}/prep?pieces=200&try_only=true", json=none).json()
    assert tried["after"]["others"] < tried["before"]["others"]
    assert {"work_centre": "prep", "group": "school", "percent": 90, "until_days": 1} in api.get(path).json()
    assert api.put(f"{path}/prep", json=none).status_code == 200
    assert [one["work_centre"] for one in api.get(path).json()] == ["assembly"]

    for wrong, said in (({"group": "a b"}, "A group is one word"), ({"percent": "100"}, "Between 0 and 99")):
        planner.open("/planning/jeans/shares")
        planner.press("Show what it does", within="#centre-prep", **(fields | wrong))
        assert planner.status == 422
        assert said in planner.text()
    answer = api.put(f"{path}/laundry", json={"group": "school", "percent": 90})
    assert (answer.status_code, answer.json()["wrong"]) == (422, "no_place")
