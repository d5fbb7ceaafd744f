"""Rules over few features as plain conditions between options: every combination is tried by the rule's own meaning."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product

from modules_catalog.expressions.evaluate import NOT_KNOWN, Piece, Scope, condition, evaluate
from modules_catalog.expressions.tree import features_read
from modules_catalog.model import Feature, FeatureKind, Rule, WhenMissing

MOST_COMBINATIONS = 4_000
Answer = str | None


def tried(rule: Rule, features: Mapping[str, Feature]) -> tuple[tuple[str, ...], set[tuple[Answer, ...]]] | None:
    """Return the features a rule reads and the combinations of answers it refuses; ``None``: too many, or with counts.

    Answers are option codes, ``yes`` / ``no``, and ``None`` for a feature that is not answered.
    """
    read = sorted(_read(rule), key=list(features).index)
    answers: list[list[Answer]] = []
    combinations = 1
    for code in read:
        feature = features[code]
        if feature.kind is FeatureKind.BOOLEAN:
            own: list[Answer] = ["yes", "no"]
        elif feature.kind is FeatureKind.OPTION:
            own = [option.code for option in feature.options]
        else:
            return None
        if feature.shown_when is not None or (feature.kind is FeatureKind.OPTION and not feature.required):
            own = [*own, None]
        answers.append(own)
        combinations *= len(own)
        if combinations > MOST_COMBINATIONS:
            return None
    refused = {
        combination
        for combination in product(*answers)
        if not _holds(rule, _scope({c: features[c] for c in read}, combination))
    }
    return tuple(read), refused


def _read(rule: Rule) -> frozenset[str]:
    if rule.table is not None:
        return frozenset[str]().union(*(features_read(expression) for _, expression in rule.table.columns))
    assert rule.condition is not None  # noqa: S101 - the loader gives every rule one of the two
    return features_read(rule.condition)


def _scope(features: Mapping[str, Feature], answers: tuple[Answer, ...]) -> Scope:
    chosen: dict[str, tuple[Piece, ...]] = {}
    for (code, feature), answer in zip(features.items(), answers, strict=True):
        if answer is None:
            continue
        if feature.kind is FeatureKind.BOOLEAN:
            chosen[code] = (Piece(answer == "yes"),)
        else:
            option = next(option for option in feature.options if option.code == answer)
            chosen[code] = (Piece(option.code, option.attributes),)
    return Scope(chosen)


def _holds(rule: Rule, scope: Scope) -> bool:
    verdict: object
    if rule.table is not None:
        verdict = _table_verdict(rule, scope)
    else:
        assert rule.condition is not None  # noqa: S101
        verdict = evaluate(rule.condition, scope) if rule.kind == "that" else condition(rule.condition, scope)
    if verdict is NOT_KNOWN:
        return rule.when_missing is not WhenMissing.BLOCK
    return verdict is not False


def _table_verdict(rule: Rule, scope: Scope) -> object:
    assert rule.table is not None  # noqa: S101 - the caller asked
    values = [evaluate(expression, scope) for _, expression in rule.table.columns]
    if any(not isinstance(value, _KNOWN) for value in values):
        return NOT_KNOWN if any(value is NOT_KNOWN for value in values) and not _absent(values) else True
    table = rule.table
    if table.known_by:
        listed = {tuple(row[at] for at in table.known_by) for row in table.listed}
        if tuple(values[at] for at in table.known_by) not in listed:
            return NOT_KNOWN
    return tuple(values) in set(table.allowed)


def _absent(values: Sequence[object]) -> bool:
    return any(not isinstance(value, _KNOWN) and value is not NOT_KNOWN for value in values)


_KNOWN = (bool, int, Decimal, str, frozenset)
