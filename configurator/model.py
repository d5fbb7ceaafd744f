"""What the configurator is asked and what it answers. Plain values; the JSON of ``lotone configure`` mirrors them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Answer = str | Mapping[str, int] | int | bool
"""An answer to one feature: option code; ``{option code: count}``; number (decimals scaled); text.

Booleans are answered with the option codes ``yes`` and ``no``.
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """The customer's choices, oldest first: feature code → answer. Features not in it are open."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def with_answer(self, feature: str, answer: Answer) -> "Selection":
        """Return the selection with one feature answered, as its latest choice."""
        rest = {code: given for code, given in self.answers.items() if code != feature}
        return Selection({**rest, feature: answer})

    def without(self, feature: str) -> "Selection":
        """Return the selection with one feature open again."""
        return Selection({code: given for code, given in self.answers.items() if code != feature})


@dataclass(frozen=True, slots=True)
class CapacityCap:
    """Seconds one more order may use on one work centre before the need-by date, or any other sum that is bounded.

    ``seconds[feature]`` gives what each option adds, in the order of the feature's options; ``fixed_s`` what every order needs.
    ``named`` is what conflicts call it, where that is not the work centre.
    """

    work_centre: str
    available_s: int
    fixed_s: int
    seconds: Mapping[str, tuple[int, ...]]
    named: str = ""

    @property
    def rule(self) -> str:
        """The id it has in conflicts."""
        return self.named or f"capacity:{self.work_centre}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Answers that cannot be had together, whatever else is chosen: made too late, for one.

    ``kinds[feature]`` numbers what each row of the feature comes to, in the configurator's order of rows; ``refused`` holds the
    combinations of kinds, in the order of the features. Of a feature with several options, at most one in it, each chosen
    row is looked at by itself.
    """

    rule: str
    kinds: Mapping[str, tuple[int, ...]]
    refused: frozenset[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What besides the rules bounds the answer: budget, capacity, parts that come too late, and what takes too long.

    ``unavailable`` maps a feature to option codes that cannot be had by the need-by date.
    A limit acts in conflicts as a rule with the id ``budget``, ``capacity:<work centre>``, ``material:<feature>``, or the
    exclusion's own.
    """

    budget_minor: int | None = None
    caps: tuple[CapacityCap, ...] = ()
    unavailable: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()


NO_LIMITS = Limits()


class Status(StrEnum):
    """What can be said of one option, with all other choices kept."""

    CHOSEN = "chosen"
    AVAILABLE = "available"
    IMPLIED = "implied"
    RULED_OUT = "ruled_out"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Note:
    """A warning about an option: the rule that gives it, and whether it is so because a value is missing."""

    rule: str
    missing: bool
    values: Mapping[str, str] = field(default_factory=dict)  # {"gpu.length_mm": "336"} for the reason's places


@dataclass(frozen=True, slots=True)
class OptionState:
    """One option as of now.

    ``price_delta_minor`` is the price of the best completion with the option less the price of the best completion
    of the present choices; ``None`` for ruled-out options only.
    """

    status: Status
    price_delta_minor: int | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureState:
    """One feature as of now.

    ``needed`` says whether it must be answered under the present choices (required and shown).
    ``ranges`` are the exact allowed values of a number, inclusive, ascending; scaled like the feature.
    """

    feature: str
    needed: bool
    chosen: Answer | None
    options: Mapping[str, OptionState]
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of the price: ``key`` is ``option.<feature>.<code>``, ``feature.<code>`` or ``surcharge.<id>``."""

    key: str
    count: int
    amount_minor: int
    open: bool = False  # not chosen yet: from the best completion


@dataclass(frozen=True, slots=True)
class State:
    """Everything a page or a program needs after one click.

    ``total_minor`` is the price of the best completion of the present choices: the exact price once complete.
    ``valid``: the present choices can be completed. ``complete``: every needed feature is answered, and it is valid.
    ``must_confirm`` lists the rules whose verdict is *not known* under ``ask`` for a complete selection.
    """

    features: Mapping[str, FeatureState]
    complete: bool
    valid: bool
    total_minor: int | None
    lines: tuple[PriceLine, ...]
    must_confirm: tuple[str, ...]
    method: str
    proven: bool
    ms: float


@dataclass(frozen=True, slots=True)
class ConflictChoice:
    """A choice that takes part in a conflict; the pressed option is one of them."""

    feature: str
    option: str


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """A rule that takes part in a conflict, with the values its reason is filled with."""

    id: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of choices and rules that cannot hold together: without any one of them the rest can."""

    choices: tuple[ConflictChoice, ...]
    rules: tuple[ConflictRule, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One other choice a repair changes; ``after`` is ``None`` where the choice is dropped and left open."""

    feature: str
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Repair:
    """A way to have the pressed option: fewest changes first, latest choices kept, then price, then date."""

    pressed_feature: str
    pressed: Answer
    changes: tuple[Change, ...]
    price_delta_minor: int
    selection: Selection  # what is chosen after accepting it


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that could be made, and what is chosen now."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Refused:
    """A choice that cannot be made: why, and the ways out, best first."""

    conflict: Conflict
    repairs: tuple[Repair, ...]


GREATEST_WEIGHT = 1_000
"""How much more than another one a feature may matter for the closest configuration."""


class Goal(StrEnum):
    """What the best completion is."""

    CHEAPEST = "cheapest"  # least price
    FASTEST = "fastest"  # shortest longest supplier's lead time, then least price
    CLOSEST = "closest"  # least weight of features that differ from a given configuration, then least price
