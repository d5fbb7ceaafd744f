"""What is simulated, and what came of it. Times are UTC seconds; shares are fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from production.model import OperationLoad


@dataclass(frozen=True, slots=True)
class Arrival:
    """One order of one piece: when it is placed and what its routing takes."""

    at_s: int
    loads: tuple[OperationLoad, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """How the floor differs from the routing.

    ``cv`` is the coefficient of variation of what people do (lognormal, its mean the standard time), ``programme_cv`` that of
    what machines do unattended: a burn-in of a day takes a day. ``downtime`` is the share of its working time each
    place is out of order, in stretches of ``repair_s`` on average (gamma, shape 2); what runs unattended is not begun then, but runs on.
    """

    cv: float = 0.0
    downtime: float = 0.0
    repair_s: int = 20 * 60
    programme_cv: float = 0.0


EXACT = Noise()
NOISY = Noise(cv=0.25, downtime=0.05)


@dataclass(frozen=True, slots=True)
class Rule:
    """The promise rule under test; None takes what the plant says.

    ``resyncs`` lets the ledger follow the floor: what is done gives its room back, and every night the rest moves up.
    """

    bucket_min: int | None = None
    spare_buckets: int | None = None
    reserve_percent: int | None = None
    resyncs: bool = True


PLANT_RULE = Rule()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one order: promised for, promised as a day that ends, and finished."""

    placed_s: int
    promised_s: int
    day_ends_s: int
    finished_s: int

    @property
    def is_kept(self) -> bool:
        """Whether it was finished by the promised moment."""
        return self.finished_s <= self.promised_s


@dataclass(frozen=True, slots=True)
class Simulated:
    """One run: the orders counted, and per work centre the seconds its people, machines and places worked."""

    fates: tuple[Fate, ...]
    busy_s: Mapping[str, int]
    open_s: Mapping[str, int]  # seconds all places were there, over the same span
    warned: int  # promises the nightly re-sync warned of
    late_unwarned: int  # promises broken without such a warning
