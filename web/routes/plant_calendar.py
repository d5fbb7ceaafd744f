"""Days that differ from the plan: maintenance, a machine down, overtime; what they do to promises is shown before they are kept."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from modules_catalog.releases import service as releases
from orders.audit.service import record
from orders.lifecycle.risks import judged
from production.overview import service as overview
from production.plants.model import Adjustment, AdjustmentKind, Plant
from production.promise import adjusting
from production.promise import service as promises
from web import formats
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.plant_calendar import adjustment_rows
from web.views.risks import risk_rows
from web.views.words import Words

router = APIRouter(
    prefix="/planning/{line}", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False
)
AHEAD_DAYS = 120


@router.get("/calendar", name="planner:calendar")
def page(
    request: Request,
    shop: TheShop,
    line: str,
    work_centre: Annotated[str, Query(max_length=40)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show what differs from the plan in the next months, and ask for more."""
    typed = {"work_centre": work_centre, "day": day, "kind": kind or AdjustmentKind.MAINTENANCE.value}
    return _show(request, shop, line, typed=typed)


@router.post("/calendar", name="planner:adjust")
def adjust(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    line: str,
    work_centre: Annotated[str, Form(max_length=40)],
    kind: Annotated[AdjustmentKind, Form()],
    day: Annotated[str, Form(max_length=10)] = "",
    begins: Annotated[str, Form(max_length=5)] = "",
    ends: Annotated[str, Form(max_length=5)] = "",
    places: Annotated[str, Form(max_length=4)] = "1",
    note: Annotated[str, Form(max_length=120)] = "",
    keep: Annotated[bool, Form()] = False,
) -> Response:
    """Show what an adjustment would do to promises; with ``keep``, keep it."""
    typed = {
        "work_centre": work_centre,
        "kind": kind.value,
        "day": day,
        "begins": begins,
        "ends": ends,
        "places": places,
        "note": note,
    }
    try:
        adjustment = Adjustment(
            work_centre=work_centre,
            kind=kind,
            day=date.fromisoformat(day),
            from_min=_minute(begins),
            to_min=_minute(ends),
            places=int(places),
            note=note.strip(),
        )
    except ValueError:
        return _show(request, shop, line, typed=typed, problem="span", status=422)
    now = shop.now()
    with shop.database.write() as db:
        effect = adjusting.effect_of(db, line, adjustment, now=now)
        if keep:
            adjusting.adjust(db, line, adjustment, now=now)
            record(
                db,
                f"plant:{line}",
                "adjusted",
                actor=actor,
                now=now,
                work_centre=work_centre,
                kind=kind.value,
                day=day,
                at_risk=len({one.key for one in effect}),
            )
    if keep:
        return go_to(request, f"/planning/{line}/calendar")
    return _show(request, shop, line, typed=typed, effect=effect)


@router.post("/calendar/{adjustment_id}/removal", name="planner:withdraw_adjustment")
def withdraw(request: Request, shop: TheShop, actor: TheActor, line: str, adjustment_id: int) -> Response:
    """Take an adjustment back."""
    with shop.database.write() as db:
        gone = adjusting.withdraw(db, line, adjustment_id)
        record(
            db,
            f"plant:{line}",
            "adjustment_withdrawn",
            actor=actor,
            now=shop.now(),
            work_centre=gone.work_centre,
            day=gone.day.isoformat(),
        )
    return go_to(request, f"/planning/{line}/calendar")


def _show(
    request: Request,
    shop: Shop,
    line: str,
    *,
    typed: dict[str, str],
    effect: list[adjusting.AtRisk] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        today = overview.today(plant, shop.now())
        kept = adjusting.adjustments(db, line, today - timedelta(days=7), today + timedelta(days=AHEAD_DAYS))
        words = line_words(shop, db, plant, locale)
        at_risk = None if effect is None else judged(db, line, effect)
    shown = None if at_risk is None else risk_rows(at_risk, line, words, partial(formats.date, locale=locale))
    empty = {
        "work_centre": plant.work_centres[0].code,
        "begins": "08:00",
        "ends": "12:00",
        "places": "1",
        "note": "",
        "day": today.isoformat(),
    }
    values = {
        "line": line,
        "rows": adjustment_rows(kept, plant, locale),
        "centres": [(centre.code, centre.name(locale)) for centre in plant.work_centres],
        "typed": {**empty, **{key: value for key, value in typed.items() if value}},
        "problem": problem,
        "effect": shown,
        "lines": line_switch(shop, line, "/planning/{}/calendar", locale),
    }
    return respond(request, "planning/calendar.html", values, status=status)


def line_words(shop: Shop, db: Session, plant: Plant, locale: str) -> Words:
    """Return the words of a plant's line, as the release in force has them."""
    release = releases.current_release(db, plant.line, now=shop.now())
    return Words(shop.configurators.of(db, release).model, locale, plant)


def _minute(typed: str) -> int:
    """Return a wall clock time as minutes since midnight.

    Raises:
        ValueError: it is no time.
    """
    hours, _, minutes = typed.partition(":")
    found = 60 * int(hours) + int(minutes or 0)
    if not 0 <= int(minutes or 0) < 60 or not 0 <= found <= 1440:
        raise ValueError(typed)
    return found
