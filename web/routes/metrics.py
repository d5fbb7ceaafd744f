"""What a monitoring program reads, in Prometheus' text form."""

import secrets

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from web.security.access import MaybeUser, RequireRole
from web.security.roles import Role
from web.settings import Settings
from web.shop import TheShop
from web.watching import Watched, exposition

router = APIRouter(include_in_schema=False)


def may_watch(request: Request, user: MaybeUser) -> None:
    """Let in who has the installation's token for monitoring, and planners.

    Raises:
        SignInNeeded, RoleMissing, SecondFactorNeeded: neither.
    """
    settings: Settings = request.app.state.settings
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_known = scheme.lower() == "bearer" and secrets.compare_digest(
        token.strip().encode(), settings.metrics_token.encode()
    )
    if not (settings.metrics_token and is_known):
        RequireRole(Role.PLANNER)(user)


@router.get("/metrics", name="metrics:read", dependencies=[Depends(may_watch, scope="function")])
def read(request: Request, shop: TheShop) -> Response:
    """Return counts of orders, floor and promises, the figures of four weeks, and how this process does."""
    watched: Watched = request.app.state.watched
    return Response(exposition(shop, watched), media_type=CONTENT_TYPE_LATEST)
