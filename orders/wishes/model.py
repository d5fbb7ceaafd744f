"""A wish that could not be met, and how often one was."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kernel.errors import NotValid


class WishKind(StrEnum):
    """What was wished for."""

    OPTION = "option"  # an answer that cannot be had with the others
    NEED_BY = "need_by"  # a day
    BUDGET = "budget"  # a price
    WORDS = "words"  # something nobody thought of, in the customer's own words


class Lacked(StrEnum):
    """What stood in the way."""

    RULES = "rules"
    CAPACITY = "capacity"
    PART = "part"
    BUDGET = "budget"
    TIME = "time"  # the work itself takes longer
    MODULE = "module"  # there is no such thing in the catalog


class WordsNotValid(NotValid):
    """A wish in words is empty, or longer than it may be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish that could not be met.

    Attributes:
        kind: What was wished for.
        subject: ``feature.option``; empty for a day, a price and words.
        lacked: What stood in the way.
        because: The rules, the part or the work centre, sorted.
        detail: What tells this wish from others of the same draft, such as the day; it is never stored.
    """

    kind: WishKind
    subject: str
    lacked: Lacked
    because: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WishCount:
    """How often a wish could not be met in a period, in how many releases, and the last time."""

    line: str
    kind: WishKind
    subject: str
    lacked: Lacked
    because: tuple[str, ...]
    count: int
    last_day: date


@dataclass(frozen=True, slots=True)
class WishWords:
    """A wish in words, with what might say who wrote it cut out."""

    day: date
    line: str
    release: str
    text: str
