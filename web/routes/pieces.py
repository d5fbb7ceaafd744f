"""The pieces of an order: made again, printed again, and the lots they are made of."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from orders.lifecycle.remaking import remake_piece
from orders.lifecycle.sheets import copy_sheet
from production.build_sheet.model import CopyReason
from production.floor import service as floor
from production.lots import service as lots
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.floor import sheet_href
from web.views.pieces import PIECE_STATES
from web.views.words import Words

router = APIRouter(include_in_schema=False)
_MAKERS = Depends(require_role(Role.FLOOR, Role.PLANNER))
_SHEETS = Depends(require_role(Role.STORE, Role.FLOOR, Role.PLANNER))


@router.post("/orders/{number}/pieces/{piece}/remake", name="pieces:remake", dependencies=[_MAKERS])
def remake(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    piece: int,
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Make a piece again, spoilt on the floor or gone to the customer."""
    with shop.database.write() as db:
        remake_piece(db, number, piece, reason=reason, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}#pieces")


@router.post("/orders/{number}/pieces/{piece}/copies", name="pieces:copy_sheet", dependencies=[_SHEETS])
def copy(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    piece: int,
    revision: Annotated[str, Form(max_length=1)],
    reason: Annotated[CopyReason, Form()],
) -> Response:
    """Note why a sheet is printed once more, and send it as it was issued."""
    with shop.database.write() as db:
        copy_sheet(db, number, revision, piece, reason=reason, actor=actor, now=shop.now())
    return go_to(request, sheet_href(number, piece))


@router.post("/orders/{number}/pieces/{piece}/lots", name="pieces:record_lot", dependencies=[_MAKERS])
def record_lot(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    number: str,
    piece: int,
    lot: Annotated[str, Form(max_length=80)],
    material: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Note which lot a piece is made of."""
    with shop.database.write() as db:
        lots.record_lot(db, number, piece, lot, material=material, by=actor.id, now=shop.now())
    return go_to(request, f"/orders/{number}#pieces")


@router.post("/orders/{number}/pieces/{piece}/lots/removal", name="pieces:take_back_lot", dependencies=[_MAKERS])
def take_back_lot(
    request: Request,
    shop: TheShop,
    number: str,
    piece: int,
    lot: Annotated[str, Form(max_length=80)],
    material: Annotated[str, Form(max_length=120)],
) -> Response:
    """Forget a lot that was recorded by mistake."""
    with shop.database.write() as db:
        lots.take_back_lot(db, number, piece, material, lot)
    return go_to(request, f"/orders/{number}#pieces")


@router.get("/lots/{line}", name="lots:page", dependencies=[_SHEETS])
def lots_page(request: Request, shop: TheShop, line: str, lot: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show what was received under a lot's name and the pieces that hold it; without a name, the lots received last."""
    locale = reader_locale(request)
    with shop.database.read() as db:
        words = Words(releases.model_of(db, releases.current_release(db, line, now=shop.now())), locale)
        found = lots.received(db, line, lot) if lot.strip() else lots.newest_lots(db, line)
        held = [
            (words.material(each.material), each, floor.work_order(db, each.order_number, each.piece)[1].state.value)
            for each in lots.pieces_with(db, line, lot)
        ]
    values = {
        "line": line,
        "line_name": words.line(),
        "lot": lot.strip(),
        "found": [(words.material(each.material), each) for each in found],
        "held": held,
        "states": PIECE_STATES,
    }
    return respond(request, "planning/lots.html", values)
