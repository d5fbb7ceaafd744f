"""The free time of one place: gaps between what is sequenced there already, filled first fit. Pure."""

from bisect import bisect_right, insort

from production.sequencing.spans import Span
from production.sequencing.working_time import WorkingTime

BRIEF_S = 30
"""Gaps shorter than this are forgotten: nothing fits, and a search need not look at them."""


class Gaps:
    """Gaps of one place, ascending. Next to each stands the recipe done just before it, "" for none.

    Args:
        spans: When work can be done here.
        starts: When it can be begun, where it may go on beyond (unattended work); None where that is the same.
    """

    def __init__(self, spans: list[Span], starts: WorkingTime | None = None) -> None:
        self._gaps = [(from_s, to_s, "") for from_s, to_s in spans]
        self._starts = starts

    def find(self, ready_s: int, seconds: int, *, recipe: str = "", setup_s: int = 0) -> tuple[int, int] | None:
        """Return start and end of the first gap the work fits in, not before ``ready_s``.

        ``setup_s`` is saved where the work follows the same recipe without a pause.
        """
        place = max(0, bisect_right(self._gaps, (ready_s, 1 << 62, "")) - 1)
        for index in range(place, len(self._gaps)):
            from_s, to_s, before = self._gaps[index]
            start_s: int | None = max(from_s, ready_s)
            if self._starts is not None and start_s is not None:
                start_s = self._starts.next_s(start_s)
                if start_s is None:
                    return None
            assert start_s is not None  # noqa: S101 - set above
            saved_s = setup_s if recipe and before == recipe and start_s == from_s else 0
            if start_s + seconds - saved_s <= to_s:
                return start_s, start_s + seconds - saved_s
        return None

    def in_parts(self, ready_s: int, seconds: int) -> list[Span] | None:
        """Return the parts of work that is left and gone on with, each filling a gap but the last."""
        parts: list[Span] = []
        place = max(0, bisect_right(self._gaps, (ready_s, 1 << 62, "")) - 1)
        for from_s, to_s, _ in self._gaps[place:]:
            start_s = max(from_s, ready_s)
            if start_s >= to_s:
                continue
            parts.append((start_s, min(to_s, start_s + seconds)))
            seconds -= parts[-1][1] - start_s
            if seconds == 0:
                return parts
        return None

    def before(self, start_s: int) -> str:
        """Return the recipe done just before a start."""
        place = bisect_right(self._gaps, (start_s, 1 << 62, "")) - 1
        return self._gaps[place][2] if place >= 0 and self._gaps[place][0] == start_s else ""

    def fill(self, start_s: int, end_s: int, recipe: str = "") -> None:
        """Take a span out of the gap it lies in."""
        place = bisect_right(self._gaps, (start_s, 1 << 62, "")) - 1
        from_s, to_s, before = self._gaps.pop(place)
        if start_s - from_s >= BRIEF_S:
            insort(self._gaps, (from_s, start_s, before))
        if to_s - end_s >= BRIEF_S:
            insort(self._gaps, (end_s, to_s, recipe))
