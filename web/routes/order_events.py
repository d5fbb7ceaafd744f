"""What staff record of an order: on hold, going on, shipped, delivered, come back, done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.errors import NotValid
from orders.lifecycle import repository as orders
from orders.lifecycle.delivering import record_event, ship_pieces
from orders.lifecycle.model import Remedy
from orders.lifecycle.returning import return_pieces
from orders.lifecycle.transitions import OrderEvent
from orders.messages.service import send_again
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheActor, TheShop
from web.templating import go_to

router = APIRouter(dependencies=[Depends(require_role(Role.STORE))], include_in_schema=False)


class OrderEventUnknown(NotValid):
    """Nothing of this name happens to orders; facts: ``event``."""


@router.post("/orders/{number}/events", name="orders:record_event")
def record(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    event: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Record what happened to an order."""
    if event not in set(OrderEvent):
        raise OrderEventUnknown(event=event)
    with shop.database.write() as db:
        record_event(db, number, OrderEvent(event), reason=reason, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}")


@router.post("/orders/{number}/returns", name="orders:return")
def take_back(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    reason: Annotated[str, Form()],
    piece: Annotated[list[int], Form()] = [],  # noqa: B006 - read only
    remedy: Annotated[Remedy, Form()] = Remedy.MONEY_BACK,
) -> Response:
    """Record that pieces came back: those ticked, or all that are with the customer."""
    with shop.database.write() as db:
        return_pieces(db, number, piece, reason=reason, remedy=remedy, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}")


@router.post("/orders/{number}/shipments", name="orders:ship")
def ship(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    piece: Annotated[list[int], Form()] = [],  # noqa: B006 - read only
    carrier: Annotated[str, Form(max_length=60)] = "",
    tracking: Annotated[str, Form(max_length=60)] = "",
    address: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Record that pieces have left: those ticked, or all that are made."""
    with shop.database.write() as db:
        ship_pieces(
            db,
            number,
            piece,
            carrier=carrier,
            tracking=tracking,
            address_id=address,
            actor=actor,
            now=shop.now(),
        )
    return go_to(request, f"/orders/{number}")


@router.post("/orders/{number}/messages/{message_id}/again", name="orders:send_again")
def resend(request: Request, shop: TheShop, actor: TheActor, number: str, message_id: str) -> Response:
    """Send a message once more that was refused, or of which nobody knows whether it went out."""
    with shop.database.write() as db:
        send_again(db, orders.get_order_by_number(db, number), message_id, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}")
