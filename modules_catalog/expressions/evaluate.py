"""Evaluation of an expression on concrete choices, three-valued: true, false, or *not known*.

The meaning is that of ``docs/catalog-format.md``, spelled out as rules E-1 … E-6 in
``docs/algorithms/expressions.md``. Nothing here knows the solver; the solver's answers are judged by it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import cast

from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    Reference,
    SetOf,
    children,
)

Known = bool | int | Decimal | str | frozenset[str]


class Missing(Enum):
    """Why there is no value."""

    NOT_KNOWN = "not known"
    NOT_CHOSEN = "not chosen"


NOT_KNOWN = Missing.NOT_KNOWN
NOT_CHOSEN = Missing.NOT_CHOSEN

Result = Known | Missing
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A chosen option, number, text or yes / no: its answer, its attributes (``None``: not known), how often."""

    answer: Known
    attributes: Mapping[str, Known | None] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What is chosen: feature → its pieces. A feature that is absent or has no pieces is not chosen.

    ``many`` names the features that take several options: a plain reference to one speaks of each piece.
    """

    chosen: Mapping[str, tuple[Piece, ...]]
    many: frozenset[str] = frozenset()

    def narrowed(self, feature: str, piece: Piece) -> "Scope":
        """Return the scope in which plain references to the feature speak of this piece."""
        return _Narrowed(self.chosen, self.many, {feature: piece})

    def piece(self, feature: str) -> Piece | None:
        """Return what a plain reference to the feature speaks of, or None when it is not chosen."""
        pieces = self.chosen.get(feature, ())
        if len(pieces) > 1:
            raise AmbiguousReference(feature)
        return pieces[0] if pieces else None


@dataclass(frozen=True, slots=True)
class _Narrowed(Scope):
    each: Mapping[str, Piece] = field(default_factory=dict)

    def narrowed(self, feature: str, piece: Piece) -> Scope:
        return replace(self, each={**self.each, feature: piece})

    def piece(self, feature: str) -> Piece | None:
        return self.each[feature] if feature in self.each else Scope.piece(self, feature)


class AmbiguousReference(ValueError):
    """An amount reads one of several chosen pieces without saying which: a mistake in the program."""


def evaluate(expression: Expression, scope: Scope) -> Result:
    """Return the value as a ``that`` rule sees it.

    A comparison that reads a part not chosen makes the whole NOT_CHOSEN (E-3). A condition over a feature with
    several pieces holds when it holds for each (E-2).
    """
    return _over_each(expression, scope, _Evaluation(comparison_without_part=NOT_CHOSEN))


def condition(expression: Expression, scope: Scope) -> bool | Missing:
    """Return true, false or NOT_KNOWN as conditions see it: a comparison that reads a part not chosen is false (E-4)."""
    result = _over_each(expression, scope, _Evaluation(comparison_without_part=False))
    return False if result is NOT_CHOSEN else cast(bool | Missing, result)


def holds(expression: Expression | None, scope: Scope) -> bool:
    """Return whether a ``when`` or ``shown_when`` holds; None always does, *not known* counts as false."""
    return expression is None or condition(expression, scope) is True


def amount(expression: Expression, scope: Scope) -> Number | Missing:
    """Return a quantity, a time or a surcharge: terms that read a part not chosen add nothing (E-6).

    NOT_KNOWN when a term is not known.
    """
    match expression:
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            one, other = amount(left, scope), amount(right, scope)
            if isinstance(one, Missing) or isinstance(other, Missing):
                return NOT_KNOWN
            return one + other if operator == "+" else one - other
    evaluation = _Evaluation(comparison_without_part=False)
    value = evaluation.value(expression, scope)
    if value is NOT_CHOSEN:
        return 0
    return cast(Number | Missing, value)


def terms(expression: Expression) -> tuple[Expression, ...]:
    """Return the terms a sum is made of, left to right."""
    match expression:
        case Arithmetic(operator="+" | "-", left=left, right=right):
            return (*terms(left), *terms(right))
        case _:
            return (expression,)


def plainly_read(expression: Expression) -> frozenset[str]:
    """Return the features read otherwise than by ``sum``, ``count``, ``least``, ``most`` or ``chosen``."""
    match expression:
        case Reference(feature=feature):
            return frozenset({feature})
        case Aggregate() | Call(name="chosen"):
            return frozenset()
        case _:
            return frozenset[str]().union(*(plainly_read(child) for child in children(expression)))


def _over_each(expression: Expression, scope: Scope, evaluation: "_Evaluation") -> Result:
    narrowed = scope.each if isinstance(scope, _Narrowed) else {}
    each = [f for f in plainly_read(expression) & scope.many if f not in narrowed and scope.chosen.get(f)]
    if not each:
        return evaluation.value(expression, scope)
    if len(each) > 1:
        raise AmbiguousReference(", ".join(sorted(each)))
    (feature,) = each
    verdicts = [evaluation.value(expression, scope.narrowed(feature, piece)) for piece in scope.chosen[feature]]
    return verdicts[0] if len(verdicts) == 1 else all_of(verdicts)


def all_of(values: list[Result]) -> Result:
    """Return Kleene's *and*; NOT_CHOSEN, which only ``that`` rules meet, settles the whole."""
    if NOT_CHOSEN in values:
        return NOT_CHOSEN
    if any(value is False for value in values):
        return False
    return NOT_KNOWN if NOT_KNOWN in values else True


