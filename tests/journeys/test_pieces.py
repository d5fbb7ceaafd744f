"""Pieces on the floor: a spoilt one made again, lots there and back, a sheet printed once more."""

from pypdfium2 import PdfDocument
from sqlalchemy import text
from starlette.testclient import TestClient

from orders.lifecycle import repository as orders
from orders.lifecycle.sheets import issued_sheet
from production.floor import service as floor
from production.floor.model import EventKind, WorkState
from production.lots import service as lots
from production.promise import service as promises
from production.promise.document import promise_from_json
from production.supply import service as supply
from tests.journeys.conftest import app_of, do_jobs, enter
from tests.journeys.ordering import released
from tests.journeys.person import Person
from tests.journeys.test_floor_builds import scan
from tests.journeys.test_programs_order import token
from web.shop import Shop


def cloth_of(shop: Shop, number: str) -> str:
    with shop.database.read() as db:
        return next(code for code in lots.materials_of(db, number, 1) if code.startswith("cloth."))


def test_spoilt_made_again_lots_and_copies(either_shop: Shop) -> None:
    """Lots are noted by scan and by choice; scrap by card makes a remake, linked both ways; its sheet is its own."""
    shop = either_shop
    number = released(shop, "jeans")
    cloth = cloth_of(shop, number)
    with shop.database.write() as db:
        for lot in ("R-2291", "R-2292"):
            supply.receive(db, "jeans", cloth, 90_000, by="planner", now=shop.now(), lot=lot)
    person = enter(shop, login_name="floor").open("/floor/jeans/cutting")
    scan(person, "r-2291")
    assert (person.status, person.text(".told")) == (200, "Lot noted R-2291")
    person.press("Note the lots", **{f"lot-{cloth}": "R-2292"})
    with shop.database.read() as db:
        assert [(one.material, one.lot) for one in lots.lots_of(db, number)] == [(cloth, "R-2291"), (cloth, "R-2292")]
    scan(person, "R-9999")
    assert (person.status, person.text(".told__title")) == (422, "This is no code of ours")

    reprint(shop, person, number)
    person.open("/floor/jeans/cutting")
    scan(person, f"L1:{number}:A:10")
    scan(scan(person, "L1:DO:PAUSE:MATERIAL"), f"L1:{number}:A:S")
    assert "Paused" in person.text(".told")
    scan(scan(person, "L1:DO:SCRAP:WORK"), f"L1:{number}:A:10")
    assert "Scrapped" in person.text(".told")
    made_again(shop, number)
    page = person.open(f"/orders/{number}")
    assert "Made again as piece 2" in page.text("#piece-1")
    assert "Made instead of piece 1" in page.text("#piece-2")
    assert f"/orders/{number}/build-sheet.pdf?piece=2" in page.links("/orders/")
    assert "instead of piece 1" in person.open("/floor/jeans/cutting").text(".job__order")
    held = person.open("/lots/jeans?lot=r-2291").text("main")
    assert (number in held, "Scrapped" in held) == (True, True)
    trace = enter(shop, login_name="planner").open(f"/planning/orders/{number}").text("main")
    assert ("R-2292" in trace, "Made instead of piece 1" in trace) == (True, True)


def made_again(shop: Shop, number: str) -> None:
    """The first piece gave its room back, the second has its own, a sheet of its own, and the customer's date follows."""
    do_jobs(shop)
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        first, second = floor.pieces_now(db, number)
        assert (first.state, second.state, second.remake_of) == (WorkState.SCRAPPED, WorkState.RELEASED, 1)
        remake = promises.reservation(db, second.reservation).promise
        assert promise_from_json(order.promise).date >= remake.date
        held = text("SELECT count(*) FROM production_reservation_load WHERE key = :key")
        assert db.connection().execute(held, {"key": first.reservation}).scalar_one() == 0
        events = floor.events(db, number)
        assert [(one.kind, one.reason) for one in events if one.reason] == [
            (EventKind.PAUSED, "material"),
            (EventKind.SCRAPPED, "work"),
        ]
        assert issued_sheet(db, shop.blobs, order, 2) != issued_sheet(db, shop.blobs, order, 1)


