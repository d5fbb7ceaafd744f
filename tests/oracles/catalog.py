"""Every configuration of a small catalog, judged from the text of its rules: slow and obvious.

Nothing here knows how catalogs are compiled: rules are evaluated one by one on concrete choices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations_with_replacement, product

from configurator.model import Answer
from modules_catalog.expressions.evaluate import (
    NOT_CHOSEN,
    NOT_KNOWN,
    Missing,
    Piece,
    Scope,
    amount,
    condition,
    evaluate,
    holds,
)
from modules_catalog.expressions.tree import features_read
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule, RuleTable, Severity, WhenMissing

Configuration = Mapping[str, Answer]
"""Feature → answer; a feature that is not chosen is not in it. Texts stand for all texts of their length."""


@dataclass(frozen=True)
class Judged:
    """A valid configuration, its price, and whether no rule asks staff about it."""

    answers: Configuration
    price_minor: int
    certain: bool


def valid_configurations(model: ConfigurationModel, without: frozenset[str] = frozenset()) -> list[Judged]:
    """Return all valid configurations; rules named in ``without`` do not act."""
    found = []
    for answers in every_configuration(model):
        scope = scope_of(model, answers)
        if not all(_shown_rightly(feature, answers, scope) for feature in model.features):
            continue
        certain = True
        for rule in model.rules:
            if rule.id in without or rule.severity is not Severity.BLOCK:
                continue
            verdict = rule_verdict(rule, scope)
            if verdict is False or (verdict is NOT_KNOWN and rule.when_missing is WhenMissing.BLOCK):
                break
            certain = certain and not (verdict is NOT_KNOWN and rule.when_missing is WhenMissing.ASK)
        else:
            found.append(Judged(answers, price_of(model, answers, scope), certain))
    return found


def every_configuration(model: ConfigurationModel) -> Iterator[Configuration]:
    """Yield every way to answer the features, whatever the rules say."""
    for combination in product(*(list(_answers(feature)) for feature in model.features)):
        yield {
            feature.code: answer
            for feature, answer in zip(model.features, combination, strict=True)
            if answer is not None
        }


def _answers(feature: Feature) -> Iterator[Answer | None]:
    optional = feature.shown_when is not None or not feature.required
    match feature.kind:
        case FeatureKind.OPTION:
            yield from (option.code for option in feature.options)
        case FeatureKind.BOOLEAN:
            yield from ("yes", "no")
            optional = feature.shown_when is not None
        case FeatureKind.TEXT:
            yield from ("a" * length for length in range(1, feature.maximum + 1))
        case FeatureKind.OPTIONS:
            optional = optional or feature.minimum == 0
            codes = [option.code for option in feature.options]
            for pieces in range(max(1, feature.minimum), feature.maximum + 1):
                for taken in combinations_with_replacement(codes, pieces):
                    counts = {code: taken.count(code) for code in dict.fromkeys(taken)}
                    if max(counts.values()) <= feature.max_each:
                        yield counts
        case _:
            yield from range(feature.minimum, feature.maximum + 1, feature.step)
    if optional:
        yield None


def scope_of(model: ConfigurationModel, answers: Configuration) -> Scope:
    """Return a configuration as expressions see it."""
    chosen = {}
    for feature in model.features:
        answer = answers.get(feature.code)
        if answer is not None:
            chosen[feature.code] = _pieces(feature, answer)
    many = frozenset(feature.code for feature in model.features if feature.kind is FeatureKind.OPTIONS)
    return Scope(chosen, many)


def _pieces(feature: Feature, answer: Answer) -> tuple[Piece, ...]:
    match feature.kind:
        case FeatureKind.OPTION:
            (option,) = (option for option in feature.options if option.code == answer)
            return (Piece(option.code, option.attributes),)
        case FeatureKind.OPTIONS:
            assert isinstance(answer, Mapping)
            return tuple(Piece(o.code, o.attributes, answer[o.code]) for o in feature.options if o.code in answer)
        case FeatureKind.BOOLEAN:
            return (Piece(answer == "yes"),)
        case FeatureKind.TEXT:
            assert isinstance(answer, str)
            return (Piece(answer, {"length": len(answer)}),)
        case FeatureKind.DECIMAL:
            assert isinstance(answer, int)
            return (Piece(Decimal(answer) / 10**feature.digits),)
        case _:
            assert isinstance(answer, int)
            return (Piece(answer),)


def _shown_rightly(feature: Feature, answers: Configuration, scope: Scope) -> bool:
    if feature.shown_when is None:
        return True
    needs = feature.required or feature.kind is FeatureKind.BOOLEAN
    if feature.kind is FeatureKind.OPTIONS:
        needs = needs and feature.minimum > 0
    if not holds(feature.shown_when, scope):
        return feature.code not in answers
    return feature.code in answers or not needs


def rule_verdict(rule: Rule, scope: Scope) -> bool | Missing:
    """Return true, false or not known for one rule."""
    if rule.table is not None:
        return _table_verdict(rule.table, scope)
    assert rule.condition is not None
    if rule.kind != "that":
        return condition(rule.condition, scope)
    verdict = evaluate(rule.condition, scope)
    return True if verdict is NOT_CHOSEN else verdict if isinstance(verdict, Missing) else bool(verdict)


def _table_verdict(table: RuleTable, scope: Scope) -> bool | Missing:
    """Return the verdict for each chosen option of a feature with several, all together."""
    read = {code for _, expression in table.columns for code in features_read(expression)} & scope.many
    each = [code for code in sorted(read) if scope.chosen.get(code)]
    if not each:
        return _row_verdict(table, scope)
    (code,) = each
    verdicts = [_row_verdict(table, scope.narrowed(code, piece)) for piece in scope.chosen[code]]
    if False in verdicts:
        return False
    return NOT_KNOWN if NOT_KNOWN in verdicts else True


def _row_verdict(table: RuleTable, scope: Scope) -> bool | Missing:
    values = [evaluate(expression, scope) for _, expression in table.columns]
    if NOT_CHOSEN in values:
        return True
    if NOT_KNOWN in values:
        return NOT_KNOWN
    if table.known_by:
        key = tuple(values[column] for column in table.known_by)
        if key not in {tuple(row[column] for column in table.known_by) for row in table.listed}:
            return NOT_KNOWN
    return tuple(values) in table.allowed


def price_of(model: ConfigurationModel, answers: Configuration, scope: Scope) -> int:
    """Return the price: options, answers, surcharges."""
    total = 0
    for feature in model.features:
        answer = answers.get(feature.code)
        if answer is None:
            continue
        match feature.kind:
            case FeatureKind.OPTION | FeatureKind.OPTIONS:
                counts = {answer: 1} if isinstance(answer, str) else answer
                assert isinstance(counts, Mapping)
                total += sum(option.price_minor * counts.get(option.code, 0) for option in feature.options)
            case FeatureKind.BOOLEAN:
                total += feature.price_minor if answer == "yes" else 0
            case _:
                total += feature.price_minor
    for surcharge in model.surcharges:
        if holds(surcharge.when, scope):
            added = amount(surcharge.add, scope)
            total += 0 if isinstance(added, Missing) else int(added)
    return total


def keeps(model: ConfigurationModel, answers: Configuration, choices: Configuration) -> bool:
    """Return whether a configuration keeps all choices: of several options at least the chosen counts."""
    return all(_keeps(answers.get(code), choice) for code, choice in choices.items())


def _keeps(answer: Answer | None, choice: Answer) -> bool:
    if isinstance(choice, Mapping):
        counts = answer if isinstance(answer, Mapping) else {}
        return all(counts.get(code, 0) >= count for code, count in choice.items())
    if isinstance(choice, str) and isinstance(answer, str) and set(answer) == {"a"} and set(choice) == {"a"}:
        return len(answer) == len(choice)
    return answer == choice


def least_price(
    model: ConfigurationModel, valid: list[Judged], choices: Configuration, certain: bool = False
) -> int | None:
    """Return the least price of a valid configuration that keeps the choices."""
    prices = [one.price_minor for one in valid if (one.certain or not certain) and keeps(model, one.answers, choices)]
    return min(prices, default=None)
