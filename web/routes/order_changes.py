"""A placed order is changed: begin, look at what it comes to, consent."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.errors import NotPossible, NotValid
from kernel.ids import DraftId
from orders.idempotency.service import answer_once
from orders.lifecycle import changing
from orders.lifecycle import repository as orders
from orders.lifecycle.changing import Agreed, ChangeNotAgreed, Proposal
from orders.lifecycle.sheets import issued_diff
from production.errors import BeyondHorizon, CapacityTaken
from web.routes.orders import SEE_SHEETS
from web.security.access import Public, require_role
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.changing import change_page

router = APIRouter(dependencies=[Public], include_in_schema=False)


class ConsentNotValid(NotValid):
    """What is agreed to is not a price and a date; facts: ``field``."""


@router.post("/orders/{number}/changes", name="orders:open_change")
def open_change(request: Request, shop: TheShop, reader: TheReader, number: str) -> Response:
    """Begin a change: the order's choices in a draft of their own; the order stands as it did."""
    with shop.database.write() as db:
        try:
            draft_id = changing.open_change(db, number, reader, new_id=shop.new_id, now=shop.now())
        except NotPossible:  # the order's page says why
            return go_to(request, f"/orders/{number}")
    return go_to(request, f"/drafts/{draft_id}")


@router.get("/orders/{number}/changes/{draft_id}", name="orders:change_page")
def page(request: Request, shop: TheShop, reader: TheReader, actor: TheActor, number: str, draft_id: str) -> Response:
    """Show what a change comes to: what is different, the price, the date."""
    return _show(request, _proposal(shop, reader, actor, number, draft_id))


@router.post("/orders/{number}/changes/{draft_id}/consent", name="orders:change")
def change(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    number: str,
    draft_id: str,
    total_minor: Annotated[int, Form()],
    ready: Annotated[str, Form()],
) -> Response:
    """Change the order at the price and for the date that were shown; if they got worse, show them anew."""
    proposal = _proposal(shop, reader, actor, number, draft_id)
    agreed = Agreed(total_minor, _day(ready))
    now = shop.now()
    try:
        with shop.database.write() as db:

            def act() -> str:
                return changing.change_order(db, proposal, agreed, actor=actor, now=now).revision_letter

            key = f"{draft_id}:{proposal.view.draft.version}"
            answer_once(db, scope="orders:change", key=key, body={"draft_id": draft_id}, now=now, act=act)
    except (NotPossible, BeyondHorizon, CapacityTaken) as error:
        anew = _proposal(shop, reader, actor, number, draft_id)
        return _show(request, anew, is_worse=isinstance(error, ChangeNotAgreed), status=error.http_status)
    return go_to(request, f"/orders/{number}")


@router.get(
    "/orders/{number}/diff-sheet.pdf",
    name="orders:diff_sheet",
    dependencies=[Depends(require_role(*SEE_SHEETS))],
)
def diff_sheet(shop: TheShop, number: str) -> Response:
    """Send what the order's present revision changed, as it was issued."""
    with shop.database.read() as db:
        content = issued_diff(db, shop.blobs, orders.get_order_by_number(db, number))
    disposition = f'inline; filename="{number}.diff-sheet.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


def _proposal(shop: Shop, reader: TheReader, actor: TheActor, number: str, draft_id: str) -> Proposal:
    return changing.propose_change(
        shop.database,
        shop.configurators,
        number,
        DraftId(draft_id),
        reader,
        new_id=shop.new_id,
        actor=actor,
        now=shop.now(),
        home=shop.seller.party.country,
    )


def _show(request: Request, proposal: Proposal, *, is_worse: bool = False, status: int = 200) -> Response:
    values = {"page": change_page(proposal, reader_locale(request)), "is_worse": is_worse}
    return respond(request, "orders/change.html", values, status=status)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConsentNotValid(field="ready") from None
