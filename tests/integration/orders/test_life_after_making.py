"""Random lives of orders from the making to the return, billed as they go: on hold, cancelled, sent, back, made again."""

import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.errors import NotPossible
from kernel.ids import IdMaker, OrderId, id_maker
from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.audit.service import first_broken_link
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.invoicing import repository as invoices
from orders.invoicing.model import InvoiceKind
from orders.invoicing.seller import load_seller
from orders.invoicing.service import ISSUED_JOB, Books, bill_order, owed_for
from orders.lifecycle import repository as orders
from orders.lifecycle.delivering import record_event, ship_pieces
from orders.lifecycle.following import BILL_JOB, TELL_JOB
from orders.lifecycle.model import Order, Remedy
from orders.lifecycle.releasing import print_remake, release_order
from orders.lifecycle.remaking import REMAKE_JOB
from orders.lifecycle.returning import pieces_with_customer, return_pieces
from orders.lifecycle.scanning import scan
from orders.lifecycle.service import RELEASE_JOB, cancel_order, place_order
from orders.lifecycle.transitions import OrderEvent, OrderState
from orders.payments.model import PaymentKind, RefundTooLarge
from orders.payments.service import paid_of, record_payment
from orders.quotes.service import issue_quote
from production.build_sheet import service as sheets
from production.floor import service as floor
from production.floor.model import Action, WorkState
from production.model import ACTIVE_RESERVATIONS
from production.promise import service as promises
from tests.mugs import mug_configurators, open_pottery
from tests.printers import invoice_printer, sheet_printer

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk", is_staff=True)
CANCELLABLE = {OrderState.PLACED, OrderState.RELEASED}
LIVING = {OrderState.PLACED, OrderState.RELEASED, OrderState.IN_PRODUCTION, OrderState.BUILT, OrderState.ON_HOLD}
SENDABLE = {OrderState.RELEASED, OrderState.IN_PRODUCTION, OrderState.BUILT}
WITH_CUSTOMER = {OrderState.IN_PRODUCTION, OrderState.BUILT, OrderState.SHIPPED, OrderState.DELIVERED}
EVENTS = [OrderEvent.HOLD, OrderEvent.RESUME, OrderEvent.DELIVER, OrderEvent.CLOSE]


