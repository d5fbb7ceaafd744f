"""Promises at risk: what, why, and what a planner can do about it here: a swap, or the day the customer agreed to instead."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from orders.audit.service import record
from orders.lifecycle.date_offers import offer_date
from orders.lifecycle.redating import DateNotAgreed, NewDateNotValid, move_promise
from orders.lifecycle.risks import promises_at_risk
from production.errors import BeyondHorizon, CapacityTaken
from production.floor import service as floor
from production.promise import service as promises
from production.sequencing.swapping import SwapNotPossible, bring_forward
from web import formats
from web.lines import line_switch
from web.routes.planning import show_trace
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.risks import risk_rows
from web.views.words import Words

router = APIRouter(prefix="/planning", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False)


@router.get("/{line}/risks", name="planner:risks")
def risks(request: Request, shop: TheShop, line: str) -> Response:
    """Show the promises that are not sure any more: why, and what can be done."""
    return _show(request, shop, line)


@router.post("/{line}/risks/{number}/{piece}/turn", name="planner:bring_forward")
def turn(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    line: str,
    number: str,
    piece: int,
    before: Annotated[str, Form(max_length=50)],
) -> Response:
    """Bring a piece before another one; refused where it does not help or the other one would be late."""
    other, _, of = before.partition("/")
    now = shop.now()
    try:
        with shop.database.write() as db:
            bring_forward(db, line, (number, piece), (other, int(of) if of.isdecimal() else 1), now=now)
            record(db, f"order:{number}", "brought_forward", actor=actor, now=now, piece=piece, before=before)
    except (SwapNotPossible, CapacityTaken, BeyondHorizon):
        return _show(request, shop, line, refused=number, status=409)
    return go_to(request, f"/planning/{line}/risks")


@router.post("/orders/{number}/promise", name="planner:move_promise")
def promise(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    shown: Annotated[date, Form()],
    day: Annotated[str, Form(max_length=10)] = "",
    agreed: Annotated[bool, Form()] = False,
    reason: Annotated[str, Form(max_length=200)] = "",
    ask: Annotated[bool, Form()] = False,
) -> Response:
    """Give an order the day its customer agreed to, or ask them about it; they are written to either way."""
    try:
        wanted, now = date.fromisoformat(day), shop.now()
        with shop.database.write() as db:
            if ask:
                offer_date(db, number, wanted, shown=shown, reason=reason, actor=actor, now=now)
            else:
                move_promise(db, number, wanted, shown=shown, has_agreed=agreed, reason=reason, actor=actor, now=now)
    except DateNotAgreed:
        return show_trace(request, shop, number, typed=day, reason=reason, problem="consent", status=422)
    except (NewDateNotValid, ValueError):
        return show_trace(request, shop, number, typed=day, reason=reason, problem="day", status=422)
    return go_to(request, f"/planning/orders/{number}")


def _show(request: Request, shop: Shop, line: str, *, refused: str = "", status: int = 200) -> Response:
    locale = reader_locale(request)
    now = shop.now()
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        model = shop.configurators.of(db, releases.current_release(db, line, now=now)).model
        found = promises_at_risk(db, line)
        spoilt = floor.waiting_for_remake(db, line)
    rows = risk_rows(found, line, Words(model, locale, plant), partial(formats.date, locale=locale))
    lines = line_switch(shop, line, "/planning/{}/risks", locale)
    values = {"line": line, "lines": lines, "rows": rows, "spoilt": spoilt, "refused": refused}
    return respond(request, "planning/risks.html", values, status=status)
