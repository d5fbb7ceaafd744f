"""A plant's days as figures need them: which day a second is of, when a work centre is staffed, what it could have worked.

Source: docs/algorithms/metrics.md, rule M-6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from production.metrics.model import Period
from production.plants.model import MINUTES_A_DAY, Adjustment, AdjustmentKind, Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import ONE_DAY, day_buckets, staffed_spans, wall_clock_s

QUARTER_S = 900


class Workdays:
    """The calendar of one plant, its adjustments included; what was worked out once is kept."""

    def __init__(self, plant: Plant, adjustments: Iterable[Adjustment] = ()) -> None:
        self.plant = plant
        self._adjusted: dict[tuple[str, date], list[Adjustment]] = {}
        for one in adjustments:
            self._adjusted.setdefault((one.work_centre, one.day), []).append(one)
        self._staffed: dict[tuple[str, date], tuple[tuple[int, int], ...]] = {}
        self._capacities: dict[tuple[str, date], tuple[tuple[int, int], ...]] = {}
        self._starts: dict[date, int] = {}
        self._days: dict[int, date] = {}

    @cached_property
    def centres(self) -> dict[str, WorkCentre]:
        """The work centres by their codes."""
        return {centre.code: centre for centre in self.plant.work_centres}

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.plant.timezone)

    def day_of(self, second: int) -> date:
        """Return the plant's day at a UTC second; wherever a plant is, days begin on a quarter of an hour."""
        quarter = second // QUARTER_S
        if quarter not in self._days:
            self._days[quarter] = datetime.fromtimestamp(second, self._zone).date()
        return self._days[quarter]

    def start_of(self, day: date) -> int:
        """Return the UTC second a day begins with."""
        if day not in self._starts:
            self._starts[day] = wall_clock_s(day, 0, self.plant.timezone)
        return self._starts[day]

    def days(self, period: Period) -> Iterator[date]:
        """Yield the days a period touches."""
        if period.from_s == period.to_s:
            return
        day, last = self.day_of(period.from_s), self.day_of(period.to_s - 1)
        while day <= last:
            yield day
            day += ONE_DAY

    def staffed(self, centre: WorkCentre, day: date) -> tuple[tuple[int, int], ...]:
        """Return when somebody is at a work centre, overtime included, ascending and without overlaps."""
        key = (centre.code, day)
        if key not in self._staffed:
            extra = [
                tuple(wall_clock_s(day, minute, self.plant.timezone) for minute in (one.from_min, one.to_min))
                for one in self._adjusted.get(key, ())
                if one.kind is AdjustmentKind.OVERTIME
            ]
            joined: list[tuple[int, int]] = []
            for from_s, to_s in sorted([*staffed_spans(self.plant, centre, day), *((a, b) for a, b in extra)]):
                if joined and from_s <= joined[-1][1]:
                    joined[-1] = (joined[-1][0], max(to_s, joined[-1][1]))
                else:
                    joined.append((from_s, to_s))
            self._staffed[key] = tuple(joined)
        return self._staffed[key]

    def worked(self, code: str, from_s: int, to_s: int) -> Iterator[tuple[date, int, int]]:
        """Yield day, begin and end of what of a span counts as worked (M-6).

        At a staffed work centre that is the staffed time in it; a span without any counts whole, for somebody was there.
        """
        centre = self.centres[code]
        pieces = []
        for day in self.days(Period(from_s, to_s)):
            begin, end = max(from_s, self.start_of(day)), min(to_s, self.start_of(day + ONE_DAY))
            pieces.append((day, begin, end))
        if centre.kind is not WorkCentreKind.SLOT:
            inside = [
                (day, max(begin, shift_s), min(end, until_s))
                for day, begin, end in pieces
                for shift_s, until_s in self.staffed(centre, day)
                if max(begin, shift_s) < min(end, until_s)
            ]
            pieces = inside or pieces
        yield from pieces

    def capacity(self, code: str, day: date, period: Period) -> int:
        """Return the seconds a work centre's places could have worked on a day, of buckets that begin in the period.

        No reserve is taken off; of a batch work centre every place in a load counts.
        """
        return sum(seconds for start_s, seconds in self._buckets_of(code, day) if period.holds(start_s))

    def _buckets_of(self, code: str, day: date) -> tuple[tuple[int, int], ...]:
        if (code, day) not in self._capacities:
            centre = replace(self.centres[code], reserve_percent=0)
            shares = centre.load_pieces if centre.kind is WorkCentreKind.BATCH else 1
            buckets = day_buckets(self.plant, centre, day, self._adjusted.get((code, day), ()))
            self._capacities[code, day] = tuple((one.start_s, shares * one.capacity_s) for one in buckets)
        return self._capacities[code, day]


def day_period(plant: Plant, first: date, last: date) -> Period:
    """Return the period from the beginning of one day to the end of another."""
    return Period(wall_clock_s(first, 0, plant.timezone), wall_clock_s(last, MINUTES_A_DAY, plant.timezone))
