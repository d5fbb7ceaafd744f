"""Recorded times against planned ones, and the reserve they ask for."""

from dataclasses import dataclass
from enum import StrEnum

from production.floor.model import EventKind

LEAST_TIMES = 30
"""Fewer finished operations say nothing about how times vary."""
MOST_RESERVE = 60
"""A work centre that asks for more has wrong standard times; that is not for a reserve to hide. Percent."""
KEPT_PERMILLE = 999
"""The share of days on which what was promised is to fit, per thousand."""


@dataclass(frozen=True, slots=True)
class OperationEvent:
    """What happened to an operation, UTC seconds."""

    kind: EventKind
    at_s: int


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """One finished operation of one piece, with its events in time; ``seconds`` is its standard time."""

    work_centre: str
    seconds: int
    events: tuple[OperationEvent, ...]


@dataclass(frozen=True, slots=True)
class TimedOperation:
    """How long an operation was worked on and stood still, in the staffed time of its work centre."""

    planned_s: int
    worked_s: int
    stopped_s: int = 0


class Verdict(StrEnum):
    """What came of looking at a work centre's times."""

    PROPOSED = "proposed"
    TOO_FEW = "too_few"  # not enough finished operations
    TOO_MUCH = "too_much"  # no reserve makes good for standard times that are so wrong
    BY_THE_CLOCK = "by_the_clock"  # machines run their programmes; their reserve is whole places


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the times of a work centre look like: ``mean_percent`` of plan, ``cv_percent`` of an operation's time.

    ``stopped_percent`` of the time somebody was at it, it stood still. ``left_out`` are scans that cannot have been work.
    """

    count: int = 0
    left_out: int = 0
    mean_percent: int = 100
    cv_percent: int = 0
    stopped_percent: int = 0
    kept_permille: int = KEPT_PERMILLE


@dataclass(frozen=True, slots=True)
class Proposal:
    """The reserve a work centre has, the one its times ask for (None without a verdict for one), and why."""

    work_centre: str
    current_percent: int
    verdict: Verdict
    evidence: Evidence
    percent: int | None = None
