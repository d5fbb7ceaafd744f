"""Buckets of capacity from shifts and holidays, safe across daylight saving. Source: docs/algorithms/promise.md.

A bucket is a fixed part of a day on the plant's wall clock (``Plant.bucket_min``, from midnight on), held as UTC seconds
since 1970. All work centres of a plant share the grid, so "strictly later" means the same everywhere.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from production.plants.model import (
    BUCKET_MIN,
    MINUTES_A_DAY,
    Adjustment,
    AdjustmentKind,
    Hours,
    Plant,
    WorkCentre,
    WorkCentreKind,
)

BUCKET_S = 60 * BUCKET_MIN  # of a plant that names no other length
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One span of one work centre: UTC seconds, seconds of capacity, and whether somebody is there to start work."""

    start_s: int
    end_s: int
    capacity_s: int
    is_attended: bool


def epoch_s(moment: datetime) -> int:
    """Return an aware datetime as whole UTC seconds, rounded up."""
    return -int(-moment.timestamp() // 1)


def utc(seconds: int) -> datetime:
    """Return UTC seconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def local_date(seconds: int, timezone: str) -> date:
    """Return the plant's calendar day at a UTC second."""
    return datetime.fromtimestamp(seconds, ZoneInfo(timezone)).date()


def wall_clock_s(day: date, minute: int, timezone: str) -> int:
    """Return the UTC second at which the plant's clock shows ``minute`` of ``day``; 1440 is the next midnight.

    A time that the clock skips is taken as if it had not been put forward; of one it shows twice, the first (P-2).
    """
    on_day = day + ONE_DAY * (minute // MINUTES_A_DAY)
    minute %= MINUTES_A_DAY
    local = datetime(on_day.year, on_day.month, on_day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(timezone))
    return int(local.timestamp())


@lru_cache(maxsize=64)
def public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """Return the public holidays of a year."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year).keys())


def is_working_day(plant: Plant, day: date) -> bool:
    """Return whether anybody has a shift on the day."""
    if day in plant.closed or day in public_holidays(plant.country, plant.subdivision, day.year):
        return False
    return any(day.weekday() in hours.weekdays for centre in plant.work_centres for hours in centre.hours)


def working_days(plant: Plant, first: date, count: int) -> tuple[date, ...]:
    """Return the first ``count`` working days from ``first`` on."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if is_working_day(plant, day):
            found.append(day)
        day += ONE_DAY
    return tuple(found)


def day_buckets(
    plant: Plant, centre: WorkCentre, day: date, adjustments: Sequence[Adjustment] = ()
) -> Iterator[Bucket]:
    """Yield the buckets in which the work centre can work on the day, in order (P-1).

    Flow: seconds of all people, less the reserve. Batch: of whole machines left after the reserve.
    Slot: of whole places left after the reserve, day and night, attended only within the shifts.
    ``adjustments`` are those of the work centre and the day (A-1).
    """
    if adjustments:
        yield from _adjusted_buckets(plant, centre, day, adjustments)
        return
    staffed = staffed_spans(plant, centre, day)
    if not staffed and centre.kind is not WorkCentreKind.SLOT:
        return
    usable_places = centre.usable_places
    for start_s, end_s in itertools.pairwise(_edges(day, plant.bucket_min, plant.timezone)):
        staffed_s = 0
        for from_s, to_s in staffed:
            if from_s < end_s and start_s < to_s:
                staffed_s += min(end_s, to_s) - max(start_s, from_s)
        if centre.kind is WorkCentreKind.SLOT:
            yield Bucket(start_s, end_s, (end_s - start_s) * usable_places, staffed_s > 0)
        elif staffed_s > 0 and centre.kind is WorkCentreKind.BATCH:
            yield Bucket(start_s, end_s, staffed_s * usable_places, True)
        elif staffed_s > 0:
            yield Bucket(start_s, end_s, staffed_s * centre.places * (100 - centre.reserve_percent) // 100, True)


@lru_cache(maxsize=1024)
def _edges(day: date, bucket_min: int, timezone: str) -> tuple[int, ...]:
    """Return where the day's buckets begin, and where the last ends; a horizon asks for each day once a work centre.

    In the hour the clock skips, two minutes are the same moment: each edge counts once.
    """
    minutes = range(0, MINUTES_A_DAY + 1, bucket_min)
    return tuple(sorted({wall_clock_s(day, minute, timezone) for minute in minutes}))


def _adjusted_buckets(
    plant: Plant, centre: WorkCentre, day: date, adjustments: Sequence[Adjustment]
) -> Iterator[Bucket]:
    """Yield the day's buckets with places away or added: each span between two changes counts its own places."""
    staffed = staffed_spans(plant, centre, day)
    changes = [(*_span_of(one, plant.timezone), one) for one in adjustments]
    edges = _edges(day, plant.bucket_min, plant.timezone)
    for start_s, end_s in itertools.pairwise(edges):
        inner = {at for span in staffed for at in span} | {at for from_s, to_s, _ in changes for at in (from_s, to_s)}
        cuts = [start_s, *sorted(at for at in inner if start_s < at < end_s), end_s]
        capacity_s, is_attended = 0, False
        for from_s, to_s in itertools.pairwise(cuts):
            shifts = sum(1 for begin_s, finish_s in staffed if begin_s <= from_s < finish_s)
            now = [one for begin_s, finish_s, one in changes if begin_s <= from_s < finish_s]
            extra = sum(one.places for one in now if one.kind is AdjustmentKind.OVERTIME)
            away = sum(one.places for one in now if one.kind is not AdjustmentKind.OVERTIME)
            is_slot = centre.kind is WorkCentreKind.SLOT
            places = max(0, centre.places * (1 if is_slot else shifts) + extra - away)
            is_attended = is_attended or bool(places and (shifts or extra))
            capacity_s += (to_s - from_s) * _usable(centre, places)
        if centre.kind is WorkCentreKind.FLOW:
            capacity_s = capacity_s * (100 - centre.reserve_percent) // 100
        if capacity_s > 0:
            yield Bucket(start_s, end_s, capacity_s, is_attended)


def _usable(centre: WorkCentre, places: int) -> int:
    """Return the places that are promised: of batches and slots whole ones, one at least while there is one."""
    if centre.kind is WorkCentreKind.FLOW or places == 0:
        return places
    return max(1, places * (100 - centre.reserve_percent) // 100)


def _span_of(adjustment: Adjustment, timezone: str) -> tuple[int, int]:
    day = adjustment.day
    return wall_clock_s(day, adjustment.from_min, timezone), wall_clock_s(day, adjustment.to_min, timezone)


def staffed_spans(plant: Plant, centre: WorkCentre, day: date) -> list[tuple[int, int]]:
    """Return the spans of the day in which somebody is at the work centre, UTC seconds."""
    if not is_working_day(plant, day):
        return []
    return [_span(hours, day, plant.timezone) for hours in centre.hours if day.weekday() in hours.weekdays]


def _span(hours: Hours, day: date, timezone: str) -> tuple[int, int]:
    return wall_clock_s(day, hours.from_min, timezone), wall_clock_s(day, hours.to_min, timezone)


def span_buckets(
    plant: Plant, centre: WorkCentre, first: date, last: date, adjustments: Iterable[Adjustment] = ()
) -> Iterator[Bucket]:
    """Yield the buckets of all days from ``first`` to ``last``, in order; ``adjustments`` are of any centre and day."""
    mine = [one for one in adjustments if one.work_centre == centre.code]
    day = first
    while day <= last:
        yield from day_buckets(plant, centre, day, [one for one in mine if one.day == day])
        day += ONE_DAY
