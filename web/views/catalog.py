"""The author's pages: lines and their releases, one catalog's content, and what the gate said of a candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules_catalog.comparing.rules import written_rule
from modules_catalog.comparing.spelling import spelled, written
from modules_catalog.findings import Finding, FindingSeverity, listed
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.model import ConfigurationModel, FeatureKind, Severity, WhenMissing
from modules_catalog.wording import worded
from orders.publishing.candidates import Candidate
from orders.publishing.document import finding_to_json
from orders.publishing.gate import Stage
from web import formats
from web.translations import translations_for
from web.views.words import Words

MOST_OPTIONS = 60
MOST_OF_A_KIND = 20
"""So many findings of a kind are shown; the rest is counted."""
EDITABLE_BYTES = 400_000


def _(message: str) -> str:
    return message


#: Why something that was sent is no catalog; {reason: message}.
ARCHIVE_REASONS = {
    "not_zip": _("This is neither a zip file nor a catalog document. Pack the line's folder as a zip."),
    "not_json": _("This is no catalog document: %(name)s cannot be read. Export one to see how it looks."),
    "too_large": _("This is too large; up to %(most)s bytes are taken."),
    "too_many_files": _("These are too many files; up to %(most)s are taken."),
    "name": _("The name %(name)s leads out of the catalog or has strange letters: use folder/file.csv."),
    "no_line": _("There is no folder with a line.yaml in it."),
    "several_lines": _("There are several lines in it: %(name)s. Send one at a time."),
    "library": _("The library %(name)s is used but neither sent nor known here: put its folder into the zip."),
    "not_text": _("%(name)s is no text in UTF-8."),
    "from_past": _("It can come into force today or later, not in the past."),
}
SEVERITIES = {
    FindingSeverity.ERROR: (_("Errors"), "cant"),
    FindingSeverity.WARNING: (_("Warnings"), "check"),
    FindingSeverity.NOTE: (_("Notes"), "info"),
}


STAGES = {
    Stage.READING: _("Reading the files"),
    Stage.COMPILING: _("Making the rules ready"),
    Stage.CHOICES: _("Looking for what can never be chosen"),
    Stage.RULES: _("Weighing the rules against each other"),
    Stage.SCENARIOS: _("Running the scenarios"),
    Stage.AGREEMENT: _("Comparing two solving methods"),
    Stage.IMPACT: _("Trying the choices of drafts, quotes and orders"),
}
LINES_AROUND = 2
RULE_SEVERITIES = {Severity.BLOCK: _("rules out"), Severity.WARN: _("warns")}
MISSING = {
    WhenMissing.WARN: _("where a value is not known: warns"),
    WhenMissing.ASK: _("where a value is not known: staff are asked"),
    WhenMissing.BLOCK: _("where a value is not known: rules out"),
    WhenMissing.IGNORE: _("where a value is not known: says nothing"),
}


@dataclass(frozen=True, slots=True)
class StartRow:
    """From when a release is, was or will be in force."""

    release: str
    effective_from: datetime
    published_at: datetime
    state: str  # in_force | to_come | past


@dataclass(frozen=True, slots=True)
class LineCard:
    """One line and its releases, the latest first."""

    line: str
    name: str
    starts: tuple[StartRow, ...]


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate of the list."""

    id: str
    line: str
    added_at: datetime
    state: str  # checking | passed | refused


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as shown.

    ``file`` is the part of the place that can be opened, ``line`` its line, 0 for none; ``words`` are the parts of the
    message, each with whether it is something of the catalog's own, which stands between backticks.
    """

    where: str
    file: str
    line: int
    words: tuple[tuple[str, bool], ...]
    code: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one severity; ``more`` counts by kind those that are not shown."""

    title: str
    tone: str
    count: int
    rows: tuple[FindingRow, ...]
    more: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One question and its options."""

    code: str
    name: str
    kind: str
    about: str
    options: tuple[tuple[str, str, str], ...]  # code, name, price
    more: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as customers hear it and as it is written."""

    code: str
    reason: str
    written: str
    severity: str
    when_missing: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file."""

    name: str
    bytes: int


def starts_of_line(starts: Sequence[tuple[str, datetime, datetime]], *, now: datetime) -> tuple[StartRow, ...]:
    """Return a line's releases with whether each is in force; ``starts`` come with the latest first."""
    rows = []
    found = False
    for release, effective, published in starts:
        state = "to_come" if effective > now else "past" if found else "in_force"
        found = found or state == "in_force"
        rows.append(StartRow(release, effective, published, state))
    return tuple(rows)


def candidate_state(candidate: Candidate) -> str:
    """Return whether the check runs, or what came of it."""
    if candidate.review is None:
        return "checking"
    return "passed" if candidate.review.passes else "refused"