def reprint(shop: Shop, person: Person, number: str) -> None:
    """Asked for by card and on the order, the sheet has the bytes it was issued with, and who, when and why is said."""
    with shop.database.read() as db:
        issued = issued_sheet(db, shop.blobs, orders.get_order_by_number(db, number))
    scan(scan(person, "L1:DO:PRINT"), f"L1:{number}:A:S")
    assert "printed once more" in person.text(".told")
    person.open(f"/orders/{number}")
    assert person.text("#piece-1").count("it is damaged (") == 1
    person.press("a code cannot be read")
    assert person.client.get(f"/orders/{number}/build-sheet.pdf").content == issued
    assert "a code cannot be read (" in person.open(f"/orders/{number}").text("#piece-1")
    person.open("/floor/jeans/cutting")
    scan(scan(person, "L1:DO:PRINT"), f"L1:{number}:B:S")
    assert (person.status, "revision A is valid" in person.text(".told")) == (409, True)


def test_pieces_by_program(shop: Shop) -> None:
    """What the pages do, programs can do: pieces, lots both ways, a copy, a remake refused while the piece is fine."""
    number = released(shop, "jeans")
    cloth = cloth_of(shop, number)
    with shop.database.write() as db:
        supply.receive(db, "jeans", cloth, 5_000, by="planner", now=shop.now(), lot="R-1")
    client = TestClient(app_of(shop), base_url="http://127.0.0.1:8000/api/v1")
    headers = token(client, "floor")
    base = f"/orders/{number}"
    noted = client.post(f"{base}/pieces/1/lots", json={"lot": "r-1"}, headers=headers)
    assert (noted.status_code, noted.json()["material"], noted.json()["lot"]) == (201, cloth, "R-1")
    unknown = client.post(f"{base}/pieces/1/lots", json={"lot": "R-2"}, headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "LotNotKnown")
    (piece,) = client.get(f"{base}/pieces", headers=headers).json()
    assert [one["lot"] for one in piece["lots"]] == ["R-1"]
    (lot,) = client.get("/lots/jeans?lot=R-1", headers=headers).json()
    assert (lot["quantity"], lot["left"]) == (5_000, 5_000 - noted.json()["quantity"])
    assert [(one["order"], one["piece"]) for one in lot["pieces"]] == [(number, 1)]
    refused = client.post(f"{base}/pieces/1/remake", json={"reason": "no"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "RemakeNotPossible")
    copy = {"revision": "B", "reason": "lost"}
    assert client.post(f"{base}/pieces/1/copies", json=copy, headers=headers).json()["code"] == "SheetObsolete"
    copied = client.post(f"{base}/pieces/1/copies", json={**copy, "revision": "A"}, headers=headers)
    assert copied.status_code == 201


def test_a_day_is_printed_at_once(shop: Shop) -> None:
    """Sheets, labels and tickets of a day by a job: progress, then one PDF; an empty day is said to be one."""
    numbers = [released(shop, "jeans"), released(shop, "jeans")]
    with shop.database.read() as db:
        work, _status = floor.work_order(db, numbers[0])
    assert work.operations[0].planned_start_at is not None
    day = work.operations[0].planned_start_at.date().isoformat()
    person = enter(shop, login_name="floor").open(f"/prints/jeans?day={day}")
    assert all(number in person.text("main") for number in numbers)
    for label, pages in (("Build sheets", 4), ("Kit labels", 2), ("Cut tickets", 1)):
        person.open(f"/prints/jeans?day={day}").press(label)
        assert "0 / " in person.text("#progress")
        do_jobs(shop)
        person.open(person.path)
        (href,) = person.links(f"{person.path}/prints.pdf")
        printed = person.client.get(href)
        assert (printed.status_code, len(PdfDocument(printed.content)) >= pages) == (200, True)
    person.open("/prints/jeans?day=2031-01-01")
    assert "Nothing is to be begun on this day." in person.text("main")
    assert "Print for a day" in person.open("/floor?choose=true").text("main")
