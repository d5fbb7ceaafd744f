"""The store by program: levels, deliveries, counts, supplier orders."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from orders.audit.service import record
from production.supply import service as supply
from production.supply.model import StockLevel
from web.routes.api import stock_schemas as told
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.stock import FOR_PLANNER, STORE_KEEPERS, known_shelf, shelf_of
from web.routes.supplier_orders import move_order
from web.security.access import require_role
from web.shop import TheShop
from web.views.stock import Shelf, level_json, movement_json, supplier_order_json

router = ApiRouter(
    prefix=f"{PREFIX}/stock/{{line}}",
    tags=["stock"],
    dependencies=[Depends(require_role(*STORE_KEEPERS)), Bearer],
    responses=problems(401, 403),
)


@router.get("", name="api:stock", responses=problems(404))
def list_levels(shop: TheShop, line: str, low: Annotated[bool, Query()] = False) -> list[told.Level]:
    """Return what there is of every material, what runs low first; with ``low`` only that."""
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, "en")
        levels = supply.stock_levels(db, line, low_only=low)
    return [_level(one, shelf) for one in levels]


@router.get("/movements", name="api:movements", responses=problems(404))
def list_movements(
    shop: TheShop,
    line: str,
    material: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> list[told.Movement]:
    """Return what moved, of one material or of all, the newest first."""
    with shop.database.read() as db:
        shelf_of(db, shop, line, "en")
        found = supply.movements(db, line, material, limit=limit)
    return [told.Movement.model_validate(movement_json(one)) for one in found]


@router.post("/receipts", name="api:receive", status_code=201, responses=problems(404, 409, 422))
def receive(shop: TheShop, who: TheApiReader, line: str, body: told.Delivery) -> told.Level:
    """Take a delivery into stock, and return what there is then."""
    now = shop.now()
    with shop.database.write() as db:
        shelf = known_shelf(db, shop, line, body.material, "en")
        supply.receive(
            db,
            line,
            body.material,
            body.quantity,
            by=who.actor.id,
            now=now,
            lot=body.lot,
            reference=body.reference,
            supplier_order=body.supplier_order,
            rest_follows=body.rest_follows,
        )
        return _level(_of(db, line, body.material), shelf)


@router.post("/counts", name="api:count", status_code=201, responses=problems(404, 422))
def count(shop: TheShop, who: TheApiReader, line: str, body: told.Count) -> told.CountedLevel:
    """Take over what a stocktake found, and return the difference to what was thought to be there."""
    now = shop.now()
    with shop.database.write() as db:
        shelf = known_shelf(db, shop, line, body.material, "en")
        difference = supply.count(db, line, body.material, body.counted, by=who.actor.id, now=now, reason=body.reason)
        return told.CountedLevel.model_validate(
            {"difference": difference, "level": _level(_of(db, line, body.material), shelf).model_dump()}
        )


@router.get("/supplier-orders", name="api:supplier_orders", responses=problems(404))
def list_supplier_orders(shop: TheShop, line: str) -> list[told.SupplierOrder]:
    """Return what suppliers still have to bring, by day."""
    with shop.database.read() as db:
        found = supply.supplier_orders(db, line, now=shop.now())
    return [told.SupplierOrder.model_validate(supplier_order_json(one)) for one in found]


@router.post(
    "/supplier-orders",
    name="api:order_from_supplier",
    status_code=201,
    dependencies=[FOR_PLANNER],
    response_model=told.SupplierOrder,
    responses=problems(404, 422),
)
def order(shop: TheShop, who: TheApiReader, line: str, body: told.OrderFromSupplier) -> Response:
    """Note that a supplier will bring a quantity on a day; what promises wait for from the supplier comes out of it."""
    now = shop.now()
    with shop.database.write() as db:
        known_shelf(db, shop, line, body.material, "en")
        made = supply.order(db, line, body.material, body.quantity, due=body.due, reference=body.reference, now=now)
        record(db, f"stock:{line}", "ordered", actor=who.actor, now=now, supplier_orders=[made])
        (found,) = [one for one in supply.supplier_orders(db, line, now=now) if one.id == made]
        answer = told.SupplierOrder.model_validate(supplier_order_json(found)).model_dump(mode="json")
    return JSONResponse(answer, status_code=201)


@router.put(
    "/supplier-orders/{order_id}/day",
    name="api:move_supplier_order",
    dependencies=[FOR_PLANNER],
    responses=problems(404, 409, 422),
)
def move(shop: TheShop, who: TheApiReader, line: str, order_id: int, body: told.DayIn) -> told.MovedOrder:
    """Note that a supplier order comes on another day, and return how many promises that puts at risk."""
    with shop.database.write() as db:
        found = move_order(db, shop, who.actor, line, order_id, body.due)
    return told.MovedOrder(at_risk=len({one.key for one in found}))


@router.put(
    "/materials/{material}/ordering", name="api:set_ordering", dependencies=[FOR_PLANNER], responses=problems(404, 422)
)
def set_ordering(shop: TheShop, who: TheApiReader, line: str, material: str, body: told.Ordering) -> told.Level:
    """Say when to order a material again, and return what there is of it."""
    with shop.database.write() as db:
        shelf = known_shelf(db, shop, line, material, "en")
        supply.set_ordering(db, line, material, reorder_at=body.reorder_at, lead_time_days=body.lead_time_days)
        details = body.model_dump(mode="json")
        record(db, f"stock:{line}:{material}", "ordering_set", actor=who.actor, now=shop.now(), **details)
        return _level(_of(db, line, material), shelf)


def _of(db: Session, line: str, material: str) -> StockLevel:
    return next(one for one in supply.stock_levels(db, line) if one.material == material)


def _level(level: StockLevel, shelf: Shelf) -> told.Level:
    thing = shelf.things.get(level.material)
    return told.Level.model_validate(level_json(level, thing.unit if thing else "pcs"))
