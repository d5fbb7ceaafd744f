"""What a candidate catalog would do to what is drafted, offered and ordered on the releases before it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from configurator.model import Conflict, Selection
from kernel.ids import ProfileId


class CaseKind(StrEnum):
    """What was made on an earlier release."""

    DRAFT = "draft"
    QUOTE = "quote"
    ORDER = "order"


class Effect(StrEnum):
    """What would become of the same choices on the candidate."""

    BROKEN = "broken"  # they cannot be had together any more
    CHANGED = "changed"  # they can, but something else comes of it
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Case:
    """One draft, open quote or running order; ``reference`` is a draft's id, a quote's or an order's number."""

    kind: CaseKind
    reference: str
    release: str
    selection: Selection
    quantity: int = 1
    profile_id: ProfileId | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """The same choices on the candidate.

    Attributes:
        effect: What would become of them.
        gone: (feature, answer) of choices the candidate does not know, in the order they were made.
        asked: Features that would have to be answered anew.
        confirm: Rules staff would have to confirm, and did not have to before.
        conflict: Of broken choices, a minimal one.
        price_before_minor: Of one piece on its own release, completed at least cost where something is open.
        price_after_minor: The same on the candidate; ``None`` where the choices are broken.
        day_before: When it would be ready if asked now; ``None`` where nobody looked.
        day_after: The same on the candidate.
    """

    effect: Effect
    gone: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    conflict: Conflict | None = None
    price_before_minor: int | None = None
    price_after_minor: int | None = None
    day_before: date | None = None
    day_after: date | None = None

    @property
    def price_delta_minor(self) -> int | None:
        """By how much one piece would be dearer; ``None`` where one of the prices is not known."""
        if self.price_before_minor is None or self.price_after_minor is None:
            return None
        return self.price_after_minor - self.price_before_minor

    @property
    def days_delta(self) -> int | None:
        """By how many days it would be later; ``None`` where nobody looked."""
        return None if self.day_before is None or self.day_after is None else (self.day_after - self.day_before).days


@dataclass(frozen=True, slots=True)
class Impact:
    """The same trial for one or more cases with the same choices."""

    cases: tuple[Case, ...]
    trial: Trial


@dataclass(frozen=True, slots=True)
class ImpactReport:
    """What would become of everything looked at; the worst first, then what concerns most.

    ``looked_at`` and ``left_out`` count drafts, quotes and orders: those left out are the oldest.
    """

    line: str
    release: str
    impacts: tuple[Impact, ...]
    looked_at: int
    left_out: int

    def count(self, effect: Effect, kind: CaseKind | None = None) -> int:
        """Return how many cases, of one kind or of all, would be affected so."""
        return sum(
            kind in (None, case.kind) for impact in self.impacts for case in impact.cases
            if impact.trial.effect is effect
        )  # fmt: skip
