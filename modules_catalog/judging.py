"""Judging concrete choices by the catalog itself: what each rule says of them, slowly and plainly.

The configurator's answers are held against this; bills of material and times are computed in the same scope.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

from kernel.errors import NotValid
from modules_catalog.expressions.evaluate import (
    NOT_CHOSEN,
    NOT_KNOWN,
    Piece,
    Result,
    Scope,
    all_of,
    condition,
    evaluate,
    plainly_read,
)
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule, RuleTable

ConcreteAnswer = str | Mapping[str, int] | int | Decimal | bool
"""Option code; {option code: count}; number (decimals scaled, or a ``Decimal`` as it is); text; yes / no."""


class Verdict(StrEnum):
    """What a rule says of concrete choices."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_KNOWN = "not_known"


class AnswerUnknown(NotValid):
    """An answer is of no feature or no option there is, or not of its feature's kind; facts: ``where``, ``reason``."""


def scope_of(model: ConfigurationModel, answers: Mapping[str, ConcreteAnswer | None]) -> Scope:
    """Return the scope in which expressions see these answers; features without an answer are not chosen.

    Raises:
        AnswerUnknown: An answer names a feature or an option there is not, or is of another kind.
    """
    unknown = sorted(code for code in answers if not model.has_feature(code))
    if unknown:
        raise AnswerUnknown(where=unknown[0], reason="no such feature")
    chosen = {code: pieces_of(model.feature(code), answer) for code, answer in answers.items() if answer is not None}
    return Scope({code: pieces for code, pieces in chosen.items() if pieces}, model.many)


def pieces_of(feature: Feature, answer: ConcreteAnswer) -> tuple[Piece, ...]:
    """Return an answer as pieces with their attributes.

    Raises:
        AnswerUnknown: It names an option the feature has not, or is no number where one is asked for.
    """
    match feature.kind:
        case FeatureKind.OPTION | FeatureKind.OPTIONS:
            counts = answer if isinstance(answer, Mapping) else {str(answer): 1}
            return tuple(_option_piece(feature, code, count) for code, count in counts.items() if count)
        case FeatureKind.BOOLEAN:
            return (Piece(answer is True or answer == "yes"),)
        case FeatureKind.TEXT:
            text = str(answer)
            return (Piece(text, {"length": len(text)}),) if text else ()
        case FeatureKind.DECIMAL if isinstance(answer, int) and not isinstance(answer, bool):
            return (Piece(Decimal(answer).scaleb(-feature.digits)),)
        case _ if isinstance(answer, int | Decimal) and not isinstance(answer, bool):
            return (Piece(answer),)
    raise AnswerUnknown(where=feature.code, reason=f"{answer!r} is no number")


def _option_piece(feature: Feature, code: str, count: int) -> Piece:
    if not feature.has_option(code):
        raise AnswerUnknown(where=feature.code, reason=f"no option {code}")
    option = feature.option(code)
    return Piece(str(option.code), option.attributes, count)


def verdict(rule: Rule, scope: Scope) -> Verdict:
    """Return what a rule says, before its ``when_missing`` is looked at."""
    if rule.table is not None:
        return _spoken(_table_result(rule.table, scope))
    assert rule.condition is not None  # noqa: S101 - the loader gives every rule one of the two
    if rule.kind == "that":
        return _spoken(evaluate(rule.condition, scope))
    return _spoken(condition(rule.condition, scope))


def _spoken(result: Result) -> Verdict:
    if result is NOT_KNOWN:
        return Verdict.NOT_KNOWN
    return Verdict.HOLDS if result is True or result is NOT_CHOSEN else Verdict.VIOLATED


def _table_result(table: RuleTable, scope: Scope) -> Result:
    """Return whether some allowed row equals the values, for each piece of a feature that takes several options."""
    read = frozenset[str]().union(*(plainly_read(expression) for _, expression in table.columns))
    each = [feature for feature in read & scope.many if scope.chosen.get(feature)]
    if not each:
        return _row_result(table, scope)
    (feature,) = each
    return all_of([_row_result(table, scope.narrowed(feature, piece)) for piece in scope.chosen[feature]])


def _row_result(table: RuleTable, scope: Scope) -> Result:
    values = [evaluate(expression, scope) for _, expression in table.columns]
    if NOT_CHOSEN in values:
        return NOT_CHOSEN
    if NOT_KNOWN in values:
        return NOT_KNOWN
    if table.known_by and not _listed(table, values):
        return NOT_KNOWN
    return tuple(values) in table.allowed


def _listed(table: RuleTable, values: Iterable[Result]) -> bool:
    given = list(values)
    wanted = tuple(given[position] for position in table.known_by)
    return any(tuple(row[position] for position in table.known_by) == wanted for row in table.listed)
