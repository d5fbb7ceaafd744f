"""Findings and impact reports as JSON, as they are kept with a candidate, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from configurator.model import Conflict, ConflictChoice, ConflictRule, Selection
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.wording import said_from_json, said_to_json
from orders.publishing.model import Case, CaseKind, Effect, Impact, ImpactReport, Trial

Json = dict[str, Any]


def finding_to_json(finding: Finding) -> Json:
    """Return a finding as ``lotone catalog check --json`` prints it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "where": finding.where,
        "message": str(finding.message),
        "involves": list(finding.involves),
    }


def finding_to_keep(finding: Finding) -> Json:
    """Return a finding with what its message is made of, so that it can be said in other languages later."""
    return {**finding_to_json(finding), "said": said_to_json(finding.message)}


def finding_from_json(told: Mapping[str, Any]) -> Finding:
    """Return a finding that was kept."""
    code, severity = str(told["code"]), FindingSeverity(told["severity"])
    message = said_from_json(told.get("said", told["message"]))
    return Finding(code, severity, told["where"], message, tuple(told["involves"]))


def report_to_json(report: ImpactReport) -> Json:
    """Return a report; the choices of the cases stay with them and are left out."""
    return {
        "line": report.line,
        "release": report.release,
        "looked_at": report.looked_at,
        "left_out": report.left_out,
        "counts": {effect.value: report.count(effect) for effect in Effect},
        "impacts": [
            {
                "cases": [[case.kind.value, case.reference, case.release, case.quantity] for case in impact.cases],
                **_trial_to_json(impact.trial),
            }
            for impact in report.impacts
        ],
    }


def report_from_json(told: Mapping[str, Any]) -> ImpactReport:
    """Return a report that was kept, its cases without their choices."""
    impacts = tuple(
        Impact(
            tuple(
                Case(CaseKind(kind), reference, release, Selection(), quantity)
                for kind, reference, release, quantity in each["cases"]
            ),
            _trial_from_json(each),
        )
        for each in told["impacts"]
    )
    return ImpactReport(told["line"], told["release"], impacts, told["looked_at"], told["left_out"])


def _trial_to_json(trial: Trial) -> Json:
    conflict = None
    if trial.conflict is not None:
        conflict = {
            "choices": [[choice.feature, choice.option] for choice in trial.conflict.choices],
            "rules": [{"id": rule.id, "values": dict(rule.values)} for rule in trial.conflict.rules],
        }
    return {
        "effect": trial.effect.value,
        "gone": [list(each) for each in trial.gone],
        "asked": list(trial.asked),
        "confirm": list(trial.confirm),
        "conflict": conflict,
        "price_before_minor": trial.price_before_minor,
        "price_after_minor": trial.price_after_minor,
        "day_before": trial.day_before.isoformat() if trial.day_before else None,
        "day_after": trial.day_after.isoformat() if trial.day_after else None,
    }


def _trial_from_json(told: Mapping[str, Any]) -> Trial:
    conflict = None
    if told["conflict"] is not None:
        conflict = Conflict(
            tuple(ConflictChoice(feature, option) for feature, option in told["conflict"]["choices"]),
            tuple(ConflictRule(rule["id"], rule["values"]) for rule in told["conflict"]["rules"]),
        )
    return Trial(
        effect=Effect(told["effect"]),
        gone=tuple((feature, answer) for feature, answer in told["gone"]),
        asked=tuple(told["asked"]),
        confirm=tuple(told["confirm"]),
        conflict=conflict,
        price_before_minor=told["price_before_minor"],
        price_after_minor=told["price_after_minor"],
        day_before=date.fromisoformat(told["day_before"]) if told["day_before"] else None,
        day_after=date.fromisoformat(told["day_after"]) if told["day_after"] else None,
    )
