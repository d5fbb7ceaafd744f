"""The answer to one fit."""

from dataclasses import dataclass
from enum import StrEnum

from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Component, Measure, Measures, Target
from modules_catalog.sizing.trims import Trims


class Verdict(StrEnum):
    """How the pair is made."""

    STOCK = "stock"
    TRIMMED = "trimmed"
    BESPOKE = "bespoke"
    REFUSED = "refused"


#: Verdicts made of stocked components.
FROM_STOCK = frozenset({Verdict.STOCK, Verdict.TRIMMED})


class Measurer(StrEnum):
    """Who held the tape: it decides how far one reading may be off."""

    PROFESSIONAL = "professional"
    STAFF = "staff"
    SELF = "self"
    GARMENT = "garment"  # a pair that fits was measured
    SIZE = "size"  # only an ordinary size is known


@dataclass(frozen=True, slots=True)
class Readings:
    """How a body was measured: by whom, and how many readings of each measure were averaged (>= 1)."""

    measurer: Measurer = Measurer.STAFF
    count: int = 2

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("count must be at least 1")


@dataclass(frozen=True, slots=True)
class Combination:
    """A front, a back and a yoke with the trims that bring them to a target."""

    front: Component
    back: Component
    yoke: Component
    trims: Trims
    finished: Measures
    residuals: Measures
    minutes: int

    @property
    def component_ids(self) -> tuple[str, str, str]:
        """The ids of front, back and yoke, for bins, stock and the build sheet."""
        return self.front.id, self.back.id, self.yoke.id


@dataclass(frozen=True, slots=True)
class LegCheck:
    """A girth besides the five that must not be too small: ``knee`` or ``hem``."""

    where: str
    finished_mm: int
    at_least_mm: int

    @property
    def passes(self) -> bool:
        """Whether knee or foot goes through."""
        return self.finished_mm >= self.at_least_mm


@dataclass(frozen=True, slots=True)
class Fit:
    """What one person's jeans are made of, and how close they come.

    Attributes:
        verdict: ``stock`` (hem only), ``trimmed``, ``bespoke`` (own panels are cut to the target) or ``refused``.
        combination: The components and trims; None for bespoke and refused.
        nearest: For bespoke, the best stocked combination, which misses plan tolerance; None if there is none.
        finished: What the finished pair measures; the target itself for bespoke, None for refused.
        residuals: Finished less target; None for refused.
        checks: Knee and hem, for those the body gives a least girth.
        binding: The measure that decides: see ``binding_measure``.
        probability: Chance that every measure is truly within wear tolerance, 0 … 1.
        plan_probability: The same for plan tolerance.
    """

    block: FitBlock
    cloth: ClothFamily
    verdict: Verdict
    target: Target
    combination: Combination | None
    nearest: Combination | None
    finished: Measures | None
    residuals: Measures | None
    checks: tuple[LegCheck, ...]
    binding: Measure
    readings: Readings
    probability: float
    plan_probability: float
