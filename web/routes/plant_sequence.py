"""The planner asks for a better near-term sequence; a job looks for it, and the queues follow."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from production.promise import service as promises
from production.sequencing import service as sequencing
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.templating import go_to

router = APIRouter(
    prefix="/planning/{line}", dependencies=[Depends(require_role(Role.PLANNER))], include_in_schema=False
)


@router.post("/sequence", name="planner:improve_sequence")
def improve(request: Request, shop: TheShop, line: str) -> Response:
    """Have the sequence improved; pressed again within a minute it is the same job."""
    with shop.database.write() as db:
        promises.plant_of(db, line)
        sequencing.ask_to_improve(db, line, key=f"{shop.now():%Y-%m-%dT%H:%M}")
    return go_to(request, f"/planning/{line}/gantt?improving=1")
