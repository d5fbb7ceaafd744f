"""The nightly re-sync: open work moves up to where there is room now, and promises that cannot be kept are named. Pure.

Source: docs/algorithms/sequence.md, rules S-1 to S-3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from production.model import OperationLoad
from production.promise.walking import Placement, Plan
from production.sequencing.booking import Booking


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is still to be begun of one piece.

    ``loads`` wait for each other by their positions in it; ``placements`` hold their room in the ledger, and none of them
    may be begun before ``earliest_s`` (material, operations that run).
    """

    key: str
    promised_s: int
    earliest_s: int
    loads: tuple[OperationLoad, ...]
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the work stands in the ledger now; the promise is what it was."""

    key: str
    promised_s: int
    plan: Plan

    @property
    def is_at_risk(self) -> bool:
        """Whether the last bucket ends after the promise."""
        return self.plan.finish_s > self.promised_s

    @property
    def late_s(self) -> int:
        """Seconds the last bucket ends after the promise; 0 when it is kept."""
        return max(0, self.plan.finish_s - self.promised_s)


def resync(booking: Booking, works: Iterable[OpenWork], now_s: int) -> Iterator[Moved]:
    """Yield where each piece goes, those promised first before others; the booking follows.

    Each gives back what it holds and walks again, so one whose buckets are all to come never ends later than it did (S-2).

    Raises:
        BeyondHorizon: the booking ends too soon.
    """
    for work in sorted(works, key=lambda one: (one.promised_s, one.key)):
        if not work.loads:
            continue
        for placement in work.placements:
            booking.give_back(placement)
        plan = booking.place(work.loads, max(now_s, work.earliest_s))
        booking.take(plan.placements)
        yield Moved(work.key, work.promised_s, plan)
