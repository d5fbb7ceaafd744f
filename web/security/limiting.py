"""How many requests of one kind an address or a key may send; more are refused with the time to wait.

Counted in this process, by a moving window: an installation of four processes lets through four times as many. Wrong
passwords are counted besides, in the database, for all processes (``service.py``).
"""

import hashlib
from dataclasses import dataclass, field
from math import ceil

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kernel.clock import system_clock
from web.security.forgery import SAFE_METHODS
from web.security.model import TooManyRequests
from web.settings import Settings

#: Forms that cost us, or somebody else, something: {path: (its limit, the next for those who stay just below)}.
FORMS: dict[str, tuple[RateLimitItem, ...]] = {
    "/login": (parse("30/minute"),),
    "/login/code": (parse("30/minute"),),
    "/api/v1/sessions": (parse("30/minute"),),
    "/register": (parse("5/minute"), parse("30/hour")),
    "/password-resets": (parse("5/minute"), parse("30/hour")),
    "/account/email": (parse("5/minute"), parse("30/hour")),
    "/api/v1/accounts": (parse("5/minute"), parse("30/hour")),
    "/api/v1/accounts/password-resets": (parse("5/minute"), parse("30/hour")),
    "/api/v1/handovers": (parse("10/minute"), parse("100/hour")),
    "/handovers": (parse("10/minute"), parse("100/hour")),
}

KEYS_PER_ADDRESS = 5


@dataclass(frozen=True)
class Limiter:
    """The counters of one process."""

    api_per_minute: int
    window: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def count(self, kind: str, items: tuple[RateLimitItem, ...], who: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: it is one too many.
        """
        for item in items:
            if not self.window.hit(item, kind, who):
                free_at = self.window.get_window_stats(item, kind, who).reset_time
                raise TooManyRequests(retry_after=max(1, ceil(free_at - system_clock().timestamp())))


def limiter_for(settings: Settings) -> Limiter:
    """Return the counters of a process."""
    return Limiter(settings.api_per_minute)


def refuse_excess(request: Request) -> None:
    """Let a request pass unless its address, or its key, sent too many of its kind.

    Raises:
        TooManyRequests: it did.
    """
    limiter: Limiter = request.app.state.limiter
    path, address = request.url.path, request.client.host if request.client else ""
    if request.method not in SAFE_METHODS and path in FORMS:
        limiter.count(path, FORMS[path], address)
    if limiter.api_per_minute and path.startswith("/api/"):
        # An address gets several keys' worth, so that a made-up key for each request gains little.
        limiter.count("api", (parse(f"{KEYS_PER_ADDRESS * limiter.api_per_minute}/minute"),), address)
        limiter.count("api-key", (parse(f"{limiter.api_per_minute}/minute"),), _key(request) or address)


def _key(request: Request) -> str:
    given = request.headers.get("Authorization", "") or request.headers.get("X-Draft-Key", "")
    return hashlib.sha256(given.encode()).hexdigest() if given else ""
