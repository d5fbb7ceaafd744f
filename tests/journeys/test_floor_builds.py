"""The floor builds: every scan from the first step to the parcel, and what a scan refuses."""

import re

from orders.lifecycle import repository as orders
from production.floor import service as floor
from production.floor.model import EventKind, MeasureLimit, OperationState, WorkState
from tests.journeys.conftest import enter
from tests.journeys.ordering import released
from tests.journeys.person import Person
from web.shop import Shop
from web.views.floor_cards import COMMANDS


def events(shop: Shop, number: str) -> list[tuple[EventKind, int | None]]:
    with shop.database.read() as db:
        return [(event.kind, event.operation) for event in floor.events(db, number)][1:]


def scan(person: Person, code: str, **fields: str) -> Person:
    return person.press("Take it", code=code, **fields)


def test_a_measured_pair_is_built_and_shipped(either_shop: Shop) -> None:
    """Start and finish each step where it is done; a measure off is a failed check; then rework, finish, ship."""
    shop = either_shop
    number = released(shop, "jeans", measured=True)
    with shop.database.read() as db:
        work, _status = floor.work_order(db, number)
    person = enter(shop, login_name="floor")
    hit = {f"measured-{code}": str(limit.target_mm) for code, limit in work.measures.items()}
    for operation in work.operations:
        code = f"L1:{number}:A:{operation.number}"
        person.open(f"/floor/jeans/{operation.work_centre}")
        assert number in person.text(".job__order")
        if operation.code == "inspect":
            inspect(person, code, hit, work.measures["waist"])
            continue
        scan(person, code)
        assert "Running" in person.text(".told")
        asked = {
            each.get("name") or "": "" for each in person.all("input") if (each.get("name") or "").startswith("meas")
        }
        scan(person, code, **{name: hit[name] for name in asked})
        assert re.search("Finished|Made", person.text(".told"))

    assert "Made" in person.text(".told")
    person.press("Ship")
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, number).state.value == "shipped"
        assert floor.work_order(db, number)[1] == floor.recounted(db, number)
    assert "On its way" in enter(shop, login_name="store").open(f"/orders/{number}").text("#order-state")


def inspect(person: Person, code: str, hit: dict[str, str], waist: MeasureLimit) -> None:
    """Without measures nothing is finished; a waist too wide is a failed check, done again and then right."""
    scan(scan(person, code), code)
    assert (person.status, person.text(".told__title")) == (422, "Measure first, then scan again")
    wide_mm = waist.target_mm + waist.tolerance_mm + 1
    scan(person, code, **{**hit, "measured-waist": str(wide_mm)})
    assert "Check failed" in person.text(".told")
    assert f"{wide_mm} mm" in person.text(".job__failed")
    person.press("Do it again")
    scan(scan(person, code), code, **hit)
    assert "Finished" in person.text(".told")


def test_a_pc_is_built_by_pressing_alone(shop: Shop, htmx: bool) -> None:
    """Without a scanner: start and finish are the large buttons."""
    number = released(shop, "pc")
    with shop.database.read() as db:
        work, _status = floor.work_order(db, number)
    person = enter(shop, htmx=htmx, login_name="floor")
    for operation in work.operations:
        person.open(f"/floor/pc/{operation.work_centre}").press("Start")
        person.press("Finish")
    with shop.database.read() as db:
        assert floor.work_order(db, number)[1].state is WorkState.BUILT
    assert events(shop, number) == [
        (kind, operation.number) for operation in work.operations for kind in (EventKind.STARTED, EventKind.FINISHED)
    ]


def test_a_form_sent_twice_is_one_scan(shop: Shop, htmx: bool) -> None:
    number = released(shop, "jeans")
    person = enter(shop, htmx=htmx, login_name="floor").open("/floor/jeans/cutting")
    person.press("Start")
    assert person.send_again() in (200, 303)
    assert events(shop, number) == [(EventKind.STARTED, 10)]


def test_refusals_say_what_to_do_and_change_nothing(shop: Shop, htmx: bool) -> None:
    """Another work centre, out of sequence, an obsolete sheet, a strange code."""
    number = released(shop, "jeans")
    with shop.database.read() as db:
        work, _status = floor.work_order(db, number)
    last = work.operations[-1]
    person = enter(shop, htmx=htmx, login_name="floor").open("/floor/jeans/cutting")

    scan(person, f"L1:{number}:A:20")
    assert (person.status, "Small parts" in person.text(".told")) == (409, True)
    assert person.links("/floor/jeans/prep") != []
    scan(person, f"L1:{number}:B:10")
    assert (person.status, "revision A is valid" in person.text(".told")) == (409, True)
    assert f"/orders/{number}/build-sheet.pdf" in person.links("/orders/")
    scan(person, "4006381333931")
    assert (person.status, person.text(".told")) == (422, "This is no code of ours 4006381333931")
    scan(person, "L1:JE-2026-999999:A:10")
    assert (person.status, person.text(".told__title")) == (404, "This is not on the floor")
    person.open(f"/floor/jeans/{last.work_centre}")
    scan(person, f"L1:{number}:A:{last.number}")
    assert person.status == 409
    assert re.search(r"First comes: .*\d+ ", person.text(".told"))
    assert events(shop, number) == []


def test_everything_is_done_by_scanning_cards(shop: Shop, htmx: bool) -> None:
    """Place, pause, go on, hold, take off hold and scrap: two scans each, and only the second does it."""
    number = released(shop, "jeans")
    code = f"L1:{number}:A:10"
    person = enter(shop, htmx=htmx, login_name="floor").open("/floor/jeans/prep")
    scan(person, "L1:AT:JEANS:CUTTING")
    assert person.path == "/floor/jeans/cutting"
    scan(person, f"L1:{number}:A:S")
    assert person.text(".job__title").startswith("10 ")
    scan(person, code)
    scan(person, "l1:do:pause")
    assert "Scan the step for: Pause" in person.text(".floor__field")
    scan(person, code)
    scan(person, code)
    for card, state in (("HOLD", "On hold"), ("CONTINUE", "Running"), ("SCRAP", "Scrapped")):
        scan(scan(person, f"L1:DO:{card}"), code)
        assert state in person.text(".told"), card
    kinds = [EventKind.STARTED, EventKind.PAUSED, EventKind.RESUMED, EventKind.HELD, EventKind.CONTINUED]
    assert [kind for kind, _operation in events(shop, number)] == [*kinds, EventKind.SCRAPPED]
    with shop.database.read() as db:
        assert floor.work_order(db, number)[1].operations[10] is OperationState.RUNNING


def test_the_device_remembers_where_it_stands(shop: Shop) -> None:
    person = enter(shop, login_name="floor")
    assert "Where do you work?" in person.open("/floor").text()
    person.open("/floor/jeans/cutting")
    assert person.open("/floor").path == "/floor/jeans/cutting"
    assert person.open("/floor?choose=true").path == "/floor?choose=true"
    assert person.open("/floor/jeans/nowhere").status == 404
    assert person.open("/floor").path == "/floor/jeans/cutting"


def test_the_cards_can_be_printed(shop: Shop) -> None:
    page = enter(shop, login_name="floor").open("/floor/jeans/cutting/cards")
    assert len(list(page.all(".scan-card"))) == 1 + len(COMMANDS) == 18


def test_the_screen_asks_the_database_little(shop: Shop, max_queries) -> None:  # type: ignore[no-untyped-def]
    """However long the queue is."""
    released(shop, "jeans")
    person = enter(shop, login_name="floor").open("/floor/jeans/cutting")
    with max_queries(shop.database, 14):
        person.open("/floor/jeans/cutting")
