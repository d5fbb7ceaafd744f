"""A rule's reach: which pairs of options it rules out, before and now. See docs/algorithms/catalog-diff.md."""

from collections.abc import Iterator
from itertools import product

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.expressions.evaluate import Scope
from modules_catalog.expressions.tree import features_read
from modules_catalog.judging import Verdict, pieces_of, verdict
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule

MOST_PAIRS = 4_000
"""So many combinations of options are judged of one rule; the reach of a wider one is not compared."""
EXAMPLES = 3


def reach_changes(old: ConfigurationModel, new: ConfigurationModel, was: Rule, now: Rule) -> Iterator[CatalogChange]:
    """Yield what a rule over one or two features rules out now and did not before, and the other way round.

    Only options both catalogs have are judged, so that a new option is no news of the rule.
    """
    codes = sorted(rule_reads(was) | rule_reads(now))
    if not 1 <= len(codes) <= 2 or not all(old.has_feature(code) and new.has_feature(code) for code in codes):
        return
    features = [(old.feature(code), new.feature(code)) for code in codes]
    answers = [_common_answers(before, after) for before, after in features]
    pairs = 1
    for each in answers:
        pairs *= len(each)
    if not 0 < pairs <= MOST_PAIRS or (
        (was.condition, was.table) == (now.condition, now.table)
        and not any(
            _differ(before, after, set(common)) for (before, after), common in zip(features, answers, strict=True)
        )
    ):
        return
    many = frozenset(after.code for _, after in features if after.kind is FeatureKind.OPTIONS)
    more: list[str] = []
    less: list[str] = []
    for combination in product(*answers):
        before, after = (
            _rules_out(rule, [pair[side] for pair in features], combination, many)
            for side, rule in ((0, was), (1, now))
        )
        if before != after:
            (more if after else less).append(" + ".join(f"{c}.{o}" for c, o in zip(codes, combination, strict=True)))
    for kind, found in ((Kind.RULES_OUT_MORE, more), (Kind.RULES_OUT_LESS, less)):
        if found:
            yield CatalogChange(Subject.RULE, kind, now.id, after=", ".join(found[:EXAMPLES]), count=len(found))


def rule_reads(rule: Rule) -> frozenset[str]:
    """Return the features a rule reads."""
    if rule.table is not None:
        return frozenset[str]().union(*(features_read(expression) for _, expression in rule.table.columns))
    return frozenset() if rule.condition is None else features_read(rule.condition)


def _common_answers(before: Feature, after: Feature) -> list[str]:
    if before.kind is FeatureKind.BOOLEAN and after.kind is FeatureKind.BOOLEAN:
        return ["yes", "no"]
    if before.kind is not after.kind or after.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
        return []
    had = {option.code for option in before.options}
    return [option.code for option in after.options if option.code in had]


def _differ(before: Feature, after: Feature, common: set[str]) -> bool:
    old = {option.code: option.attributes for option in before.options if option.code in common}
    return any(old[option.code] != option.attributes for option in after.options if option.code in common)


def _rules_out(rule: Rule, features: list[Feature], answers: tuple[str, ...], many: frozenset[str]) -> bool:
    scope = Scope(
        {feature.code: pieces_of(feature, answer) for feature, answer in zip(features, answers, strict=True)}, many
    )
    return verdict(rule, scope) is Verdict.VIOLATED
