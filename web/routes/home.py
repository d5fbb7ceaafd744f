"""The front page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from orders.drafts.pictures import product_picture
from orders.drafts.service import preview
from web.security.access import Public
from web.shop import TheShop
from web.templating import reader_locale, respond
from web.views.home import line_card

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/", name="home:front")
def front(request: Request, shop: TheShop) -> Response:
    """Show what can be made, each line as it opens."""
    with shop.database.read() as db:
        cards = [
            line_card(db, shop.configurators, line, reader_locale(request), now=shop.now())
            for line in releases.current_lines(db, now=shop.now())
        ]
    return respond(request, "home/front.html", {"cards": cards})


@router.get("/lines/{line}/picture.svg", name="home:picture")
def picture(shop: TheShop, line: str) -> Response:
    """Draw the product a line opens with."""
    with shop.database.read() as db:
        view = preview(db, shop.configurators, line, now=shop.now())
    svg = product_picture(view.model, view.draft.selection.answers)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})
