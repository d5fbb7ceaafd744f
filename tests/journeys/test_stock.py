"""The store, by pages and by program: see what runs low, order it, take it in parts, count it; the planner is told."""

from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from production.supply import service as supply
from production.supply.model import StockLevel
from tests.journeys.conftest import NOW, enter
from web.app import create_app
from web.demo.people import DEMO_PASSWORD
from web.settings import Settings
from web.shop import Shop

THREAD = "thread.navy"
DYE = "cloth.indigo_14"


def level(shop: Shop, material: str) -> StockLevel:
    with shop.database.read() as db:
        return next(one for one in supply.stock_levels(db, "jeans") if one.material == material)


def program(shop: Shop, login_name: str) -> tuple[TestClient, dict[str, str]]:
    client = TestClient(create_app(Settings(), shop), base_url="http://127.0.0.1:8000", follow_redirects=False)
    answer = client.post("/api/v1/sessions", json={"login_name": login_name, "password": DEMO_PASSWORD})
    return client, {"Authorization": f"Bearer {answer.json()['token']}"}


def test_what_runs_low_is_told_ordered_and_received_in_two_parts(shop: Shop) -> None:
    """The planner raises the reorder point, is told on the load page, orders; the floor takes 2 m, then the rest."""
    before = level(shop, DYE)
    with shop.database.read() as db:
        low = len(supply.stock_levels(db, "jeans", low_only=True))
    planner = enter(shop, login_name="planner")
    planner.open(f"/stock/jeans/materials/{DYE}").press("Save", reorder_at="500", lead_time_days="12")
    assert level(shop, DYE).reorder_at == 500_000
    assert f"{low + 1} materials run low" in planner.open("/planning/jeans").text()
    assert "Indigo selvedge" in planner.open("/stock/jeans?low=true").text("#stock-levels")

    planner.open("/stock/jeans/orders")
    wrong = {f"quantity.{DYE}": "8", f"due.{DYE}": "2026-11-20", "order": DYE}
    assert planner.press("Order what is ticked", **wrong).status == 422
    assert "a day from today on" in planner.text()
    planner.press("Order what is ticked", **{**wrong, f"due.{DYE}": "2026-11-30", "reference": "PO-7"})
    assert planner.send_again() == 303
    with shop.database.read() as db:
        (made,) = supply.supplier_orders(db, "jeans", now=NOW)
    assert (made.material, made.quantity, made.due, made.reference) == (DYE, 8_000, date(2026, 11, 30), "PO-7")

    keeper = enter(shop, login_name="floor")
    keeper.open("/stock/jeans/orders")
    assert "Order what is ticked" not in keeper.text()
    keeper.press("Into stock", quantity="2", lot="L-1", rest_follows="true")
    assert keeper.send_again() == 303
    assert level(shop, DYE).on_hand == before.on_hand + 2_000
    keeper.press("Into stock", quantity="6.5", lot="L-2")
    assert level(shop, DYE).on_hand == before.on_hand + 8_500
    assert "Nothing is under way" in keeper.text()
    journal = keeper.open("/stock/jeans/movements").text()
    assert "+2 m lot L-1" in journal
    assert "+6.5 m lot L-2" in journal


def test_a_count_shows_its_differences_before_it_is_taken_over(shop: Shop) -> None:
    """What should be there is not on the first page; taken over once, with the reason, however often it is sent."""
    before = level(shop, "care_label").on_hand
    keeper = enter(shop, login_name="floor")
    keeper.open("/stock/jeans/count?q=care_label")
    assert str(before) not in keeper.text("table")
    assert keeper.press("Show the differences").status == 422
    keeper.press("Show the differences", **{"counted.care_label": str(before - 3)})
    assert "−3" in keeper.text("table")
    assert level(shop, "care_label").on_hand == before
    keeper.press("Take it over", **{"reason.care_label": "damaged"})
    assert keeper.send_again() == 303
    assert level(shop, "care_label").on_hand == before - 3
    assert "counted −3 damaged" in keeper.text()


def test_what_is_no_quantity_or_no_material_is_refused(shop: Shop) -> None:
    keeper = enter(shop, login_name="floor")
    keeper.open("/stock/jeans/materials/care_label")
    for typed in ("0", "-1", "1.5", "1e3", "many"):
        assert keeper.press("Into stock", quantity=typed).status == 422
        assert "A quantity above zero" in keeper.text()
    assert keeper.open("/stock/jeans/materials/care_labl").status == 404
    assert keeper.open("/stock/boats").status == 404
    with shop.database.read() as db:
        assert supply.movements(db, "jeans", "") == ()


