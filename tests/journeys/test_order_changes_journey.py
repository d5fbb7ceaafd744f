"""A customer changes what was ordered while the workshop lets them; the floor hears of it; programs do the same."""

from starlette.testclient import TestClient

from orders.lifecycle import repository as orders
from production.floor import service as floor
from production.floor.model import OperationState
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.ordering import released
from tests.journeys.person import Person
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.routes.api.schemas import ChangeProposal, OpenedChange, Order, Revision
from web.shop import Shop

API = "/api/v1"


def review(person: Person) -> Person:
    """Go on from the configure page to what the change comes to."""
    (href,) = {link for link in person.links("/orders/") if "/changes/" in link}
    return person.open(href)


def test_a_change_after_the_kit_is_picked_reaches_the_floor(either_shop: Shop) -> None:
    """The picked kit stays picked, the old sheet is refused and says what changed, the new one works; then it is too late."""
    shop = either_shop
    number = released(shop, "pc")
    worker = enter(shop, login_name="floor").open("/floor/pc/kitting")
    worker.press("Start").press("Finish")
    clerk = enter(shop, login_name="store").open(f"/orders/{number}")
    clerk.press("Change something")
    draft = clerk.path.rpartition("/")[0]
    assert f"You are changing order {number}" in clerk.text()
    for href in clerk.links(f"{draft}/"):
        if list(clerk.open(href).all("#feature-burn_in")):
            clerk.press("=long", within="#feature-burn_in")
            break
    review(clerk)
    assert "Burn-in" in clerk.text("tbody")
    (pay,) = [each for each in map(_words, clerk.all("button")) if each.startswith("Change the order for")]
    clerk.press(pay)
    assert (clerk.path, clerk.status) == (f"/orders/{number}", 200)
    assert "revision B" in clerk.text()
    assert "Revision A, until" in clerk.text()
    assert clerk.send_again() == 303  # sent twice it is one change
    do_jobs(shop)
    with shop.database.read() as db:
        work, status = floor.work_order(db, number)
        assert orders.get_order_by_number(db, number).revision == 2
    assert (work.revision, status.operations[10]) == ("B", OperationState.FINISHED)
    assert clerk.open(f"/orders/{number}").links(f"/orders/{number}/diff-sheet.pdf") != []
    assert clerk.client.get(f"/orders/{number}/diff-sheet.pdf").content[:5] == b"%PDF-"

    step = next(one for one in work.operations if one.number > 10)
    worker.open(f"/floor/pc/{step.work_centre}").press("Take it", code=f"L1:{number}:A:{step.number}")
    assert (worker.status, "revision B is valid" in worker.text(".told")) == (409, True)
    assert "Burn-in" in worker.text(".told")
    worker.press("Take it", code=f"L1:{number}:B:{step.number}")
    assert "Running" in worker.text(".told")
    assert step.is_cut_off
    late = clerk.open(f"/orders/{number}").text()
    assert "was started on" in late
    assert "Change something" not in late


def test_others_cannot_change_it(shop: Shop) -> None:
    number = released(shop, "jeans")
    stranger = enter(shop)
    answer = stranger.client.post(f"/api/v1/orders/{number}/changes")
    assert (answer.status_code, answer.json()["code"]) == (403, "OrderNotYours")


def test_a_program_changes_an_order(shop: Shop) -> None:
    """Begin, change the draft, look, consent with a key: once; what it said before is told."""
    number = released(shop, "jeans")
    client = TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")
    signed = client.post("/sessions", json={"login_name": "store", "password": DEMO_PASSWORD}).json()["token"]
    client.headers["Authorization"] = f"Bearer {signed}"
    opened = client.post(f"/orders/{number}/changes")
    draft_id = OpenedChange.model_validate(opened.json()).draft_id
    address = opened.headers["location"].removeprefix(API)
    assert opened.status_code == 201
    nothing = client.get(address).json()
    assert (nothing["obstacle"]["code"], nothing["obstacle"]["reason"]) == ("ChangeNotPossible", "same")
    assert client.put(f"/drafts/{draft_id}/choices/hem", json={"option": "chain"}).status_code == 200
    proposal = ChangeProposal.model_validate(client.get(address).json())
    assert proposal.price is not None
    assert proposal.promise is not None
    assert [(each.feature, each.to) for each in proposal.changes] == [("hem", "chain")]
    terms = {"total_minor": proposal.price.total_minor, "ready": proposal.promise.date.isoformat()}
    wrong = client.post(f"{address}/consent", json={**terms, "total_minor": proposal.price.total_minor + 1})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "ChangeNotAgreed")
    assert wrong.json()["total_minor"] == proposal.price.total_minor
    first, again = (
        client.post(f"{address}/consent", json=terms, headers={"Idempotency-Key": "change-1"}) for _ in range(2)
    )
    order = Order.model_validate(first.json())
    assert (first.status_code, order.revision, order.choices["hem"]) == (200, "B", "chain")
    assert again.json() == first.json()
    (revision,) = [Revision.model_validate(each) for each in client.get(f"/orders/{number}/revisions").json()]
    assert (revision.revision, revision.choices["hem"] != "chain") == ("A", True)
    quoted = client.post(f"/drafts/{draft_id}/quotes")
    assert (quoted.status_code, quoted.json()["reason"]) == (409, "changes_order")


def _words(element: object) -> str:
    return " ".join("".join(element.itertext()).split())  # type: ignore[attr-defined]
