"""The store: what lies in the plant, what runs low, deliveries and their lots, and everything that moved."""

import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.canonical import JsonValue
from modules_catalog.releases import service as releases
from orders.audit.service import record
from orders.idempotency.service import answer_once
from production.promise import service as promises
from production.supply import service as supply
from production.supply.materials import materials_of
from production.supply.model import MaterialNotFound, QuantityNotValid, StockLevel
from web.lines import line_switch
from web.security.access import require_role
from web.security.model import User
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.stock import Shelf, coming_rows, level_row, movement_rows
from web.views.words import Words

STORE_KEEPERS = (Role.PLANNER, Role.FLOOR)
"""Who may look into the store, take deliveries and count."""
router = APIRouter(prefix="/stock", dependencies=[Depends(require_role(*STORE_KEEPERS))], include_in_schema=False)
FOR_PLANNER = Depends(require_role(Role.PLANNER))
PER_PAGE = 60
MOST_MOVEMENTS = 200

Key = Annotated[str, Form(max_length=64)]
TheKeeper = Annotated[User, Depends(require_role(*STORE_KEEPERS))]


@router.get("", name="stock:home")
def home(request: Request, shop: TheShop) -> Response:
    """Go to the store of the first line."""
    with shop.database.read() as db:
        lines = releases.current_lines(db, now=shop.now())
    return go_to(request, f"/stock/{lines[0]}")


