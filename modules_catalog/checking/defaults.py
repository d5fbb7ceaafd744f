"""Defaults: together they should be a configuration the rules allow, for every session opens with them."""

from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.expressions.evaluate import holds
from modules_catalog.expressions.tree import features_read
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.judging import ConcreteAnswer, Verdict, scope_of, verdict
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.model import Rule, Severity
from modules_catalog.wording import said


def default_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield each blocking rule that the defaults violate, among the rules that read nothing but defaults."""
    model = loaded.model
    answers: dict[str, ConcreteAnswer] = {
        feature.code: feature.default for feature in model.features if feature.default is not None
    }
    shown = scope_of(model, answers)
    given: dict[str, ConcreteAnswer] = {
        f.code: answers[f.code] for f in model.features if f.code in answers and holds(f.shown_when, shown)
    }
    scope = scope_of(model, given)
    for rule in model.rules:
        read = _features_of(rule)
        settled = read <= given.keys()
        if settled and rule.severity is Severity.BLOCK and verdict(rule, scope) is Verdict.VIOLATED:
            yield Finding(
                "defaults_break_rule",
                FindingSeverity.WARNING,
                str(rule.source),
                said(
                    "the defaults of %(features)s break the rule `%(rule)s`, so a session cannot open with all of them: change "
                    "one of the defaults",
                    features=some_of(sorted(read)),
                    rule=rule.id,
                ),
                (rule.id, *sorted(read)),
            )


def _features_of(rule: Rule) -> frozenset[str]:
    if rule.table is not None:
        return frozenset[str]().union(*(features_read(expression) for _, expression in rule.table.columns))
    return frozenset() if rule.condition is None else features_read(rule.condition)
