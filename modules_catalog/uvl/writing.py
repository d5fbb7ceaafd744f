"""Feature models as UVL text that reads back to the same values."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from modules_catalog.uvl.model import (
    AttributeValue,
    Call,
    Constraint,
    FeatureModel,
    Group,
    GroupKind,
    Name,
    Number,
    Operation,
    Path,
    Text,
    Truth,
    UvlFeature,
    UvlType,
)

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = frozenset(
    [
        "include",
        "features",
        "imports",
        "namespace",
        "as",
        "constraint",
        "constraints",
        "cardinality",
        "String",
        "Boolean",
        "Integer",
        "Real",
        "len",
        "sum",
        "avg",
        "floor",
        "ceil",
        "Type",
        "Arithmetic",
        "or",
        "alternative",
        "optional",
        "mandatory",
        "true",
        "false",
    ]
)
_STRENGTH = {"<=>": 1, "=>": 2, "|": 3, "&": 4, "!": 5, "+": 7, "-": 7, "*": 8, "/": 8}
_COMPARED, _ATOM = 6, 9


def written_model(model: FeatureModel) -> str:
    """Return a feature model as text; quoted names, language levels and indentation as other tools want them."""
    lines = []
    if model.namespace:
        lines += [f"namespace {written_path(model.namespace)}", ""]
    levels = sorted(set(_levels(model)))
    if levels:
        lines += ["include", *(f"    {level}" for level in levels), ""]
    lines += ["features", *_feature(model.root, 1)]
    if model.constraints:
        lines += ["", "constraints", *(f"    {written_constraint(one.constraint)}" for one in model.constraints)]
    return "\n".join(lines) + "\n"


def written_path(path: Path) -> str:
    """Return a name, in double quotes where it is no plain word."""
    return ".".join(
        name if _PLAIN.fullmatch(name) and name not in _WORDS else '"' + name.replace('"', "'") + '"' for name in path
    )


def written_constraint(constraint: Constraint) -> str:
    """Return a constraint with no more brackets than needed."""
    return _written(constraint, 0)


def _feature(feature: UvlFeature, depth: int) -> Iterator[str]:
    parts = [] if feature.type is UvlType.BOOLEAN else [feature.type.value]
    parts.append(written_path(feature.path))
    if feature.copies is not None:
        parts.append(f"cardinality [{feature.copies[0]}..{feature.copies[1]}]")
    if feature.attributes:
        parts.append(_attributes(feature.attributes))
    yield "    " * depth + " ".join(parts)
    for group in feature.groups:
        yield "    " * (depth + 1) + _group(group)
        for member in group.features:
            yield from _feature(member, depth + 2)


def _group(group: Group) -> str:
    return f"[{group.low}..{group.high}]" if group.kind is GroupKind.CARDINALITY else group.kind.value


def _attributes(attributes: Mapping[str, AttributeValue]) -> str:
    parts = []
    for key, value in attributes.items():
        name = written_path((key,))
        parts.append(name if value is True else f"{name} {_value(value)}")
    return "{" + ", ".join(parts) + "}"


def _value(value: AttributeValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Fraction():
            return _number(Fraction(value))
        case str():
            return _text(value)
        case tuple():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case _:
            return _attributes(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", '"').replace("\n", " ") + "'"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def _written(constraint: Constraint, needed: int) -> str:
    match constraint:
        case Name(path=path):
            return written_path(path)
        case Text(value=value):
            return _text(value)
        case Truth(value=value):
            return "true" if value else "false"
        case Number(value=value):
            return _number(value)
        case Call(function=function, of=of, below=below):
            within = [] if below is None else [written_path(below.path)]
            return f"{function}({', '.join([written_path(of.path), *within])})"
        case Operation(operator="!", operands=(inner_one,)):
            text, strength = f"!{_written(inner_one, 6)}", 5
        case Operation(operator="-", operands=(inner_one,)):
            text, strength = f"0 - {_written(inner_one, 8)}", 7
        case Operation(operator=operator, operands=operands):
            strength = _STRENGTH.get(operator, _COMPARED)
            first, *rest = operands
            left = _written(first, strength + (strength == _COMPARED))
            text = f" {operator} ".join([left, *(_written(part, strength + 1) for part in rest)])
    return text if strength >= needed else f"({text})"


def _levels(model: FeatureModel) -> Iterator[str]:
    for feature in model.features():
        if feature.type is not UvlType.BOOLEAN:
            yield "Type.*"
        if feature.copies is not None:
            yield "Arithmetic.feature-cardinality"
        if any(group.kind is GroupKind.CARDINALITY for group in feature.groups):
            yield "Boolean.group-cardinality"
    for placed in model.constraints:
        yield from _constraint_levels(placed.constraint)


def _constraint_levels(constraint: Constraint) -> Iterator[str]:
    if isinstance(constraint, Call):
        yield "Type.string-constraints" if constraint.function == "len" else "Arithmetic.aggregate-function"
    elif isinstance(constraint, Operation):
        if constraint.operator in ("==", "!=", "<", "<=", ">", ">="):
            yield "Arithmetic"
        for operand in constraint.operands:
            yield from _constraint_levels(operand)
