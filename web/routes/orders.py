"""An order as the customer and the staff see it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotPossible
from modules_catalog.model import ConfigurationModel
from orders.customers.addresses.repository import addresses_of
from orders.customers.model import Purpose
from orders.drafts.pictures import product_picture
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import require_changeable
from orders.lifecycle.date_offers import answer_offer, open_offer
from orders.lifecycle.model import Order, OrderNotYours
from orders.lifecycle.returning import pieces_with_customer
from orders.lifecycle.service import cancel_order
from orders.lifecycle.sheets import has_diff, has_sheet, issued_sheet
from orders.lifecycle.transitions import OrderState
from production.floor import service as floor
from web.papers.delivery_notes import draw_delivery_note
from web.routes.feedback import WORN_STATES
from web.security.access import MaybeUser, Public, require_role
from web.security.roles import Role
from web.shop import TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.changing import earlier_revisions, obstacle_text
from web.views.invoicing import order_billing, order_messages
from web.views.parcels import address_choices
from web.views.pieces import COPY_REASONS, PIECE_STATES, piece_lines
from web.views.quoting import order_page, promised_date
from web.views.words import Words

router = APIRouter(dependencies=[Public], include_in_schema=False)
SEE_SHEETS = (Role.STORE, Role.FLOOR, Role.PLANNER)
CAN_CANCEL = frozenset({OrderState.PLACED, OrderState.RELEASED})


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a list."""

    number: str
    state: str
    ready: date
    total_minor: int
    currency: str


@router.get("/orders", name="orders:list")
def list_orders(
    request: Request, shop: TheShop, reader: TheReader, number: Annotated[str, Query(max_length=30)] = ""
) -> Response:
    """Show the reader's orders; staff see everybody's and search by number."""
    with shop.database.read() as db:
        if reader.sees_orders:
            found = orders.find_orders(db, number=number.strip())
        else:
            found = orders.orders_in_reach(db, (reader.id, reader.also), reader.customer_id)
    rows = [
        OrderRow(
            each.number, each.state.value, promised_date(each.promise), each.price.total_minor, each.price.currency
        )
        for each in found
    ]
    values = {"orders": rows, "number": number, "may_search": reader.sees_orders}
    return respond(request, "orders/list.html", values, blocks=["found_orders"])


@router.get("/orders/{number}", name="orders:page")
def page(request: Request, shop: TheShop, reader: TheReader, user: MaybeUser, number: str) -> Response:
    """Show one order: where it is, when it is ready, what was agreed."""
    with shop.database.read() as db:
        order = _visible(orders.get_order_by_number(db, number), reader)
        model = shop.configurators.of(db, order.release).model
        values = {
            "page": order_page(order, model, reader_locale(request), has_sheet=has_sheet(db, order)),
            "can_see_sheet": user is not None and user.may_act_as(*SEE_SHEETS),
            "obstacle": _obstacle(db, order, model, reader_locale(request)),
            "may_change": reader.may_open(order.owner, order.customer_id),
            "asked": open_offer(db, order) if reader.may_open(order.owner, order.customer_id) else None,
            "earlier": earlier_revisions(
                order, orders.revisions_of(db, order.id), Words(model, reader_locale(request))
            ),
            "has_diff": has_diff(db, order),
            "pieces": piece_lines(db, order, Words(model, reader_locale(request)))
            if user is not None and user.may_act_as(*SEE_SHEETS)
            else (),
            "piece_states": PIECE_STATES,
            "copy_reasons": COPY_REASONS,
            "may_make": user is not None and user.may_act_as(Role.FLOOR, Role.PLANNER),
            "shipments": orders.shipments_of(db, order.id),
            "returns": orders.returns_of(db, order.id),
            "with_customer": pieces_with_customer(db, order),
            "built": floor.built_pieces(db, order.number) if order.state is not OrderState.ON_HOLD else (),
            "may_record": user is not None and user.may_act_as(Role.STORE),
            "is_carried_away": order.is_carried_away,
            "addresses": _addresses(db, order, reader),
            "goes_to": order.address_id,
            "billing": order_billing(db, order),
            "messages": order_messages(db, order, now=shop.now())
            if user is not None and user.may_act_as(Role.STORE)
            else (),
            "may_record_payment": user is not None and user.may_act_as(Role.STORE, Role.FINANCE),
            "can_say_fit": order.profile_id is not None and order.state in WORN_STATES,
            "can_cancel": (order.held_from or order.state) in CAN_CANCEL
            and reader.may_open(order.owner, order.customer_id),
        }
    return respond(request, "orders/page.html", values)


