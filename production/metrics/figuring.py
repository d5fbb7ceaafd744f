"""From the histories of pieces to the figures of a period. Pure: the same events give the same figures, in any order.

Source: docs/algorithms/metrics.md.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from production.metrics.adhering import adherences
from production.metrics.delivering import kept, lead_time, slippage_days
from production.metrics.model import (
    Adherence,
    Counts,
    Figures,
    FirstPass,
    LeadTime,
    MeasurePass,
    Period,
    PieceHistory,
    Share,
    Use,
)
from production.metrics.passing import measure_passes, operation_passes
from production.metrics.spans import Life, life_of
from production.metrics.workdays import Workdays
from production.promise.calendar import ONE_DAY

Key = TypeVar("Key", str, tuple[str, date])
Sum = TypeVar("Sum", bound=Counts)


def figures_of(histories: Iterable[PieceHistory], workdays: Workdays, period: Period, *, now_s: int) -> Figures:
    """Return the figures of a period.

    Args:
        histories: Every piece that was on the floor at some moment of the period; others add nothing.
        workdays: The plant's calendar.
        period: The period; of one that is not over, what has happened until now.
        now_s: Until when there are events: what runs still has run until then.
    """
    tally = _Tally(workdays, period, now_s)
    for history in histories:
        tally.take(history, life_of(history))
    return tally.figures()


class _Tally:
    """Sums under way, filled piece by piece."""

    def __init__(self, workdays: Workdays, period: Period, now_s: int) -> None:
        self.workdays, self.period, self.now_s = workdays, period, now_s
        day_ends = _day_ends(workdays, period, now_s)
        self._ended_days, self._ends = list(day_ends), list(day_ends.values())
        self.released = self.built = self.scrapped = self.wip_s = 0
        self.kept = self.kept_first = self.requested = Share()
        self.lead = LeadTime()
        self.slippage: dict[int, int] = {}
        self.built_on: dict[date, int] = {}
        self.wip_at = dict.fromkeys(day_ends, 0)
        self.operations: dict[str, FirstPass] = {}
        self.measures: dict[str, MeasurePass] = {}
        self.adherence: dict[str, Adherence] = {}
        self.uses: dict[tuple[str, date], Use] = {}
        for code in workdays.centres:
            for day in workdays.days(period):
                capacity_s = workdays.capacity(code, day, period)
                if capacity_s:
                    self.uses[code, day] = Use(0, capacity_s)

    def take(self, history: PieceHistory, life: Life) -> None:
        """Add what one piece says."""
        holds = self.period.holds
        self.released += int(life.released_s is not None and holds(life.released_s))
        self.scrapped += int(life.scrapped_s is not None and holds(life.scrapped_s))
        if life.built_s is not None and holds(life.built_s):
            self._built(history, life, life.built_s)
        self._on_floor(life)
        for code, passed in operation_passes(history, self.period):
            _add(self.operations, code, passed)
        for code, read in measure_passes(history, self.period):
            _add(self.measures, code, read)
        for code, started in adherences(history, self.period, self.workdays.plant.bucket_s):
            _add(self.adherence, code, started)
        self._worked(history, life)

    def _built(self, history: PieceHistory, life: Life, built_s: int) -> None:
        built_on = self.workdays.day_of(built_s)
        self.built += 1
        self.built_on[built_on] = self.built_on.get(built_on, 0) + 1
        if history.agreement is None:
            return
        promise, first, request = kept(history.agreement, built_on)
        self.kept, self.kept_first, self.requested = (
            self.kept + promise,
            self.kept_first + first,
            self.requested + request,
        )
        days = slippage_days(history.agreement, built_on)
        self.slippage[days] = self.slippage.get(days, 0) + 1
        self.lead += lead_time(life, history.agreement.ordered_s, built_s)

    def _on_floor(self, life: Life) -> None:
        for from_s, to_s in life.on_floor:
            until_s = self.now_s if to_s is None else to_s
            self.wip_s += self.period.common_s(from_s, until_s)
            last = len(self._ends) if to_s is None else bisect_right(self._ends, to_s)
            for day in self._ended_days[bisect_right(self._ends, from_s) : last]:
                self.wip_at[day] += 1

    def _worked(self, history: PieceHistory, life: Life) -> None:
        for run in life.runs:
            until_s = self.now_s if run.to_s is None else run.to_s
            code = history.steps[run.operation].work_centre
            if code not in self.workdays.centres or not self.period.common_s(run.from_s, until_s):
                continue
            for day, begin, end in self.workdays.worked(code, run.from_s, until_s):
                worked_s = self.period.common_s(begin, end)
                if worked_s:
                    _add(self.uses, (code, day), Use(worked_s, 0))

    def figures(self) -> Figures:
        """Return the sums."""
        return Figures(
            released=self.released,
            built=self.built,
            scrapped=self.scrapped,
            kept=self.kept,
            kept_first=self.kept_first,
            requested=self.requested,
            slippage_days=dict(sorted(self.slippage.items())),
            lead=self.lead,
            wip_s=self.wip_s,
            wip_at=self.wip_at,
            built_on=dict(sorted(self.built_on.items())),
            operations=dict(sorted(self.operations.items())),
            measures=dict(sorted(self.measures.items())),
            uses=dict(sorted(self.uses.items())),
            adherence=dict(sorted(self.adherence.items())),
        )


def _day_ends(workdays: Workdays, period: Period, now_s: int) -> dict[date, int]:
    """Return the days that end within a period and are over, and the UTC second each ends at."""
    return dict(_ending(workdays, period, now_s))


def _ending(workdays: Workdays, period: Period, now_s: int) -> Iterator[tuple[date, int]]:
    for day in workdays.days(period):
        end_s = workdays.start_of(day + ONE_DAY)
        if end_s <= min(period.to_s, now_s):
            yield day, end_s


def _add(sums: dict[Key, Sum], key: Key, value: Sum) -> None:
    sums[key] = sums[key] + value if key in sums else value
