"""Who calls the API: a signed-in person by bearer token, or a program by the key of its drafts."""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer

from kernel.errors import NotValid
from orders.audit.model import Actor
from orders.drafts.service import Reader
from web.routes.api.schemas import Problem
from web.security.access import MaybeUser
from web.security.visitors import visitor_id
from web.shop import reader_of

PREFIX = "/api/v1"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

Bearer = Depends(HTTPBearer(auto_error=False, description="The token of `POST /api/v1/sessions`."))
"""Describes the token in OpenAPI; it is read by ``web.security.access.load_user``."""


class DraftKeyNotValid(NotValid):
    """The header ``X-Draft-Key`` is no key that was given out here."""


@dataclass(frozen=True, slots=True)
class ApiReader:
    """Who reads, and the key by which a program without a session is known."""

    reader: Reader
    actor: Actor
    draft_key: str


def the_api_reader(
    request: Request,
    user: MaybeUser,
    x_draft_key: Annotated[
        str | None, Header(description="The key of your drafts, as `POST /api/v1/drafts` returned it.")
    ] = None,
) -> ApiReader:
    """Return who reads. Without session, cookie or key it is somebody new, whose key is made now.

    Raises:
        DraftKeyNotValid: the key given has not the form of one.
    """
    if x_draft_key is not None and not _KEY.fullmatch(x_draft_key):
        raise DraftKeyNotValid(header="X-Draft-Key")
    cookie_id: str = request.state.visitor.id if request.cookies else ""
    key = x_draft_key or ("" if user or cookie_id else secrets.token_urlsafe(32))
    known_as = visitor_id(key) if key else cookie_id
    reader = reader_of(user, known_as)
    return ApiReader(reader, Actor(id=reader.id, role=",".join(sorted(user.roles)) if user else "visitor"), key)


TheApiReader = Annotated[ApiReader, Depends(the_api_reader, scope="function")]


def problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return how OpenAPI describes the errors of a route."""
    texts = {
        401: "Nobody signed in, or the token has ended.",
        403: "It belongs to somebody else, or the role is missing.",
        404: "There is no such thing.",
        409: "Valid in itself, not in the present state; nothing was changed.",
        422: "The request itself is wrong; nothing was changed.",
        429: "Too many wrong passwords.",
        503: "Not just now; trying again may work.",
    }
    return {status: {"model": Problem, "description": texts[status]} for status in statuses}
