"""Is a set of body measures plausible? Blocks only the impossible, asks about the unusual (F-14).

Answers are facts: which measure, what was expected from the others, how far off. The page finds the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from modules_catalog.sizing.body_bands import BANDS, Band
from modules_catalog.sizing.model import POSSIBLE_MM, Sex

#: Girths and lengths no person has, by sex or not; those of ``Body`` and the stature a form may ask for.
LIMITS_MM: dict[str, tuple[int, int]] = {**POSSIBLE_MM, "stature": (1000, 2500)}


class Plausibility(StrEnum):
    """What to do with one measure."""

    FINE = "fine"
    CONFIRM = "confirm"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the others say about one measure.

    Attributes:
        expected_mm: What people with the other measures have on average; None where it cannot be said.
        from_mm: 199 of 200 such people have at least this; None where it cannot be said.
        to_mm: 199 of 200 such people have at most this; None where it cannot be said.
    """

    measure: str
    value_mm: int
    verdict: Plausibility
    expected_mm: int | None = None
    from_mm: int | None = None
    to_mm: int | None = None

    @property
    def doubt(self) -> float:
        """How far off the expected value, in bands: above 1 it is asked about; 0 where nothing is expected."""
        if self.expected_mm is None or self.from_mm is None or self.to_mm is None:
            return 0.0
        off = self.value_mm - self.expected_mm
        return off / (self.to_mm - self.expected_mm) if off > 0 else off / (self.from_mm - self.expected_mm)


def most_doubtful(opinions: Mapping[str, Opinion]) -> list[Opinion]:
    """Return the opinions that need an answer: impossible first, then the furthest off, then by name.

    One wrong measure makes its neighbours look odd, too: ask about the first, then check again.
    """
    asking = [o for o in opinions.values() if o.verdict is not Plausibility.FINE]
    return sorted(asking, key=lambda o: (o.verdict is not Plausibility.IMPOSSIBLE, -o.doubt, o.measure))


def check_measures(sex: Sex, measures: Mapping[str, int]) -> dict[str, Opinion]:
    """Return an opinion on every measure given, {name without unit: opinion}.

    A measure beyond the limits of any person is impossible and is not used to judge the others. A measure is
    judged by the best band whose predictors are all given; without one it is fine unless impossible. Waist and
    rise are judged as taken at the wearing position.

    Args:
        sex: Whose bands apply.
        measures: {name, with or without ``_mm``: mm}; names without limits are ignored.
    """
    given = {name.removesuffix("_mm"): value for name, value in measures.items()}
    given = {name: value for name, value in given.items() if name in LIMITS_MM}
    possible = {name: v for name, v in given.items() if LIMITS_MM[name][0] <= v <= LIMITS_MM[name][1]}
    return {
        name: opinion_on(sex, name, value, possible)
        if name in possible
        else Opinion(name, value, Plausibility.IMPOSSIBLE, None, *LIMITS_MM[name])
        for name, value in given.items()
    }


def opinion_on(sex: Sex, measure: str, value_mm: int, possible: Mapping[str, int]) -> Opinion:
    """Return the opinion of the other possible measures on one of them."""
    band = best_band(sex, measure, possible)
    if band is None:
        return Opinion(measure, value_mm, Plausibility.FINE)
    expected = band.expected_mm(possible)
    least, greatest = expected + band.below_mm, expected + band.above_mm
    verdict = Plausibility.FINE if least <= value_mm <= greatest else Plausibility.CONFIRM
    return Opinion(measure, value_mm, verdict, expected, least, greatest)


def best_band(sex: Sex, measure: str, known: Mapping[str, int]) -> Band | None:
    """Return the band with the smallest residual whose predictors are all known, or None."""
    usable = [
        band
        for band in BANDS
        if band.sex is sex and band.measure == measure and all(name in known for name, _ in band.slopes)
    ]
    return min(usable, key=lambda band: band.residual_sd_mm, default=None)
