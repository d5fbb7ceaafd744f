"""What of each work centre is kept for a customer group; what another share does to dates is shown before it is kept."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.audit.service import record
from orders.drafts.promising import usual_demand
from production.errors import KeptShareNotValid
from production.model import Demand
from production.plants.model import KeptShare
from production.promise import service as promises
from production.promise import sharing
from production.promise.sharing import ShareEffect
from web import formats
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond

router = APIRouter(
    prefix="/planning/{line}/shares", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False
)
MOST_PIECES = 200


@router.get("", name="planner:shares")
def page(request: Request, shop: TheShop, line: str) -> Response:
    """Show what is kept of each work centre, and for whom."""
    return _show(request, shop, line)


@router.post("/{work_centre}", name="planner:set_share")
def set_share(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    line: str,
    work_centre: str,
    group: Annotated[str, Form(max_length=40)] = "",
    percent: Annotated[str, Form(max_length=3)] = "",
    until_days: Annotated[str, Form(max_length=3)] = "0",
    pieces: Annotated[str, Form(max_length=3)] = "1",
    keep: Annotated[bool, Form()] = False,
) -> Response:
    """Show what another share would do to dates; with ``keep``, keep it."""
    typed = {"group": group, "percent": percent, "until_days": until_days, "pieces": pieces}
    effect = None
    try:
        share = sharing.kept_share(
            line, work_centre, group.strip().lower(), _whole(percent or "0"), _whole(until_days or "0")
        )
        with shop.database.write() as db:
            if keep:
                keep_share(db, shop, actor, line, work_centre, share)
            else:
                count = min(MOST_PIECES, max(1, _whole(pieces)))
                effect = sharing.effect_of_share(
                    db, line, work_centre, share, usual_work(db, shop, line, count), now=shop.now()
                )
    except KeptShareNotValid as refused:
        return _show(
            request, shop, line, asked=work_centre, typed=typed, problem=str(refused.facts["wrong"]), status=422
        )
    if keep:
        return go_to(request, f"/planning/{line}/shares")
    return _show(request, shop, line, asked=work_centre, typed=typed, effect=effect)


def keep_share(db: Session, shop: Shop, actor: Actor, line: str, work_centre: str, share: KeptShare | None) -> None:
    """Keep a share, or none, and write down who said so.

    Raises:
        PlantNotFound, WorkCentreNotFound, KeptShareNotValid: as ``sharing.set_share``.
    """
    sharing.set_share(db, line, work_centre, share, now=shop.now())
    record(
        db,
        f"plant:{line}",
        "share_kept",
        actor=actor,
        now=shop.now(),
        work_centre=work_centre,
        group=share.group if share else "",
        percent=share.percent if share else 0,
        until_days=share.until_days if share else 0,
    )


def usual_work(db: Session, shop: Shop, line: str, pieces: int) -> Demand:
    """Return so many pieces of the line as every session opens."""
    configurator = shop.configurators.of(db, releases.current_release(db, line, now=shop.now()))
    return usual_demand(configurator, pieces)


def _show(
    request: Request,
    shop: Shop,
    line: str,
    *,
    asked: str = "",
    typed: dict[str, str] | None = None,
    effect: ShareEffect | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    locale = reader_locale(request)
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        name = plant.work_centre(asked).name(locale) if asked else ""
    shown = partial(formats.date, locale=locale, year=True)
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/planning/{}/shares", locale),
        "rows": [(one.code, one.name(locale), one.kept) for one in plant.work_centres],
        "asked": asked,
        "asked_name": name,
        "typed": typed or {},
        "effect": None if effect is None else _rows(effect, shown),
        "problem": problem,
    }
    return respond(request, "planning/shares.html", values, status=status)


def _rows(effect: ShareEffect, shown: "partial[str]") -> list[tuple[str, str, str, int]]:
    """Return who, the day now, the day with the share, and how many days later (negative: sooner) that is."""
    rows = []
    for who in ("others", "group", "rush"):
        before, after = getattr(effect.before, who), getattr(effect.after, who)
        moved = (after - before).days if isinstance(before, date) and isinstance(after, date) else 0
        rows.append((who, shown(before) if before else "", shown(after) if after else "", moved))
    return rows


def _whole(typed: str) -> int:
    """Return a number somebody typed; -1, which nothing takes, when it is none."""
    return int(typed) if typed.isdecimal() and typed.isascii() else -1
