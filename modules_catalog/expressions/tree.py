"""The syntax tree of the catalog's expression language.

One tree serves rules, derived attributes, surcharges, bills of material and operation times.
The grammar and its meaning are described in ``docs/catalog-format.md``; ``parser.py`` builds
these values from text, ``configurator`` compiles them, nothing evaluates text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

Literal = bool | int | Decimal | str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a number, a text, true or false."""

    value: Literal


@dataclass(frozen=True, slots=True)
class SetOf:
    """A literal set, ``{a, b}``."""

    values: frozenset[Literal]


@dataclass(frozen=True, slots=True)
class Reference:
    """A feature's answer (``attribute`` is ``None``) or an attribute of the chosen option.

    The answer of an option feature is the option's code, of a number its value, of a boolean
    true or false. Text features have the attribute ``length``.
    Inside derived attributes and aggregates over a table, ``feature`` is that table's feature.
    """

    feature: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function of plain values: ``floor``, ``first_known``, ``starts_with``, ``if``, ``map``, ``min``, ``max``,
    ``known``, ``chosen``, ``size``.
    """

    name: str
    arguments: tuple["Expression", ...]
    mapping: tuple[tuple[Literal, Literal], ...] = field(default=())  # only for ``map(x, {a: b})``


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``sum``, ``count``, ``least`` or ``most`` over all chosen options of one feature, each as often as chosen.

    ``count(feature)`` has no body. An optional feature that is not chosen contributes nothing:
    sum and count are 0, least and most make the comparison not apply.
    """

    name: str
    feature: str
    body: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left operator right`` with ``+``, ``-`` or ``*``."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right`` with ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in`` or ``not in``."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` / ``or`` over two or more operands, ``not`` over one, ``implies`` / ``iff`` over two."""

    operator: str
    operands: tuple["Expression", ...]


Expression = Constant | SetOf | Reference | Call | Aggregate | Arithmetic | Comparison | Logic


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct sub-expressions, left to right."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case Aggregate(body=body):
            return () if body is None else (body,)
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Logic(operands=operands):
            return operands
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """Yield the node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def features_read(node: Expression) -> frozenset[str]:
    """Return the codes of all features the expression reads."""
    return frozenset(part.feature for part in walk(node) if isinstance(part, Reference | Aggregate))
