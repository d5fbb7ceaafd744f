"""What the choice of stock works on and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modules_catalog.sizing.model import Component, ComponentTable, Measures, Sex

Integers = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int16]

#: Called with (share of the work done 0 … 1, share of the population covered 0 … 1).
Progress = Callable[[float, float], None]


def no_progress(done: float, covered: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Wearer:
    """One person to be served: whose block, and what the pair must measure."""

    sex: Sex
    target: Measures


@dataclass(frozen=True)
class Population:
    """Targets the stock is chosen for, as one array.

    ``targets`` has one row a person (waist, hip, thigh, inseam, rise in mm), women first, by hip within a sex;
    ``bounds`` = (0, women, women + men).
    """

    targets: Integers
    bounds: Integers

    @cached_property
    def columns(self) -> Shorts:
        """The targets with one contiguous row a measure, small enough for many people at a time."""
        return np.ascontiguousarray(self.targets.T.astype(np.int16))

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, slots=True)
class StockSettings:
    """How the stock is chosen.

    Attributes:
        components: Pieces in the finished table, yokes among them.
        yoke_heights_mm: Heights at the side seam the yokes are cut in, each with and without wedge and intake.
        length_classes: How many inseams are stocked for women and for men.
        copies: Jittered copies of each person in the smoothed bootstrap.
        smoothing_percent: Spread of the jitter against the spread of the population.
        rounds: Remove-and-replace steps.
        seed: Fixes every draw.
        spare: Pieces CP-SAT may choose beside the chosen ones in its check; 0 leaves the check out.
        check_limit: CP-SAT's limit in its own deterministic seconds.
    """

    components: int = 150
    yoke_heights_mm: tuple[int, ...] = (35, 60, 85)
    length_classes: tuple[int, int] = (2, 3)
    copies: int = 16
    smoothing_percent: int = 50
    rounds: int = 150_000
    seed: int = 1
    spare: int = 0
    check_limit: int = 60


@dataclass(frozen=True)
class Draft:
    """A stock while it is being chosen, as arrays.

    ``fronts`` and ``backs`` have one row a piece: waist, hip, thigh, depth (mm), length class.
    ``class_sex`` (0 women, 1 men) and ``class_inseam`` (mm) have one entry a length class.
    ``yokes`` has one row a yoke: waist take, centre height, side height (mm).
    """

    fronts: Integers
    backs: Integers
    class_sex: Integers
    class_inseam: Integers
    yokes: Integers

    def copy(self) -> "Draft":
        """Return a draft that shares no array with this one."""
        return Draft(
            self.fronts.copy(), self.backs.copy(), self.class_sex.copy(), self.class_inseam.copy(), self.yokes.copy()
        )


@dataclass(frozen=True, slots=True)
class Use:
    """How often a component is expected to be picked, per 1,000 pairs made from stock."""

    component: Component
    per_thousand: int


@dataclass(frozen=True, slots=True)
class SubsetCheck:
    """What CP-SAT found choosing as many pieces from a pool that holds the chosen ones.

    ``proven`` says whether ``best`` is the most that pool can cover; ``bound`` is never exceeded.
    """

    people: int
    pool: int
    chosen: int
    best: int
    bound: int
    proven: bool


@dataclass(frozen=True)
class StockChoice:
    """The stock chosen, and what is expected of it.

    ``covered_permille`` is of the smoothed population it was chosen on, so it flatters: judge on others.
    ``check`` says how many of the measured people more a better choice could serve; it is not adopted, since it
    would fit these people and not others.
    """

    table: ComponentTable
    settings: StockSettings
    covered_permille: int
    uses: tuple[Use, ...]
    check: SubsetCheck | None
