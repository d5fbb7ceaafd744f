"""Reading and writing orders."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from configurator.model import Selection
from kernel.canonical import JsonValue
from kernel.database import changed_rows
from kernel.ids import CustomerId, OrderId, QuoteId
from orders.drafts.repository import selection_from_json, selection_to_json
from orders.lifecycle.model import (
    AgreedDates,
    DateOffer,
    DateOfferState,
    Order,
    OrderNotFound,
    OrderReturn,
    Revision,
    Shipment,
)
from orders.lifecycle.tables import (
    DateOfferRow,
    OrderPromiseRow,
    OrderReturnRow,
    OrderRevisionRow,
    OrderRow,
    ShipmentRow,
)
from orders.lifecycle.transitions import RUNNING_STATES, OrderState
from orders.quotes.agreed import agreed_columns, agreed_fields

AT_ONCE = 5_000
"""How many numbers one statement asks for."""


def add_order(db: Session, order: Order) -> None:
    """Store a new order."""
    db.add(
        OrderRow(
            id=order.id,
            number=order.number,
            quote_id=order.quote_id,
            line=order.line,
            release=order.release,
            owner=order.owner,
            quantity=order.quantity,
            total_minor=order.price.total_minor,
            placed_at=order.placed_at,
            state=order.state,
            held_from=order.held_from,
            revision=order.revision,
            revised_at=order.revised_at,
            customer_id=order.customer_id,
            address_id=order.address_id,
            **agreed_columns(order),
        )
    )
    db.flush()


def get_order(db: Session, order_id: OrderId) -> Order:
    """Return one order.

    Raises:
        OrderNotFound: there is none with this id.
    """
    row = db.get(OrderRow, order_id, populate_existing=True)
    if row is None:
        raise OrderNotFound(order_id=order_id)
    return _order(row)


def get_order_by_number(db: Session, number: str) -> Order:
    """Return the order with this number.

    Raises:
        OrderNotFound: there is none.
    """
    row = db.exec(select(OrderRow).where(OrderRow.number == number)).first()
    if row is None:
        raise OrderNotFound(number=number)
    return _order(row)


def lock_order(db: Session, number: str) -> Order:
    """Return the order with this number, which nobody else moves or changes until the transaction ends.

    Whatever changes an order and more (its work, its reservation) takes this lock first.

    Raises:
        OrderNotFound: there is none.
    """
    wanted = select(OrderRow).where(OrderRow.number == number).with_for_update(key_share=True)
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise OrderNotFound(number=number)
    return _order(row)


def revise_order(db: Session, before: Order, after: Order, *, now: datetime) -> bool:
    """Return whether the order was at ``before``'s revision and state and is as ``after`` says now; what it said is kept."""
    statement = (
        update(OrderRow)
        .where(
            col(OrderRow.id) == before.id,
            col(OrderRow.revision) == before.revision,
            col(OrderRow.state) == before.state,
        )
        .values(
            total_minor=after.price.total_minor,
            revision=after.revision,
            revised_at=now,
            **agreed_columns(after),
        )
    )
    if changed_rows(db, statement) != 1:
        return False
    db.add(
        OrderRevisionRow(
            order_id=before.id,
            revision=before.revision,
            until=now,
            **agreed_columns(before),
        )
    )
    db.flush()
    return True


def date_offers(db: Session, order_id: OrderId) -> list[DateOffer]:
    """Return the days a customer was asked about, the newest first."""
    rows = db.exec(
        select(DateOfferRow).where(DateOfferRow.order_id == order_id).order_by(col(DateOfferRow.number).desc())
    )
    return [
        DateOffer(row.number, row.promised, row.day, row.reason, row.offered_at, row.state, row.answered_at)
        for row in rows
    ]


def add_date_offer(db: Session, order_id: OrderId, offer: DateOffer) -> None:
    """Store a day a customer is asked about."""
    db.add(
        DateOfferRow(
            order_id=order_id,
            number=offer.number,
            promised=offer.promised,
            day=offer.day,
            reason=offer.reason,
            offered_at=offer.offered_at,
            state=offer.state,
        )
    )
    db.flush()


def close_date_offers(
    db: Session, order_id: OrderId, state: DateOfferState, *, now: datetime, number: int | None = None
) -> int:
    """Give the open offers of an order, or the one of a number, another state; return how many there were."""
    wanted = [col(DateOfferRow.order_id) == order_id, col(DateOfferRow.state) == DateOfferState.OPEN]
    if number is not None:
        wanted.append(col(DateOfferRow.number) == number)
    return changed_rows(db, update(DateOfferRow).where(*wanted).values(state=state, answered_at=now))


def forget_date_reasons(db: Session, order_id: OrderId) -> None:
    """Empty what was written about the days a customer was asked about."""
    db.connection().execute(update(DateOfferRow).where(col(DateOfferRow.order_id) == order_id).values(reason=""))


