"""Random lives of drafts, quotes and orders on both databases: nothing is orphaned, doubled or lost."""

import contextlib
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.errors import NotAvailable, NotPossible
from kernel.ids import DraftId, IdMaker, OrderId, QuoteId, id_maker
from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.audit.service import first_broken_link
from orders.drafts import service as drafts
from orders.drafts.model import DraftView, Refused
from orders.drafts.service import Reader
from orders.lifecycle import changing
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import REISSUE_JOB
from orders.lifecycle.following import BILL_JOB, TELL_JOB
from orders.lifecycle.model import letter_of
from orders.lifecycle.releasing import print_remake, reissue_order, release_order
from orders.lifecycle.remaking import REMAKE_JOB, remake_piece
from orders.lifecycle.scanning import scan
from orders.lifecycle.service import RELEASE_JOB, cancel_order, place_order
from orders.lifecycle.transitions import OrderState
from orders.quotes import repository as quotes
from orders.quotes.model import QuoteState
from orders.quotes.service import expire_quotes, issue_quote, withdraw_quote
from production.build_sheet import service as sheets
from production.errors import BeyondHorizon
from production.floor import service as floor
from production.floor.model import Action, ActionNotPossible, WorkState
from production.model import ACTIVE_RESERVATIONS
from production.promise import service as promises
from production.promise.document import promise_from_json
from tests.mugs import mug_configurators, open_pottery
from tests.printers import sheet_printer

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk", is_staff=True)
VALID_FOR = timedelta(hours=30)
CANCELLABLE = {OrderState.PLACED, OrderState.RELEASED}


def nothing(*_ids: str) -> None:
    """Do nothing."""


