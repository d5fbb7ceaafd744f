"""Time as one place works through it: staffed seconds, and back to UTC. Pure.

An operation that people can leave overnight is a gap on the clock but an unbroken stretch of working time, so a search
for room is done there.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from production.plants.model import Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import staffed_spans
from production.sequencing.spans import Span, merged


class WorkingTime:
    """Spans of work on the clock, apart and ascending, and the seconds worked until any moment.

    Args:
        spans: Any spans; those that touch or overlap become one.
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans: list[Span] = merged(spans)
        self._starts = [from_s for from_s, _ in self.spans]
        self._worked = [0]
        for from_s, to_s in self.spans:
            self._worked.append(self._worked[-1] + to_s - from_s)

    @property
    def total_s(self) -> int:
        """All seconds of work."""
        return self._worked[-1]

    def worked_s(self, at_s: int) -> int:
        """Return the seconds of work before a moment."""
        place = bisect_right(self._starts, at_s) - 1
        if place < 0:
            return 0
        from_s, to_s = self.spans[place]
        return self._worked[place] + min(at_s, to_s) - from_s

    def begins_s(self, worked_s: int) -> int:
        """Return the first moment of work after so many seconds of it; the end of all spans beyond them."""
        place = bisect_right(self._worked, worked_s) - 1
        if place >= len(self.spans):
            return self._end_s
        return self.spans[place][0] + worked_s - self._worked[place]

    def ends_s(self, worked_s: int) -> int:
        """Return the moment at which so many seconds of work are done."""
        return self.begins_s(worked_s - 1) + 1 if worked_s > 0 else self.begins_s(0)

    def is_at_work(self, at_s: int) -> bool:
        """Return whether the moment lies in a span."""
        return self.left_s(at_s) > 0

    def left_s(self, at_s: int) -> int:
        """Return the seconds without a break from a moment on; 0 outside all spans."""
        place = bisect_right(self._starts, at_s) - 1
        return max(0, self.spans[place][1] - at_s) if place >= 0 else 0

    def next_s(self, at_s: int) -> int | None:
        """Return the first moment of work at or after a moment; None when there is none."""
        if self.is_at_work(at_s):
            return at_s
        place = bisect_right(self._starts, at_s)
        return self._starts[place] if place < len(self._starts) else None

    def without(self, gaps: Sequence[Span]) -> "WorkingTime":
        """Return the same time less some gaps."""
        left: list[Span] = []
        taken = merged(gaps)
        position = 0
        for from_s, to_s in self.spans:
            while position < len(taken) and taken[position][1] <= from_s:
                position += 1
            here = position
            while here < len(taken) and taken[here][0] < to_s:
                if taken[here][0] > from_s:
                    left.append((from_s, taken[here][0]))
                from_s = max(from_s, taken[here][1])
                here += 1
            if from_s < to_s:
                left.append((from_s, to_s))
        return WorkingTime(left)

    @property
    def _end_s(self) -> int:
        return self.spans[-1][1] if self.spans else 0


def centre_time(plant: Plant, centre: WorkCentre, first: date, days: int) -> WorkingTime:
    """Return the staffed time of a work centre over some days."""
    each = (first + timedelta(days=number) for number in range(days))
    return WorkingTime(span for day in each for span in staffed_spans(plant, centre, day))


def people_time(plant: Plant, first: date, days: int) -> WorkingTime:
    """Return the time in which people work piece by piece anywhere in the plant: the staffed time of flow work centres."""
    each = [first + timedelta(days=number) for number in range(days)]
    flow = [centre for centre in plant.work_centres if centre.kind is WorkCentreKind.FLOW]
    return WorkingTime(span for centre in flow for day in each for span in staffed_spans(plant, centre, day))