def move_promise(db: Session, before: Order, promise: Mapping[str, JsonValue], *, now: datetime) -> bool:
    """Return whether the order still promised what ``before`` says and promises this now; what it promised is kept.

    The caller holds the order's lock.
    """
    statement = (
        update(OrderRow)
        .where(
            col(OrderRow.id) == before.id,
            col(OrderRow.revision) == before.revision,
            col(OrderRow.state) == before.state,
        )
        .values(promise=dict(promise))
    )
    if changed_rows(db, statement) != 1:
        return False
    moved = db.exec(
        select(func.count()).select_from(OrderPromiseRow).where(col(OrderPromiseRow.order_id) == before.id)
    ).one()
    db.add(
        OrderPromiseRow(
            order_id=before.id, number=moved + 1, revision=before.revision, promise=dict(before.promise), until=now
        )
    )
    db.flush()
    return True


def agreed_dates(db: Session, numbers: Collection[str]) -> list[AgreedDates]:
    """Return when some orders were placed and what was promised of them first and last; unknown numbers are left out."""
    found: list[AgreedDates] = []
    wanted = sorted(numbers)
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        rows = db.execute(
            select_columns(
                col(OrderRow.id),
                col(OrderRow.number),
                col(OrderRow.quote_id),
                col(OrderRow.placed_at),
                col(OrderRow.promise),
            ).where(col(OrderRow.number).in_(some))
        ).all()
        ids = [row[0] for row in rows]
        firsts: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        for table in (OrderRevisionRow, OrderPromiseRow):
            for order_id, until, promise in db.execute(
                select_columns(col(table.order_id), col(table.until), col(table.promise)).where(
                    col(table.order_id).in_(ids)
                )
            ):
                if order_id not in firsts or until < firsts[order_id][0]:
                    firsts[order_id] = (until, promise)
        found += [
            AgreedDates(number, QuoteId(quote_id), placed_at, firsts.get(order_id, (placed_at, promise))[1], promise)
            for order_id, number, quote_id, placed_at, promise in rows
        ]
    return found


def add_shipment(db: Session, order_id: OrderId, shipment: Shipment) -> None:
    """Store what left."""
    db.add(
        ShipmentRow(
            order_id=order_id,
            number=shipment.number,
            pieces=list(shipment.pieces),
            carrier=shipment.carrier,
            tracking=shipment.tracking,
            address_id=shipment.address_id,
            shipped_at=shipment.shipped_at,
        )
    )
    db.flush()


def shipments_of(db: Session, order_id: OrderId) -> list[Shipment]:
    """Return what left of an order, in order."""
    rows = db.exec(select(ShipmentRow).where(ShipmentRow.order_id == order_id).order_by(col(ShipmentRow.number)))
    return [
        Shipment(row.number, tuple(row.pieces), row.carrier, row.tracking, row.shipped_at, row.address_id)
        for row in rows
    ]


def add_return(db: Session, order_id: OrderId, returned: OrderReturn) -> None:
    """Store what came back."""
    db.add(
        OrderReturnRow(
            order_id=order_id,
            number=returned.number,
            pieces=list(returned.pieces),
            remedy=returned.remedy,
            returned_at=returned.returned_at,
        )
    )
    db.flush()


def returns_of(db: Session, order_id: OrderId) -> list[OrderReturn]:
    """Return what came back of an order, in order."""
    rows = db.exec(
        select(OrderReturnRow).where(OrderReturnRow.order_id == order_id).order_by(col(OrderReturnRow.number))
    )
    return [OrderReturn(row.number, tuple(row.pieces), row.remedy, row.returned_at) for row in rows]


def revisions_of(db: Session, order_id: OrderId) -> list[Revision]:
    """Return what an order said before its changes, oldest first."""
    rows = db.exec(
        select(OrderRevisionRow).where(OrderRevisionRow.order_id == order_id).order_by(col(OrderRevisionRow.revision))
    )
    return [
        Revision(
            number=row.revision,
            until=row.until,
            **agreed_fields(row),
        )
        for row in rows
    ]


def find_orders(
    db: Session, *, owner: str | None = None, customer_id: CustomerId | None = None, number: str = "", limit: int = 50
) -> list[Order]:
    """Return orders, newest first: of one owner, of one customer, or whose number contains some letters."""
    wanted = select(OrderRow).order_by(col(OrderRow.placed_at).desc(), col(OrderRow.id).desc()).limit(limit)
    if owner is not None:
        wanted = wanted.where(OrderRow.owner == owner)
    if customer_id is not None:
        wanted = wanted.where(OrderRow.customer_id == customer_id)
    if number:
        wanted = wanted.where(col(OrderRow.number).contains(number.upper(), autoescape=True))
    return [_order(row) for row in db.exec(wanted)]


def latest_choices(
    db: Session, line: str, *, owner: str | None = None, customer_id: CustomerId | None = None, limit: int
) -> list[tuple[str, Selection]]:
    """Return the numbers and the choices of the newest orders of a line, of one owner or of one customer."""
    wanted = select(OrderRow.number, OrderRow.selection).where(OrderRow.line == line)
    wanted = wanted.where(OrderRow.owner == owner if customer_id is None else OrderRow.customer_id == customer_id)
    rows = db.exec(wanted.order_by(col(OrderRow.placed_at).desc(), col(OrderRow.id).desc()).limit(limit))
    return [(number, selection_from_json(selection)) for number, selection in rows]


