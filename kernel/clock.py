"""Time: aware UTC datetimes from a clock that is passed in. Only the web room owns a real one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kernel.errors import NotValid

Clock = Callable[[], datetime]
"""Returns the present moment as an aware datetime in UTC."""


class TimeNotUtc(NotValid):
    """A datetime without a zone, or in another zone than UTC, where UTC is asked for."""


def system_clock() -> datetime:
    """Return the machine's present moment in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """Return a clock that stands still at ``moment``, for tests and the demo."""
    standing = require_utc(moment)
    return lambda: standing


def ticking_clock(start: datetime, step: timedelta) -> Clock:
    """Return a clock that says ``start`` first and goes on by ``step`` at each call."""
    following = require_utc(start)

    def tick() -> datetime:
        nonlocal following
        now, following = following, following + step
        return now

    return tick


def require_utc(moment: datetime) -> datetime:
    """Return ``moment`` if it is aware and in UTC.

    Raises:
        TimeNotUtc: It is naive or in another zone.
    """
    if moment.utcoffset() != timedelta(0):
        raise TimeNotUtc(moment=moment.isoformat())
    return moment.replace(tzinfo=UTC)
