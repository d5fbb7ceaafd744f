"""What figures are made of: what is recorded of a piece, and counts that add up.

Every figure is a sum over events, so those of two periods that follow each other add up to those of both (M-1). Times are UTC
seconds, days are the plant's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from operator import add, attrgetter
from typing import Any, Self

from production.floor.model import EventKind


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the floor. ``number`` grows in the order of writing, ``at_s`` is when it happened."""

    number: int
    kind: EventKind
    at_s: int
    operation: int | None = None
    reason: str = ""
    measured_mm: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a piece: where, after which others, and the bucket reserved for it last."""

    code: str
    work_centre: str
    after: tuple[int, ...] = ()
    planned_s: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with the customer: when it was ordered, the first promise and the one in force, the day wished for."""

    ordered_s: int
    first_promise: date
    promise: date
    requested_on: date | None = None


@dataclass(frozen=True, slots=True)
class PieceHistory:
    """All that is recorded of one piece; ``agreement`` is None where no order of ours stands behind it."""

    order_number: str
    piece: int
    steps: Mapping[int, Step]
    happenings: tuple[Happening, ...]
    targets_mm: Mapping[str, int] = field(default_factory=dict)
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to another, the second not in it, UTC seconds."""

    from_s: int
    to_s: int

    def __post_init__(self) -> None:
        if self.from_s > self.to_s:
            raise ValueError(f"period {self.from_s}-{self.to_s}")

    def holds(self, second: int) -> bool:
        """Return whether the moment lies in it."""
        return self.from_s <= second < self.to_s

    def common_s(self, from_s: int, to_s: int) -> int:
        """Return the seconds of a span that lie in it."""
        return max(0, min(self.to_s, to_s) - max(self.from_s, from_s))


@dataclass(frozen=True, slots=True)
class Counts:
    """Whole numbers that add up field by field."""

    def __add__(self, other: Self) -> Self:
        kind = type(self)
        if kind not in _VALUES:
            _VALUES[kind] = attrgetter(*(one.name for one in fields(self)))
        values = _VALUES[kind]
        return kind(*map(add, values(self), values(other)))


_VALUES: dict[type, Callable[[Counts], tuple[int, ...]]] = {}
"""What reads the fields of each kind of counts, of which there are two or more."""


@dataclass(frozen=True, slots=True)
class Share(Counts):
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def per_mille(self) -> int | None:
        """The share in thousandths, rounded down, so that 1,000 means all; None of nothing."""
        return None if self.whole == 0 else 1000 * self.part // self.whole


@dataclass(frozen=True, slots=True)
class LeadTime(Counts):
    """Seconds from the order to the last operation of all finished pieces, split by what went on (M-4)."""

    pieces: int = 0
    office_s: int = 0  # until it was on the floor
    first_wait_s: int = 0  # on the floor until its first operation was started
    between_s: int = 0  # waiting and moving between operations: events do not tell them apart
    work_s: int = 0  # some operation runs
    stopped_s: int = 0  # held, paused, or a check failed, and nothing else runs

    @property
    def total_s(self) -> int:
        """Seconds from order to last operation, of all pieces together."""
        return self.office_s + self.first_wait_s + self.between_s + self.work_s + self.stopped_s


@dataclass(frozen=True, slots=True)
class FirstPass(Counts):
    """How often an operation was right the first time; ``sent_back`` counts what came back to it later."""

    first: int = 0
    passed: int = 0
    sent_back: int = 0

    @property
    def share(self) -> Share:
        """Passed of first tries."""
        return Share(self.passed, self.first)


@dataclass(frozen=True, slots=True)
class MeasurePass(Counts):
    """How often a measure was within tolerance the first time, and how far off those first readings were together."""

    first: int = 0
    passed: int = 0
    off_mm: int = 0

    @property
    def share(self) -> Share:
        """Passed of first readings."""
        return Share(self.passed, self.first)

    @property
    def mean_off_tenth_mm(self) -> int | None:
        """How far the first readings are off on average, in tenths of a millimetre; more than 0: too large."""
        return None if self.first == 0 else round(10 * self.off_mm / self.first)


@dataclass(frozen=True, slots=True)
class Use(Counts):
    """What a work centre worked of what it could have worked, in seconds of its places."""

    worked_s: int = 0
    capacity_s: int = 0

    @property
    def per_mille(self) -> int | None:
        """The share of the capacity that was worked, in thousandths; None without any."""
        return None if self.capacity_s == 0 else 1000 * self.worked_s // self.capacity_s


@dataclass(frozen=True, slots=True)
class Adherence(Counts):
    """How many operations were started before, in and after the bucket reserved for them."""

    ahead: int = 0
    within: int = 0
    behind: int = 0

    @property
    def share(self) -> Share:
        """Started ahead or within, of all: work is taken ahead on purpose."""
        return Share(self.ahead + self.within, self.ahead + self.within + self.behind)


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period. ``a + b`` are those of two periods that follow each other, or of two plants."""

    released: int = 0
    built: int = 0
    scrapped: int = 0
    kept: Share = Share()
    kept_first: Share = Share()
    requested: Share = Share()
    slippage_days: Mapping[int, int] = field(default_factory=dict)
    lead: LeadTime = LeadTime()
    wip_s: int = 0
    wip_at: Mapping[date, int] = field(default_factory=dict)
    built_on: Mapping[date, int] = field(default_factory=dict)
    operations: Mapping[str, FirstPass] = field(default_factory=dict)
    measures: Mapping[str, MeasurePass] = field(default_factory=dict)
    uses: Mapping[tuple[str, date], Use] = field(default_factory=dict)
    adherence: Mapping[str, Adherence] = field(default_factory=dict)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(_sum(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)))

    def use_of(self, work_centre: str) -> Use:
        """Return the use of a work centre over the whole period."""
        return sum((use for (code, _), use in sorted(self.uses.items()) if code == work_centre), Use())

    @property
    def slippage_sum_days(self) -> int:
        """Days between promise and last operation of all pieces together; early ones count against late ones."""
        return sum(days * count for days, count in self.slippage_days.items())


def _sum(one: Any, other: Any) -> Any:
    """Return two fields added up: numbers and counts as they are, mappings key by key."""
    if not isinstance(one, Mapping):
        return one + other
    found = dict(one)
    for key, value in other.items():
        found[key] = found[key] + value if key in found else value
    return {key: found[key] for key in sorted(found)}
