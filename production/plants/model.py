"""A plant as its files describe it: work centres, shifts, calendar, stock. A value that exists is valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from production.errors import WorkCentreNotFound

MINUTES_A_DAY = 24 * 60
BUCKET_MIN = 90  # where a plant names no other length


class WorkCentreKind(StrEnum):
    """How a work centre takes work."""

    FLOW = "flow"  # people or machines working through pieces one by one
    BATCH = "batch"  # a load of one recipe at a time: washing
    SLOT = "slot"  # unattended places that run through the night: burn-in, imaging


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of staffed time on some weekdays, in the plant's wall-clock time. Monday is 0."""

    weekdays: frozenset[int]
    from_min: int
    to_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_min < self.to_min <= MINUTES_A_DAY or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"hours {self.from_min}-{self.to_min} on {sorted(self.weekdays)}")


class AdjustmentKind(StrEnum):
    """Why a work centre has another capacity on one day than its shifts say."""

    MAINTENANCE = "maintenance"
    DOWN = "down"  # a machine that broke, somebody who is ill
    OVERTIME = "overtime"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Places of one work centre that are away, or there beside the shifts, for a span of one day's wall clock."""

    work_centre: str
    kind: AdjustmentKind
    day: date
    from_min: int
    to_min: int
    places: int = 1
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.from_min < self.to_min <= MINUTES_A_DAY or self.places < 1:
            raise ValueError(f"adjustment {self.from_min}-{self.to_min}, {self.places} places")


@dataclass(frozen=True, slots=True)
class KeptShare:
    """A share of a work centre's capacity that only one customer group is promised, until so many days ahead."""

    group: str
    percent: int
    until_days: int

    def __post_init__(self) -> None:
        if not self.group or not 0 < self.percent < 100 or self.until_days < 0:
            raise ValueError(f"share kept for {self.group}")


@dataclass(frozen=True, slots=True)
class WorkCentre:
    """Where operations are done.

    ``places`` are people, machines or slots working side by side. ``reserve_percent`` of the time is never
    promised. ``load_pieces`` is how many pieces of one recipe share a batch. The hourly rates say what hands and what the
    place itself (machine, room, energy) cost, in minor units of the line's currency. ``kept`` is kept back for a group.
    """

    code: str
    kind: WorkCentreKind
    places: int
    hours: tuple[Hours, ...]
    reserve_percent: int = 0
    load_pieces: int = 1
    names: Mapping[str, str] = field(default_factory=dict)
    labour_minor_per_hour: int = 0
    place_minor_per_hour: int = 0
    kept: KeptShare | None = None

    def __post_init__(self) -> None:
        if self.places < 1 or self.load_pieces < 1 or not 0 <= self.reserve_percent < 100:
            raise ValueError(f"work centre {self.code}")

    @property
    def usable_places(self) -> int:
        """Whole machines or slots left after the reserve, one at least."""
        return max(1, self.places * (100 - self.reserve_percent) // 100)

    def leaves_a_place(self, percent: int) -> bool:
        """Return whether others find room beside a kept share: a machine or slot that runs through is theirs whole, or not."""
        return self.kind is WorkCentreKind.FLOW or self.usable_places * (100 - percent) >= 100

    def name(self, locale: str) -> str:
        """Return the name in the locale, else in English, else the code."""
        return self.names.get(locale) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True)
class StockRow:
    """What the plant begins with of one material; ``lead_time_days`` is its supplier's, calendar days."""

    code: str
    on_hand: int
    lead_time_days: int | None = None
    reorder_at: int = 0


@dataclass(frozen=True, slots=True)
class Plant:
    """One plant making one line.

    ``bucket_min`` is the length of a bucket of capacity, a part of a day without remainder; the shorter, the closer the
    promise to what the floor needs, and the more ``spare_buckets`` it takes. ``default_lead_days`` is the supplier's lead time of materials that name none. ``bins`` are the zones in the order
    a kitter walks them. ``substitutes`` are materials that may stand for another at the same price and quality, the best
    first. ``closed`` are days off beside the public holidays of ``country`` and ``subdivision``.
    """

    code: str
    line: str
    timezone: str
    country: str
    subdivision: str | None
    floor_locale: str
    work_centres: tuple[WorkCentre, ...]
    spare_buckets: int = 1
    bucket_min: int = BUCKET_MIN
    horizon_days: int = 200
    default_lead_days: int = 10
    closed: frozenset[date] = frozenset()
    bins: tuple[str, ...] = ()
    stock: tuple[StockRow, ...] = ()
    substitutes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.bucket_min < 1 or MINUTES_A_DAY % self.bucket_min:
            raise ValueError(f"plant {self.code}: buckets of {self.bucket_min} min")
        if any(code in others or len(set(others)) < len(others) for code, others in self.substitutes.items()):
            raise ValueError(f"plant {self.code}: a substitute stands for itself or twice")

    def with_kept(self, shares: "Mapping[str, KeptShare | None]") -> "Plant":
        """Return the plant with other kept shares of some work centres, None for none; those it does not have are left out."""
        centres = tuple(replace(one, kept=shares.get(one.code, one.kept)) for one in self.work_centres)
        return replace(self, work_centres=centres)

    @property
    def bucket_s(self) -> int:
        """Seconds of a bucket of capacity."""
        return 60 * self.bucket_min

    def with_reserves(self, percents: Mapping[str, int]) -> "Plant":
        """Return the plant with other reserves of some work centres; those it does not have are left out."""
        centres = tuple(
            replace(one, reserve_percent=percents.get(one.code, one.reserve_percent)) for one in self.work_centres
        )
        return replace(self, work_centres=centres)

    def work_centre(self, code: str) -> WorkCentre:
        """Return one work centre.

        Raises:
            WorkCentreNotFound: the plant has none of this code.
        """
        for work_centre in self.work_centres:
            if work_centre.code == code:
                return work_centre
        raise WorkCentreNotFound(line=self.line, work_centre=code)
