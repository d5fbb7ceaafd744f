"""Evaluate an expression over columns: all rows of a feature, or all cells of a product, at once.

The meaning is that of ``docs/catalog-format.md`` (not known, not chosen); this is the vectorised twin of
``modules_catalog.expressions.evaluate``, against which the tests hold it.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from configurator.compiling.columns import (
    ABSENT,
    KNOWN,
    UNKNOWN,
    Column,
    Kind,
    aligned,
    as_things,
    as_truth,
    constant,
    scaled,
    strict_state,
)
from configurator.errors import RuleNotCompilable
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
)

Leaves = Mapping[Expression, Column]


def evaluate(node: Expression, leaves: Leaves, absent_holds: bool) -> Column:
    """Return the expression's column.

    Args:
        node: What to evaluate.
        leaves: Columns of sub-expressions that are already known; every reference must be below one of them.
        absent_holds: In ``that`` rules a comparison with a part that is not chosen stays *absent*, so that the rule
            holds; everywhere else it is false.
    """
    found = leaves.get(node)
    if found is not None:
        return found
    match node:
        case Constant(value=value):
            return constant(value)
        case Arithmetic(operator=operator, left=left, right=right):
            return _arithmetic(operator, evaluate(left, leaves, absent_holds), evaluate(right, leaves, absent_holds))
        case Comparison(operator=operator, left=left, right=right):
            return _settled(_compared(operator, left, right, leaves, absent_holds), absent_holds)
        case Logic(operator=operator, operands=operands):
            truths = [truth_of(operand, leaves, absent_holds) for operand in operands]
            return _logic(operator, truths)
        case Call():
            return _called(node, leaves, absent_holds)
        case Reference() | Aggregate() | SetOf():
            raise RuleNotCompilable(problem="value cannot be read here", read=str(node))


def truth_of(node: Expression, leaves: Leaves, absent_holds: bool) -> Column:
    """Return the expression as a condition: a yes / no attribute by itself is a comparison too."""
    column = as_truth(evaluate(node, leaves, absent_holds))
    return _settled(column, absent_holds)


def _settled(truth: Column, absent_holds: bool) -> Column:
    if absent_holds or not (truth.state == ABSENT).any():
        return truth
    values, state = np.broadcast_arrays(truth.values, truth.state)
    absent = state == ABSENT
    return Column(Kind.TRUTH, values & ~absent, np.where(absent, KNOWN, state))


def _arithmetic(operator: str, left: Column, right: Column) -> Column:
    for side in (left, right):
        if side.kind is not Kind.NUMBER:
            raise RuleNotCompilable(problem="arithmetic needs numbers")
    state = strict_state(left, right)
    if operator == "*":
        return Column(Kind.NUMBER, left.values * right.values, state, left.digits + right.digits)
    a, b, digits = aligned(left, right)
    return Column(Kind.NUMBER, a + b if operator == "+" else a - b, state, digits)


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _compared(operator: str, left: Expression, right: Expression, leaves: Leaves, absent_holds: bool) -> Column:
    a = evaluate(left, leaves, absent_holds)
    if operator in ("in", "not in"):
        inside = _membership(a, right, leaves, absent_holds)
        return inside if operator == "in" else Column(Kind.TRUTH, ~inside.values, inside.state)
    b = evaluate(right, leaves, absent_holds)
    state = strict_state(a, b)
    if a.kind is Kind.NUMBER and b.kind is Kind.NUMBER:
        x, y, _ = aligned(a, b)
        return Column(Kind.TRUTH, _ORDER[operator](x, y), state)
    if operator not in ("==", "!="):
        if (state != KNOWN).all():
            return Column(Kind.TRUTH, np.zeros(state.shape, dtype=bool), state)
        raise RuleNotCompilable(problem="only numbers have an order", operator=operator)
    if a.kind is Kind.TRUTH or b.kind is Kind.TRUTH:
        equal = as_truth(a).values == as_truth(b).values
    else:
        equal = np.equal(as_things(a).values, as_things(b).values).astype(bool)
    return Column(Kind.TRUTH, equal if operator == "==" else ~equal, state)


def _membership(a: Column, right: Expression, leaves: Leaves, absent_holds: bool) -> Column:
    if isinstance(right, SetOf):
        equals = [_same(a, constant(value)) for value in right.values]
        values = reduce(np.logical_or, equals) if equals else np.zeros(a.values.shape, dtype=bool)
        return Column(Kind.TRUTH, values, a.state)
    b = evaluate(right, leaves, absent_holds)
    if b.kind is not Kind.THING:  # a column of sets without a single known one
        return Column(Kind.TRUTH, np.zeros(np.broadcast_shapes(a.state.shape, b.state.shape), bool), strict_state(a, b))
    things = as_things(a)
    inside = np.frompyfunc(lambda value, members: value in members, 2, 1)(things.values, b.values)
    return Column(Kind.TRUTH, np.asarray(inside).astype(bool), strict_state(a, b))


def _same(a: Column, b: Column) -> Any:
    if a.kind is Kind.NUMBER and b.kind is Kind.NUMBER:
        x, y, _ = aligned(a, b)
        return x == y
    if a.kind is Kind.TRUTH:
        return a.values == as_truth(b).values
    return np.equal(as_things(a).values, as_things(b).values).astype(bool)


def _logic(operator: str, truths: list[Column]) -> Column:
    match operator:
        case "not":
            return Column(Kind.TRUTH, ~truths[0].values, truths[0].state)
        case "and":
            return _meeting(truths)
        case "or":
            return _negated(_meeting([_negated(truth) for truth in truths]))
        case "implies":
            return _logic("or", [_negated(truths[0]), truths[1]])
        case "iff":
            return Column(Kind.TRUTH, truths[0].values == truths[1].values, strict_state(*truths))
        case _:
            raise RuleNotCompilable(problem="no such operator", operator=operator)


def _negated(truth: Column) -> Column:
    return Column(Kind.TRUTH, ~truth.values, truth.state)


def _meeting(truths: list[Column]) -> Column:
    """``and`` after Kleene: one known false part decides; an absent part makes the whole absent."""
    false = reduce(np.logical_or, [(t.state == KNOWN) & ~t.values for t in truths])
    unknown = reduce(np.logical_or, [t.state == UNKNOWN for t in truths])
    absent = reduce(np.logical_or, [t.state == ABSENT for t in truths])
    state = np.where(absent, ABSENT, np.where(~false & unknown, UNKNOWN, KNOWN))
    return Column(Kind.TRUTH, ~false, state.astype(np.uint8))


def _called(node: Call, leaves: Leaves, absent_holds: bool) -> Column:
    if node.name == "if":
        return _if(node, leaves, absent_holds)
    given = [evaluate(argument, leaves, absent_holds) for argument in node.arguments]
    first = given[0]
    match node.name:
        case "known":
            return Column(Kind.TRUTH, first.state == KNOWN, np.zeros(first.state.shape, dtype=np.uint8))
        case "chosen":
            return Column(Kind.TRUTH, first.state != ABSENT, np.zeros(first.state.shape, dtype=np.uint8))
        case "floor":
            return Column(Kind.NUMBER, first.values // 10**first.digits, first.state, 0)
        case "first_known":
            return reduce(_first_known, given)
        case "map":
            return _mapped(first, node)
        case "min" | "max":
            return reduce(lambda a, b: _extreme(node.name, a, b), given)
        case "starts_with":
            start = np.frompyfunc(lambda text, head: str(text).startswith(str(head)), 2, 1)
            found = start(as_things(first).values, as_things(given[1]).values)
            return _settled(Column(Kind.TRUTH, np.asarray(found).astype(bool), strict_state(*given)), absent_holds)
        case "size":
            if first.kind is not Kind.THING:
                return Column(Kind.NUMBER, np.zeros(first.values.shape, dtype=np.int64), first.state)
            counted = np.frompyfunc(len, 1, 1)(first.values)
            return Column(Kind.NUMBER, np.asarray(counted).astype(np.int64), first.state)
        case _:
            raise RuleNotCompilable(problem="no such function", function=node.name)


def _if(node: Call, leaves: Leaves, absent_holds: bool) -> Column:
    asked = truth_of(node.arguments[0], leaves, absent_holds)
    return chosen_between(asked, *(evaluate(part, leaves, absent_holds) for part in node.arguments[1:]))


def chosen_between(asked: Column, then: Column, otherwise: Column) -> Column:
    """Return ``then`` where the condition holds and ``otherwise`` where not; where it is not known, what both agree on."""
    if then.kind is Kind.NUMBER and otherwise.kind is Kind.NUMBER:
        one, other, digits = aligned(then, otherwise)
        kind = Kind.NUMBER
    else:
        if then.kind is not otherwise.kind:
            then, otherwise = as_things(then), as_things(otherwise)
        one, other, digits, kind = then.values, otherwise.values, 0, then.kind
    values = np.where(asked.values, one, other)
    state = np.where(asked.values, then.state, otherwise.state)
    agreed = (then.state == otherwise.state) & ((then.state != KNOWN) | np.equal(one, other).astype(bool))
    unsure = np.where(agreed, state, UNKNOWN)
    state = np.where(asked.state == KNOWN, state, np.where(asked.state == ABSENT, ABSENT, unsure))
    return Column(kind, values, state.astype(np.uint8), digits)


def _first_known(a: Column, b: Column) -> Column:
    known = Column(Kind.TRUTH, (a.state != UNKNOWN), np.zeros(a.state.shape, dtype=np.uint8))
    return chosen_between(known, a, b)


def _extreme(name: str, a: Column, b: Column) -> Column:
    x, y, digits = aligned(a, b)
    values = np.minimum(x, y) if name == "min" else np.maximum(x, y)
    return Column(Kind.NUMBER, values, strict_state(a, b), digits)


def _mapped(column: Column, node: Call) -> Column:
    mapped = column
    for before, after in node.mapping:
        here = Column(Kind.TRUTH, _same(column, constant(before)), np.zeros(column.state.shape, dtype=np.uint8))
        mapped = chosen_between(here, constant(after), mapped)
    return Column(mapped.kind, mapped.values, column.state, mapped.digits)


def compared_with_zero(operator: str, values: Any) -> Any:
    """Return where a number stands in this order to 0."""
    return _ORDER[operator](values, 0)


__all__ = ["chosen_between", "compared_with_zero", "evaluate", "scaled", "truth_of"]
