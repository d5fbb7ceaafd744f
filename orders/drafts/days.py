"""What each option does to the date: the promise of the draft with it, less the promise of the draft without."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class DaysDelta:
    """How many days later (or, negative, sooner) with one option, and on which day it would be ready.

    ``proven`` is false where the date is a lower bound ("from").
    """

    days: int
    date: date
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Sooner:
    """One other answer that would bring the date forward; ``option`` is ``None`` for doing without the feature."""

    feature: str
    option: str | None
    date: date


@dataclass(frozen=True, slots=True)
class Days:
    """Days deltas of options, {(feature, option): delta}, and of the repairs offered, by their number.

    ``sooner`` are answers to what sets the date that would bring it forward, the soonest first.
    """

    options: Mapping[tuple[str, str], DaysDelta] = field(default_factory=dict)
    repairs: Mapping[int, int] = field(default_factory=dict)
    sooner: tuple[Sooner, ...] = ()

    def of(self, feature: str, option: str) -> DaysDelta | None:
        """Return what an option does to the date, or ``None`` when nobody looked."""
        return self.options.get((feature, option))

    def of_repair(self, number: int) -> int | None:
        """Return what a repair does to the date, or ``None`` when nobody looked."""
        return self.repairs.get(number)


NO_DAYS = Days()
