"""Planning by program: the figures of a period, as the planner's page shows them."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query

from kernel.errors import NotValid
from orders.lifecycle.agreements import figures_of_line
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, problems
from web.routes.figures import MOST_DAYS
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.figures import figures_json

router = ApiRouter(
    prefix=f"{PREFIX}/planning",
    tags=["planning"],
    dependencies=[Depends(require_role(Role.PLANNER)), Bearer],
    responses=problems(401, 403),
)


class PeriodNotValid(NotValid):
    """The last day is before the first, or more than a year after it; facts: ``first``, ``last``, ``most_days``."""


@router.get("/{line}/metrics", name="api:metrics", responses=problems(404, 422))
def metrics(
    shop: TheShop,
    line: str,
    first: Annotated[date, Query(alias="from", examples=["2026-11-01"])],
    last: Annotated[date, Query(alias="to", examples=["2026-11-30"])],
) -> dict[str, Any]:
    """Return a period's figures, whole days of the plant. All are sums: those of two periods add up.

    Shares come as `part` and `whole`, times as seconds; `docs/algorithms/metrics.md` says what each of them counts.
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise PeriodNotValid(first=first, last=last, most_days=MOST_DAYS)
    with shop.database.read() as db:
        figures = figures_of_line(db, line, first, last, now=shop.now())
    return figures_json(figures, line, first, last)
