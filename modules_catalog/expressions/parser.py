"""Parsing: text of the expression language to its syntax tree, with the place of every mistake."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.grammar import GRAMMAR
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
    features_read,
)
from modules_catalog.wording import meant, said

LONGEST_TEXT = 20_000
DEEPEST = 80

AGGREGATES = frozenset({"sum", "count", "least", "most"})
ARGUMENTS = {  # function: least and most arguments
    "floor": (1, 1),
    "first_known": (1, None),
    "starts_with": (2, 2),
    "if": (3, 3),
    "map": (2, 2),
    "min": (2, None),
    "max": (2, None),
    "known": (1, 1),
    "chosen": (1, 1),
    "size": (1, 1),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the bare words of an expression may stand for.

    Inside the derived attributes of one feature, ``own`` is that feature and ``columns`` are its attributes so far.
    """

    features: Collection[str]
    own: str = ""
    columns: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression and where its parts stand: ``positions[id(part)]`` is an offset in ``text``."""

    expression: Expression
    text: str
    positions: Mapping[int, int] = field(default_factory=dict)

    def position(self, part: Expression) -> int:
        """Return where a part of the expression begins in the text."""
        return self.positions.get(id(part), 0)


def parse(text: str, names: Names) -> Expression:
    """Return the syntax tree of an expression.

    Raises:
        ExpressionNotValid: The text is no expression, or reads a feature there is not.
    """
    return parse_with_positions(text, names).expression


def parse_with_positions(text: str, names: Names) -> Parsed:
    """Return the syntax tree of an expression together with the places of its parts.

    Raises:
        ExpressionNotValid: The text is no expression, or reads a feature there is not.
    """
    if len(text) > LONGEST_TEXT:
        raise ExpressionNotValid(
            said("longer than %(most)s characters: say it in several", most=LONGEST_TEXT), text=text[:80]
        )
    try:
        raw = _lark().parse(text)
    except UnexpectedInput as error:
        raise _not_understood(error, text) from None
    builder = _Builder(text, names)
    expression = builder.build(raw, 0)
    return Parsed(expression, text, builder.positions)


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True)


def _not_understood(error: UnexpectedInput, text: str) -> ExpressionNotValid:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return ExpressionNotValid(said("ends too early"), position=len(text), text=text)
    position = error.pos_in_stream if error.pos_in_stream is not None else 0
    if isinstance(error, UnexpectedCharacters):
        found = text[position : position + 12].split()[:1] or [""]
        hint = said("; a text that is no plain word stands in double quotes") if found[0][:1] not in "=&|!" else ""
        return ExpressionNotValid(
            said("`%(found)s` is not understood here%(hint)s", found=found[0], hint=hint), position=position, text=text
        )
    token = error.token if isinstance(error, UnexpectedToken) else ""
    return ExpressionNotValid(said("`%(token)s` is not expected here", token=token), position=position, text=text)


class _Builder:
    """Builds the tree of one text. Depth is bounded, so that nothing later runs out of stack."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.positions: dict[int, int] = {}

    def build(self, raw: "Tree[Any]", depth: int) -> Expression:
        position = raw.meta.start_pos if not raw.meta.empty else 0
        if depth > DEEPEST:
            raise self.refusal(said("nested too deeply"), position)
        make: Callable[[Tree[Any], int, int], Expression] = getattr(self, f"_{raw.data}")
        expression = make(raw, depth + 1, position)
        self.positions.setdefault(id(expression), position)
        return expression

    def refusal(self, problem: str, position: int) -> ExpressionNotValid:
        return ExpressionNotValid(problem, position=position, text=self.text)

    def _all(self, raw: "Tree[Any]", depth: int) -> tuple[Expression, ...]:
        return tuple(self.build(child, depth) for child in raw.children)

    # --- logic and comparisons

    def _both_ways(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        return Logic("iff", self._all(raw, depth))

    def _if_then(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        return Logic("implies", self._all(raw, depth))

    def _any_of(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        return Logic("or", self._all(raw, depth))

    def _all_of(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        return Logic("and", self._all(raw, depth))

    def _negation(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        return Logic("not", self._all(raw, depth))

    def _compared(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        left, operator, right = raw.children
        return Comparison(str(operator), self.build(left, depth), self.build(right, depth))

    def _within(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        left, right = self._all(raw, depth)
        return Comparison("in", left, right)

    def _not_within(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        left, right = self._all(raw, depth)
        return Comparison("not in", left, right)

    # --- arithmetic

    def _arithmetic(self, raw: "Tree[Any]", depth: int, _position: int) -> Expression:
        left, operator, right = raw.children
        return Arithmetic(str(operator), self.build(left, depth), self.build(right, depth))

    def _signed(self, raw: "Tree[Any]", depth: int, position: int) -> Expression:
        sign, operand = raw.children
        value = self.build(operand, depth)
        if str(sign) == "+":
            raise self.refusal(said("a number needs no plus sign"), position)
        if isinstance(value, Constant) and isinstance(value.value, int | Decimal) and not isinstance(value.value, bool):
            return Constant(-value.value)
        return Arithmetic("-", Constant(0), value)

    # --- words and literals

    def _word(self, raw: "Tree[Any]", _depth: int, _position: int) -> Expression:
        name = str(raw.children[0])
        if name in self.names.columns:
            return Reference(self.names.own, name)
        if name in self.names.features:
            return Reference(name)
        return Constant(name)

    def _attribute(self, raw: "Tree[Any]", _depth: int, position: int) -> Expression:
        feature, attribute = (str(part) for part in raw.children)
        if feature not in self.names.features:
            raise self.refusal(
                said(
                    "there is no feature `%(feature)s` (a text with a dot stands in double quotes)%(hint)s",
                    feature=feature,
                    hint=meant(feature, self.names.features),
                ),
                position,
            )
        return Reference(feature, attribute)

    def _number(self, raw: "Tree[Any]", _depth: int, _position: int) -> Expression:
        return Constant(_literal(raw))

    _text = _yes = _no = _number

    def _set_of(self, raw: "Tree[Any]", _depth: int, _position: int) -> Expression:
        return SetOf(frozenset(_literal(child) for child in raw.children if child is not None))

    # --- functions

    def _call(self, raw: "Tree[Any]", depth: int, position: int) -> Expression:
        name = str(raw.children[0])
        arguments = [child for child in raw.children[1:] if child is not None]
        if name in AGGREGATES:
            return self._aggregate(name, arguments, depth, position)
        if name not in ARGUMENTS:
            raise self.refusal(
                said("there is no function `%(name)s`%(hint)s", name=name, hint=meant(name, {*ARGUMENTS, *AGGREGATES})),
                position,
            )
        self._check_count(name, len(arguments), position)
        mapping: tuple[tuple[Literal, Literal], ...] = ()
        if name == "map":
            if arguments[-1].data != "mapping":
                raise self.refusal(said("map needs its entries as {from: to, …}"), position)
            mapping = self._entries(arguments.pop(), position)
        for argument in arguments:
            if argument.data == "mapping":
                raise self.refusal(said("%(name)s takes no {from: to} entries", name=name), position)
        built = tuple(self.build(argument, depth) for argument in arguments)
        if name == "chosen" and not _is_plain_feature(built[0]):
            raise self.refusal(said("chosen asks of a feature: chosen(gpu)"), position)
        return Call(name, built, mapping)

    def _aggregate(self, name: str, arguments: "list[Tree[Any]]", depth: int, position: int) -> Expression:
        if len(arguments) != 1 or arguments[0].data == "mapping":
            raise self.refusal(said("%(name)s takes one argument", name=name), position)
        body = self.build(arguments[0], depth)
        if name == "count":
            if not (isinstance(body, Reference) and body.attribute is None):
                raise self.refusal(said("count asks of a feature: count(gpu)"), position)
            return Aggregate("count", body.feature)
        read = sorted(features_read(body))
        if len(read) != 1:
            raise self.refusal(
                said(
                    "%(name)s runs over the chosen options of one feature; this reads %(what)s",
                    name=name,
                    what=", ".join(read) or said("none"),
                ),
                position,
            )
        return Aggregate(name, read[0], body)

    def _check_count(self, name: str, given: int, position: int) -> None:
        least, most = ARGUMENTS[name]
        if given < least or (most is not None and given > most):
            wanted = str(least) if least == most else f"at least {least}"
            raise self.refusal(
                said(
                    "%(name)s takes so many arguments: %(wanted)s; here are %(given)s",
                    name=name,
                    wanted=wanted,
                    given=given,
                ),
                position,
            )

    def _entries(self, raw: "Tree[Any]", position: int) -> tuple[tuple[Literal, Literal], ...]:
        entries = tuple((_literal(entry.children[0]), _literal(entry.children[1])) for entry in raw.children)
        if len({key for key, _ in entries}) < len(entries):
            raise self.refusal(said("map has two entries for the same value"), position)
        return entries


def _is_plain_feature(expression: Expression) -> bool:
    return isinstance(expression, Reference) and expression.attribute is None


def _literal(raw: "Tree[Any]") -> Literal:
    match raw.data:
        case "yes":
            return True
        case "no":
            return False
    token = raw.children[0]
    assert isinstance(token, Token)  # noqa: S101 - the grammar gives nothing else
    match raw.data:
        case "text":
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        case "number":
            return _number(token)
        case "negative_number":
            return -_number(token)
        case _:
            return str(token)


def _number(token: str) -> int | Decimal:
    return Decimal(token) if "." in token else int(token)
