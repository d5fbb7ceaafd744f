"""Linear forms: a number that is a sum of terms of one feature each.

See docs/algorithms/configuring.md, C-4.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from configurator.compiling.columns import ABSENT, KNOWN, UNKNOWN, Column, Kind, constant, scaled, strict_state
from configurator.compiling.evaluating import evaluate
from configurator.compiling.rows import FeatureRows
from configurator.problem import BoolArray, IntArray
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Expression,
    Reference,
    features_read,
    walk,
)

Rows = Mapping[str, FeatureRows]


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``offset + Σ terms``; each term is a number column over the rows of its feature, per piece where it is ``many``."""

    terms: Mapping[str, Column]
    offset: Column

    @property
    def digits(self) -> int:
        """Decimal places needed to write the whole as an integer."""
        return max([self.offset.digits, *(term.digits for term in self.terms.values())])


def linear(node: Expression, rows: Rows, absent_holds: bool) -> Linear | None:
    """Return the expression as a linear form, or ``None`` when it is none, or not a number."""
    read = features_read(node)
    if not read:
        column = evaluate(node, {}, absent_holds)
        return Linear({}, column) if column.kind is Kind.NUMBER else None
    if isinstance(node, Aggregate):
        return _aggregate(node, rows, absent_holds)
    if len(read) == 1 and not _aggregates_many(node, rows):
        (feature,) = read
        if rows[feature].many:
            return None
        column = on_rows(node, rows[feature], absent_holds)
        return Linear({feature: column}, constant(0)) if column.kind is Kind.NUMBER else None
    if not isinstance(node, Arithmetic):
        return None
    left, right = linear(node.left, rows, absent_holds), linear(node.right, rows, absent_holds)
    if left is None or right is None:
        return None
    match node.operator:
        case "+":
            return _added(left, right)
        case "-":
            return _added(left, _times(right, constant(-1)))
        case _ if not right.terms:
            return _times(left, right.offset)
        case _ if not left.terms:
            return _times(right, left.offset)
        case _:
            return None


def on_rows(node: Expression, rows: FeatureRows, absent_holds: bool) -> Column:
    """Return an expression that reads one feature, for each of its rows."""
    leaves: dict[Expression, Column] = {}
    for part in walk(node):
        if isinstance(part, Reference):
            leaves[part] = rows.column(part.attribute)
        elif isinstance(part, Aggregate):
            leaves[part] = single_aggregate(part, rows, absent_holds)
    column = evaluate(node, leaves, absent_holds)
    values, state, _ = np.broadcast_arrays(column.values, column.state, rows.answers.state)
    return Column(column.kind, values, state, column.digits)


def single_aggregate(node: Aggregate, rows: FeatureRows, absent_holds: bool) -> Column:
    """Return an aggregate over a feature that takes one option: its one value, or nothing."""
    chosen = rows.answers.state != ABSENT
    if node.body is None:
        return Column(Kind.NUMBER, chosen.astype(np.int64), np.zeros(len(chosen), dtype=np.uint8))
    body = on_rows(node.body, rows, absent_holds)
    if node.name != "sum":
        return Column(body.kind, body.values, np.where(chosen, body.state, ABSENT).astype(np.uint8), body.digits)
    return Column(Kind.NUMBER, np.where(chosen, body.values, 0), np.where(chosen, body.state, KNOWN), body.digits)


def _aggregate(node: Aggregate, rows: Rows, absent_holds: bool) -> Linear | None:
    feature = rows[node.feature]
    if not feature.many:
        return Linear({node.feature: single_aggregate(node, feature, absent_holds)}, constant(0))
    count = len(feature.domain.rows)
    if node.body is None:
        pieces = Column(Kind.NUMBER, np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.uint8))
        return Linear({node.feature: pieces}, constant(0))
    if node.name != "sum":
        return None
    body = on_rows(node.body, feature, absent_holds)
    if body.kind is not Kind.NUMBER:
        return None
    return Linear({node.feature: Column(body.kind, body.values[:count], body.state[:count], body.digits)}, constant(0))


def _aggregates_many(node: Expression, rows: Rows) -> bool:
    return any(isinstance(part, Aggregate) and rows[part.feature].many for part in walk(node))


def _added(left: Linear, right: Linear) -> Linear:
    terms = dict(left.terms)
    for feature, term in right.terms.items():
        terms[feature] = _plus(terms[feature], term) if feature in terms else term
    return Linear(terms, _plus(left.offset, right.offset))


def _plus(a: Column, b: Column) -> Column:
    digits = max(a.digits, b.digits)
    return Column(Kind.NUMBER, scaled(a, digits) + scaled(b, digits), strict_state(a, b), digits)


def _times(form: Linear, factor: Column) -> Linear:
    def product(term: Column) -> Column:
        return Column(Kind.NUMBER, term.values * factor.values, term.state, term.digits + factor.digits)

    return Linear({feature: product(term) for feature, term in form.terms.items()}, product(form.offset))


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """A linear form in integers, ready for sum rules: ``offset + Σ amounts``, with where a part is missing or absent."""

    features: tuple[int, ...]  # domain indices, ascending
    amounts: tuple[IntArray, ...]
    unknown: tuple[BoolArray, ...]
    absent: tuple[BoolArray, ...]
    offset: int
    digits: int
    pieces: tuple[tuple[int, int], ...]  # least and most pieces a completion takes of each feature

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest the whole can be."""
        low = high = self.offset
        for amounts, (least, most) in zip(self.amounts, self.pieces, strict=True):
            low += min(least * int(amounts.min()), most * int(amounts.min()))
            high += max(least * int(amounts.max()), most * int(amounts.max()))
        return low, high


def total(form: Linear, rows: Rows) -> Total:
    """Return the form scaled to integers, its features in the order of their domains."""
    digits = form.digits
    order = sorted(form.terms, key=lambda code: rows[code].index)
    whole = [form.terms[code].spread() for code in order]
    return Total(
        features=tuple(rows[code].index for code in order),
        amounts=tuple(np.where(column.state == KNOWN, scaled(column, digits), 0).astype(np.int64) for column in whole),
        unknown=tuple(column.state == UNKNOWN for column in whole),
        absent=tuple(column.state == ABSENT for column in whole),
        offset=int(scaled(form.offset, digits)),
        digits=digits,
        pieces=tuple(_pieces(rows[code]) for code in order),
    )


def _pieces(rows: FeatureRows) -> tuple[int, int]:
    domain = rows.domain
    if not domain.many:
        return 1, 1
    return 0 if domain.may_be_empty else domain.least, domain.most
