"""A candidate and its review, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.errors import NotFound, NotPossible, NotValid
from modules_catalog.findings import Finding, has_errors
from orders.publishing.document import (
    finding_from_json,
    finding_to_keep,
    report_from_json,
    report_to_json,
)
from orders.publishing.model import ImpactReport


class CandidateNotFound(NotFound):
    """There is no such candidate."""


class CandidateNotChecked(NotPossible):
    """The gate has not looked at it, or what is in force has changed since: check it first."""


class CandidateNotPassed(NotPossible):
    """The gate found errors; nothing is published."""


class StartInPast(NotValid):
    """A release comes into force now or later."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a check found.

    Attributes:
        checked_at: When.
        compared_with: The release that was in force; empty where there was none.
        findings: Of the gate.
        impact: On drafts, quotes and orders; ``None`` where nothing could be tried or nothing was in force.
        took_s: How many seconds the check took.
    """

    checked_at: datetime
    compared_with: str
    findings: tuple[Finding, ...]
    impact: ImpactReport | None
    took_s: int = 0

    @property
    def passes(self) -> bool:
        """Whether the candidate may be published."""
        return not has_errors(self.findings)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A catalog somebody wants to publish; ``id`` is the name its release would have.

    ``stage``, ``done`` and ``total`` say how far a running check is (see ``gate.Stage``); ``review`` is ``None`` while it runs.
    """

    id: str
    line: str
    added_at: datetime
    checks: int
    stage: str
    done: int
    total: int
    review: Review | None


def review_to_json(review: Review) -> dict[str, Any]:
    """Return a review as it is kept."""
    return {
        "checked_at": review.checked_at.isoformat(),
        "compared_with": review.compared_with,
        "findings": [finding_to_keep(finding) for finding in review.findings],
        "impact": None if review.impact is None else report_to_json(review.impact),
        "took_s": review.took_s,
    }


def review_from_json(told: Mapping[str, Any]) -> Review:
    """Return a review that was kept."""
    return Review(
        checked_at=datetime.fromisoformat(told["checked_at"]),
        compared_with=told["compared_with"],
        findings=tuple(finding_from_json(each) for each in told["findings"]),
        impact=None if told["impact"] is None else report_from_json(told["impact"]),
        took_s=told.get("took_s", 0),
    )
