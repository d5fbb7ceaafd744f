"""The pieces of an order by program: remakes, copies of sheets, lots, and the way from a lot to its pieces."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from orders.lifecycle import repository as orders
from orders.lifecycle.remaking import remake_piece
from orders.lifecycle.sheets import copy_sheet
from production.build_sheet import service as sheets
from production.build_sheet.model import CopyReason
from production.floor import service as floor
from production.lots import service as lots
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import lot_json, piece_json, piece_lot_json

router = ApiRouter(prefix=PREFIX, tags=["floor"], dependencies=[Bearer], responses=problems(401, 403))
_MAKERS = Depends(require_role(Role.FLOOR, Role.PLANNER))
_SHEETS = Depends(require_role(Role.STORE, Role.FLOOR, Role.PLANNER))


@router.get("/orders/{number}/pieces", name="api:pieces", dependencies=[_SHEETS], responses=problems(404))
def pieces(shop: TheShop, number: str) -> list[schemas.Piece]:
    """Return the pieces of an order on the floor: what each is now, what it was made instead of, its lots."""
    with shop.database.read() as db:
        orders.get_order_by_number(db, number)
        return _pieces(db, number)


@router.post(
    "/orders/{number}/pieces/{piece}/remake",
    name="api:remake",
    status_code=201,
    dependencies=[_MAKERS],
    responses=problems(404, 409, 422),
)
def remake(shop: TheShop, who: TheApiReader, number: str, piece: int, body: schemas.RemakePiece) -> list[schemas.Piece]:
    """Make a piece again, spoilt on the floor or gone to the customer, and return all pieces. A scrap does it by itself."""
    with shop.database.write() as db:
        remake_piece(db, number, piece, reason=body.reason, actor=who.actor, now=shop.now())
        return _pieces(db, number)


@router.post(
    "/orders/{number}/pieces/{piece}/copies",
    name="api:copy_sheet",
    status_code=201,
    dependencies=[_SHEETS],
    responses=problems(404, 409, 422),
)
def copy(shop: TheShop, who: TheApiReader, number: str, piece: int, body: schemas.CopySheet) -> Response:
    """Note that a sheet is printed once more, and why; of an obsolete revision it is refused with what changed."""
    with shop.database.write() as db:
        reason = CopyReason(body.reason)
        copy_sheet(db, number, body.revision, piece, reason=reason, actor=who.actor, now=shop.now())
        sheet = sheets.issued_sheet(db, number, body.revision, piece)
    return JSONResponse({"content_hash": sheet.content_hash, "pdf_sha256": sheet.pdf}, status_code=201)


@router.post(
    "/orders/{number}/pieces/{piece}/lots",
    name="api:record_lot",
    status_code=201,
    dependencies=[_MAKERS],
    responses=problems(404, 422),
)
def record_lot(shop: TheShop, who: TheApiReader, number: str, piece: int, body: schemas.RecordLot) -> schemas.PieceLot:
    """Note which lot a piece is made of; the same again changes nothing."""
    with shop.database.write() as db:
        noted = lots.record_lot(db, number, piece, body.lot, material=body.material, by=who.actor.id, now=shop.now())
    return schemas.PieceLot.model_validate(piece_lot_json(noted))


@router.get("/lots/{line}", name="api:lots", dependencies=[_SHEETS], responses=problems(404))
def find_lots(shop: TheShop, line: str, lot: Annotated[str, Query(max_length=80)] = "") -> list[schemas.Lot]:
    """Return what was received under a lot's name with the pieces that hold it; without a name, the lots received last."""
    with shop.database.read() as db:
        found = lots.received(db, line, lot) if lot.strip() else lots.newest_lots(db, line)
        held = lots.pieces_with(db, line, lot)
    return [schemas.Lot.model_validate(lot_json(one, held)) for one in found]


def _pieces(db: Session, number: str) -> list[schemas.Piece]:
    there, recorded = floor.pieces_now(db, number), lots.lots_of(db, number)
    return [schemas.Piece.model_validate(piece_json(one, there, recorded)) for one in there]
