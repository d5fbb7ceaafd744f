"""Printing for a day by program: ask for it, look how far it came, fetch the PDF."""

from fastapi import Depends
from fastapi.responses import Response

from production.print_runs import service as prints
from production.print_runs.model import PrintKind, PrintRunId
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import print_run_json

router = ApiRouter(
    prefix=f"{PREFIX}/prints",
    tags=["floor"],
    dependencies=[Depends(require_role(Role.FLOOR, Role.PLANNER)), Bearer],
    responses=problems(401, 403),
)


@router.post("/{line}", name="api:ask_for_prints", status_code=202, responses=problems(404, 409, 422))
def ask(shop: TheShop, who: TheApiReader, line: str, body: schemas.AskForPrints) -> schemas.PrintRun:
    """Queue the sheets, kit labels or cut tickets of all pieces whose first step is planned for a day."""
    with shop.database.write() as db:
        kind = PrintKind(body.kind)
        run = prints.ask_for_prints(db, line, body.day, kind, new_id=shop.new_id, by=who.actor.id, now=shop.now())
    return schemas.PrintRun.model_validate(print_run_json(run))


@router.get("/{line}/{run_id}", name="api:print_run", responses=problems(404))
def run(shop: TheShop, line: str, run_id: str) -> schemas.PrintRun:
    """Return how far a print run came."""
    with shop.database.read() as db:
        return schemas.PrintRun.model_validate(print_run_json(prints.print_run(db, PrintRunId(run_id))))


@router.get("/{line}/{run_id}/prints.pdf", name="api:prints", responses=problems(404, 409))
def file(shop: TheShop, line: str, run_id: str) -> Response:
    """Send what was drawn, as one PDF."""
    with shop.database.read() as db:
        content = prints.printed(db, shop.blobs, PrintRunId(run_id))
    return Response(content, media_type="application/pdf")