class AfterMaking(RuleBasedStateMachine):
    """A few orders of one or two mugs; everything is tried in every state, and what is refused changes nothing."""

    url = ""
    folder = Path()
    placed = Bundle("placed")
    lives = 0

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.url)
        self.configurators = mug_configurators()
        self.blobs = BlobStore(str(self.folder / "blobs"))
        with self.database.write() as db:
            for table in reversed(_tables()):
                if table not in {"alembic_version", "job_effect"}:
                    db.connection().execute(text(f"DELETE FROM {table}"))
        open_pottery(self.database, now=START)
        run_pending(
            self.database, dict.fromkeys((RELEASE_JOB, REMAKE_JOB, BILL_JOB, TELL_JOB, ISSUED_JOB), lambda *_ids: None)
        )  # what an earlier life left behind
        type(self).lives += 1
        self.new_id: IdMaker = id_maker(lambda: START, random.Random(1_000_000 + type(self).lives))
        self.books = Books(self.database, self.blobs, invoice_printer(), load_seller(), self.new_id)
        self.orders: list[OrderId] = []
        self.scans = 0

    def teardown(self) -> None:
        self.database.dispose()

    @rule(target=placed, quantity=st.integers(1, 2))
    def place(self, quantity: int) -> OrderId | None:
        tools = (self.database, self.configurators)
        draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=self.new_id, now=START)
        drafts.set_limits(*tools, draft, READER, need_by=None, budget_minor=None, quantity=quantity, now=START)
        try:
            quote = issue_quote(*tools, draft, READER, new_id=self.new_id, actor=CLERK, now=START)
        except NotPossible:  # the pottery is full
            return None
        with self.database.write() as db:
            order = place_order(db, quote.id, new_id=self.new_id, actor=CLERK, now=START)
        self.orders.append(order.id)
        return order.id

    @rule()
    def work(self) -> None:
        """The worker catches up, twice."""
        tools = (self.database, self.configurators, self.blobs, sheet_printer())
        jobs = {
            RELEASE_JOB: lambda order: release_order(*tools, OrderId(order), now=START),
            REMAKE_JOB: lambda order, piece: print_remake(*tools, OrderId(order), int(piece), now=START),
            BILL_JOB: lambda order, event: bill_order(self.books, OrderId(order), event, now=START),
            TELL_JOB: lambda _order, _event: None,
            ISSUED_JOB: lambda _invoice: None,
        }
        assert [each for each in run_pending(self.database, jobs) if each.error] == []
        assert list(run_pending(self.database, jobs)) == []
        self._is_billed_right()

    @rule(order=placed, pieces=st.integers(1, 3))
    def make(self, order: OrderId | None, pieces: int) -> None:
        """Up to so many pieces are finished, where the floor may work on them."""
        if order is None or self._order(order).state not in SENDABLE:
            return
        number = self._order(order).number
        with self.database.read() as db:
            waiting = [one.number for one in floor.standing_pieces(db, number) if one.state is WorkState.RELEASED]
        for piece in waiting[:pieces]:
            with self.database.read() as db:
                work, _status = floor.work_order(db, number, piece)
            name = number if piece == 1 else f"{number}.{piece}"
            for operation in work.operations:
                for action in (Action.START, Action.FINISH):
                    self.scans += 1
                    code = f"L1:{name}:{work.revision}:{operation.number}"
                    with self.database.write() as db:
                        scan(db, code, action, scan_id=f"{order}:{self.scans}", actor=CLERK, now=START)

    @rule(order=placed, event=st.sampled_from(EVENTS))
    def record(self, order: OrderId | None, event: OrderEvent) -> None:
        if order is not None:
            self._try(order, lambda db, number: record_event(db, number, event, reason="why", actor=CLERK, now=START))

    @rule(order=placed)
    def cancel(self, order: OrderId | None) -> None:
        if order is None:
            return
        before = self._order(order)
        done = self._try(order, lambda db, _number: cancel_order(db, order, actor=CLERK, now=START))
        assert done == ((before.held_from or before.state) in CANCELLABLE)

    @rule(order=placed, at=st.integers(0, 3))
    def ship(self, order: OrderId | None, at: int) -> None:
        if order is None:
            return
        wanted = [at] if at else []
        self._try(
            order,
            lambda db, number: ship_pieces(db, number, wanted, carrier="", tracking="", actor=CLERK, now=START),
        )

    @rule(order=placed, at=st.integers(0, 3), remedy=st.sampled_from(Remedy))
    def give_back(self, order: OrderId | None, at: int, remedy: Remedy) -> None:
        if order is None:
            return
        before = self._order(order)
        with self.database.read() as db:
            there = pieces_with_customer(db, before)
        done = self._try(
            order,
            lambda db, number: return_pieces(
                db, number, [at] if at else [], reason="why", remedy=remedy, actor=CLERK, now=START
            ),
        )
        assert done == (before.state in WITH_CUSTOMER and bool(there) and (not at or at in there))

    @rule(order=placed, kind=st.sampled_from(PaymentKind))
    def pay(self, order: OrderId | None, kind: PaymentKind) -> None:
        """Half of a mug comes or goes; never more goes than came."""
        if order is None:
            return
        with self.database.read() as db:
            paid_minor = paid_of(db, orders.get_order(db, order))
        money = {"provider": "in_store", "amount_minor": 600, "currency": "EUR", "new_id": self.new_id}
        try:
            with self.database.write() as db:
                record_payment(db, orders.get_order(db, order), kind=kind, actor=CLERK, now=START, **money)  # type: ignore[arg-type]
        except RefundTooLarge:
            assert paid_minor < 600

    @invariant()
    def nothing_is_orphaned(self) -> None:
        """Work, reservation and sheets of an order are as its state says."""
        with self.database.read() as db:
            for order_id in self.orders:
                order = orders.get_order(db, order_id)
                there = floor.pieces_now(db, order.number)
                held = promises.reservation(db, order.reservation_key).state in ACTIVE_RESERVATIONS
                assert held == (order.state is not OrderState.CANCELLED)
                assert all(floor.recounted(db, order.number, one.number).state is one.state for one in there)
                standing = [one.state for one in floor.standing_pieces(db, order.number)]
                issued = [sheet.piece for sheet in sheets.issued_sheets(db, order.number)]
                assert len(set(issued)) == len(issued)
                if order.state is OrderState.PLACED:
                    assert there == ()
                elif order.state is OrderState.CANCELLED:
                    assert set(standing) <= {WorkState.CANCELLED}
                elif order.state is OrderState.ON_HOLD:
                    assert set(standing) <= {WorkState.HELD, WorkState.SHIPPED}
                elif order.state in (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RETURNED, OrderState.CLOSED):
                    assert set(standing) == {WorkState.SHIPPED}
                else:
                    assert WorkState.HELD not in standing
                    assert len(standing) == order.quantity
            assert first_broken_link(db) is None

    def _is_billed_right(self) -> None:
        """What was sent is invoiced once, what came back for money credited by its share, what was cancelled not at all."""
        numbers: dict[InvoiceKind, list[str]] = {kind: [] for kind in InvoiceKind}
        with self.database.read() as db:
            for order_id in self.orders:
                order = orders.get_order(db, order_id)
                on = invoices.invoices_of_order(db, order_id)
                for each in on:
                    numbers[each.invoice.kind].append(each.invoice.number)
                back = [one for one in orders.returns_of(db, order_id) if one.remedy is Remedy.MONEY_BACK]
                share = order.price.total_minor // order.quantity
                credited = share * sum(len(each.pieces) for each in back)
                kinds = [each.invoice.kind for each in on]
                if order.state is OrderState.CANCELLED:
                    assert (on, owed_for(db, order)) == ([], 0)
                elif kinds:
                    assert kinds == [InvoiceKind.INVOICE, *[InvoiceKind.CREDIT_NOTE] * len(back)]
                    assert owed_for(db, order) == order.price.total_minor - credited
                else:
                    assert order.state in LIVING
        for kind, series in ((InvoiceKind.INVOICE, "INV"), (InvoiceKind.CREDIT_NOTE, "CN")):
            wanted = [f"{series}-2026-{number:06d}" for number in range(1, len(numbers[kind]) + 1)]
            assert sorted(numbers[kind]) == wanted

    def _order(self, order: OrderId) -> Order:
        with self.database.read() as db:
            return orders.get_order(db, order)

    def _try(self, order: OrderId, act: object) -> bool:
        """Return whether it could be done; what was refused has changed nothing."""
        before = self._picture(order)
        try:
            with self.database.write() as db:
                act(db, orders.get_order(db, order).number)  # type: ignore[operator]
        except NotPossible:
            assert self._picture(order) == before
            return False
        return True

    def _picture(self, order: OrderId) -> object:
        with self.database.read() as db:
            kept = orders.get_order(db, order)
            return (
                kept,
                floor.pieces_now(db, kept.number),
                orders.shipments_of(db, order),
                orders.returns_of(db, order),
                db.connection().execute(text("SELECT sum(free_s) FROM production_bucket")).scalar_one(),
            )


def _tables() -> list[str]:
    from web.migrations.metadata import whole_metadata

    return [table.name for table in whole_metadata().sorted_tables]


def test_lives_after_the_making(database_url: str) -> None:
    """Thirty steps in any order, on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        machine = type("AfterMakingHere", (AfterMaking,), {"url": database_url, "folder": Path(folder)})
        run_state_machine_as_test(machine, settings=settings(max_examples=4, stateful_step_count=30, deadline=None))
