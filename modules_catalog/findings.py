"""Findings: what a catalog's author should know, with the place and the way out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class FindingSeverity(StrEnum):
    """What a finding does to publishing."""

    ERROR = "error"  # nothing is published
    WARNING = "warning"  # published, but worth a look
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a catalog.

    Attributes:
        code: Stable snake_case name of the kind of finding; docs/catalog-findings.md lists them.
        severity: What it does to publishing.
        where: ``file:line``, the file relative to the catalog folder's parent.
        message: What is wrong and the way out, in English.
        involves: Codes of the features, options (``feature.option``), rules and files it is about.
    """

    code: str
    severity: FindingSeverity
    where: str
    message: str
    involves: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether one of the findings forbids publishing."""
    return any(finding.severity is FindingSeverity.ERROR for finding in findings)


@dataclass(frozen=True, slots=True)
class Listed:
    """Findings to be shown to a person: the first ones of each kind, in their order.

    Attributes:
        shown: Those that are shown.
        more: {(severity, code): how many more there are}.
    """

    shown: tuple[Finding, ...]
    more: Mapping[tuple[FindingSeverity, str], int]


def listed(findings: Iterable[Finding], most: int) -> Listed:
    """Return the first findings of each kind, ``most`` of each, and how many more there are."""
    shown: list[Finding] = []
    counts: dict[tuple[FindingSeverity, str], int] = {}
    for finding in findings:
        kind = (finding.severity, finding.code)
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= most:
            shown.append(finding)
    return Listed(tuple(shown), {kind: count - most for kind, count in counts.items() if count > most})
