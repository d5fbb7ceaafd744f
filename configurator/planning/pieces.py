"""Several rows of one feature at once: what a multiset of pieces means to each rule."""

from dataclasses import dataclass

import numpy as np

from configurator.planning.levels import SumAlgebra
from configurator.planning.limits import NoPlan
from configurator.planning.reach import Reach, added
from configurator.planning.residuals import DEAD, IdArray
from configurator.problem import BoolArray, IntArray

FREE = np.int64(-(2**61))
"""A total that no longer counts: with one of the pieces the rule says nothing."""


@dataclass(frozen=True, slots=True)
class PieceColumn:
    """The arithmetic of one rule over the pieces of one choose-many leaf.

    A multiset is one number a rule: for tables the set of what all its pieces accept, for sums its total or ``FREE``.
    ``own``: no other feature takes part, so the rule is settled within the leaf.
    """

    values: IntArray  # per row
    neutral: int  # no piece
    meet: IdArray | None  # tables: [set, set] → set
    to_residual: IdArray | None  # tables: set → residual of the leaf
    lower: int | None  # sums
    upper: int | None
    rest: Reach | None  # sums: totals of all other features
    more: Reach | None  # sums: totals of all other features and further pieces
    rest_free: bool
    marks: IntArray | None
    ids: IdArray | None
    rule: int = -1
    own: bool = False

    def kinds(self) -> IdArray:
        """Return small numbers for rows: equal where the rule treats them alike."""
        return np.unique(self.values, return_inverse=True)[1].ravel().astype(np.int32)

    def together(self, first: IntArray, second: IntArray) -> IntArray:
        """Return the multisets of both, elementwise."""
        if self.meet is not None:
            return self.meet[first, second].astype(np.int64)
        return np.where((first == FREE) | (second == FREE), FREE, first + second)

    def keys(self, values: IntArray) -> tuple[list[IntArray], BoolArray]:
        """Return columns of small numbers, smaller being better, and which multisets can still keep the rule.

        Tables give the residual of the leaf.
        """
        if self.meet is not None:
            assert self.to_residual is not None
            ids = self.to_residual[values]
            return [ids.astype(np.int64)], ids != DEAD
        assert self.more is not None
        first, after = _bounds(values, self.lower, self.upper, self.more)
        free = values == FREE
        first, after = np.where(free, 0, first), np.where(free, self.more.size, after)
        columns = ([] if self.lower is None else [first]) + ([] if self.upper is None else [self.more.size - after])
        return columns, (after > first) | self.rest_free

    def residuals(self, values: IntArray) -> IdArray:
        """Return the residuals of complete multisets; of an ``own`` rule 0 or ``DEAD``."""
        if self.to_residual is not None:
            return self.to_residual[values]
        free = values == FREE
        if self.own:
            return np.where(free | self.holds(values), 0, DEAD).astype(np.int32)
        assert self.rest is not None
        assert self.marks is not None
        assert self.ids is not None
        first, after = _bounds(values, self.lower, self.upper, self.rest)
        none = after <= first
        first, after = np.where(none, 0, first), np.where(none, 0, after)
        mark = first * (self.rest.size + 1) + after
        marks, ids = np.append(self.marks, np.int64(-1)), np.append(self.ids, np.int32(DEAD))
        at = np.searchsorted(self.marks, mark)
        found = np.where(marks[at] == mark, ids[at], DEAD)
        full = after - first == self.rest.size
        return np.where(full | free, 0, found).astype(np.int32)

    def holds(self, totals: IntArray) -> BoolArray:
        """Return which totals of everything keep a sum rule."""
        keeps = np.ones(totals.shape, dtype=np.bool_)
        if self.lower is not None:
            keeps &= totals >= self.lower
        if self.upper is not None:
            keeps &= totals <= self.upper
        return keeps


def _bounds(totals: IntArray, lower: int | None, upper: int | None, rest: Reach) -> tuple[IntArray, IntArray]:
    safe = np.where(totals == FREE, 0, totals)
    first = np.zeros_like(safe) if lower is None else rest.count_below(lower - safe)
    after = np.full_like(safe, rest.size) if upper is None else rest.count_up_to(upper - safe)
    return first, after


def table_pieces(values: IntArray, meet: IdArray, neutral: int, to_residual: IdArray) -> PieceColumn:
    """Return the arithmetic of a table rule over pieces."""
    return PieceColumn(values.astype(np.int64), neutral, meet, to_residual, None, None, None, None, False, None, None)


def sum_pieces(amounts: IntArray, free: BoolArray, algebra: SumAlgebra, leaf: int) -> PieceColumn:
    """Return the arithmetic of a sum rule over pieces."""
    bit = 1 << leaf
    rest = algebra.reach(algebra.scope & ~bit)
    more = added(rest, algebra.reach(bit))
    if max(rest.size, more.size) > 2**30:
        raise NoPlan(what="range of a sum", rule=min(algebra.rules), size=more.size)
    ((lower, upper),) = algebra.intervals
    marks, ids = (None, None) if algebra.scope == bit else algebra.mark_ids(bit)
    return PieceColumn(
        values=np.where(free, FREE, amounts.astype(np.int64)),
        neutral=0,
        meet=None,
        to_residual=None,
        lower=lower,
        upper=upper,
        rest=rest,
        more=more,
        rest_free=algebra.may_free(algebra.scope),
        marks=marks,
        ids=ids,
    )
