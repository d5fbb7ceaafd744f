"""A placed order is changed by program: begin, look, consent; what it said before."""

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response

from kernel.ids import DraftId
from orders.lifecycle import changing
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import Agreed
from orders.lifecycle.model import OrderNotYours
from orders.lifecycle.sheets import has_sheet, issued_diff
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.orders import SEE_SHEETS
from web.security.access import Public, require_role
from web.shop import TheShop
from web.templating import reader_locale
from web.views.documents import order_json, proposal_json, revision_json

router = ApiRouter(prefix=f"{PREFIX}/orders/{{number}}", tags=["orders"], dependencies=[Public, Bearer])


@router.post(
    "/changes",
    name="api:open_change",
    status_code=201,
    response_model=schemas.OpenedChange,
    responses=problems(403, 404, 409),
)
def open_change(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Begin a change: a draft with the order's choices, on the release it was ordered on. The order stands as it did.

    Change the draft's choices as any draft's, look at what it comes to, then consent. Not possible once the floor has
    started the cut-off operation.
    """
    with shop.database.write() as db:
        draft_id = changing.open_change(db, number, who.reader, new_id=shop.new_id, now=shop.now())
    address = f"{PREFIX}/orders/{number}/changes/{draft_id}"
    return JSONResponse({"order": number, "draft_id": draft_id}, status_code=201, headers={"Location": address})


@router.get(
    "/changes/{draft_id}",
    name="api:change",
    response_model=schemas.ChangeProposal,
    responses=problems(403, 404, 409),
)
def show_change(request: Request, shop: TheShop, who: TheApiReader, number: str, draft_id: str) -> Response:
    """Return what a change comes to now: what is different, price and date. Nothing is held."""
    proposal = changing.propose_change(
        shop.database,
        shop.configurators,
        number,
        DraftId(draft_id),
        who.reader,
        new_id=shop.new_id,
        actor=who.actor,
        now=shop.now(),
        home=shop.seller.party.country,
    )
    return JSONResponse(proposal_json(proposal, reader_locale(request)))


@router.post(
    "/changes/{draft_id}/consent",
    name="api:consent",
    response_model=schemas.Order,
    responses=problems(403, 404, 409, 422, 503),
)
def consent(
    shop: TheShop,
    who: TheApiReader,
    number: str,
    draft_id: str,
    body: schemas.Consent,
) -> Response:
    """Change the order, at this price and for this date or an earlier one; all of it or nothing.

    `ChangeNotAgreed` says what price and date are now; consent to those. Send an `Idempotency-Key`: the request may then be
    repeated until an answer arrives.
    """
    now = shop.now()
    proposal = changing.propose_change(
        shop.database,
        shop.configurators,
        number,
        DraftId(draft_id),
        who.reader,
        new_id=shop.new_id,
        actor=who.actor,
        now=now,
        home=shop.seller.party.country,
    )
    agreed = Agreed(body.total_minor, body.ready)
    with shop.database.write() as db:
        changing.change_order(db, proposal, agreed, actor=who.actor, now=now)
        order = orders.get_order_by_number(db, number)
        return JSONResponse(order_json(order, has_sheet=has_sheet(db, order)))


@router.get("/revisions", name="api:revisions", responses=problems(403, 404))
def revisions(shop: TheShop, who: TheApiReader, number: str) -> list[schemas.Revision]:
    """Return what the order said before its changes, oldest first; what it says now is the order."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
        found = orders.revisions_of(db, order.id)
    return [schemas.Revision.model_validate(revision_json(each)) for each in found]


@router.get(
    "/diff-sheet.pdf",
    name="api:diff_sheet",
    dependencies=[Depends(require_role(*SEE_SHEETS))],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **problems(401, 403, 404)},
)
def diff_sheet(shop: TheShop, number: str) -> Response:
    """Return what the order's present revision changed, as it was issued: PDF/A-3 with the same as JSON attached."""
    with shop.database.read() as db:
        content = issued_diff(db, shop.blobs, orders.get_order_by_number(db, number))
    disposition = f'attachment; filename="{number}.diff-sheet.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})
