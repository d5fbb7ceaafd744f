"""The visitor middleware: language, theme and CSRF token of each request, from its cookies alone."""

import hashlib
import hmac
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.security.model import Visitor
from web.translations import LOCALES, preferred_locale

THEMES = ("light", "dark")
_SILENT = ("/static/", "/healthz", "/readyz", "/metrics", "/api/")


def cookie_name(name: str, *, secure: bool) -> str:
    """Return the cookie's name; over https it is bound to this very host."""
    return f"__Host-lotone-{name}" if secure else f"lotone-{name}"


def cookie_text(name: str, value: str, *, secure: bool, max_age_s: int | None = None) -> str:
    """Return a ``Set-Cookie`` value that scripts cannot read and other sites cannot send along with a change."""
    parts = [f"{cookie_name(name, secure=secure)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if secure:
        parts.append("Secure")
    if max_age_s is not None:
        parts.append(f"Max-Age={max_age_s}")
    return "; ".join(parts)


def csrf_token(secret: str) -> str:
    """Return the token that a page of this session (or, before signing in, this visitor) sends back."""
    return hmac.new(secret.encode(), b"lotone csrf", hashlib.sha256).hexdigest()


def visitor_id(secret: str) -> str:
    """Return the pseudonym a visitor is known by in drafts and the audit chain."""
    return "visitor-" + hashlib.sha256(b"lotone visitor" + secret.encode()).hexdigest()[:24]


class VisitorMiddleware:
    """Puts a :class:`Visitor` on every request and gives a new visitor a secret to be known by."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        session_token = self._cookie(connection, "session")
        known_secret = self._cookie(connection, "visitor")
        secret = known_secret or secrets.token_urlsafe(32)
        locale, theme = self._cookie(connection, "locale"), self._cookie(connection, "theme")
        scope.setdefault("state", {})["visitor"] = Visitor(
            locale=locale if locale in LOCALES else preferred_locale(connection.headers.get("accept-language", "")),
            theme=theme if theme in THEMES else "",
            csrf_token=csrf_token(session_token or secret),
            session_token=session_token,
            id=visitor_id(secret),
        )
        is_new = not known_secret and not connection.url.path.startswith(_SILENT)

        async def send_with_cookie(message: Message) -> None:
            if is_new and message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", cookie_text("visitor", secret, secure=self.secure))
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _cookie(self, connection: HTTPConnection, name: str) -> str:
        return connection.cookies.get(cookie_name(name, secure=self.secure), "")
