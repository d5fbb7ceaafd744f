"""What happens to an order, recorded by program."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from orders.lifecycle import repository as orders
from orders.lifecycle.delivering import record_event, ship_pieces
from orders.lifecycle.model import OrderNotYours
from orders.lifecycle.sheets import has_sheet
from orders.lifecycle.transitions import OrderEvent
from web.routes.api import schemas
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import order_json, shipment_json

router = APIRouter(prefix=f"{PREFIX}/orders/{{number}}", tags=["orders"], dependencies=[Bearer])
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
            db, number, body.pieces, carrier=body.carrier, tracking=body.tracking, actor=who.actor, now=shop.now()
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
