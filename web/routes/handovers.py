"""Showing a draft to others, and handing it to a clerk in the store."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.ids import DraftId
from orders.drafts import service as drafts
from orders.drafts.sharing import HandoverNotFound, hand_over, share, take_over
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheActor, TheReader, TheShop
from web.templating import go_to, respond

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.post("/drafts/{draft_id}/shares", name="handovers:share")
def share_draft(request: Request, shop: TheShop, reader: TheReader, draft_id: str) -> Response:
    """Make a copy for others and show its address."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    with shop.database.write() as db:
        shared = share(db, draft, model, now=shop.now())
    return go_to(request, f"/shared/{shared.token}?fresh=true")


@router.post("/drafts/{draft_id}/handovers", name="handovers:begin")
def begin(request: Request, shop: TheShop, reader: TheReader, draft_id: str) -> Response:
    """Show the code by which staff find the draft."""
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    with shop.database.write() as db:
        code = hand_over(db, draft, now=shop.now())
    return respond(request, "handover/code.html", {"code": code, "draft_id": draft_id})


@router.get("/handovers", name="handovers:form", dependencies=[Depends(require_role(Role.STORE))])
def form(request: Request) -> Response:
    """Ask the clerk for the code the customer shows."""
    return respond(request, "handover/form.html", {"is_wrong": False})


@router.post("/handovers", name="handovers:take_over", dependencies=[Depends(require_role(Role.STORE))])
def take(request: Request, shop: TheShop, actor: TheActor, code: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Go on with the customer's draft."""
    try:
        with shop.database.write() as db:
            draft_id = take_over(db, code, actor=actor, now=shop.now())
    except HandoverNotFound:
        return respond(request, "handover/form.html", {"is_wrong": True}, status=422)
    return go_to(request, f"/drafts/{draft_id}")
