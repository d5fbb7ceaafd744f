"""The style guide: every component in every state, for people who build pages and for the tests that look at them."""

import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

import modules_catalog
from modules_catalog.pictures.compose import compose
from web.security.access import Public
from web.static_files import StaticFileNotFound
from web.templating import respond

router = APIRouter(dependencies=[Public], include_in_schema=False)
CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"
EXAMPLES: dict[str, dict[str, Any]] = {
    "jeans": {"fit": "slim", "cloth": "selvedge", "wash": "stone", "hem": "cuff", "monogram_text": "李雷 & Ana"},
    "pc": {
        "case": "mid",
        "motherboard": "atx",
        "cpu": "any",
        "memory": {"kit": 1},
        "gpu": {"card": 1},
        "cooler": "360",
    },
}
EXAMPLE_DAY = datetime.date(2026, 12, 2)


@router.get("/styleguide", name="styleguide:show")
def show_styleguide(request: Request) -> Response:
    """Show all components."""
    return respond(request, "styleguide.html", {"day": EXAMPLE_DAY, "later": EXAMPLE_DAY + datetime.timedelta(days=7)})


@router.get("/styleguide/picture/{line}.svg", name="styleguide:picture")
def show_picture(line: str) -> Response:
    """Show one example of a line's picture."""
    if line not in EXAMPLES:
        raise StaticFileNotFound(path=line)
    return Response(compose(CATALOGS / line, EXAMPLES[line]), media_type="image/svg+xml")
