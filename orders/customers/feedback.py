"""How does it fit? What a wearer says, in words, becomes millimetres on the next pair (F-29). Pure."""

from collections.abc import Mapping
from enum import StrEnum

from modules_catalog.sizing.model import Measure


class Feeling(StrEnum):
    """What a wearer says of one measure."""

    MUCH_TOO_SMALL = "much_too_small"
    TOO_SMALL = "too_small"
    RIGHT = "right"
    TOO_LARGE = "too_large"
    MUCH_TOO_LARGE = "much_too_large"


#: What "a little" is worth on the finished pair; "much" is twice as much. To be confirmed by a pattern cutter.
A_LITTLE_MM: Mapping[Measure, int] = {
    Measure.WAIST: 10,
    Measure.HIP: 12,
    Measure.THIGH: 8,
    Measure.INSEAM: 10,
    Measure.RISE: 8,
}
STEPS: Mapping[Feeling, int] = {
    Feeling.MUCH_TOO_SMALL: 2,
    Feeling.TOO_SMALL: 1,
    Feeling.RIGHT: 0,
    Feeling.TOO_LARGE: -1,
    Feeling.MUCH_TOO_LARGE: -2,
}


def corrections_mm(said: Mapping[Measure, Feeling]) -> dict[Measure, int]:
    """Return by how much the next pair shall be larger, measure by measure; what is right is left out."""
    moved = {measure: STEPS[feeling] * A_LITTLE_MM[measure] for measure, feeling in said.items()}
    return {measure: value for measure, value in moved.items() if value}
