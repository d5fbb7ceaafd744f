"""Unit tests of kernel/clock.py."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kernel.clock import TimeNotUtc, fixed_clock, require_utc, system_clock, ticking_clock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_fixed_clock_stands_still() -> None:
    clock = fixed_clock(START)

    assert (clock(), clock()) == (START, START)


def test_a_ticking_clock_goes_on() -> None:
    clock = ticking_clock(START, timedelta(seconds=1))

    assert (clock(), clock()) == (START, START + timedelta(seconds=1))


def test_the_system_clock_is_in_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)


@pytest.mark.parametrize("moment", [START.replace(tzinfo=None), START.astimezone(timezone(timedelta(hours=8)))])
def test_moments_of_no_or_another_zone_are_refused(moment: datetime) -> None:
    with pytest.raises(TimeNotUtc):
        require_utc(moment)
