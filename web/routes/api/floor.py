"""The floor by program: scanners, terminals and machines send their scans here, also late or twice."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response

from orders.lifecycle.scanning import scan as scan_order
from production.floor import service as floor
from production.floor.model import Action
from production.promise import service as promises
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import scanned_json, waiting_json

router = ApiRouter(
    prefix=f"{PREFIX}/floor",
    tags=["floor"],
    dependencies=[Depends(require_role(Role.FLOOR)), Bearer],
    responses=problems(401, 403),
)


@router.post("/scans", name="api:scan", response_model=schemas.Scanned, responses=problems(404, 409, 422))
def scan(shop: TheShop, who: TheApiReader, body: schemas.Scan) -> Response:
    """Let one scan happen. Every refusal says what stands in the way and changes nothing."""
    with shop.database.write() as db:
        outcome = scan_order(
            db,
            body.code,
            Action(body.action),
            scan_id=f"api:{body.scan_id}",
            actor=who.actor,
            now=shop.now(),
            reason=body.reason,
            measured_mm=body.measured_mm,
            happened_at=body.at,
        )
    return JSONResponse(scanned_json(outcome))


@router.get("/{line}/{work_centre}/queue", name="api:queue", responses=problems(404))
def queue(
    shop: TheShop, line: str, work_centre: str, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[schemas.Waiting]:
    """Return what waits or runs at a work centre, in the order it was planned."""
    with shop.database.read() as db:
        code = promises.plant_of(db, line).work_centre(work_centre).code
        entries = floor.queue(db, line, code, limit=limit)
    return [schemas.Waiting.model_validate(waiting_json(entry)) for entry in entries]
