"""The planner's pages: how full the plant is, what is planned next, and the way of one order."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from kernel.ids import QuoteId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.lifecycle import repository as orders
from orders.lifecycle.transitions import RUNNING_STATES, OrderState
from orders.quotes import repository as quotes
from production.floor import service as floor
from production.overview import service as overview
from production.promise import service as promises
from production.promise.calendar import epoch_s, local_date, working_days
from production.promise.document import promise_from_json
from production.sequencing import service as sequencing
from production.supply import service as supply
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.floor import operation_name
from web.views.pieces import piece_lines
from web.views.planning import centre_day, gantt_chart, load_chart, take_rows
from web.views.words import Words

router = APIRouter(prefix="/planning", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False)
DAYS = 10
GANTT_DAYS = 2


@router.get("", name="planner:load")
def home(request: Request, shop: TheShop) -> Response:
    """Go to the load of the first line."""
    with shop.database.read() as db:
        lines = releases.current_lines(db, now=shop.now())
    return go_to(request, f"/planning/{lines[0]}")


@router.get("/orders/{number}", name="planner:trace")
def trace(request: Request, shop: TheShop, number: str) -> Response:
    """Show the way of an order through the plant: every piece, operation and event."""
    return show_trace(request, shop, number)


def show_trace(
    request: Request,
    shop: Shop,
    number: str,
    *,
    typed: str = "",
    reason: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """Return the page of an order's way, with what was typed for another date and what is wrong with it."""
    locale = reader_locale(request)
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        offers = orders.date_offers(db, order.id)
        alarms = [one for one in sequencing.alarms(db, order.line) if one.order_number == number]
        plant = promises.plant_of(db, order.line)
        words = Words(shop.configurators.of(db, order.release).model, locale, plant)
        pieces = []
        line_of = {one.number: one for one in piece_lines(db, order, words)}
        for piece in line_of:
            work, stands = floor.work_order(db, number, piece)
            pieces.append(
                {
                    "piece": piece,
                    "line": line_of[piece],
                    "state": stands.state.value,
                    "due_at": work.due_at,
                    "steps": [
                        (
                            each.number,
                            operation_name(each.code, words),
                            plant.work_centre(each.work_centre).name(locale),
                            each.planned_start_at,
                            stands.operations[each.number].value,
                        )
                        for each in work.operations
                    ],
                    "events": floor.events(db, number, piece),
                }
            )
    expected = max((local_date(epoch_s(one.expected_at), plant.timezone) for one in alarms), default=None)
    promised = promise_from_json(order.promise).date
    values = {
        "offers": offers,
        "order": order,
        "pieces": pieces,
        "promised": promised,
        "expected": expected,
        "can_move": order.state in RUNNING_STATES,
        "typed": typed or (expected or promised).isoformat(),
        "reason": reason,
        "problem": problem,
    }
    return respond(request, "planning/trace.html", values, status=status)


@router.get("/{line}", name="planner:line")
def load(
    request: Request, shop: TheShop, line: str, first: Annotated[str, Query(alias="from", max_length=10)] = ""
) -> Response:
    """Show the load by work centre and day, two weeks at a time."""
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        begin = _day(first) or overview.today(plant, shop.now())
        shown = overview.load_map(db, line, first=begin, days=DAYS)
        low = len(supply.stock_levels(db, line, low_only=True))
    values = {
        "line": line,
        "low": low,
        "lines": line_switch(shop, line, "/planning/{}", locale),
        "chart": load_chart(shown, plant, locale),
        "before": (begin - timedelta(days=14)).isoformat(),
        "after": (shown.days[-1] + timedelta(days=1)).isoformat(),
        "first": shown.days[0],
        "last": shown.days[-1],
    }
    return respond(request, "planning/load.html", values)


@router.get("/{line}/gantt", name="planner:gantt")
def chart(
    request: Request,
    shop: TheShop,
    line: str,
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    improving: bool = False,
) -> Response:
    """Show what is planned for the next two working days."""
    locale = reader_locale(request)
    now = shop.now()
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        begin = _day(first) or overview.today(plant, now)
        planned = overview.planned(db, line, first=begin, days=GANTT_DAYS)
        words = Words(_model(shop, line), locale, plant)
        waiting = 0 if planned else orders.count_by_state(db).get((line, OrderState.PLACED.value), 0)
    days = working_days(plant, begin, GANTT_DAYS)
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/planning/{}/gantt", locale),
        "chart": gantt_chart(planned, plant, begin, days, partial(operation_name, words=words), locale, now=now),
        "count": len(planned),
        "waiting": waiting,
        "is_improving": improving,
        "before": (begin - timedelta(days=1)).isoformat(),
        "after": (days[-1] + timedelta(days=1)).isoformat(),
        "first": days[0],
        "last": days[-1],
    }
    return respond(request, "planning/gantt.html", values)


@router.get("/{line}/{work_centre}/{day}", name="planner:cell")
def cell(request: Request, shop: TheShop, line: str, work_centre: str, day: date) -> Response:
    """Show what fills a work centre on a day: orders, and quotes that still hold a place."""
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        takes = overview.takes_of_day(db, line, work_centre, day)
        shown = overview.load_map(db, line, first=day, days=1)
        keys = {take.key for take in takes}
        ids = [QuoteId(key.removeprefix("quote:")) for key in keys if key.startswith("quote:")]
        numbers = {f"quote:{each}": number for each, number in quotes.numbers_of(db, ids).items()}
        numbers |= {f"quote:{each}": number for each, number in orders.numbers_of_quotes(db, ids).items()}
        numbers |= floor.orders_holding(db, sorted(keys - set(numbers)))
        words = Words(_model(shop, line), locale, plant)
    centre = plant.work_centre(work_centre)
    values = {
        "line": line,
        "day": day,
        "centre": centre_day(shown.at(work_centre, day), centre.name(locale)),
        "rows": take_rows(takes, plant, numbers, partial(operation_name, words=words)),
        "before": (day - timedelta(days=1)).isoformat(),
        "after": (day + timedelta(days=1)).isoformat(),
        "code": work_centre,
    }
    return respond(request, "planning/cell.html", values)


def _model(shop: Shop, line: str) -> ConfigurationModel:
    with shop.database.read() as db:
        return shop.configurators.of(db, releases.current_release(db, line, now=shop.now())).model


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
