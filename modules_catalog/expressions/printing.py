"""Printing: a syntax tree back to text that parses to the same tree."""

from decimal import Decimal

from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Literal,
    Logic,
    Reference,
    SetOf,
)

_LOGIC_STRENGTH = {"iff": 1, "implies": 2, "or": 3, "and": 4, "not": 5}
_COMPARISON, _SUM, _PRODUCT, _ATOM = 6, 7, 8, 9


def printed(expression: Expression) -> str:
    """Return the expression as text; texts stand in double quotes, so no feature's name can be mistaken for one."""
    return _printed(expression, 0)


def _printed(expression: Expression, needed: int) -> str:
    text, strength = _text_and_strength(expression)
    return text if strength >= needed else f"({text})"


def _text_and_strength(expression: Expression) -> tuple[str, int]:
    match expression:
        case Constant(value=value):
            return printed_literal(value), _ATOM
        case SetOf(values=values):
            return "{" + ", ".join(sorted(printed_literal(value) for value in values)) + "}", _ATOM
        case Reference(feature=feature, attribute=attribute):
            return feature if attribute is None else f"{feature}.{attribute}", _ATOM
        case Call(name=name, arguments=arguments, mapping=mapping):
            parts = [_printed(argument, 0) for argument in arguments]
            if mapping:
                entries = (f"{printed_literal(key)}: {printed_literal(value)}" for key, value in mapping)
                parts.append("{" + ", ".join(entries) + "}")
            return f"{name}({', '.join(parts)})", _ATOM
        case Aggregate(name=name, feature=feature, body=body):
            return f"{name}({feature if body is None else _printed(body, 0)})", _ATOM
        case Arithmetic(operator=operator, left=left, right=right):
            strength = _PRODUCT if operator == "*" else _SUM
            return f"{_printed(left, strength)} {operator} {_printed(right, strength + 1)}", strength
        case Comparison(operator=operator, left=left, right=right):
            return f"{_printed(left, _SUM)} {operator} {_printed(right, _SUM)}", _COMPARISON
        case Logic(operator=operator, operands=operands):
            return _logic(operator, operands), _LOGIC_STRENGTH[operator]


def _logic(operator: str, operands: tuple[Expression, ...]) -> str:
    strength = _LOGIC_STRENGTH[operator]
    if operator == "not":
        return f"not {_printed(operands[0], strength)}"
    if operator == "implies":
        return f"{_printed(operands[0], strength + 1)} implies {_printed(operands[1], strength)}"
    if operator == "iff":
        return f"{_printed(operands[0], strength)} iff {_printed(operands[1], strength + 1)}"
    return f" {operator} ".join(_printed(operand, strength + 1) for operand in operands)


def printed_literal(value: Literal) -> str:
    """Return a literal as it is written in an expression."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
