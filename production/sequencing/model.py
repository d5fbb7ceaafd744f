"""What is to be sequenced at each work centre, and the sequence. Times are UTC seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One operation still to be done of one piece.

    ``rank_s`` is the start reserved for it: the earlier, the sooner its turn. ``turn_s`` is its start in the sequence improved
    last, None before that. ``setup_s`` of its seconds fall away when the same place did the same recipe just before. ``after``
    are steps of the same piece; those done already are not in it.
    """

    number: int
    work_centre: str
    seconds: int
    rank_s: int
    after: tuple[int, ...] = ()
    recipe: str = ""
    setup_s: int = 0
    is_running: bool = False
    turn_s: int | None = None

    @property
    def load_recipe(self) -> str:
        """What pieces must have in common to share a batch."""
        return f"{self.recipe}/{self.seconds}"


@dataclass(frozen=True, slots=True)
class Work:
    """One piece with steps to be done; ``ready_s`` is when the first of them may begin."""

    key: str
    due_s: int
    steps: tuple[Step, ...]
    ready_s: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """When and at which place of its work centre (from 0) a step is done."""

    key: str
    number: int
    work_centre: str
    place: int
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Every step placed, in the order of their starts, and when each piece is done."""

    placed: tuple[Placed, ...]
    finished_s: Mapping[str, int] = field(default_factory=dict)
    changeovers: int = 0

    def worth(self, works: tuple[Work, ...]) -> tuple[int, int, int]:
        """Return what counts, the first before the second, less being better: seconds late, changeovers, the sum of ends."""
        ends = [self.finished_s.get(work.key, 0) for work in works]
        late_s = sum(max(0, end_s - work.due_s) for work, end_s in zip(works, ends, strict=True))
        return late_s, self.changeovers, sum(ends)

    def late(self, works: tuple[Work, ...]) -> frozenset[str]:
        """Return the pieces done after they are due."""
        return frozenset(work.key for work in works if self.finished_s.get(work.key, 0) > work.due_s)
