"""Errors at the edge: one look for people, ``application/problem+json`` for machines, no traces, no personal data."""

import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.errors import LotOneError
from web.security.model import SecondFactorNeeded, SignInNeeded
from web.templating import go_to, reader_locale, respond, wants_blocks
from web.translations import translations_for

PROBLEM = "application/problem+json"
log = logging.getLogger("lotone.web")


def _(message: str) -> str:
    """Mark a message for extraction; it is translated when it is shown."""
    return message


TITLES = {
    400: _("We could not read that"),
    401: _("Please sign in"),
    403: _("This is not for your role"),
    404: _("There is nothing here"),
    405: _("That cannot be done here"),
    409: _("That does not go together just now"),
    422: _("Something in the form needs another look"),
    429: _("Too many tries"),
    500: _("Something broke on our side"),
    503: _("Not just now"),
}
TEXTS = {
    400: _("Please go back and try again."),
    401: _("This page opens after you sign in."),
    403: _("Your account does not have the role this page needs. Ask the person who looks after accounts."),
    404: _("The page may have moved, or the link is incomplete."),
    405: _("The address is right, but it does not answer to this kind of request."),
    409: _("Something changed in the meantime. Reload the page to see how things stand."),
    422: _("Please check what you entered and send it again."),
    429: _("Please wait a quarter of an hour, then try again."),
    500: _("Nothing was changed. Please try again; if it happens again, tell us the number below."),
    503: _("Nothing was changed. Please try again in a moment."),
}
BY_CODE = {
    "AddressNeeded": _("We do not know where to send it. Give an address, or have it ready to be fetched."),
    "IdempotencyKeyReused": _("Another request came under this Idempotency-Key. Send this one under a key of its own."),
    "IdempotencyKeyTooShort": _(
        "Nobody signed in and no draft key came, so the Idempotency-Key must be random and longer. A UUID will do."
    ),
    "AnswerForgotten": _(
        "This was done the first time, but what we answered is no longer kept. Look up how things stand now."
    ),
    "RequestForged": _("The page you sent this from is out of date. Nothing was changed; reload it and try again."),
    "NothingToSay": _("Once a pair made to your measures has arrived, you can tell us here how it fits."),
    "NoCustomer": _("This account buys nothing, so there is nothing personal to show."),
    "TooManyRequests": _("That was a lot at once. Please wait a moment, then try again."),
    "LastAdmin": _("Nobody would be left who may look after accounts. Give somebody else the role first."),
    "LinkNotValid": _("This link was used already or has expired. Ask for a new one."),
    "OrdersStillOpen": _("An order is still under way. Cancel it, or wait until it is delivered, then ask again."),
    "CustomerErased": _("Everything about this customer was erased at their wish."),
    "SecondFactorNeeded": _("Staff sign in with a second factor here. Set yours up first."),
    "OptionRuledOut": _("This option cannot be combined with what is chosen now."),
    "NoCompletion": _(
        "Nothing keeps all that must stay, your budget and your date. Let more change, or loosen a limit."
    ),
    "PromiseExpired": _("The quoted date was held until its expiry and is free again. A new quote takes a moment."),
    "CapacityTaken": _("Somebody else took the last free place on that day. A new date takes a moment."),
}


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers for errors raised on purpose, by the framework and by validation."""
    app.add_exception_handler(LotOneError, _on_lot_one_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


def _on_lot_one_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LotOneError)  # noqa: S101 - registered for this class only
    if isinstance(error, SignInNeeded) and not _for_machines(request):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = here if request.method == "GET" and not wants_blocks(request) else "/"
        return go_to(request, f"/login?next={quote(target)}")
    if isinstance(error, SecondFactorNeeded) and not _for_machines(request):
        return go_to(request, "/account/second-factor")
    waits_s = _wait_s(error)
    headers = {"Retry-After": str(waits_s)} if waits_s else None
    return problem(request, error.http_status, error.code, facts=error.facts, headers=headers)


def _wait_s(error: LotOneError) -> int:
    """Return after how many seconds the same request may work; 0 where waiting does not help."""
    if error.http_status != 429:
        return 0
    return int(error.facts.get("retry_after") or 60 * int(error.facts.get("minutes", 15)))


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = {404: "NotFound", 405: "MethodNotAllowed"}.get(error.status_code, "HttpError")
    return problem(request, error.status_code, code, headers=dict(error.headers or {}))


def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    fields = sorted({".".join(str(part) for part in item["loc"][1:]) for item in error.errors()} - {""})
    return problem(request, 422, "RequestNotValid", facts={"fields": fields})


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    facts: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the error page, the error block for htmx, or problem details for a program.

    Args:
        request: The request that failed.
        status: HTTP status.
        code: The stable public code: the error's class name.
        facts: What a program needs to act on it.
        headers: Further headers.
    """
    translate = translations_for(reader_locale(request)).gettext
    title = translate(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    text = translate(BY_CODE.get(code) or TEXTS.get(status, TEXTS[500 if status >= 500 else 400]))
    if _for_machines(request):
        own = {"type": "about:blank", "title": title, "status": status, "detail": text, "code": code}
        body = {**own, **(facts or {}), **own}  # No fact takes a name of the problem's own.
        return JSONResponse(_plain(body), status_code=status, media_type=PROBLEM, headers=headers)
    is_block = wants_blocks(request)
    incident = (facts or {}).get("incident")
    values = {"title": title, "text": text, "status": status, "incident": incident, "is_block": is_block}
    place = {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML show:top"} if is_block else {}
    return respond(
        request, "errors/problem.html", values, blocks=["problem"], status=status, headers={**place, **(headers or {})}
    )


def _plain(value: Any) -> Any:
    """Return the value with everything JSON does not know written as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _for_machines(request: Request) -> bool:
    if request.url.path.startswith("/api/") or request.url.path == "/metrics":
        return True
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


class UnexpectedErrors:
    """Turns any other exception into the 500 page; the log gets the trace and the number the reader sees."""

    def __init__(self, app: ASGIApp, *, make_incident: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self.app = app
        self.make_incident = make_incident

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting_start)
        except Exception:
            incident = self.make_incident()
            log.exception("incident %s", incident)
            if started:
                raise
            response = problem(Request(scope, receive), 500, "Unexpected", facts={"incident": incident})
            await response(scope, receive, send)