@router.get("/{line}", name="stock:levels")
def levels(
    request: Request,
    shop: TheShop,
    line: str,
    sought: Annotated[str, Query(alias="q", max_length=80)] = "",
    low: Annotated[bool, Query()] = False,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show what there is of every material, what runs low first."""
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, reader_locale(request))
        every = supply.stock_levels(db, line)
    found = [one for one in every if (one.is_low or not low) and shelf.matches(one.material, sought)]
    last = max(1, -(-len(found) // PER_PAGE))
    page = min(page, last)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/stock/{}", reader_locale(request)),
        "rows": [level_row(one, shelf) for one in shown],
        "count": len(found),
        "low_count": sum(one.is_low for one in every),
        "q": sought,
        "low": low,
        "page": page,
        "last": last,
    }
    return respond(request, "stock/levels.html", values, blocks=["stock_levels"])


@router.get("/{line}/movements", name="stock:movements")
def movements(request: Request, shop: TheShop, line: str) -> Response:
    """Show what came, went and was counted, the newest first."""
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, reader_locale(request))
        rows = movement_rows(supply.movements(db, line, "", limit=MOST_MOVEMENTS), shelf)
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/stock/{}/movements", reader_locale(request)),
        "rows": rows,
    }
    return respond(request, "stock/movements.html", values)


@router.get("/{line}/materials/{material}", name="stock:material")
def material_page(request: Request, shop: TheShop, user: TheKeeper, line: str, material: str) -> Response:
    """Show one material: what there is, what comes, what moved; take a delivery of it."""
    return _material(request, shop, user, line, material)


@router.post("/{line}/materials/{material}/receipts", name="stock:receive")
def receive(
    request: Request,
    shop: TheShop,
    user: TheKeeper,
    actor: TheActor,
    line: str,
    material: str,
    quantity: Annotated[str, Form(max_length=20)] = "",
    lot: Annotated[str, Form(max_length=80)] = "",
    reference: Annotated[str, Form(max_length=80)] = "",
    key: Key = "",
) -> Response:
    """Take a delivery that no supplier order announced into stock, under its lot."""
    typed = {"quantity": quantity, "lot": lot, "reference": reference}
    now = shop.now()
    try:
        with shop.database.write() as db:
            amount = known_shelf(db, shop, line, material, reader_locale(request)).unit(material).read(quantity)

            def act() -> None:
                supply.receive(
                    db, line, material, amount, by=actor.id, now=now, lot=lot.strip(), reference=reference.strip()
                )

            once(db, shop, line, key, {"material": material, **typed}, act)
    except (ValueError, QuantityNotValid):
        return _material(request, shop, user, line, material, typed=typed, problem="quantity", status=422)
    return go_to(request, f"/stock/{line}/materials/{material}")


@router.post("/{line}/materials/{material}/ordering", name="stock:set_ordering", dependencies=[FOR_PLANNER])
def set_ordering(
    request: Request,
    shop: TheShop,
    user: TheKeeper,
    actor: TheActor,
    line: str,
    material: str,
    reorder_at: Annotated[str, Form(max_length=20)] = "",
    lead_time_days: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """Say when to order again, and how long the supplier takes."""
    typed = {"reorder_at": reorder_at, "lead_time_days": lead_time_days}
    try:
        with shop.database.write() as db:
            unit = known_shelf(db, shop, line, material, reader_locale(request)).unit(material)
            least, days = unit.read(reorder_at), int(lead_time_days) if lead_time_days.strip() else None
            supply.set_ordering(db, line, material, reorder_at=least, lead_time_days=days)
            record(
                db,
                f"stock:{line}:{material}",
                "ordering_set",
                actor=actor,
                now=shop.now(),
                reorder_at=least,
                lead_time_days=days,
            )
    except (ValueError, QuantityNotValid):
        return _material(request, shop, user, line, material, typed=typed, problem="ordering", status=422)
    return go_to(request, f"/stock/{line}/materials/{material}")


def shelf_of(db: Session, shop: Shop, line: str, locale: str) -> Shelf:
    """Return the names and units of a line's materials, as the release in force has them.

    Raises:
        PlantNotFound, ReleaseNotFound: there is no such line.
    """
    plant = promises.plant_of(db, line)
    model = releases.model_of(db, releases.current_release(db, line, now=shop.now()))
    return Shelf(Words(model, locale, plant), materials_of(model))


def known_shelf(db: Session, shop: Shop, line: str, material: str, locale: str) -> Shelf:
    """Return the same, for a material the line's catalog or its store knows.

    Raises:
        MaterialNotFound: as ``require_known``.
    """
    shelf = shelf_of(db, shop, line, locale)
    require_known(db, line, shelf, material)
    return shelf


def require_known(db: Session, line: str, shelf: Shelf, *materials: str) -> None:
    """Refuse a code that neither the line's catalog nor its store knows: a mistyped one is no new material.

    Raises:
        MaterialNotFound: one of them.
    """
    unknown = [one for one in materials if one not in shelf.things]
    stocked = {one.material for one in supply.stock_levels(db, line)} if unknown else set()
    for material in unknown:
        if material not in stocked:
            raise MaterialNotFound(line=line, material=material)


def once(db: Session, shop: Shop, line: str, key: str, body: JsonValue, act: Callable[[], JsonValue]) -> JsonValue:
    """Do something to the stock of a line once for each key a form sends; without a key, each time."""
    return answer_once(db, scope=f"stock:{line}", key=key or None, body=body, now=shop.now(), act=act)


def _material(
    request: Request,
    shop: Shop,
    user: User,
    line: str,
    material: str,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    with shop.database.read() as db:
        shelf = known_shelf(db, shop, line, material, reader_locale(request))
        level = next((one for one in supply.stock_levels(db, line) if one.material == material), None)
        coming = [one for one in supply.supplier_orders(db, line, now=shop.now()) if one.material == material]
        moved = supply.movements(db, line, material)
        default_days = promises.plant_of(db, line).default_lead_days
    level = level or StockLevel(material, 0, 0, 0, 0, 0, 0, default_days)
    unit = shelf.unit(material)
    known = {"reorder_at": unit.typed(level.reorder_at), "lead_time_days": str(level.lead_time_days)}
    values = {
        "line": line,
        "row": level_row(level, shelf),
        "lead_time_days": level.lead_time_days,
        "order_by": level.order_by,
        "unit": unit,
        "coming": coming_rows(coming, shelf),
        "rows": movement_rows(moved, shelf),
        "typed": {"quantity": "", "lot": "", "reference": "", **known, **(typed or {})},
        "problem": problem,
        "key": secrets.token_urlsafe(16),
        "may_order": user.may_act_as(Role.PLANNER),
    }
    return respond(request, "stock/material.html", values, status=status)
