"""Bodies, targets and stocked components as values that are valid once they exist.

All lengths are whole millimetres; girths are full girths. See docs/algorithms/fit.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from modules_catalog.sizing.constants import (
    NAVEL_TO_SEAT_AT_LEAST_MM,
    RISE_SLOPE_PERCENT,
    WAISTBAND_BELOW_NAVEL_MM,
    ClothFamily,
    FitBlock,
)
from modules_catalog.sizing.errors import MeasurementOutOfRange


class Sex(StrEnum):
    """Which blocks a person is fitted from; coded as in measurement surveys."""

    FEMALE = "F"
    MALE = "M"


class Measure(StrEnum):
    """The five measures a pair is planned and inspected on, in the order used everywhere."""

    WAIST = "waist"
    HIP = "hip"
    THIGH = "thigh"
    INSEAM = "inseam"
    RISE = "rise"


MEASURES: tuple[Measure, ...] = tuple(Measure)


@dataclass(frozen=True, slots=True)
class Measures:
    """One length for each of the five measures: a target, a finished pair, or residuals."""

    waist_mm: int
    hip_mm: int
    thigh_mm: int
    inseam_mm: int
    rise_mm: int

    def __iter__(self) -> Iterator[int]:
        return iter((self.waist_mm, self.hip_mm, self.thigh_mm, self.inseam_mm, self.rise_mm))

    def __getitem__(self, measure: Measure) -> int:
        return tuple(self)[MEASURES.index(measure)]

    def minus(self, other: "Measures") -> "Measures":
        """Return this minus ``other``, measure by measure."""
        return Measures(*(a - b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class NavelMeasures:
    """Waist and rise as a survey takes them, at the level of the navel."""

    waist_circ_mm: int
    waist_height_mm: int
    seat_height_mm: int
    crotch_length_mm: int


@dataclass(frozen=True, slots=True)
class WearMeasures:
    """Waist and rise as a clerk takes them, where the waistband is to sit.

    ``crotch_length_mm`` runs from the waistband in front through the crotch to the same level at the back.
    """

    waist_circ_mm: int
    crotch_length_mm: int


#: No person measures outside these; a typing error does. {measure: (least, greatest) mm}
POSSIBLE_MM: dict[str, tuple[int, int]] = {
    "waist_circ_omphalion": (400, 2000),
    "waist_circ_wear": (400, 2000),
    "hip_circ": (500, 2200),
    "thigh_circ": (250, 1200),
    "crotch_height": (400, 1150),
    "crotch_length_omphalion": (350, 1200),
    "crotch_length_wear": (300, 1150),
    "waist_height_omphalion": (500, 1500),
    "buttock_height": (400, 1300),
    "lower_thigh_circ": (200, 900),
    "heel_ankle_circ": (200, 550),
}


@dataclass(frozen=True, slots=True)
class Body:
    """The measures of a person that decide a pair of jeans, without ease.

    ``upper`` is given at the navel (survey) or at the wearing position (counter): the same targets follow.

    Raises:
        MeasurementOutOfRange: a measure no person can have.
    """

    sex: Sex
    hip_circ_mm: int
    thigh_circ_mm: int
    crotch_height_mm: int
    upper: NavelMeasures | WearMeasures
    lower_thigh_circ_mm: int | None = None
    heel_ankle_circ_mm: int | None = None

    def __post_init__(self) -> None:
        for measure, value_mm in self.taken().items():
            least, greatest = POSSIBLE_MM[measure]
            if not least <= value_mm <= greatest:
                raise MeasurementOutOfRange(measure=measure, value_mm=value_mm, min_mm=least, max_mm=greatest)

    def taken(self) -> dict[str, int]:
        """Return every measure that was taken, {survey name without unit: mm}."""
        taken = {
            "hip_circ": self.hip_circ_mm,
            "thigh_circ": self.thigh_circ_mm,
            "crotch_height": self.crotch_height_mm,
        }
        match self.upper:
            case NavelMeasures(waist, waist_height, seat_height, crotch_length):
                taken |= {
                    "waist_circ_omphalion": waist,
                    "waist_height_omphalion": waist_height,
                    "buttock_height": seat_height,
                    "crotch_length_omphalion": crotch_length,
                }
            case WearMeasures(waist, crotch_length):
                taken |= {"waist_circ_wear": waist, "crotch_length_wear": crotch_length}
        if self.lower_thigh_circ_mm is not None:
            taken["lower_thigh_circ"] = self.lower_thigh_circ_mm
        if self.heel_ankle_circ_mm is not None:
            taken["heel_ankle_circ"] = self.heel_ankle_circ_mm
        return taken

    def waist_at_wear(self) -> tuple[int, int]:
        """Return the girth where the waistband sits as an exact fraction (numerator, denominator) of mm (F-1).

        From the navel it moves towards the hip girth in proportion to the way down to the fullest seat.
        """
        match self.upper:
            case WearMeasures(waist_circ_mm=waist):
                return waist, 1
            case NavelMeasures(waist, waist_height, seat_height, _):
                way = max(NAVEL_TO_SEAT_AT_LEAST_MM, waist_height - seat_height)
                return waist * way + WAISTBAND_BELOW_NAVEL_MM * (self.hip_circ_mm - waist), way

    def crotch_length_at_wear_mm(self) -> int:
        """Return the length from waistband through the crotch to waistband on the body (F-5)."""
        match self.upper:
            case WearMeasures(crotch_length_mm=length):
                return length
            case NavelMeasures(crotch_length_mm=length):
                return length - 2 * WAISTBAND_BELOW_NAVEL_MM * RISE_SLOPE_PERCENT // 100


@dataclass(frozen=True, slots=True)
class Target:
    """What the finished pair must measure, and what knee and hem must at least (None: not known)."""

    measures: Measures
    knee_at_least_mm: int | None = None
    hem_at_least_mm: int | None = None


class ComponentKind(StrEnum):
    """What a stocked piece is."""

    FRONT = "front"
    BACK = "back"
    YOKE = "yoke"


#: Sex block and length class of yokes, which every block shares.
SHARED = "any"


@dataclass(frozen=True, slots=True)
class Component:
    """One stocked piece (a pair of fronts, a pair of backs, or a pair of yokes).

    Fronts and backs give their share of the full girths, their inseam, and their depth from crotch to top
    edge (front, waistband included) or to the yoke seam (back). Yokes give heights and the waist they take
    in. Fields a kind does not have are 0.
    """

    id: str
    kind: ComponentKind
    sex_block: str
    length_class: str
    waist_mm: int = 0
    hip_mm: int = 0
    thigh_mm: int = 0
    inseam_mm: int = 0
    depth_mm: int = 0
    side_height_mm: int = 0
    centre_height_mm: int = 0
    waist_take_mm: int = 0
    bin: str = ""

    @property
    def is_plain(self) -> bool:
        """A yoke without wedge and without more intake: the one every pair gets unless it needs another."""
        return self.centre_height_mm == self.side_height_mm and self.waist_take_mm == 0


@dataclass(frozen=True, eq=False)
class ComponentTable:
    """The stocked components of one fit block and cloth family, in file order; one table is itself only."""

    block: FitBlock
    cloth: ClothFamily
    components: tuple[Component, ...]

    def of_kind(self, kind: ComponentKind) -> tuple[Component, ...]:
        """Return the components of one kind, in file order."""
        return tuple(c for c in self.components if c.kind is kind)

    @cached_property
    def by_id(self) -> dict[str, Component]:
        """The components by id."""
        return {c.id: c for c in self.components}