def count_by_state(db: Session) -> dict[tuple[str, str], int]:
    """Return how many orders of each line are in each state."""
    rows = db.exec(
        select(OrderRow.line, OrderRow.state, func.count())
        .group_by(col(OrderRow.line), col(OrderRow.state))
        .order_by(col(OrderRow.line), col(OrderRow.state))
    )
    return {(line, OrderState(state).value): count for line, state, count in rows}


def running_orders(db: Session, line: str, *, limit: int) -> tuple[list[Order], int]:
    """Return the orders of a line that are not built yet, latest first, and how many there are in all."""
    wanted = (col(OrderRow.line) == line, col(OrderRow.state).in_(sorted(RUNNING_STATES)))
    rows = db.exec(
        select(OrderRow).where(*wanted).order_by(col(OrderRow.placed_at).desc(), col(OrderRow.id)).limit(limit)
    )
    found = [_order(row) for row in rows]
    return found, db.exec(select(func.count()).select_from(OrderRow).where(*wanted)).one()


def numbers_of_quotes(db: Session, quote_ids: Iterable[QuoteId]) -> dict[QuoteId, str]:
    """Return the numbers of the orders that some quotes became."""
    rows = db.exec(select(OrderRow.quote_id, OrderRow.number).where(col(OrderRow.quote_id).in_(list(quote_ids))))
    return {QuoteId(quote_id): number for quote_id, number in rows}


def numbers_of(db: Session, order_ids: Iterable[OrderId]) -> dict[OrderId, str]:
    """Return the numbers of some orders; unknown ids are left out."""
    rows = db.exec(select(OrderRow.id, OrderRow.number).where(col(OrderRow.id).in_(list(order_ids))))
    return {OrderId(order_id): number for order_id, number in rows}


def move_order(
    db: Session, order_id: OrderId, *, before: OrderState, after: OrderState, held_from: OrderState | None = None
) -> bool:
    """Return whether the order was in ``before`` and is in ``after`` now; of two callers only one hears true."""
    statement = (
        update(OrderRow)
        .where(col(OrderRow.id) == order_id, col(OrderRow.state) == before)
        .values(state=after, held_from=held_from.value if held_from else None)
    )
    return changed_rows(db, statement) == 1


def orders_in_reach(
    db: Session, owners: Iterable[str], customer_id: CustomerId | None, *, number: str = "", limit: int = 50
) -> list[Order]:
    """Return the orders of some owners and those in a customer's name, newest first; by a part of the number."""
    theirs: list[ColumnElement[bool]] = [col(OrderRow.owner).in_([owner for owner in owners if owner])]
    if customer_id is not None:
        theirs.append(col(OrderRow.customer_id) == customer_id)
    wanted = (
        select(OrderRow)
        .where(or_(*theirs), col(OrderRow.number).contains(number.upper(), autoescape=True))
        .order_by(col(OrderRow.placed_at).desc(), col(OrderRow.id).desc())
        .limit(limit)
    )
    return [_order(row) for row in db.exec(wanted)]


def hand_over(db: Session, owner: str, to: str) -> None:
    """Give all orders of one owner to another."""
    changed_rows(db, update(OrderRow).where(col(OrderRow.owner) == owner).values(owner=to))


def move_to_customer(db: Session, order_ids: Iterable[OrderId], customer_id: CustomerId) -> None:
    """Put orders in another customer's name."""
    changed_rows(db, update(OrderRow).where(col(OrderRow.id).in_(list(order_ids))).values(customer_id=customer_id))


def depersonalise(db: Session, order_id: OrderId, selection: Selection, specification: Mapping[str, JsonValue]) -> None:
    """Replace choices and specification by ones without texts, and let go of the measures."""
    changed_rows(
        db,
        update(OrderRow)
        .where(col(OrderRow.id) == order_id)
        .values(selection=selection_to_json(selection), specification=dict(specification), profile_id=None),
    )


def depersonalise_revision(
    db: Session, order_id: OrderId, revision: int, selection: Selection, specification: Mapping[str, JsonValue]
) -> None:
    """Do the same with what an order said before one change."""
    changed_rows(
        db,
        update(OrderRevisionRow)
        .where(col(OrderRevisionRow.order_id) == order_id, col(OrderRevisionRow.revision) == revision)
        .values(selection=selection_to_json(selection), specification=dict(specification), profile_id=None),
    )


def _order(row: OrderRow) -> Order:
    return Order(
        id=OrderId(row.id),
        number=row.number,
        quote_id=QuoteId(row.quote_id),
        line=row.line,
        release=row.release,
        owner=row.owner,
        quantity=row.quantity,
        placed_at=row.placed_at,
        state=row.state,
        held_from=OrderState(row.held_from) if row.held_from else None,
        revision=row.revision,
        revised_at=row.revised_at,
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        address_id=row.address_id,
        **agreed_fields(row),
    )