def any_of(values: list[Result]) -> Result:
    """Return Kleene's *or*; NOT_CHOSEN, which only ``that`` rules meet, settles the whole."""
    if NOT_CHOSEN in values:
        return NOT_CHOSEN
    if any(value is True for value in values):
        return True
    return NOT_KNOWN if NOT_KNOWN in values else False


def _negated(value: Result) -> Result:
    return value if isinstance(value, Missing) else not value


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """The recursion. A missing value passes through arithmetic, not chosen before not known."""

    comparison_without_part: Result

    def value(self, node: Expression, scope: Scope) -> Result:
        match node:
            case Constant(value=value):
                return value
            case SetOf(values=values):
                return cast(frozenset[str], values)
            case Reference(feature=feature, attribute=attribute):
                return self._reference(feature, attribute, scope)
            case Arithmetic(operator=operator, left=left, right=right):
                return _computed(operator, self.value(left, scope), self.value(right, scope))
            case Comparison(operator=operator, left=left, right=right):
                return self._leaf(_compared(operator, self.value(left, scope), self.value(right, scope)))
            case Aggregate():
                return self._aggregate(node, scope)
            case Logic():
                return self._logic(node, scope)
            case Call():
                return self._call(node, scope)

    def _leaf(self, value: Result) -> Result:
        """Return a yes / no that was read, not combined: without its part it does not apply."""
        return self.comparison_without_part if value is NOT_CHOSEN else value

    def _reference(self, feature: str, attribute: str | None, scope: Scope) -> Result:
        piece = scope.piece(feature)
        if piece is None:
            return NOT_CHOSEN
        if attribute is None:
            return piece.answer
        value = piece.attributes.get(attribute)
        return NOT_KNOWN if value is None else value

    def _logic(self, node: Logic, scope: Scope) -> Result:
        values = [self._leaf(self.value(operand, scope)) for operand in node.operands]
        match node.operator:
            case "not":
                return _negated(values[0])
            case "and":
                return all_of(values)
            case "or":
                return any_of(values)
            case "implies":
                return any_of([_negated(values[0]), values[1]])
            case _:
                missing = _worst(values)
                return missing if missing is not None else values[0] == values[1]

    def _aggregate(self, node: Aggregate, scope: Scope) -> Result:
        pieces = scope.chosen.get(node.feature, ())
        if node.body is None:
            return sum(piece.count for piece in pieces)
        if not pieces:
            return 0 if node.name == "sum" else NOT_CHOSEN
        values = [self.value(node.body, scope.narrowed(node.feature, piece)) for piece in pieces]
        missing = _worst(values)
        if missing is not None:
            return missing
        numbers = cast(list[Number], values)
        if node.name == "sum":
            return sum(number * piece.count for number, piece in zip(numbers, pieces, strict=True))
        return min(numbers) if node.name == "least" else max(numbers)

    def _call(self, node: Call, scope: Scope) -> Result:
        match node.name:
            case "chosen":
                return bool(scope.chosen.get(cast(Reference, node.arguments[0]).feature))
            case "known":
                return not isinstance(self.value(node.arguments[0], scope), Missing)
            case "if":
                return self._if(node, scope)
            case "first_known":
                return self._first_known(node, scope)
        values = [self.value(argument, scope) for argument in node.arguments]
        missing = _worst(values)
        if node.name == "starts_with":
            return self._leaf(missing if missing is not None else str(values[0]).startswith(str(values[1])))
        return missing if missing is not None else _applied(node, values)

    def _if(self, node: Call, scope: Scope) -> Result:
        test, then, otherwise = node.arguments
        verdict = self._leaf(self.value(test, scope))
        if not isinstance(verdict, Missing):
            return self.value(then if verdict else otherwise, scope)
        if verdict is NOT_CHOSEN:
            return NOT_CHOSEN
        one, other = self.value(then, scope), self.value(otherwise, scope)
        return one if one == other else NOT_KNOWN

    def _first_known(self, node: Call, scope: Scope) -> Result:
        for argument in node.arguments:
            value = self.value(argument, scope)
            if value is not NOT_KNOWN:
                return value
        return NOT_KNOWN


def _worst(values: list[Result]) -> Missing | None:
    """Return NOT_CHOSEN before NOT_KNOWN, or None when all values are there."""
    if NOT_CHOSEN in values:
        return NOT_CHOSEN
    return NOT_KNOWN if NOT_KNOWN in values else None


def _computed(operator: str, left: Result, right: Result) -> Result:
    missing = _worst([left, right])
    if missing is not None:
        return missing
    one, other = cast(Number, left), cast(Number, right)
    match operator:
        case "+":
            return one + other
        case "-":
            return one - other
        case _:
            return one * other


def _compared(operator: str, left: Result, right: Result) -> Result:
    missing = _worst([left, right])
    if missing is not None:
        return missing
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "in":
            return left in cast(frozenset[Known], right)
        case "not in":
            return left not in cast(frozenset[Known], right)
    one, other = cast(Number, left), cast(Number, right)
    match operator:
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case _:
            return one >= other


def _applied(node: Call, values: list[Result]) -> Result:
    match node.name:
        case "floor":
            return math.floor(cast(Number, values[0]))
        case "min":
            return min(cast(list[Number], values))
        case "max":
            return max(cast(list[Number], values))
        case "map":
            return dict(node.mapping).get(cast(int | str, values[0]), cast(Known, values[0]))
        case _:
            return len(cast(frozenset[str], values[0]))