def stage_name(stage: str, locale: str) -> str:
    """Return what a running check is at; empty before it begins."""
    return str(translations_for(locale).gettext(STAGES[Stage(stage)])) if stage else ""


def finding_groups(findings: Sequence[Finding], files: CatalogFiles, locale: str) -> tuple[FindingGroup, ...]:
    """Return the findings by severity, the gravest first."""
    say = translations_for(locale).gettext
    groups = []
    for severity, (title, tone) in SEVERITIES.items():
        own = [finding for finding in findings if finding.severity is severity]
        if own:
            told = listed(own, MOST_OF_A_KIND)
            rows = tuple(_finding(finding, files, locale) for finding in told.shown)
            more = tuple((code, count) for (_severity, code), count in told.more.items())
            groups.append(FindingGroup(say(title), tone, len(own), rows, more))
    return tuple(groups)


def module_rows(model: ConfigurationModel, locale: str) -> tuple[ModuleRow, ...]:
    """Return every question with its options, names and prices."""
    words = Words(model, locale)
    return tuple(
        ModuleRow(
            code=feature.code,
            name=words.feature(feature.code),
            kind=feature.kind.value,
            about=_about(model, feature.code),
            options=tuple(
                (
                    option.code,
                    words.option(feature.code, option.code),
                    formats.money(option.price_minor, model.currency, locale=locale),
                )
                for option in feature.options[:MOST_OPTIONS]
            ),
            more=max(0, len(feature.options) - MOST_OPTIONS),
        )
        for feature in model.features
    )


def rule_rows(model: ConfigurationModel, locale: str) -> tuple[RuleRow, ...]:
    """Return every rule: why, how it is written, what it does."""
    say = translations_for(locale).gettext
    return tuple(
        RuleRow(
            rule.id,
            model.text(f"rule.{rule.id}", locale),
            written_rule(rule),
            say(RULE_SEVERITIES[rule.severity]),
            say(MISSING[rule.when_missing]),
        )
        for rule in model.rules
    )


def operation_rows(model: ConfigurationModel, locale: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return the routing as it is written: name, work centre, seconds, condition."""
    return tuple(
        (
            model.text(f"operation.{operation.code}", locale),
            operation.work_centre,
            f"{operation.setup_s} + {written(operation.run_s)}",
            written(operation.when),
        )
        for operation in model.operations
    )


def file_rows(files: CatalogFiles) -> tuple[FileRow, ...]:
    """Return the files of a catalog and its libraries, the line's own first."""
    own = sorted(files.files.items(), key=lambda each: (files.folders.index(each[0].partition("/")[0]), each[0]))
    return tuple(FileRow(name, len(content)) for name, content in own)


def archive_problem(facts: Mapping[str, object], locale: str) -> str:
    """Return why something that was sent is no catalog."""
    told = {"name": str(facts.get("name") or "–"), "most": str(facts.get("most", ""))}
    return str(translations_for(locale).gettext(ARCHIVE_REASONS[str(facts["reason"])])) % told


def in_words(text: str, locale: str) -> str:
    """Return what the catalog's reader or the gate says, in a reader's language."""
    return worded(
        text,
        translations_for(locale).gettext,
        lambda amount: formats.money(amount.amount_minor, amount.currency, locale=locale),
    )


def finding_json(finding: Finding, locale: str) -> dict[str, Any]:
    """Return a finding for programs, its message in a reader's language."""
    return {**finding_to_json(finding), "message": in_words(finding.message, locale)}


def _finding(finding: Finding, files: CatalogFiles, locale: str) -> FindingRow:
    file, _colon, line = finding.where.partition(":")
    known = file if file in files.files else ""
    parts = enumerate(in_words(finding.message, locale).split("`"))
    words = tuple((part, at % 2 == 1) for at, part in parts if part)
    return FindingRow(finding.where, known, int(line) if line.isdecimal() else 0, words, finding.code)


def lines_around(text: str, line: int) -> tuple[tuple[int, str], ...]:
    """Return a line of a file with what stands around it, numbered; nothing for a line the file does not have."""
    lines = text.splitlines()
    if not 1 <= line <= len(lines):
        return ()
    first = max(1, line - LINES_AROUND)
    return tuple(enumerate(lines[first - 1 : line + LINES_AROUND], start=first))


def _about(model: ConfigurationModel, code: str) -> str:
    """Return in the catalog's own spelling what may be answered, and when it is asked."""
    feature = model.feature(code)
    parts = []
    if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL, FeatureKind.OPTIONS):
        parts.append(f"{feature.minimum}–{feature.maximum}")
    if feature.unit:
        parts.append(feature.unit)
    if feature.default is not None:
        parts.append(f"default: {spelled(feature.default)}")
    if feature.shown_when is not None:
        parts.append(f"shown_when: {written(feature.shown_when)}")
    return " · ".join(parts)
