"""Days that differ from the plan, the promises they put at risk, and kept shares, by program."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotValid
from orders.audit.service import record
from orders.lifecycle.risks import numbers_of_keys, promises_at_risk
from production.calibrating.service import proposals
from production.overview.service import today
from production.plants.model import Adjustment, AdjustmentKind
from production.promise import adjusting, sharing
from production.promise import service as promises
from production.promise.adjusting import AtRisk
from web.routes.api import stock_schemas as told
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.kept_shares import MOST_PIECES, keep_share, usual_work
from web.routes.plant_calendar import AHEAD_DAYS
from web.routes.reserves import keep_reserve
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.risks import risk_json

router = ApiRouter(
    prefix=f"{PREFIX}/planning/{{line}}",
    tags=["planning"],
    dependencies=[Depends(require_role(Role.PLANNER)), Bearer],
    responses=problems(401, 403, 404),
)


class SpanNotValid(NotValid):
    """An adjustment ends before it begins; facts: ``from_min``, ``to_min``."""


@router.get("/adjustments", name="api:adjustments")
def list_adjustments(
    shop: TheShop,
    line: str,
    since: Annotated[date | None, Query(alias="from", description="First day; by default a week back.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last day; by default some months ahead.")] = None,
) -> list[told.Adjustment]:
    """Return what differs from the shifts, by day and work centre."""
    with shop.database.read() as db:
        day = today(promises.plant_of(db, line), shop.now())
        found = adjusting.adjustments(
            db, line, since or day - timedelta(days=7), until or day + timedelta(days=AHEAD_DAYS)
        )
    return [_told(adjustment_id, one) for adjustment_id, one in found.items()]


@router.post("/adjustments", name="api:adjust", responses=problems(422))
def adjust(
    shop: TheShop,
    who: TheApiReader,
    line: str,
    body: told.AdjustmentIn,
    try_only: Annotated[bool, Query(description="Tell what it would do to promises, and keep nothing.")] = False,
) -> told.AdjustmentEffect:
    """Keep an adjustment, or only try it, and return the promises it puts at risk."""
    if body.from_min >= body.to_min:
        raise SpanNotValid(from_min=body.from_min, to_min=body.to_min)
    adjustment = Adjustment(**{**body.model_dump(), "kind": AdjustmentKind(body.kind)})
    now = shop.now()
    with shop.database.write() as db:
        effect = adjusting.effect_of(db, line, adjustment, now=now)
        risks = _risks(db, effect)
        kept = None
        if not try_only:
            kept = adjusting.adjust(db, line, adjustment, now=now)
            record(
                db,
                f"plant:{line}",
                "adjusted",
                actor=who.actor,
                now=now,
                work_centre=body.work_centre,
                kind=body.kind,
                day=body.day.isoformat(),
                at_risk=len({one.key for one in effect}),
            )
    return told.AdjustmentEffect(adjustment=None if kept is None else _told(kept, adjustment), at_risk=risks)


@router.delete("/adjustments/{adjustment_id}", name="api:withdraw_adjustment", status_code=204)
def withdraw(shop: TheShop, who: TheApiReader, line: str, adjustment_id: int) -> Response:
    """Take an adjustment back: the shifts hold again."""
    with shop.database.write() as db:
        gone = adjusting.withdraw(db, line, adjustment_id)
        facts = {"work_centre": gone.work_centre, "day": gone.day.isoformat()}
        record(db, f"plant:{line}", "adjustment_withdrawn", actor=who.actor, now=shop.now(), **facts)
    return Response(status_code=204)


@router.get("/risks", name="api:risks")
def risks(shop: TheShop, line: str) -> list[dict[str, Any]]:
    """Return the promises at risk, the first one due before others: what each lacks, and the ways out.

    `missing` is in seconds of a work centre, or in the material's unit.
    """
    with shop.database.read() as db:
        return [risk_json(one) for one in promises_at_risk(db, line)]


@router.get("/kept-shares", name="api:kept_shares")
def kept_shares(shop: TheShop, line: str) -> list[told.Kept]:
    """Return the shares of work centres that are kept for customer groups."""
    with shop.database.read() as db:
        centres = promises.plant_of(db, line).work_centres
    return [told.Kept(work_centre=one.code, **asdict(one.kept)) for one in centres if one.kept is not None]


@router.put("/kept-shares/{work_centre}", name="api:set_kept_share", responses=problems(422))
def set_kept_share(
    shop: TheShop,
    who: TheApiReader,
    line: str,
    work_centre: str,
    body: told.KeptIn,
    pieces: Annotated[int, Query(ge=1, le=MOST_PIECES, description="The usual work the dates are told of.")] = 1,
    try_only: Annotated[bool, Query(description="Tell what it would do to dates, and keep nothing.")] = False,
) -> told.ShareEffect:
    """Keep a share of a work centre for a customer group, or only try it, and return what it does to dates."""
    share = sharing.kept_share(line, work_centre, body.group, body.percent, body.until_days)
    with shop.database.write() as db:
        work = usual_work(db, shop, line, pieces)
        effect = sharing.effect_of_share(db, line, work_centre, share, work, now=shop.now())
        if not try_only:
            keep_share(db, shop, who.actor, line, work_centre, share)
    return told.ShareEffect.model_validate(asdict(effect))


@router.get("/reserves", name="api:reserves")
def reserves(shop: TheShop, line: str) -> list[told.Reserve]:
    """Return the reserve of each work centre beside the one its recorded times ask for, with the evidence."""
    with shop.database.read() as db:
        found = proposals(db, line, now=shop.now())
    return [told.Reserve.model_validate(asdict(one)) for one in found]


@router.put("/reserves/{work_centre}", name="api:set_reserve", responses=problems(422))
def set_reserve(shop: TheShop, who: TheApiReader, line: str, work_centre: str, body: told.ReserveIn) -> list[told.Risk]:
    """Set the reserve of a work centre from tomorrow on, and return the promises it puts at risk."""
    with shop.database.write() as db:
        return _risks(db, keep_reserve(db, shop, who.actor, line, work_centre, body.percent))


def _risks(db: Session, found: list[AtRisk]) -> list[told.Risk]:
    keys = {one.key for one in found}
    numbers = numbers_of_keys(db, keys)
    days = {key: promises.reservation(db, key).promise.date for key in keys}
    return [
        told.Risk(
            number=numbers.get(one.key, one.key),
            promised=days[one.key],
            missing=one.missing,
            work_centre=one.work_centre,
            at=one.at,
            material=one.material,
        )
        for one in found
    ]


def _told(adjustment_id: int, one: Adjustment) -> told.Adjustment:
    values: dict[str, Any] = asdict(one)
    return told.Adjustment(id=adjustment_id, **values)
