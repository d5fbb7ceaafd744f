"""What is printed for a day at once: sheets, kit labels, cut tickets; drawn by a job, with its progress."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from production.overview import service as overview
from production.print_runs import service as prints
from production.print_runs.model import NothingToPrint, PrintKind, PrintRunId
from production.promise import service as promises
from production.promise.calendar import working_days
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.translations import translations_for
from web.views.words import Words

router = APIRouter(
    prefix="/prints", dependencies=[Depends(require_role(Role.FLOOR, Role.PLANNER))], include_in_schema=False
)


def _(message: str) -> str:
    return message


KINDS = {
    PrintKind.SHEETS: _("Build sheets"),
    PrintKind.LABELS: _("Kit labels"),
    PrintKind.TICKETS: _("Cut tickets"),
    PrintKind.DIFFS: _("Diff sheets"),
}


@router.get("/{line}", name="prints:line")
def home(request: Request, shop: TheShop, line: str, day: Annotated[date | None, Query()] = None) -> Response:
    """Offer what can be printed for a day, and show what was printed last."""
    return _show(request, shop, line, day)


@router.post("/{line}", name="prints:ask")
def ask(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    line: str,
    day: Annotated[date, Form()],
    kind: Annotated[PrintKind, Form()],
) -> Response:
    """Queue a print run and show its progress."""
    try:
        with shop.database.write() as db:
            run = prints.ask_for_prints(db, line, day, kind, new_id=shop.new_id, by=actor.id, now=shop.now())
    except NothingToPrint as error:
        problem = translations_for(reader_locale(request)).gettext("Nothing is to be begun on this day.")
        return _show(request, shop, line, day, problem=problem, status=error.http_status)
    return go_to(request, f"/prints/{line}/{run.id}")


@router.get("/{line}/{run_id}", name="prints:run")
def run_page(request: Request, shop: TheShop, line: str, run_id: str) -> Response:
    """Show how far a print run came, and its PDF once it is drawn."""
    with shop.database.read() as db:
        run = prints.print_run(db, PrintRunId(run_id))
    values = {"run": run, "line": line, "kinds": KINDS, "total": len(run.pieces)}
    return respond(request, "floor/print_run.html", values, blocks=["progress"])


@router.get("/{line}/{run_id}/prints.pdf", name="prints:file")
def file(shop: TheShop, line: str, run_id: str) -> Response:
    """Send what was drawn."""
    with shop.database.read() as db:
        run = prints.print_run(db, PrintRunId(run_id))
        content = prints.printed(db, shop.blobs, run.id)
    name = f"{run.line}.{run.day.isoformat()}.{run.kind.value}.pdf"
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _show(
    request: Request, shop: Shop, line: str, day: date | None, *, problem: str = "", status: int = 200
) -> Response:
    with shop.database.read() as db:
        plant = promises.plant_of(db, line)
        wanted = day or working_days(plant, overview.today(plant, shop.now()), 1)[0]
        words = Words(releases.model_of(db, releases.current_release(db, line, now=shop.now())), reader_locale(request))
        values = {
            "line": line,
            "line_name": words.line(),
            "lines": line_switch(shop, line, "/prints/{}", words.locale),
            "day": wanted,
            "pieces": prints.pieces_of_day(db, line, wanted),
            "runs": prints.print_runs(db, line),
            "kinds": KINDS,
            "problem": problem,
        }
    return respond(request, "floor/prints.html", values, status=status)
