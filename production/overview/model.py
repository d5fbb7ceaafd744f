"""What a planner sees: load by work centre and day, planned operations, the way of one piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from production.floor.model import OperationState


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One work centre on one day. ``short_s`` is what was promised but is no longer there."""

    capacity_s: int
    free_s: int
    short_s: int = 0

    @property
    def taken_s(self) -> int:
        """Seconds that quotes and orders have set aside."""
        return self.capacity_s - self.free_s + self.short_s

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be done there on the day."""
        return self.capacity_s == 0

    @property
    def percent(self) -> int:
        """The share of the capacity that is taken, in whole percent; over 100 where more was promised than is there."""
        if self.capacity_s == 0:
            return 0 if self.taken_s == 0 else 999
        return (100 * self.taken_s + self.capacity_s // 2) // self.capacity_s


@dataclass(frozen=True, slots=True)
class LoadMap:
    """Load by work centre and day; a pair without an entry has no capacity and nothing taken."""

    work_centres: tuple[str, ...]
    days: tuple[date, ...]
    cells: Mapping[tuple[str, date], DayLoad]

    def at(self, work_centre: str, day: date) -> DayLoad:
        """Return the load of one cell."""
        return self.cells.get((work_centre, day), DayLoad(0, 0))


@dataclass(frozen=True, slots=True)
class Take:
    """What one reservation takes of a work centre on a day; ``seconds`` is 0 for a place in a batch."""

    key: str
    operation: str
    start_at: datetime
    seconds: int
    is_quote: bool


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """One operation of one piece on the floor, as planned."""

    order_number: str
    piece: int
    code: str
    work_centre: str
    start_at: datetime
    seconds: int
    state: OperationState
    due_at: datetime
