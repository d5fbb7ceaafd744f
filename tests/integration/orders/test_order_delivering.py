"""An order is held, goes on, leaves in parcels, comes back: order, pieces and parcels always say the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from kernel.database import Database
from kernel.errors import LotOneError, NotPossible
from kernel.ids import CustomerId
from kernel.jobs import run_pending
from orders.audit import repository as audit
from orders.audit.model import Actor
from orders.customers.addresses.model import Address, AddressId, AddressNotFound
from orders.customers.addresses.repository import add_address, drop_address
from orders.customers.model import Contact
from orders.customers.service import register_customer
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.invoicing import repository as invoices
from orders.lifecycle import repository as orders
from orders.lifecycle.delivering import PiecesNotReady, record_event, ship_pieces
from orders.lifecycle.model import Order, ParcelNotFound, Remedy
from orders.lifecycle.remaking import remake_piece
from orders.lifecycle.returning import PiecesNotSent, ReasonMissing, return_pieces
from orders.lifecycle.scanning import scan
from orders.lifecycle.service import cancel_order, place_order
from orders.lifecycle.transitions import OrderEvent, OrderState, TransitionNotPossible
from orders.quotes.service import issue_quote
from production.floor import service as floor
from production.floor.model import Action, ActionNotPossible, RemakeNotPossible, WorkState
from production.model import ReservationState
from production.promise import service as promises
from production.supply import service as supply
from tests.mugs import pottery
from web.jobs import job_functions
from web.papers.delivery_notes import draw_delivery_note
from web.shop import Shop

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk")


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Iterator[Shop]:
    with pottery(database, tmp_path, now=NOW) as opened:
        yield opened


def placed(shop: Shop, customer: CustomerId | None = None) -> Order:
    """Two mugs, placed and not yet released."""
    tools = (shop.database, shop.configurators)
    draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=shop.new_id, now=NOW, customer_id=customer)
    drafts.set_limits(*tools, draft, READER, need_by=None, budget_minor=None, quantity=2, now=NOW)
    quote = issue_quote(*tools, draft, READER, new_id=shop.new_id, actor=CLERK, now=NOW)
    with shop.database.write() as db:
        return place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=NOW)


def work(shop: Shop) -> None:
    assert [each for each in run_pending(shop.database, job_functions(shop)) if each.error] == []


def record(shop: Shop, order: Order, event: OrderEvent, reason: str = "") -> OrderState:
    with shop.database.write() as db:
        return record_event(db, order.number, event, reason=reason, actor=CLERK, now=shop.now()).state


def make(shop: Shop, order: Order, piece: int) -> None:
    name = order.number if piece == 1 else f"{order.number}.{piece}"
    for operation in (10, 30):
        for action in (Action.START, Action.FINISH):
            with shop.database.write() as db:
                scan(db, f"L1:{name}:A:{operation}", action, scan_id=f"{name}{operation}{action}", actor=CLERK, now=NOW)


def ship(shop: Shop, order: Order, *pieces: int, address_id: str = "") -> tuple[int, ...]:
    with shop.database.write() as db:
        return ship_pieces(
            db, order.number, pieces, carrier="DHL", tracking="0034", address_id=address_id, actor=CLERK, now=NOW
        ).pieces


def states(shop: Shop, order: Order) -> tuple[OrderState, list[WorkState]]:
    with shop.database.read() as db:
        pieces = [floor.work_order(db, order.number, piece)[1].state for piece in floor.pieces(db, order.number)]
        assert all(floor.recounted(db, order.number, at).state is state for at, state in enumerate(pieces, start=1))
        return orders.get_order(db, order.id).state, pieces


def test_a_held_order_rests_on_the_floor_and_goes_on_where_it_was(shop: Shop) -> None:
    order = placed(shop)
    work(shop)
    with shop.database.write() as db:
        scan(db, f"L1:{order.number}:A:10", Action.START, scan_id="start-1", actor=CLERK, now=NOW)
    assert record(shop, order, OrderEvent.HOLD, "waits for the customer") is OrderState.ON_HOLD
    assert states(shop, order) == (OrderState.ON_HOLD, [WorkState.HELD, WorkState.HELD])
    with pytest.raises(ActionNotPossible), shop.database.write() as db:
        scan(db, f"L1:{order.number}:A:10", Action.FINISH, scan_id="finish-1", actor=CLERK, now=NOW)
    with pytest.raises(TransitionNotPossible), shop.database.write() as db:
        cancel_order(db, order.id, actor=CLERK, now=NOW)
    assert record(shop, order, OrderEvent.RESUME) is OrderState.IN_PRODUCTION
    assert states(shop, order) == (OrderState.IN_PRODUCTION, [WorkState.IN_PRODUCTION, WorkState.RELEASED])
    record(shop, order, OrderEvent.HOLD, "again")
    record(shop, order, OrderEvent.RESUME)
    with shop.database.read() as db:
        said = [entry.details.get("reason") for entry, *_hashes in audit.entries(db, f"order:{order.number}")]
    assert [each for each in said if each] == ["waits for the customer", "again"]


def test_an_order_held_before_its_release_is_released_when_it_goes_on(shop: Shop) -> None:
    """The job that would have released it found it on hold; going on asks for it once more."""
    order = placed(shop)
    record(shop, order, OrderEvent.HOLD, "credit check")
    work(shop)
    assert states(shop, order) == (OrderState.ON_HOLD, [])
    assert record(shop, order, OrderEvent.RESUME) is OrderState.PLACED
    work(shop)
    assert states(shop, order) == (OrderState.RELEASED, [WorkState.RELEASED] * 2)


def test_a_held_order_is_cancelled_where_it_could_have_been(shop: Shop) -> None:
    order = placed(shop)
    work(shop)
    record(shop, order, OrderEvent.HOLD, "unsure")
    with shop.database.write() as db:
        cancel_order(db, order.id, actor=CLERK, now=NOW)
        assert promises.reservation(db, order.reservation_key).state is ReservationState.GIVEN_BACK
    assert states(shop, order) == (OrderState.CANCELLED, [WorkState.CANCELLED] * 2)


def test_pieces_leave_in_parcels_and_the_last_one_ships_the_order(shop: Shop) -> None:
    order = placed(shop)
    work(shop)
    make(shop, order, 1)
    for pieces, not_ready in (((2,), [2]), ((1, 2), [2]), ((3,), [3])):
        with pytest.raises(PiecesNotReady) as refused:
            ship(shop, order, *pieces)
        assert refused.value.facts == {"order": order.number, "pieces": not_ready}
    assert ship(shop, order) == (1,)
    assert states(shop, order) == (OrderState.IN_PRODUCTION, [WorkState.SHIPPED, WorkState.RELEASED])
    with pytest.raises(PiecesNotReady):
        ship(shop, order, 1)
    make(shop, order, 2)
    assert states(shop, order)[0] is OrderState.BUILT
    assert ship(shop, order, 2) == (2,)
    assert states(shop, order) == (OrderState.SHIPPED, [WorkState.SHIPPED] * 2)
    with shop.database.read() as db:
        assert [(each.number, each.pieces, each.tracking) for each in orders.shipments_of(db, order.id)] == [
            (1, (1,), "0034"),
            (2, (2,), "0034"),
        ]


def test_a_delivery_note_says_what_is_in_the_parcel_and_what_is_to_come(shop: Shop) -> None:
    """As it was when the parcel left, to the address it left for; the same bytes however often; forgotten is forgotten."""
    with shop.database.write() as db:
        who = register_customer(db, Contact("Ana Novák", "ana@example.org"), new_id=shop.new_id, actor=CLERK, now=NOW)
        for at, street in (("home", "Hafenweg 7"), ("work", "Am Kai 2")):
            address = Address("Ana Novák", street, "Hamburg", "DE", "20457")
            add_address(db, who.id, AddressId(at), address, is_default=at == "home")
    order = placed(shop, who.id)
    work(shop)
    make(shop, order, 1)
    with pytest.raises(AddressNotFound):
        ship(shop, order, 1, address_id="elsewhere")
    assert states(shop, order)[1] == [WorkState.BUILT, WorkState.RELEASED]
    ship(shop, order, 1)
    first = draw_delivery_note(shop, order, 1)
    make(shop, order, 2)
    ship(shop, order, 2, address_id="work")

    notes = [" ".join(text_of(draw_delivery_note(shop, order, parcel)).split()) for parcel in (1, 2)]
    assert draw_delivery_note(shop, order, 1) == first
    for told in (f"Delivery note {order.number}-1", "Hafenweg 7", "1 Mug 1", "1 still to come, promised for", "0034"):
        assert told in notes[0]
    for told in (f"Delivery note {order.number}-2", "Am Kai 2", "1 sent before, on", "is complete"):
        assert told in notes[1]
    assert "€" not in notes[0] + notes[1]
    with pytest.raises(ParcelNotFound):
        draw_delivery_note(shop, order, 3)
    with shop.database.write() as db:
        drop_address(db, who.id, AddressId("home"))
    assert "Hafenweg" not in text_of(draw_delivery_note(shop, order, 1))
    with shop.database.read() as db:
        assert sum(each.quantity for each in supply.movements(db, "mug", "glaze.white")) == -2


def test_a_piece_that_leaves_by_a_scan_is_a_parcel_of_its_own(shop: Shop) -> None:
    order = placed(shop)
    work(shop)
    make(shop, order, 2)
    with shop.database.write() as db:
        scan(db, f"L1:{order.number}.2:A:S", Action.SHIP, scan_id="out-2", actor=CLERK, now=NOW)
    with shop.database.read() as db:
        assert [(each.number, each.pieces) for each in orders.shipments_of(db, order.id)] == [(1, (2,))]


def test_pieces_come_back_for_money_or_to_be_made_again(shop: Shop) -> None:
    """Never what did not leave or is back; the remake leaves as a third piece; the last one for money returns the order."""
    order = placed(shop)
    work(shop)
    make(shop, order, 1)
    with pytest.raises(PiecesNotSent):
        give_back(shop, order, 1)
    make(shop, order, 2)
    ship(shop, order)
    for pieces, error in (((3,), PiecesNotSent), ((1, 2), ReasonMissing)):
        with pytest.raises(error):
            give_back(shop, order, *pieces, reason="" if error is ReasonMissing else "faulty")
    assert states(shop, order)[0] is OrderState.SHIPPED
    give_back(shop, order, 2, remedy=Remedy.REMADE)
    assert states(shop, order) == (
        OrderState.IN_PRODUCTION,
        [WorkState.SHIPPED, WorkState.SHIPPED, WorkState.RELEASED],
    )
    give_back(shop, order, 1)
    with pytest.raises(PiecesNotSent):
        give_back(shop, order, 1)
    make(shop, order, 3)
    ship(shop, order)
    assert states(shop, order)[0] is OrderState.SHIPPED
    give_back(shop, order)
    assert states(shop, order)[0] is OrderState.RETURNED
    with shop.database.read() as db:
        assert [(each.pieces, each.remedy) for each in orders.returns_of(db, order.id)] == [
            ((2,), Remedy.REMADE),
            ((1,), Remedy.MONEY_BACK),
            ((3,), Remedy.MONEY_BACK),
        ]
        assert promises.reservation(db, order.reservation_key).state is not ReservationState.GIVEN_BACK
    work(shop)
    with shop.database.read() as db:
        agreed = [each.invoice.totals.agreed_minor for each in invoices.invoices_of_order(db, order.id)]
    assert agreed == [2400, 1200, 1200]
    for piece in (1, 3):
        is_not_made_again(shop, order, piece)


def is_not_made_again(shop: Shop, order: Order, piece: int) -> None:
    """R-8: what was paid back is neither given away nor billed anew: no work, no reservation, no job."""
    before = states(shop, order)
    with pytest.raises(RemakeNotPossible) as refused, shop.database.write() as db:
        remake_piece(db, order.number, piece, reason="wanted after all", actor=CLERK, now=NOW)
    assert refused.value.facts["state"] == "paid_back"
    assert states(shop, order) == before
    assert list(run_pending(shop.database, job_functions(shop))) == []


def give_back(
    shop: Shop, order: Order, *pieces: int, reason: str = "faulty", remedy: Remedy = Remedy.MONEY_BACK
) -> None:
    with shop.database.write() as db:
        return_pieces(db, order.number, pieces, reason=reason, remedy=remedy, actor=CLERK, now=NOW)


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_what_came_back_says_why_and_is_closed(shop: Shop) -> None:
    """Delivered, returned, closed, in this order and no other; a return without a reason changes nothing."""
    order = placed(shop)
    work(shop)
    for piece in (1, 2):
        make(shop, order, piece)
    early: list[tuple[OrderEvent, str, type[LotOneError]]] = [
        (OrderEvent.DELIVER, "", NotPossible),
        (OrderEvent.RETURN, "faulty", NotPossible),
        (OrderEvent.CLOSE, "", NotPossible),
        (OrderEvent.HOLD, "  ", ReasonMissing),
        (OrderEvent.SHIP, "", ReasonMissing),
    ]
    for event, reason, error in early:
        with pytest.raises(error):
            record(shop, order, event, reason)
        assert states(shop, order)[0] is OrderState.BUILT
    ship(shop, order)
    assert record(shop, order, OrderEvent.DELIVER) is OrderState.DELIVERED
    with pytest.raises(ReasonMissing):
        record(shop, order, OrderEvent.RETURN)
    assert record(shop, order, OrderEvent.RETURN, "handle came off") is OrderState.RETURNED
    work(shop)
    is_not_made_again(shop, order, 2)
    assert record(shop, order, OrderEvent.CLOSE) is OrderState.CLOSED
