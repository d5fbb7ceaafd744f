"""Findings: what a catalog's author should know, with the place and the way out."""

from collections.abc import Iterable
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
