"""What suppliers bring: ordering what is suggested, and taking what comes, in part or whole."""

import secrets
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.canonical import JsonValue
from orders.audit.model import Actor
from orders.audit.service import record
from production.overview.service import today
from production.promise import service as promises
from production.promise.adjusting import AtRisk
from production.supply import service as supply
from production.supply.model import AlreadyReceived, DayNotValid, QuantityNotValid, SupplierOrderNotFound
from web.forms import TheForm
from web.lines import line_switch
from web.routes.stock import (
    FOR_PLANNER,
    STORE_KEEPERS,
    Key,
    TheKeeper,
    known_shelf,
    once,
    require_known,
    shelf_of,
)
from web.security.access import require_role
from web.security.model import User
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.stock import coming_rows, suggestion_rows

router = APIRouter(
    prefix="/stock/{line}/orders", dependencies=[Depends(require_role(*STORE_KEEPERS))], include_in_schema=False
)
MOST_AT_ONCE = 200


@router.get("", name="stock:orders")
def orders(
    request: Request,
    shop: TheShop,
    user: TheKeeper,
    line: str,
    moved: Annotated[int, Query(ge=0, le=2**31)] = 0,
    at_risk: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """Show what suppliers still have to bring, and what should be ordered."""
    return _show(request, shop, user, line, moved=moved, at_risk=at_risk)


@router.post("", name="stock:order", dependencies=[FOR_PLANNER])
def order(request: Request, shop: TheShop, user: TheKeeper, actor: TheActor, form: TheForm, line: str) -> Response:
    """Order the materials that are ticked: all of them, or none when one cannot be read."""
    ticked = [str(code) for code in form.getlist("order")][:MOST_AT_ONCE]
    typed = {code: (str(form.get(f"quantity.{code}", "")), str(form.get(f"due.{code}", ""))) for code in ticked}
    reference = str(form.get("reference", "")).strip()[:80]
    now, wrong = shop.now(), ""
    try:
        with shop.database.write() as db:

            def act() -> list[int]:
                nonlocal wrong
                made = []
                shelf = shelf_of(db, shop, line, "en")
                require_known(db, line, shelf, *typed)
                for code in sorted(typed):
                    wrong = code
                    quantity, due = shelf.unit(code).read(typed[code][0]), date.fromisoformat(typed[code][1])
                    made.append(supply.order(db, line, code, quantity, due=due, reference=reference, now=now))
                record(db, f"stock:{line}", "ordered", actor=actor, now=now, supplier_orders=list(made))
                return made

            body: JsonValue = {"typed": {code: [*pair] for code, pair in typed.items()}, "reference": reference}
            if ticked:
                once(db, shop, line, str(form.get("key", ""))[:64], body, act)
    except (ValueError, QuantityNotValid, DayNotValid):
        return _show(request, shop, user, line, typed=typed, reference=reference, problem=wrong, status=422)
    return go_to(request, f"/stock/{line}/orders")


@router.post("/{order_id}/receipts", name="stock:receive_order")
def receive(
    request: Request,
    shop: TheShop,
    user: TheKeeper,
    actor: TheActor,
    line: str,
    order_id: int,
    material: Annotated[str, Form(max_length=120)] = "",
    quantity: Annotated[str, Form(max_length=20)] = "",
    lot: Annotated[str, Form(max_length=80)] = "",
    rest_follows: Annotated[bool, Form()] = False,
    key: Key = "",
) -> Response:
    """Take what came of a supplier order: all there will be of it, or a part when the rest follows."""
    now = shop.now()
    try:
        with shop.database.write() as db:
            amount = known_shelf(db, shop, line, material, "en").unit(material).read(quantity)

            def act() -> None:
                supply.receive(
                    db,
                    line,
                    material,
                    amount,
                    by=actor.id,
                    now=now,
                    lot=lot.strip(),
                    supplier_order=order_id,
                    rest_follows=rest_follows,
                )

            body: JsonValue = {"order": order_id, "quantity": quantity, "lot": lot, "rest": rest_follows}
            once(db, shop, line, key, body, act)
    except (ValueError, QuantityNotValid):
        return _show(request, shop, user, line, problem=f"order.{order_id}", status=422)
    except (AlreadyReceived, SupplierOrderNotFound) as gone:
        return _show(request, shop, user, line, problem="received", status=gone.http_status)
    return go_to(request, f"/stock/{line}/orders")


@router.post("/{order_id}/day", name="stock:move_order", dependencies=[FOR_PLANNER])
def move(
    request: Request,
    shop: TheShop,
    user: TheKeeper,
    actor: TheActor,
    line: str,
    order_id: int,
    due: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Note that a supplier order comes on another day, and show what that puts at risk."""
    try:
        with shop.database.write() as db:
            found = move_order(db, shop, actor, line, order_id, date.fromisoformat(due))
    except (ValueError, DayNotValid):
        return _show(request, shop, user, line, problem=f"day.{order_id}", status=422)
    except (AlreadyReceived, SupplierOrderNotFound) as gone:
        return _show(request, shop, user, line, problem="received", status=gone.http_status)
    lost = len({one.key for one in found})
    return go_to(request, f"/stock/{line}/orders?moved={order_id}&at_risk={lost}")


def move_order(db: Session, shop: Shop, actor: Actor, line: str, order_id: int, due: date) -> list[AtRisk]:
    """Move a supplier order to another day, write down who did, and return the promises that puts at risk.

    Raises:
        PlantNotFound, SupplierOrderNotFound, AlreadyReceived, DayNotValid: as ``supply.move_order``.
    """
    found = supply.move_order(db, line, order_id, due, now=shop.now())
    lost = len({one.key for one in found})
    where, now = f"stock:{line}", shop.now()
    record(db, where, "order_moved", actor=actor, now=now, supplier_order=order_id, due=due.isoformat(), at_risk=lost)
    return found


def _show(
    request: Request,
    shop: Shop,
    user: User,
    line: str,
    *,
    typed: dict[str, tuple[str, str]] | None = None,
    reference: str = "",
    problem: str = "",
    moved: int = 0,
    at_risk: int = 0,
    status: int = 200,
) -> Response:
    now = shop.now()
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, reader_locale(request))
        day = today(promises.plant_of(db, line), now)
        coming = coming_rows(supply.supplier_orders(db, line, now=now), shelf)
        suggested = suggestion_rows(supply.stock_levels(db, line, low_only=True), shelf, day)
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/stock/{}/orders", reader_locale(request)),
        "coming": coming,
        "suggested": suggested[:MOST_AT_ONCE],
        "typed": typed or {},
        "reference": reference,
        "problem": problem,
        "moved": moved,
        "at_risk": at_risk,
        "today": day.isoformat(),
        "may_order": user.may_act_as(Role.PLANNER),
        "key": secrets.token_urlsafe(16),
    }
    return respond(request, "stock/orders.html", values, status=status)
