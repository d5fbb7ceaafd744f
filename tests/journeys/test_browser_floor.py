"""The floor in a real browser, with nothing but a scanner that types: from an obsolete sheet to the parcel."""

import pytest
from playwright.sync_api import expect

from orders.audit.model import Actor
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.lifecycle import changing
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import Agreed
from production.floor import service as floor
from production.floor.model import EventKind, WorkOrder
from production.lots import service as lots
from production.supply import service as supply
from tests.journeys.conftest import do_jobs
from tests.journeys.ordering import released
from tests.journeys.test_browser import Visit, address, browser, pytestmark, visit
from web.shop import Shop

__all__ = ["address", "browser", "pytestmark", "visit"]
CLERK = Actor("clerk", "store")


def change_hem(shop: Shop, number: str) -> None:
    """Give the order a second revision, as its customer would have agreed to."""
    reader, tools = Reader(CLERK.id, is_staff=True), (shop.database, shop.configurators)
    with shop.database.write() as db:
        draft = changing.open_change(db, number, reader, new_id=shop.new_id, now=shop.now())
    drafts.choose_option(*tools, draft, reader, "hem", "chain", now=shop.now())
    proposal = changing.propose_change(*tools, number, draft, reader, new_id=shop.new_id, actor=CLERK, now=shop.now())
    assert proposal.price is not None, proposal.obstacle
    assert proposal.promise is not None
    with shop.database.write() as db:
        agreed = Agreed(proposal.price.total_minor, proposal.promise.date)
        changing.change_order(db, proposal, agreed, actor=CLERK, now=shop.now())
    do_jobs(shop)


def scan(visit: Visit, code: str, told: str) -> None:
    """Let the scanner type, and see what the screen says."""
    visit.page.locator("#scan").focus()
    visit.page.keyboard.type(code)
    visit.page.keyboard.press("Enter")
    visit.settle()
    expect(visit.page.locator("#floor-screen")).to_contain_text(told)


def inspect(visit: Visit, work: WorkOrder, code: str) -> None:
    """A waist too wide is a failed check: it is done again by card, and is right."""
    waist = work.measures["waist"]
    for off_mm, told in ((waist.tolerance_mm + 1, "Check failed"), (0, "Finished")):
        scan(visit, code, "Running")
        for measure, limit in work.measures.items():
            wide_mm = off_mm if measure == "waist" else 0
            visit.page.fill(f"#measured-{measure}", str(limit.target_mm + wide_mm))
        scan(visit, code, told)
        if off_mm:
            expect(visit.page.locator(".job__failed")).to_contain_text(f"{waist.target_mm + off_mm} mm")
            visit.check()
            scan(visit, "L1:DO:REWORK", "Scan the step for: Do it again")
            scan(visit, code, "Waiting")


@pytest.mark.parametrize("visit", [True], indirect=True, ids=["scripts"])  # without scripts: test_floor_builds
def test_a_pair_from_the_queue_to_the_parcel_by_scans_alone(shop: Shop, visit: Visit) -> None:
    """The old sheet is refused with what changed; then queue, lot, every step, a failed measure, rework, shipped."""
    number = released(shop, "jeans", measured=True)
    change_hem(shop, number)
    with shop.database.write() as db:
        cloth = next(code for code in lots.materials_of(db, number, 1) if code.startswith("cloth."))
        supply.receive(db, "jeans", cloth, 90_000, by="planner", now=shop.now(), lot="R-2291")
        work, _status = floor.work_order(db, number)
    visit.sign_in("floor")
    visit.go("/floor/jeans/prep")
    scan(visit, "L1:AT:JEANS:CUTTING", number)
    scan(visit, f"L1:{number}:A:10", "This sheet is obsolete: revision B is valid")
    expect(visit.page.locator(".told")).to_contain_text("Hem:")
    scan(visit, f"L1:{number}:B:S", "Cut or trim")
    scan(visit, "R-2291", "Lot noted")
    visit.check()
    for operation in work.operations:
        code = f"L1:{number}:B:{operation.number}"
        scan(visit, f"L1:AT:JEANS:{operation.work_centre.upper()}", number)
        if operation.code == "inspect":
            inspect(visit, work, code)
            continue
        scan(visit, code, "Running")
        for measure in operation.measures:
            visit.page.fill(f"#measured-{measure}", str(work.measures[measure].target_mm))
        scan(visit, code, "Made" if operation is work.operations[-1] else "Finished")
    scan(visit, "L1:DO:SHIP", "Scan the step for: Ship")
    scan(visit, code, "Shipped")
    with shop.database.read() as db:
        assert orders.get_order_by_number(db, number).state.value == "shipped"
        kinds = [event.kind for event in floor.events(db, number)]
        assert [(one.material, one.lot) for one in lots.lots_of(db, number)] == [(cloth, "R-2291")]
    assert (kinds.count(EventKind.FAILED_CHECK), kinds.count(EventKind.REWORK), kinds[-1]) == (1, 1, EventKind.SHIPPED)
    assert kinds.count(EventKind.STARTED) == kinds.count(EventKind.FINISHED) + 1 == len(work.operations) + 1


@pytest.mark.parametrize(
    "visit", [True], indirect=True, ids=["scripts"]
)  # without scripts there is nothing to keep scans
def test_scans_without_a_network_wait_on_the_tablet_and_are_sent_once_with_their_time(shop: Shop, visit: Visit) -> None:
    """Two steps scanned in a dead corner; a code of none is not kept; back in the network both happened, in their order."""
    number = released(shop, "jeans")
    with shop.database.write() as db:
        work, _status = floor.work_order(db, number)
    step = work.operations[0]
    visit.sign_in("floor")
    visit.go(f"/floor/jeans/{step.work_centre}")
    waiting = visit.page.locator("#floor-waiting")
    expect(waiting).to_be_hidden()
    visit.page.context.set_offline(True)
    for code in (f"L1:{number}:A:{step.number}", f"L1:{number}:A:{step.number}", "L1:DO:PAUSE"):
        visit.page.locator("#scan").fill(code)
        visit.page.keyboard.press("Enter")
    expect(waiting.locator("[data-waiting] li")).to_have_count(2)
    expect(waiting).to_contain_text("Without a network only steps of a sheet can be scanned.")
    with shop.database.read() as db:
        assert [one.kind for one in floor.events(db, number, 1)] == [EventKind.RELEASED]
    stored = visit.page.evaluate("localStorage.getItem('lotone.floor.waiting')")
    assert number in stored
    assert "csrf" not in stored

    with visit.page.expect_navigation():
        visit.page.context.set_offline(False)
    expect(visit.page.locator("#floor-waiting")).to_be_hidden()
    with shop.database.read() as db:
        events = floor.events(db, number, 1)
    assert [one.kind for one in events] == [EventKind.RELEASED, EventKind.STARTED, EventKind.FINISHED]
    assert all(one.scan_id.startswith("floor:") for one in events[1:])
    assert visit.page.evaluate("localStorage.getItem('lotone.floor.waiting')") == "[]"
    visit.check()