@router.get("/orders/{number}/picture.svg", name="orders:picture")
def picture(shop: TheShop, reader: TheReader, number: str) -> Response:
    """Draw what was ordered."""
    with shop.database.read() as db:
        order = _visible(orders.get_order_by_number(db, number), reader)
        model = shop.configurators.of(db, order.release).model
    svg = product_picture(model, order.selection.answers)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@router.get(
    "/orders/{number}/build-sheet.pdf",
    name="orders:sheet",
    dependencies=[Depends(require_role(*SEE_SHEETS))],
)
def sheet(shop: TheShop, number: str, piece: Annotated[int, Query(ge=1, le=999)] = 1) -> Response:
    """Send the build sheet of a piece as it was issued."""
    with shop.database.read() as db:
        content = issued_sheet(db, shop.blobs, orders.get_order_by_number(db, number), piece)
    name = number if piece == 1 else f"{number}.{piece}"
    disposition = f'inline; filename="{name}.build-sheet.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.get("/orders/{number}/parcels/{parcel}/delivery-note.pdf", name="orders:delivery_note")
def note(shop: TheShop, reader: TheReader, number: str, parcel: int) -> Response:
    """Send a parcel's delivery note: what is in it, what came before and what is still to come."""
    with shop.database.read() as db:
        order = _readable(orders.get_order_by_number(db, number), reader)
    content = draw_delivery_note(shop, order, parcel)
    headers = {
        "Content-Disposition": f'inline; filename="{number}-{parcel}.delivery-note.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/orders/{number}/dates/{offer}", name="orders:answer_date")
def answer_date(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    number: str,
    offer: int,
    accepts: Annotated[bool, Form()],
) -> Response:
    """Accept or decline another day; one that nobody is asked about any more changes nothing, and the page shows how it is."""
    with shop.database.write() as db:
        _readable(orders.get_order_by_number(db, number), reader)
        answer_offer(db, number, offer, accepts=accepts, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}")


@router.post("/orders/{number}/cancellation", name="orders:cancel")
def cancel(request: Request, shop: TheShop, reader: TheReader, actor: TheActor, number: str) -> Response:
    """Cancel an order the floor has not started."""
    with shop.database.write() as db:
        order = _readable(orders.get_order_by_number(db, number), reader)
        cancel_order(db, order.id, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}")


def _obstacle(db: Session, order: Order, model: ConfigurationModel, locale: str) -> str:
    """Return why the order cannot be changed; empty while it can."""
    try:
        require_changeable(db, order)
    except NotPossible as error:
        return obstacle_text(error, Words(model, locale))
    return ""


def _addresses(db: Session, order: Order, reader: TheReader) -> list[tuple[str, str]]:
    """Return where its next parcel may go, for whoever may open it."""
    if order.customer_id is None or order.is_carried_away or not reader.may_open(order.owner, order.customer_id):
        return []
    return address_choices(addresses_of(db, order.customer_id, purpose=Purpose.DELIVERY))


def _visible(order: Order, reader: TheReader) -> Order:
    if not reader.may_look_at_order(order.owner, order.customer_id):
        raise OrderNotYours(number=order.number)
    return order


def _readable(order: Order, reader: TheReader) -> Order:
    if not reader.may_open(order.owner, order.customer_id):
        raise OrderNotYours(number=order.number)
    return order
