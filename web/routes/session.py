"""Signing in and out, and the reader's own language and theme."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from orders.identity.service import adopt
from web.dependencies import Db
from web.security import service
from web.security.access import Public
from web.security.model import SignInNeeded, TooManyAttempts
from web.security.visitors import THEMES, cookie_text
from web.templating import go_to, respond
from web.translations import LOCALES

router = APIRouter(dependencies=[Public], include_in_schema=False)
YEAR_S = 365 * 24 * 3600


@router.get("/login", name="session:login")
def login_page(request: Request, next: str = "/") -> Response:
    """Show the sign-in form."""
    return respond(request, "session/login.html", _form(next=next), blocks=["login_form"])


@router.post("/login", name="session:sign_in")
def sign_in(
    request: Request,
    db: Db,
    login_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Start a session under a new token, or show the form again."""
    address = request.client.host if request.client else ""
    now = request.app.state.clock()
    try:
        signed_in = service.sign_in(db, login_name, password, address=address, now=now)
    except TooManyAttempts as error:
        values = _form(next=next, login_name=login_name, too_many_minutes=error.facts["minutes"])
        return respond(request, "session/login.html", values, blocks=["login_form"], status=error.http_status)
    if signed_in is None:
        values = _form(next=next, login_name=login_name, is_wrong=True)
        return respond(request, "session/login.html", values, blocks=["login_form"], status=422)
    if request.state.visitor.session_token:
        service.sign_out(db, request.state.visitor.session_token)
    if signed_in.awaits_code:
        response = go_to(request, f"/login/code?next={quote(own_path(next))}")
        lifetime_s = int((signed_in.expires_at - now).total_seconds())
        set_cookie(request, response, "session", signed_in.token, lifetime_s)
        return response
    return enter(request, db, signed_in, next, now=now)


@router.get("/login/code", name="session:code")
def code_page(request: Request, next: str = "/") -> Response:
    """Ask for the second factor's code."""
    values = {"next": own_path(next), "is_wrong": False, "too_many_minutes": None}
    return respond(request, "session/code.html", values, blocks=["code_form"])


@router.post("/login/code", name="session:give_code")
def give_code(
    request: Request,
    db: Db,
    code: Annotated[str, Form(max_length=40)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Complete a sign-in by its code, or ask again."""
    now = request.app.state.clock()
    values = {"next": own_path(next), "is_wrong": True, "too_many_minutes": None}
    try:
        signed_in = service.give_code(db, request.state.visitor.session_token, code, now=now)
    except SignInNeeded:  # it took longer than the ten minutes a right password is good for
        return go_to(request, "/login")
    except TooManyAttempts as error:
        values |= {"is_wrong": False, "too_many_minutes": error.facts["minutes"]}
        return respond(request, "session/code.html", values, blocks=["code_form"], status=error.http_status)
    if signed_in is None:
        return respond(request, "session/code.html", values, blocks=["code_form"], status=422)
    return enter(request, db, signed_in, next, now=now)


@router.post("/logout", name="session:sign_out")
def sign_out(request: Request, db: Db) -> Response:
    """End the session."""
    if request.state.visitor.session_token:
        service.sign_out(db, request.state.visitor.session_token)
    response = go_to(request, "/login")
    set_cookie(request, response, "session", "", 0)
    return response


@router.post("/preferences", name="session:preferences")
def save_preferences(
    request: Request,
    locale: Annotated[str, Form()] = "",
    theme: Annotated[str | None, Form()] = None,
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Keep the reader's language or theme for a year; an unknown one changes nothing."""
    response = go_to(request, own_path(next))
    if locale in LOCALES:
        set_cookie(request, response, "locale", locale, YEAR_S)
    if theme in THEMES:
        set_cookie(request, response, "theme", theme, YEAR_S)
    elif theme == "device":
        set_cookie(request, response, "theme", "", 0)
    return response


def _form(
    *, next: str, login_name: str = "", is_wrong: bool = False, too_many_minutes: int | None = None
) -> dict[str, object]:
    return {
        "next": own_path(next),
        "login_name": login_name,
        "is_wrong": is_wrong,
        "too_many_minutes": too_many_minutes,
    }


def enter(request: Request, db: Session, signed_in: service.SignedIn, target: str, *, now: datetime) -> Response:
    """Go on as the person who signed in; what a customer began before signing in is their account's now."""
    user = signed_in.user
    if not user.is_staff:
        adopt(db, request.state.visitor.id, user.id, user.customer_id)
    response = go_to(request, own_path(target))
    set_cookie(request, response, "session", signed_in.token, int((signed_in.expires_at - now).total_seconds()))
    set_cookie(request, response, "locale", user.locale, YEAR_S)
    return response


def own_path(target: str) -> str:
    """Return the path to go on to; anything but a plain path of ours becomes the front page."""
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_own else "/"


def set_cookie(request: Request, response: Response, name: str, value: str, max_age_s: int) -> None:
    """Set one of our cookies."""
    secure = request.app.state.settings.origin.startswith("https://")
    response.headers.append("Set-Cookie", cookie_text(name, value, secure=secure, max_age_s=max_age_s))
