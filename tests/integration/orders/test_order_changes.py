"""A placed order is changed as agreed or not at all; of a change and the first cut exactly one happens."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from configurator.model import Change
from kernel.database import Database
from kernel.errors import LotOneError
from kernel.ids import DraftId, OrderId
from kernel.jobs import run_pending
from orders.audit import repository as audit
from orders.audit.model import Actor
from orders.drafts import service as drafts
from orders.drafts.model import DraftView
from orders.drafts.service import Reader
from orders.lifecycle import changing
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import Agreed, ChangeNotAgreed, ChangeNotPossible, Proposal
from orders.lifecycle.model import Order, OrderNotYours
from orders.lifecycle.scanning import scan
from orders.lifecycle.service import place_order
from orders.quotes.model import DraftNotQuotable
from orders.quotes.service import issue_quote
from production.build_sheet import service as sheets
from production.floor import service as floor
from production.floor.model import Action, CutOffPassed, EventKind, OperationState, SheetObsolete
from production.model import ReservationState
from production.promise import service as promises
from production.promise.document import promise_from_json
from tests.mugs import pottery
from web.jobs import job_functions
from web.shop import Shop

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk")


@dataclass(frozen=True)
class Bench:
    """A pottery with one order, and what its people do."""

    shop: Shop
    order_id: OrderId

    @property
    def order(self) -> Order:
        with self.shop.database.read() as db:
            return orders.get_order(db, self.order_id)

    def work(self) -> None:
        outcomes = run_pending(self.shop.database, job_functions(self.shop))
        assert [each for each in outcomes if each.error] == []

    def begin(self, **choices: str) -> DraftId:
        with self.shop.database.write() as db:
            draft = changing.open_change(db, self.order.number, READER, new_id=self.shop.new_id, now=NOW)
        for feature, option in choices.items():
            view = drafts.choose_option(
                self.shop.database, self.shop.configurators, draft, READER, feature, option, now=NOW
            )
            assert isinstance(view, DraftView)
        return draft

    def propose(self, draft: DraftId) -> Proposal:
        return changing.propose_change(
            self.shop.database,
            self.shop.configurators,
            self.order.number,
            draft,
            READER,
            new_id=self.shop.new_id,
            actor=CLERK,
            now=NOW,
        )

    def agree(self, proposal: Proposal, agreed: Agreed | None = None) -> Order:
        assert proposal.price is not None
        assert proposal.promise is not None
        terms = agreed or Agreed(proposal.price.total_minor, proposal.promise.date)
        with self.shop.database.write() as db:
            return changing.change_order(db, proposal, terms, actor=CLERK, now=NOW)

    def change(self, **choices: str) -> Order:
        return self.agree(self.propose(self.begin(**choices)))

    def scan(self, code: str, action: Action = Action.NEXT, scan_id: str = "") -> None:
        with self.shop.database.write() as db:
            scan(
                db,
                f"L1:{self.order.number}:{code}",
                action,
                scan_id=scan_id or f"{code}-{action}",
                actor=CLERK,
                now=NOW,
            )

    def held(self, key: str) -> ReservationState:
        with self.shop.database.read() as db:
            return promises.reservation(db, key).state


def ordered(shop: Shop) -> OrderId:
    draft = drafts.open_draft(shop.database, shop.configurators, "mug", owner="clerk", new_id=shop.new_id, now=NOW)
    quote = issue_quote(shop.database, shop.configurators, draft, READER, new_id=shop.new_id, actor=CLERK, now=NOW)
    with shop.database.write() as db:
        return place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=NOW).id


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with pottery(database, tmp_path, now=NOW) as shop:
        yield Bench(shop, ordered(shop))


def test_a_change_carries_over_to_everything(bench: Bench) -> None:
    """Choices, price, date, reservation, work, sheets, audit; what the order said before is kept."""
    bench.work()
    before = bench.order
    proposal = bench.propose(bench.begin(size="large", engraving="Ana"))

    assert proposal.changes == (Change("size", "small", "large"), Change("engraving", None, "Ana"))
    assert (proposal.price_delta_minor, proposal.days_delta) == (300, 0)
    assert bench.order == before  # looking changes nothing
    after = bench.agree(proposal)
    bench.work()

    assert bench.order == after
    assert (after.revision_letter, after.price.total_minor, after.state) == ("B", 1500, before.state)
    assert after.specification["choices"] == {**before.specification["choices"], "size": "large", "engraving": "Ana"}  # type: ignore[dict-item]
    assert bench.held(before.reservation_key) is ReservationState.GIVEN_BACK
    assert bench.held(after.reservation_key) is ReservationState.CONFIRMED
    with bench.shop.database.read() as db:
        work, status = floor.work_order(db, after.number)
        assert floor.recounted(db, after.number) == status
        assert promises.reservation(db, after.reservation_key).promise == promise_from_json(after.promise)
        assert [(each.number, each.selection, each.price) for each in orders.revisions_of(db, after.id)] == [
            (1, before.selection, before.price)
        ]
        assert [sheet.revision for sheet in sheets.issued_sheets(db, after.number)] == ["A", "B"]
        diff = sheets.issued_diff(db, after.number, "B")
        entry = audit.entries(db, f"order:{after.number}")[-1][0]
    assert (diff.from_revision, bench.shop.blobs.get(diff.pdf).content[:5]) == ("A", b"%PDF-")
    assert [(one.code, one.seconds) for one in work.operations] == [("shape", 1560), ("engrave", 180), ("fire", 3600)]
    assert (work.revision, set(status.operations.values())) == ("B", {OperationState.WAITING})
    assert (entry.action, entry.details["features"], entry.details["price_delta_minor"]) == (
        "changed",
        ["size", "engraving"],
        300,
    )


def test_an_order_changed_before_its_release_is_released_as_changed(bench: Bench) -> None:
    bench.change(engraving="Ana")
    bench.work()

    with bench.shop.database.read() as db:
        assert [sheet.revision for sheet in sheets.issued_sheets(db, bench.order.number)] == ["B"]
        assert floor.work_order(db, bench.order.number)[0].revision == "B"
        assert not sheets.has_diff(db, bench.order.number, "B")


def test_an_old_sheet_is_refused_and_says_what_changed(bench: Bench) -> None:
    bench.work()
    bench.change(engraving="Ana")
    bench.change(size="large")

    with pytest.raises(SheetObsolete) as refused:
        bench.scan("A:10")
    assert refused.value.facts == {
        "order": bench.order.number,
        "scanned": "A",
        "current": "C",
        "changes": [
            {"feature": "engraving", "from": None, "to": "Ana"},
            {"feature": "size", "from": "small", "to": "large"},
        ],
    }
    bench.scan("C:10")
    with bench.shop.database.read() as db:
        kinds = [event.kind for event in floor.events(db, bench.order.number)]
    assert kinds == [EventKind.RELEASED, EventKind.CHANGED, EventKind.CHANGED, EventKind.STARTED]


def test_nothing_is_changed_once_the_first_cut_was_started(bench: Bench) -> None:
    bench.work()
    draft = bench.begin(size="large")
    proposal = bench.propose(draft)
    bench.scan("A:10", Action.START)
    before = bench.order

    with pytest.raises(CutOffPassed) as refused:
        bench.agree(proposal)
    assert refused.value.facts == {
        "order": before.number,
        "piece": 1,
        "operation": 10,
        "code": "shape",
        "work_centre": "wheel",
        "started_at": NOW.isoformat(),
    }
    assert bench.order == before
    assert isinstance(bench.propose(draft).obstacle, CutOffPassed)
    with pytest.raises(CutOffPassed):
        bench.begin()


def test_consent_is_to_the_price_and_date_that_were_shown(bench: Bench) -> None:
    """A day earlier than it can be had, or another price, is not agreed: the refusal says what it is now."""
    proposal = bench.propose(bench.begin(size="large"))
    assert proposal.promise is not None
    ready, before = proposal.promise.date, bench.order
    for agreed in (Agreed(1499, ready), Agreed(1500, ready - timedelta(days=1))):
        with pytest.raises(ChangeNotAgreed) as refused:
            bench.agree(proposal, agreed)
        assert refused.value.facts == {"order": before.number, "total_minor": 1500, "ready": ready.isoformat()}
        assert bench.order == before
        assert bench.held(before.reservation_key) is ReservationState.CONFIRMED
    assert bench.agree(proposal, Agreed(1500, date(2027, 1, 1))).revision == 2


def test_of_two_changes_begun_from_one_revision_the_second_is_stale(bench: Bench) -> None:
    first, second = bench.begin(size="large"), bench.begin(engraving="Bo")
    late = bench.propose(second)
    bench.agree(bench.propose(first))

    for attempt in (lambda: bench.agree(late), lambda: bench.agree(bench.propose(first))):
        with pytest.raises((ChangeNotPossible, AssertionError)):
            attempt()
    stale = bench.propose(second).obstacle
    assert isinstance(stale, ChangeNotPossible)
    assert stale.facts["reason"] == "stale"
    assert bench.order.selection.answers.get("engraving") is None


def test_a_change_is_of_its_order_only(bench: Bench) -> None:
    """Nothing different is no change; its draft is never bought as something new, nor by somebody else."""
    draft = bench.begin()
    same = bench.propose(draft).obstacle
    assert isinstance(same, ChangeNotPossible)
    assert same.facts["reason"] == "same"
    with pytest.raises(DraftNotQuotable):
        issue_quote(
            bench.shop.database,
            bench.shop.configurators,
            draft,
            READER,
            new_id=bench.shop.new_id,
            actor=CLERK,
            now=NOW,
        )
    with pytest.raises(OrderNotYours), bench.shop.database.write() as db:
        changing.open_change(db, bench.order.number, Reader("stranger"), new_id=bench.shop.new_id, now=NOW)
    other = ordered(bench.shop)
    with pytest.raises(ChangeNotPossible):
        Bench(bench.shop, other).propose(draft)
    with bench.shop.database.read() as db:
        latest = drafts.latest_draft(db, READER, "mug")
    assert latest is not None
    assert latest.changes_order == ""


@pytest.mark.parametrize("round_number", range(3))
def test_of_a_change_and_the_first_cut_exactly_one_happens(bench: Bench, round_number: int) -> None:
    """Both at the same moment: either the order is changed and the scan is of an old sheet, or it is cut and stays as it was."""
    bench.work()
    proposal = bench.propose(bench.begin(size="large"))
    results: dict[str, object] = {}
    together = threading.Barrier(2)

    def run(name: str, act: object) -> None:
        together.wait()
        try:
            act()  # type: ignore[operator]
            results[name] = "done"
        except LotOneError as error:
            results[name] = error.code

    threads = [
        threading.Thread(target=run, args=("change", lambda: bench.agree(proposal))),
        threading.Thread(target=run, args=("scan", lambda: bench.scan("A:10", Action.START))),
    ]
    for thread in threads if round_number % 2 else reversed(threads):
        thread.start()
    for thread in threads:
        thread.join()

    assert results in (
        {"change": "done", "scan": "SheetObsolete"},
        {"change": "CutOffPassed", "scan": "done"},
    )
    with bench.shop.database.read() as db:
        work, status = floor.work_order(db, bench.order.number)
        changed = results["change"] == "done"
        assert (work.revision, bench.order.revision_letter) == (("B", "B") if changed else ("A", "A"))
        assert (status.operations[10] is OperationState.RUNNING) == (not changed)
        assert floor.recounted(db, bench.order.number) == status