def test_a_program_keeps_the_store(either_shop: Shop) -> None:
    """The same by JSON: a key sent twice counts once, and says the same; problems name what is wrong."""
    client, planner = program(either_shop, "planner")
    floor = program(either_shop, "floor")[1]
    stock = "/api/v1/stock/jeans"

    def send(path: str, body: dict[str, Any], who: dict[str, str], key: str = "") -> Any:
        headers = who | ({"Idempotency-Key": key} if key else {})
        return client.post(f"{stock}/{path}", json=body, headers=headers)

    order = {"material": DYE, "quantity": 8_000, "due": "2026-11-30"}
    first, again = (send("supplier-orders", order, planner, "k1") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert send("supplier-orders", {**order, "quantity": 9}, planner, "k1").json()["code"] == "IdempotencyKeyReused"
    assert send("supplier-orders", order, floor).status_code == 403
    assert client.get(f"{stock}/supplier-orders", headers=floor).json() == [first.json()]

    before = level(either_shop, DYE).on_hand
    came = {"material": DYE, "quantity": 3_000, "lot": "L9", "supplier_order": first.json()["id"], "rest_follows": True}
    told = [send("receipts", came, floor, "k2").json() for _ in range(2)]
    assert [one["on_hand"] for one in told] == [before + 3_000, before + 3_000]
    assert (told[0]["coming"], told[0]["unit"]) == (5_000, "mm")
    counted = send("counts", {"material": DYE, "counted": before, "reason": "lost"}, floor).json()
    assert (counted["difference"], counted["level"]["on_hand"]) == (-3_000, before)
    moved = client.get(f"{stock}/movements?material={DYE}", headers=floor).json()
    assert [(one["kind"], one["quantity"], one["lot"], one["reason"]) for one in moved] == [
        ("counted", -3_000, "", "lost"),
        ("received", 3_000, "L9", ""),
    ]
    assert send("counts", {"material": "nothing", "counted": 1}, floor).json()["code"] == "MaterialNotFound"
    put = client.put(f"{stock}/materials/{DYE}/ordering", json={"reorder_at": 10**9}, headers=planner)
    assert (put.json()["reorder_at"], put.json()["is_low"]) == (10**9, True)
    assert DYE in [one["material"] for one in client.get(f"{stock}?low=true", headers=floor).json()]


def test_a_program_adjusts_a_plant_and_reads_what_is_at_risk(shop: Shop) -> None:
    """Tried, nothing is kept; kept, it is listed; taken back, it is gone; a span that cannot be is refused."""
    client, planner = program(shop, "planner")
    plant = "/api/v1/planning/jeans"
    down = {"work_centre": "cutting", "kind": "down", "day": "2026-11-24", "from_min": 0, "to_min": 1440, "places": 2}
    tried = client.post(f"{plant}/adjustments?try_only=true", json=down, headers=planner)
    assert tried.json() == {"adjustment": None, "at_risk": []}
    assert client.get(f"{plant}/adjustments", headers=planner).json() == []
    kept = client.post(f"{plant}/adjustments", json=down, headers=planner).json()["adjustment"]
    assert client.get(f"{plant}/adjustments", headers=planner).json() == [kept]
    assert kept == {**down, "note": "", "id": kept["id"]}
    assert client.get(f"{plant}/risks", headers=planner).json() == []
    assert client.delete(f"{plant}/adjustments/{kept['id']}", headers=planner).status_code == 204
    again = client.delete(f"{plant}/adjustments/{kept['id']}", headers=planner)
    assert again.json()["code"] == "AdjustmentNotFound"
    refused = client.post(f"{plant}/adjustments", json={**down, "to_min": 0}, headers=planner)
    assert (refused.status_code, refused.json()["code"]) == (422, "SpanNotValid")
    nowhere = client.post(f"{plant}/adjustments", json={**down, "work_centre": "moon"}, headers=planner)
    assert nowhere.json()["code"] == "WorkCentreNotFound"
    kept_back = {"work_centre": "assembly", "group": "company", "percent": 50, "until_days": 0}
    assert client.get(f"{plant}/kept-shares", headers=planner).json() == [kept_back]


@pytest.mark.parametrize("typed", ["12", "0.5", "100.125"])
def test_lengths_are_typed_in_metres_and_kept_in_millimetres(shop: Shop, typed: str) -> None:
    before = level(shop, THREAD).on_hand
    enter(shop, login_name="floor").open(f"/stock/jeans/materials/{THREAD}").press("Into stock", quantity=typed)
    assert level(shop, THREAD).on_hand - before == round(float(typed) * 1000)
