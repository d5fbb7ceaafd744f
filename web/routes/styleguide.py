"""The style guide: every component in every state, for people who build pages and for the tests that look at them."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.security.access import Public
from web.templating import respond

router = APIRouter(dependencies=[Public], include_in_schema=False)
EXAMPLE_DAY = datetime.date(2026, 12, 2)


@router.get("/styleguide", name="styleguide:show")
def show_styleguide(request: Request) -> Response:
    """Show all components."""
    return respond(request, "styleguide.html", {"day": EXAMPLE_DAY, "later": EXAMPLE_DAY + datetime.timedelta(days=7)})
