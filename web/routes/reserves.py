"""The reserve of each work centre: what its recorded times ask for, with the evidence; taken over by a press."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from orders.audit.model import Actor
from orders.audit.service import record
from orders.lifecycle.risks import judged
from production.calibrating.service import LOOK_BACK_DAYS, proposals
from production.errors import ReserveNotValid
from production.promise import adjusting
from production.promise import service as promises
from production.promise.adjusting import AtRisk
from web import formats
from web.lines import line_switch
from web.routes.plant_calendar import line_words
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.risks import risk_rows

router = APIRouter(
    prefix="/planning/{line}/reserves", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False
)


@router.get("", name="planner:reserves")
def page(request: Request, shop: TheShop, line: str) -> Response:
    """Show each work centre's reserve beside what its times ask for."""
    return _show(request, shop, line)


@router.post("/{work_centre}", name="planner:set_reserve")
def set_reserve(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    line: str,
    work_centre: str,
    percent: Annotated[str, Form(max_length=3)] = "",
    keep: Annotated[bool, Form()] = False,
) -> Response:
    """Show what another reserve would do to promises; with ``keep``, keep it."""
    try:
        wanted = int(percent) if percent.isdecimal() else -1
        with shop.database.write() as db:
            if keep:
                keep_reserve(db, shop, actor, line, work_centre, wanted)
            else:
                effect = adjusting.effect_of_reserve(db, line, work_centre, wanted, now=shop.now())
    except ReserveNotValid:
        return _show(request, shop, line, asked=work_centre, typed=percent, problem=True, status=422)
    if keep:
        return go_to(request, f"/planning/{line}/reserves")
    return _show(request, shop, line, asked=work_centre, typed=percent, effect=effect)


def keep_reserve(db: Session, shop: Shop, actor: Actor, line: str, work_centre: str, percent: int) -> list[AtRisk]:
    """Set a reserve, write down who did, and return the promises it puts at risk.

    Raises:
        PlantNotFound, WorkCentreNotFound, ReserveNotValid: as ``adjusting.set_reserve``.
    """
    found = adjusting.set_reserve(db, line, work_centre, percent, now=shop.now())
    lost = len({one.key for one in found})
    where = f"plant:{line}"
    record(
        db, where, "reserve_set", actor=actor, now=shop.now(), work_centre=work_centre, percent=percent, at_risk=lost
    )
    return found


def _show(
    request: Request,
    shop: Shop,
    line: str,
    *,
    asked: str = "",
    typed: str = "",
    effect: list[AtRisk] | None = None,
    problem: bool = False,
    status: int = 200,
) -> Response:
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        found = proposals(db, line, now=shop.now())
        shown = None
        if effect is not None:
            words = line_words(shop, db, plant, locale)
            shown = risk_rows(judged(db, line, effect), line, words, partial(formats.date, locale=locale))
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/planning/{}/reserves", locale),
        "rows": [(plant.work_centre(one.work_centre).name(locale), one) for one in found],
        "days": LOOK_BACK_DAYS,
        "asked": asked,
        "asked_name": plant.work_centre(asked).name(locale) if effect is not None else "",
        "typed": typed,
        "effect": shown,
        "problem": problem,
    }
    return respond(request, "planning/reserves.html", values, status=status)
