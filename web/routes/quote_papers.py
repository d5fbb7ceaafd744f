"""A quote on paper, by a link that accepts it, and beside other quotes."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from orders.audit.model import Actor
from orders.customers.addresses.model import AddressNotValid
from orders.drafts.pictures import product_picture
from orders.idempotency.service import answer_once
from orders.lifecycle.parcels import address_for, needs_address
from orders.lifecycle.service import place_order
from orders.quotes import repository as quotes
from orders.quotes.model import Quote, QuoteNotOpen, QuoteState
from production.promise import service as promises
from web.forms import TheForm
from web.papers.printing import svg_data
from web.papers.quotes import draw_quote, offer_link
from web.routes.quotes import PLACE_PARTS, parcel_address, readable_quote
from web.security.access import Public
from web.shop import Shop, TheReader, TheShop
from web.templating import reader_locale, respond
from web.views.comparing import compared
from web.views.quoting import QuotePage, quote_page

router = APIRouter(dependencies=[Public], include_in_schema=False)
PDF = "application/pdf"


@router.get("/quotes/{quote_id}/quote.pdf", name="quotes:paper")
def paper(request: Request, shop: TheShop, reader: TheReader, quote_id: str) -> Response:
    """Return the quote as PDF."""
    quote = readable_quote(shop, reader, quote_id)
    return _pdf(quote, draw_quote(shop, quote, reader_locale(request)))


@router.post("/quotes/{quote_id}/papers", name="quotes:paper_with_link")
def paper_with_link(request: Request, shop: TheShop, reader: TheReader, quote_id: str) -> Response:
    """Return the quote as PDF with a link by which whoever has the paper can order it.

    Raises:
        QuoteNotOpen: it has ended, or nobody is named yet who it is for.
    """
    quote = readable_quote(shop, reader, quote_id)
    if quote.state is not QuoteState.OPEN or quote.customer_id is None:
        raise QuoteNotOpen(quote_id=quote_id)
    return _pdf(quote, draw_quote(shop, quote, reader_locale(request), link=offer_link(shop, quote)))


@router.get("/offers/{token}", name="quotes:offer")
def offer(request: Request, shop: TheShop, token: str) -> Response:
    """Show a quote to whoever has its link: what, how much, when; nobody's name."""
    return _offer(request, shop, token)


@router.post("/offers/{token}/orders", name="quotes:accept")
def accept(
    request: Request, shop: TheShop, token: str, form: TheForm, agreed: Annotated[bool, Form()] = False
) -> Response:
    """Order the quote a link leads to; where nobody knows where it goes, say so. Sending the form twice places one order."""
    now = shop.now()
    with shop.database.read() as db:
        quote = quotes.linked_quote(db, token)
    if not agreed:
        raise QuoteNotOpen(quote_id=quote.id, reason="not agreed")
    typed = {part: str(form.get(part, "")).strip() for part in PLACE_PARTS}
    try:
        with shop.database.read() as db:
            address = parcel_address(db, quote, typed)
    except AddressNotValid as error:
        return _offer(request, shop, token, typed=typed, problem=str(error.facts["field"]), status=422)
    with shop.database.write() as db:

        def act() -> str:
            goes_to = address_for(db, quote, address, new_id=shop.new_id) or ""
            actor = Actor("link", "customer")
            return place_order(db, quote.id, new_id=shop.new_id, actor=actor, now=now, address_id=goes_to).number

        number = answer_once(db, scope="quotes:accept", key=quote.id, body={"quote_id": quote.id}, now=now, act=act)
    return respond(request, "quotes/accepted.html", {"number": number, "page": _page(request, shop, quote)})


@router.get("/compare", name="quotes:compare")
def compare(
    request: Request, shop: TheShop, reader: TheReader, quote: Annotated[list[str] | None, Query(max_length=6)] = None
) -> Response:
    """Show quotes of the reader side by side; without a choice, the newest three."""
    wanted = quote or []
    with shop.database.read() as db:
        own = [
            each
            for owner in dict.fromkeys((reader.id, reader.also))
            if owner
            for each in quotes.quotes_of_owner(db, owner)
        ]
    shown = [readable_quote(shop, reader, each) for each in wanted] or own[:3]
    with shop.database.read() as db:
        models = {each.release: shop.configurators.of(db, each.release).model for each in shown}
    values = {
        "pages": [_page(request, shop, each) for each in shown],
        "table": compared(shown, models, reader_locale(request)),
        "own": [(each.id, each.number, each.id in {one.id for one in shown}) for each in own],
    }
    return respond(request, "quotes/compare.html", values)


def _pdf(quote: Quote, pdf: bytes) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{quote.number}.pdf"', "Cache-Control": "private, no-store"}
    return Response(pdf, media_type=PDF, headers=headers)


def _page(request: Request, shop: Shop, quote: Quote) -> QuotePage:
    with shop.database.read() as db:
        model = shop.configurators.of(db, quote.release).model
        plant = promises.plant_of(db, quote.line)
    return quote_page(quote, model, reader_locale(request), plant=plant, now=shop.now())


def _offer(
    request: Request,
    shop: Shop,
    token: str,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    with shop.database.read() as db:
        quote = quotes.linked_quote(db, token)
        picture = product_picture(shop.configurators.of(db, quote.release).model, quote.selection.answers)
        lacks_address = needs_address(db, quote)
    values = {
        "page": _page(request, shop, quote),
        "token": token,
        "picture": svg_data(picture),
        "lacks_address": lacks_address,
        "typed": typed or dict.fromkeys(PLACE_PARTS, ""),
        "problem": problem,
    }
    return respond(request, "quotes/offer.html", values, status=status)
