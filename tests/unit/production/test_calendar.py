"""Buckets from shifts and holidays, across daylight saving and the turn of the year."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.plants.model import Adjustment, AdjustmentKind, Hours, Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import (
    BUCKET_S,
    day_buckets,
    epoch_s,
    local_date,
    span_buckets,
    utc,
    wall_clock_s,
    working_days,
)

WEEK = frozenset(range(5))


def plant(*centres: WorkCentre, timezone: str = "Europe/Berlin", **more: object) -> Plant:
    return Plant(
        code="p",
        line="toys",
        timezone=timezone,
        country="DE",
        subdivision="BE",
        floor_locale="en",
        work_centres=centres,
        **more,  # type: ignore[arg-type]
    )


def flow(*spans: tuple[int, int], places: int = 1, reserve: int = 0) -> WorkCentre:
    hours = tuple(Hours(WEEK, start, end) for start, end in spans)
    return WorkCentre("saw", WorkCentreKind.FLOW, places, hours, reserve)


RACK = WorkCentre("rack", WorkCentreKind.SLOT, 4, (Hours(WEEK, 450, 990),), 10)


def test_a_shift_fills_its_buckets_and_a_pause_empties_its_part() -> None:
    """07:30-12:00 and 12:30-16:30: six buckets, the fourth short of the pause, the last of its end."""
    centre = flow((450, 720), (750, 990), places=2, reserve=10)
    buckets = list(day_buckets(plant(centre), centre, date(2026, 3, 2)))

    assert [utc(bucket.start_s).strftime("%H:%M") for bucket in buckets] == [
        "06:30",
        "08:00",
        "09:30",
        "11:00",
        "12:30",
        "14:00",
    ]
    assert [bucket.capacity_s for bucket in buckets] == [9720, 9720, 9720, 6480, 9720, 9720]


@pytest.mark.parametrize(
    ("day", "why"),
    [(date(2026, 3, 7), "Saturday"), (date(2026, 12, 25), "Christmas"), (date(2026, 3, 3), "closed by the plant")],
)
def test_nobody_works_on_free_days(day: date, why: str) -> None:
    centre = flow((450, 990))
    assert list(day_buckets(plant(centre, closed=frozenset({date(2026, 3, 3)})), centre, day)) == [], why


def test_a_holiday_of_the_subdivision_counts() -> None:
    """8 March is a holiday in Berlin; in 2027 it is a Monday."""
    centre = flow((450, 990))
    assert list(day_buckets(plant(centre), centre, date(2027, 3, 8))) == []


def test_slots_run_through_the_night_and_are_attended_within_the_shift() -> None:
    """Four places less the reserve are three whole ones; Saturday runs on with nobody there."""
    both = plant(RACK, flow((450, 990)))
    monday = list(day_buckets(both, RACK, date(2026, 3, 2)))
    saturday = list(day_buckets(both, RACK, date(2026, 3, 7)))

    assert [bucket.capacity_s for bucket in monday] == [3 * BUCKET_S] * 16
    assert [bucket.is_attended for bucket in monday] == [False] * 5 + [True] * 6 + [False] * 5
    assert [bucket.is_attended for bucket in saturday] == [False] * 16


@pytest.mark.parametrize("bucket_min", [5, 20, 90])
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_of_changing_clocks_has_the_seconds_it_has(day: date, hours: int, bucket_min: int) -> None:
    """P-2: the spring night loses an hour of slots, the autumn night gains one; nothing overlaps or comes twice."""
    buckets = list(day_buckets(plant(RACK, bucket_min=bucket_min), RACK, day))

    assert sum(bucket.end_s - bucket.start_s for bucket in buckets) == hours * 3600
    assert all(one.end_s == two.start_s for one, two in itertools.pairwise(buckets))


def test_shifts_keep_their_wall_clock_time_over_the_change() -> None:
    centre = flow((450, 990))
    before, after = (next(day_buckets(plant(centre), centre, date(2026, 3, day))) for day in (27, 30))

    assert utc(before.start_s).hour == 6
    assert utc(after.start_s).hour == 5
    assert before.capacity_s == after.capacity_s


@given(
    timezone=st.sampled_from(
        [
            "Europe/Berlin",
            "Europe/Lisbon",
            "America/New_York",
            "America/Santiago",
            "Asia/Taipei",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "Asia/Kathmandu",
        ]
    ),
    first=st.dates(date(2025, 1, 1), date(2030, 12, 31)),
)
def test_the_grid_has_no_gaps_and_no_overlaps(timezone: str, first: date) -> None:
    """In every zone, over every change of clocks and every turn of the year."""
    buckets = list(span_buckets(plant(RACK, timezone=timezone), RACK, first, first + timedelta(days=9)))

    assert all(one.end_s == two.start_s for one, two in itertools.pairwise(buckets))
    assert buckets[0].start_s == wall_clock_s(first, 0, timezone)
    assert all(bucket.end_s > bucket.start_s for bucket in buckets)
    assert local_date(buckets[-1].end_s - 1, timezone) == first + timedelta(days=9)


def test_two_hundred_working_days_cross_week_53() -> None:
    days = working_days(plant(flow((450, 990))), date(2026, 11, 2), 200)

    assert len(days) == 200
    assert date(2026, 12, 31) in days
    assert date(2027, 1, 1) not in days
    assert date(2027, 1, 4) in days


def test_seconds_are_rounded_up() -> None:
    """A bucket that began a moment ago has begun."""
    assert epoch_s(datetime(2026, 3, 2, 6, 0, 0, 1, tzinfo=UTC)) == epoch_s(datetime(2026, 3, 2, 6, 0, 1, tzinfo=UTC))


SPANS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])


@given(
    span=SPANS, number=st.integers(0, 3000), zone=st.sampled_from(["Europe/Lisbon", "America/New_York", "Asia/Taipei"])
)
def test_a_place_away_and_one_added_for_the_same_time_leave_the_day_as_it_is(
    span: tuple[int, int], number: int, zone: str
) -> None:
    """A-1, over six years with their clock changes and long years: within a shift only seats and places count."""
    day = date(2024, 1, 1) + timedelta(days=number)
    centre = WorkCentre("table", WorkCentreKind.FLOW, 3, (Hours(frozenset(range(7)), 0, 1440),), 10)
    here = plant(centre, timezone=zone)
    both = [
        Adjustment("table", kind, day, *span, places=2)
        for kind in (AdjustmentKind.OVERTIME, AdjustmentKind.MAINTENANCE)
    ]
    if not list(day_buckets(here, centre, day)):
        return

    assert list(day_buckets(here, centre, day, both)) == list(day_buckets(here, centre, day))


@given(
    span=SPANS, number=st.integers(0, 3000), zone=st.sampled_from(["Europe/Lisbon", "America/New_York", "Asia/Taipei"])
)
def test_what_is_away_is_missing_to_the_second(span: tuple[int, int], number: int, zone: str) -> None:
    day = date(2024, 1, 1) + timedelta(days=number)
    centre = WorkCentre("table", WorkCentreKind.FLOW, 3, (Hours(frozenset(range(7)), 0, 1440),))
    here = plant(centre, timezone=zone)
    whole = sum(bucket.capacity_s for bucket in day_buckets(here, centre, day))
    left = sum(
        bucket.capacity_s
        for bucket in day_buckets(here, centre, day, [Adjustment("table", AdjustmentKind.DOWN, day, *span)])
    )
    from_s, to_s = (wall_clock_s(day, minute, zone) for minute in span)

    assert whole - left == (max(0, to_s - from_s) if whole else 0)
