"""How well promises were kept and the plant did: the planner's page, and the same for a program that watches."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from orders.lifecycle.agreements import figures_of_line
from production.overview import service as overview
from production.promise import service as promises
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.templating import reader_locale, respond
from web.views.figures import figures_view
from web.views.words import Words

router = APIRouter(
    prefix="/planning/{line}", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False
)
PERIODS = (7, 28, 91)
"""Days of the periods one press away; the second is shown first."""
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of a period; ``problem`` says that what was asked for is none."""

    first: date
    last: date
    problem: bool = False


@router.get("/metrics", name="planner:metrics")
def metrics(
    request: Request,
    shop: TheShop,
    line: str,
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
) -> Response:
    """Show a period's figures: promises kept, lead time, work in process, first passes, use, adherence."""
    locale = reader_locale(request)
    now = shop.now()
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        today = overview.today(plant, now)
        days = asked_days(first, last, today)
        figures = figures_of_line(db, line, days.first, days.last, now=now)
        model = shop.configurators.of(db, releases.current_release(db, line, now=now)).model
    periods = [Days(today - timedelta(days=length - 1), today) for length in PERIODS]
    length = (days.last - days.first).days + 1
    values = {
        "line": line,
        "lines": line_switch(shop, line, partial(_href, days=days), locale),
        "days": days,
        "periods": [
            (each, _href(line, days), days == found)
            for each, found, days in zip(PERIODS, [days] * 3, periods, strict=True)
        ],
        "before": _href(line, Days(days.first - timedelta(days=length), days.first - timedelta(days=1))),
        "after": _href(line, Days(days.last + timedelta(days=1), days.last + timedelta(days=length)))
        if days.last < today
        else "",
        "view": figures_view(figures, plant, Words(model, locale, plant), days.first, days.last),
    }
    return respond(request, "planning/metrics.html", values, status=422 if days.problem else 200)


def asked_days(first: str, last: str, today: date) -> Days:
    """Return the period asked for; four weeks up to today where nothing was, or what was is no period."""
    usual = Days(today - timedelta(days=PERIODS[1] - 1), today)
    if not first and not last:
        return usual
    try:
        found = Days(date.fromisoformat(first), date.fromisoformat(last) if last else today)
    except ValueError:
        return Days(usual.first, usual.last, problem=True)
    if not 0 <= (found.last - found.first).days < MOST_DAYS:
        return Days(usual.first, usual.last, problem=True)
    return found


def _href(line: str, days: Days) -> str:
    return f"/planning/{line}/metrics?from={days.first.isoformat()}&to={days.last.isoformat()}"