class OrderMachine(RuleBasedStateMachine):
    """A shop's week: people configure, ask for quotes, order, change their minds; the worker releases, the floor scans."""

    url = ""
    folder = Path()
    drafted = Bundle("drafted")
    quoted = Bundle("quoted")
    ordered = Bundle("ordered")
    new_id: IdMaker
    lives = 0

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.url)
        self.configurators = mug_configurators()
        self.blobs = BlobStore(str(self.folder / "blobs"))
        self.now = START
        run_pending(
            self.database,
            {RELEASE_JOB: nothing, REISSUE_JOB: nothing, REMAKE_JOB: nothing, BILL_JOB: nothing, TELL_JOB: nothing},
        )  # what an earlier life left behind
        type(self).lives += 1  # a job is known by its order's id for ever, so each life has ids of its own
        self.new_id = id_maker(lambda: self.now, random.Random(type(self).lives))
        self.orders: dict[OrderId, OrderState] = {}
        self.quotes: dict[QuoteId, QuoteState] = {}
        self.revisions: dict[OrderId, int] = {}
        self.is_quiet = True  # no job waits
        with self.database.write() as db:
            kept = {"alembic_version", "job_effect"}
            for table in reversed(_tables()):
                if table not in kept:
                    db.connection().execute(text(f"DELETE FROM {table}"))
        open_pottery(self.database, now=START)
        self.untouched = self._free()

    def teardown(self) -> None:
        self.database.dispose()

    @rule(target=drafted)
    def open(self) -> DraftId:
        return drafts.open_draft(
            self.database, self.configurators, "mug", owner="clerk", new_id=self.new_id, now=self.now
        )

    @rule(
        draft=drafted,
        choice=st.sampled_from(
            [("size", "large"), ("size", "small"), ("glaze", "blue"), ("glaze", "raw"), ("engraving", "李 Ana")]
        ),
    )
    def choose(self, draft: DraftId, choice: tuple[str, str]) -> None:
        before = self._answers(draft)
        outcome = drafts.choose_option(
            self.database, self.configurators, draft, READER, choice[0], choice[1], now=self.now
        )
        if isinstance(outcome, Refused):
            assert self._answers(draft) == before
            assert {before["size"], choice[1]} >= {"large"} or before["glaze"] == "raw"
        else:
            assert isinstance(outcome, DraftView)
            assert outcome.state.complete
            assert outcome.draft.selection.answers[choice[0]] == choice[1]

    @rule(target=quoted, draft=drafted, quantity=st.integers(1, 3))
    def quote(self, draft: DraftId, quantity: int) -> QuoteId | None:
        drafts.set_limits(
            self.database,
            self.configurators,
            draft,
            READER,
            need_by=None,
            budget_minor=None,
            quantity=quantity,
            now=self.now,
        )
        with self.database.read() as db:
            earlier = {each.id for each in quotes.quotes_of_draft(db, draft, state=QuoteState.OPEN)}
        try:
            quote = issue_quote(
                self.database,
                self.configurators,
                draft,
                READER,
                new_id=self.new_id,
                actor=CLERK,
                now=self.now,
                valid_for=VALID_FOR,
            )
        except NotPossible:  # the pottery is full: earlier quotes of the draft stand as they did
            return None
        self.quotes.update(dict.fromkeys(earlier, QuoteState.WITHDRAWN))
        self.quotes[quote.id] = QuoteState.OPEN
        assert quote.price.total_minor % quantity == 0
        return quote.id

    @rule(quote=quoted)
    def withdraw(self, quote: QuoteId | None) -> None:
        if quote is None:
            return
        if self.quotes[quote] is QuoteState.OPEN:
            with self.database.write() as db:
                withdraw_quote(db, quote, actor=CLERK, now=self.now)
            self.quotes[quote] = QuoteState.WITHDRAWN
        else:
            with pytest.raises(NotPossible), self.database.write() as db:
                withdraw_quote(db, quote, actor=CLERK, now=self.now)

    @rule(target=ordered, quote=quoted)
    def order(self, quote: QuoteId | None) -> OrderId | None:
        if quote is None:
            return None
        with self.database.read() as db:
            offered = quotes.get_quote(db, quote)
        if self.quotes[quote] is not QuoteState.OPEN or self.now >= offered.expires_at:
            with pytest.raises(NotPossible), self.database.write() as db:
                place_order(db, quote, new_id=self.new_id, actor=CLERK, now=self.now)
            return None
        with self.database.write() as db:
            placed = place_order(db, quote, new_id=self.new_id, actor=CLERK, now=self.now)
        assert placed.price == offered.price
        assert placed.promise == offered.promise
        self.quotes[quote] = QuoteState.ACCEPTED
        self.orders[placed.id] = OrderState.PLACED
        return placed.id

    @rule(order=ordered, choice=st.sampled_from([("size", "large"), ("glaze", "blue"), ("engraving", "Ana")]))
    def change(self, order: OrderId | None, choice: tuple[str, str]) -> None:
        """As consented, or not at all: choices, price, date and what is held belong together."""
        if order is None:
            return
        with self.database.read() as db:
            before = orders.get_order(db, order)
        if self.orders[order] not in CANCELLABLE:
            with pytest.raises(NotPossible), self.database.write() as db:
                changing.open_change(db, before.number, READER, new_id=self.new_id, now=self.now)
            return
        with self.database.write() as db:
            draft = changing.open_change(db, before.number, READER, new_id=self.new_id, now=self.now)
        drafts.choose_option(self.database, self.configurators, draft, READER, *choice, now=self.now)
        held = self._free()
        proposal = changing.propose_change(
            self.database,
            self.configurators,
            before.number,
            draft,
            READER,
            new_id=self.new_id,
            actor=CLERK,
            now=self.now,
        )
        assert self._free() == held
        if proposal.obstacle is not None:
            agreed = changing.Agreed(0, self.now.date())
            with pytest.raises((NotPossible, NotAvailable)), self.database.write() as db:
                changing.change_order(db, proposal, agreed, actor=CLERK, now=self.now)
            assert self._free() == held
            return
        assert proposal.price is not None
        assert proposal.promise is not None
        agreed = changing.Agreed(proposal.price.total_minor, proposal.promise.date)
        with self.database.write() as db:
            changing.change_order(db, proposal, agreed, actor=CLERK, now=self.now)
        with self.database.read() as db:
            after = orders.get_order(db, order)
            assert orders.revisions_of(db, order)[-1].selection == before.selection
        assert (after.revision, after.selection.answers[choice[0]]) == (before.revision + 1, choice[1])
        assert (after.price, promise_from_json(after.promise)) == (proposal.price, proposal.promise)
        self.revisions[order] = after.revision
        self.is_quiet = False

    @rule(order=ordered)
    def cancel(self, order: OrderId | None) -> None:
        if order is None:
            return
        if self.orders[order] in CANCELLABLE:
            with self.database.write() as db:
                cancel_order(db, order, actor=CLERK, now=self.now)
            self.orders[order] = OrderState.CANCELLED
        else:
            with pytest.raises(NotPossible), self.database.write() as db:
                cancel_order(db, order, actor=CLERK, now=self.now)

    @rule()
    def release(self) -> None:
        def do(order_id: str) -> None:
            release_order(
                self.database, self.configurators, self.blobs, sheet_printer(), OrderId(order_id), now=self.now
            )

        def again(order_id: str, revision: str) -> None:
            tools = (self.database, self.configurators, self.blobs, sheet_printer())
            reissue_order(*tools, OrderId(order_id), int(revision), now=self.now)

        def remake(order_id: str, piece: str) -> None:
            tools = (self.database, self.configurators, self.blobs, sheet_printer())
            print_remake(*tools, OrderId(order_id), int(piece), now=self.now)

        jobs = {RELEASE_JOB: do, REISSUE_JOB: again, REMAKE_JOB: remake, BILL_JOB: nothing, TELL_JOB: nothing}
        outcomes = run_pending(self.database, jobs)
        assert [each for each in outcomes if each.error] == []
        self.is_quiet = True
        for order, state in self.orders.items():
            if state is OrderState.PLACED:
                self.orders[order] = OrderState.RELEASED

    @rule(order=consumes(ordered), is_spoilt_late=st.booleans())
    def make(self, order: OrderId | None, is_spoilt_late: bool) -> None:
        if order is None or self.orders[order] is not OrderState.RELEASED:
            return
        number = self._number(order)
        with self.database.read() as db:
            waits = [piece for piece in floor.standing_pieces(db, number) if piece.waits_for_remake]
            there = [piece.number for piece in floor.standing_pieces(db, number) if piece not in waits]
        for piece in there:
            self._build(order, piece)
        self.orders[order] = OrderState.IN_PRODUCTION if waits else OrderState.BUILT
        if not there:
            self.orders[order] = OrderState.RELEASED
        elif not waits and is_spoilt_late:
            self.orders[order] = OrderState.IN_PRODUCTION if self._spoil(order, there[-1]) else OrderState.BUILT

    @rule(order=ordered, place=st.integers(0, 2), is_kitted=st.booleans())
    def spoil(self, order: OrderId | None, place: int, is_kitted: bool) -> None:
        """A spoilt piece is made again by itself; where there is no room for it, it waits until somebody asks again."""
        if order is None or self.orders[order] is not OrderState.RELEASED:
            return
        with self.database.read() as db:
            there = floor.standing_pieces(db, self._number(order))
        piece = there[place % len(there)]
        if piece.waits_for_remake:
            with self.database.write() as db, contextlib.suppress(BeyondHorizon):
                remake_piece(db, self._number(order), piece.number, reason="", actor=CLERK, now=self.now)
        else:
            if is_kitted:
                self._scan(order, piece.number, "S", Action.KIT)
            self._spoil(order, piece.number)
        self.is_quiet = False

    def _spoil(self, order: OrderId, piece: int) -> bool:
        """Scrap a piece, and return whether another is on the floor instead of it."""
        number = self._number(order)
        with self.database.read() as db:
            before = promise_from_json(orders.get_order(db, order).promise).date
        self._scan(order, piece, "S", Action.SCRAP)
        with self.database.read() as db:
            spoilt = next(one for one in floor.pieces_now(db, number) if one.number == piece)
            after = promise_from_json(orders.get_order(db, order).promise).date
            held = db.connection().execute(
                text("SELECT count(*) FROM production_reservation_load WHERE key = :key AND piece = :slot"),
                {"key": spoilt.reservation, "slot": spoilt.slot},
            )
            assert held.scalar_one() == 0
            if spoilt.waits_for_remake:
                assert after == before
                return False
            remake = floor.pieces_now(db, number)[-1]
            assert (remake.remake_of, remake.state) == (piece, WorkState.RELEASED)
            assert after == max(before, promises.reservation(db, remake.reservation).promise.date)
        return True

    def _build(self, order: OrderId, piece: int) -> None:
        with self.database.read() as db:
            work, _status = floor.work_order(db, self._number(order), piece)
        for operation in work.operations:
            for action in (Action.START, Action.FINISH, Action.FINISH):
                self._scan(order, piece, str(operation.number), action)

    def _scan(self, order: OrderId, piece: int, step: str, action: Action) -> None:
        name = self._number(order) if piece == 1 else f"{self._number(order)}.{piece}"
        letter = letter_of(self.revisions.get(order, 1))
        scan_id = f"{name}:{letter}:{step}:{action}"
        with self.database.write() as db, contextlib.suppress(ActionNotPossible):  # kitted twice
            scan(db, f"L1:{name}:{letter}:{step}", action, scan_id=scan_id, actor=CLERK, now=self.now)

    def _number(self, order: OrderId) -> str:
        with self.database.read() as db:
            return orders.get_order(db, order).number

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with self.database.write() as db:
            expire_quotes(db, now=self.now)
        with self.database.read() as db:
            for quote, state in self.quotes.items():
                if state is QuoteState.OPEN and quotes.get_quote(db, quote).expires_at <= self.now:
                    self.quotes[quote] = QuoteState.EXPIRED

    @invariant()
    def states_are_as_expected(self) -> None:
        with self.database.read() as db:
            assert {order: orders.get_order(db, order).state for order in self.orders} == self.orders
            assert {quote: quotes.get_quote(db, quote).state for quote in self.quotes} == self.quotes

    @invariant()
    def what_is_held_belongs_to_an_open_quote_or_a_living_order(self) -> None:
        with self.database.read() as db:
            alive = {f"quote:{quote}" for quote, state in self.quotes.items() if state is QuoteState.OPEN}
            alive |= {
                orders.get_order(db, order).reservation_key
                for order, state in self.orders.items()
                if state is not OrderState.CANCELLED
            }
            keys = {f"quote:{quote}" for quote in self.quotes}
            keys |= {
                f"order:{order}:{number}" for order, last in self.revisions.items() for number in range(2, last + 1)
            }
            for key in keys:
                assert (promises.reservation(db, key).state in ACTIVE_RESERVATIONS) == (key in alive)
        seconds, pieces = self._free()
        taken_s, taken, used = self._taken()
        assert (seconds + taken_s, pieces + taken + used) == self.untouched
        if not alive:
            assert (taken_s, taken) == (0, 0)

    @invariant()
    def released_orders_have_their_work_and_one_sheet_a_piece(self) -> None:
        with self.database.read() as db:
            for order_id, state in self.orders.items():
                order = orders.get_order(db, order_id)
                issued = [(sheet.revision, sheet.piece) for sheet in sheets.issued_sheets(db, order.number)]
                if state in (OrderState.RELEASED, OrderState.BUILT):
                    present = [piece for letter, piece in issued if letter == order.revision_letter]
                    there = floor.pieces_now(db, order.number)
                    standing = floor.standing_pieces(db, order.number)
                    assert len(standing) == order.quantity
                    if self.is_quiet:
                        assert {piece.number for piece in standing} <= set(present)
                    wanted = WorkState.RELEASED if state is OrderState.RELEASED else WorkState.BUILT
                    for piece in there:
                        work, status = floor.work_order(db, order.number, piece.number)
                        assert floor.recounted(db, order.number, piece.number) == status
                        if piece in standing:
                            assert work.revision == order.revision_letter
                        if piece in standing and not piece.waits_for_remake:
                            assert status.state is wanted
                else:
                    assert len(set(issued)) == len(issued)

    @invariant()
    def numbers_have_no_gap_and_the_audit_chain_is_whole(self) -> None:
        with self.database.read() as db:
            numbers = sorted(orders.get_order(db, order).number for order in self.orders)
            assert numbers == [f"MU-2026-{number:06d}" for number in range(1, len(numbers) + 1)]
            assert first_broken_link(db) is None

    def _free(self) -> tuple[int, int]:
        with self.database.read() as db:
            connection = db.connection()
            seconds = connection.execute(text("SELECT sum(free_s) FROM production_bucket")).scalar_one()
            pieces = connection.execute(text("SELECT sum(free) FROM production_stock")).scalar_one()
        return int(seconds), int(pieces)

    def _taken(self) -> tuple[int, int, int]:
        """Return the seconds and the pieces of stock that reservations hold, and what has left the stock."""
        with self.database.read() as db:
            connection = db.connection()
            return tuple(  # type: ignore[return-value]
                int(connection.execute(text(statement)).scalar_one())
                for statement in (
                    "SELECT coalesce(sum(seconds), 0) FROM production_reservation_load",
                    "SELECT coalesce(sum(quantity - used), 0) FROM production_reservation_material WHERE source = 'stock'",
                    "SELECT coalesce(-sum(quantity), 0) FROM production_stock_movement WHERE kind = 'used'",
                )
            )

    def _answers(self, draft: DraftId) -> dict[str, object]:
        with self.database.read() as db:
            view = drafts.view_draft(db, self.configurators, draft, READER, now=self.now)
        return dict(view.draft.selection.answers)


def _tables() -> list[str]:
    from web.migrations.metadata import whole_metadata

    return [table.name for table in whole_metadata().sorted_tables]


def test_lives_of_orders(database_url: str) -> None:
    """Forty-odd steps in any order, on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        machine = type("OrderMachineHere", (OrderMachine,), {"url": database_url, "folder": Path(folder)})
        run_state_machine_as_test(machine, settings=settings(max_examples=6, stateful_step_count=25, deadline=None))
