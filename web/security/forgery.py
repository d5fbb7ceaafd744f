"""Was a change sent from one of our own pages? Checked for every method that may change something."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from web.security.model import RequestForged, Visitor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


async def refuse_forgery(request: Request) -> None:
    """Let safe methods pass; a change must come from our own origin and bring the page's token.

    A program that calls the API without any of our cookies needs no token: there is no session to abuse.

    Raises:
        RequestForged: The origin is another one, or the token is missing or of another session.
    """
    if request.method in SAFE_METHODS:
        return
    _require_own_origin(request)
    if request.url.path.startswith("/api/") and not request.cookies:
        return
    visitor: Visitor = request.state.visitor
    sent = request.headers.get(HEADER) or await _form_token(request)
    if not hmac.compare_digest(sent.encode(), visitor.csrf_token.encode()):
        raise RequestForged(reason="token")


def _require_own_origin(request: Request) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise RequestForged(reason="site")
    origin = request.headers.get("Origin")
    if origin is not None:
        own = {request.headers.get("Host", ""), urlsplit(request.app.state.settings.origin).netloc}
        if urlsplit(origin).netloc not in own:
            raise RequestForged(reason="origin")


async def _form_token(request: Request) -> str:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    value = (await request.form()).get(FIELD, "")
    return value if isinstance(value, str) else ""
