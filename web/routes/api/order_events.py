"""What happens to an order, recorded by program."""

from fastapi import Depends
from fastapi.responses import JSONResponse, Response

from orders.lifecycle import repository as orders
from orders.lifecycle.delivering import record_event, ship_pieces
from orders.lifecycle.model import OrderNotYours, Remedy
from orders.lifecycle.returning import return_pieces
from orders.lifecycle.sheets import has_sheet
from orders.lifecycle.transitions import OrderEvent
from orders.messages.repository import messages_of_order
from orders.messages.service import send_again
from web.papers.delivery_notes import draw_delivery_note
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import message_json, order_json, return_json, shipment_json

router = ApiRouter(prefix=f"{PREFIX}/orders/{{number}}", tags=["orders"], dependencies=[Bearer])
_STORE = Depends(require_role(Role.STORE))


@router.post(
    "/events",
    name="api:record_event",
    dependencies=[_STORE],
    response_model=schemas.Order,
    responses=problems(401, 403, 404, 409, 422),
)
def record(shop: TheShop, who: TheApiReader, number: str, body: schemas.OrderHappening) -> Response:
    """Record what happened: `hold` and `return` say why. Holding stops the work on the floor, `resume` lets it go on."""
    with shop.database.write() as db:
        event = OrderEvent(body.event)
        order = record_event(db, number, event, reason=body.reason, actor=who.actor, now=shop.now())
        return JSONResponse(order_json(order, has_sheet=has_sheet(db, order)))


@router.post(
    "/shipments",
    name="api:ship",
    status_code=201,
    dependencies=[_STORE],
    response_model=schemas.Shipment,
    responses=problems(401, 403, 404, 409, 422),
)
def ship(shop: TheShop, who: TheApiReader, number: str, body: schemas.ShipPieces) -> Response:
    """Record that pieces have left in one parcel: those named, or all that are made. The last one ships the order."""
    with shop.database.write() as db:
        shipment = ship_pieces(
            db,
            number,
            body.pieces,
            carrier=body.carrier,
            tracking=body.tracking,
            address_id=body.address_id,
            actor=who.actor,
            now=shop.now(),
        )
    return JSONResponse(shipment_json(shipment), status_code=201)


@router.get("/shipments", name="api:shipments", dependencies=[Public], responses=problems(403, 404))
def shipments(shop: TheShop, who: TheApiReader, number: str) -> list[schemas.Shipment]:
    """Return what left of an order, in order."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
        found = orders.shipments_of(db, order.id)
    return [schemas.Shipment.model_validate(shipment_json(each)) for each in found]


@router.get(
    "/shipments/{parcel}/delivery-note.pdf",
    name="api:delivery_note",
    dependencies=[Public],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **problems(403, 404)},
)
def note(shop: TheShop, who: TheApiReader, number: str, parcel: int) -> Response:
    """Return a parcel's delivery note: what is in it, what came before and what is still to come."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_open(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
    content = draw_delivery_note(shop, order, parcel)
    disposition = f'attachment; filename="{number}-{parcel}.delivery-note.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.post(
    "/returns",
    name="api:return",
    status_code=201,
    dependencies=[_STORE],
    response_model=schemas.PiecesReturned,
    responses=problems(401, 403, 404, 409, 422),
)
def take_back(shop: TheShop, who: TheApiReader, number: str, body: schemas.ReturnPieces) -> Response:
    """Record that pieces came back: those named, or all that are with the customer.

    A credit note over their share of the price follows for `money_back`. With the last piece the order is returned.
    """
    with shop.database.write() as db:
        remedy, now = Remedy(body.remedy), shop.now()
        returned = return_pieces(db, number, body.pieces, reason=body.reason, remedy=remedy, actor=who.actor, now=now)
    return JSONResponse(return_json(returned), status_code=201)


@router.get("/returns", name="api:returns", dependencies=[Public], responses=problems(403, 404))
def returns(shop: TheShop, who: TheApiReader, number: str) -> list[schemas.PiecesReturned]:
    """Return what came back of an order, in order."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
        found = orders.returns_of(db, order.id)
    return [schemas.PiecesReturned.model_validate(return_json(each)) for each in found]


@router.get("/messages", name="api:messages", dependencies=[_STORE], responses=problems(401, 403, 404))
def messages(shop: TheShop, number: str) -> list[schemas.OrderMessage]:
    """Return what was written to the customer about an order, in order; neither address nor text."""
    with shop.database.read() as db:
        found = messages_of_order(db, orders.get_order_by_number(db, number).id)
    now = shop.now()
    return [schemas.OrderMessage.model_validate(message_json(each, now=now)) for each in found]


@router.post(
    "/messages/{message_id}/again",
    name="api:send_again",
    status_code=204,
    dependencies=[_STORE],
    responses=problems(401, 403, 404, 409),
)
def resend(shop: TheShop, who: TheApiReader, number: str, message_id: str) -> Response:
    """Send a message once more that was refused, or of which nobody knows whether it went out; others are 409."""
    with shop.database.write() as db:
        send_again(db, orders.get_order_by_number(db, number), message_id, actor=who.actor, now=shop.now())
    return Response(status_code=204)
