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
class TablePieces:
    """The arithmetic of a table rule over the pieces of one choose-many leaf: a multiset is what all its pieces accept."""

    values: IntArray  # per row: the set of what it accepts
    neutral: int  # no piece
    meet: IdArray  # [set, set] → set
    to_residual: IdArray  # set → residual of the leaf
    rule: int = -1
    own: bool = False  # never: one-feature tables are filters

    def together(self, first: IntArray, second: IntArray) -> IntArray:
        """Return the multisets of both, elementwise."""
        return self.meet[first, second].astype(np.int64)

    def keys(self, values: IntArray) -> tuple[list[IntArray], BoolArray]:
        """Return the residuals of multisets, and which of them can still keep the rule."""
        ids = self.to_residual[values]
        return [ids.astype(np.int64)], ids != DEAD

    def residuals(self, values: IntArray) -> IdArray:
        """Return the residuals of multisets, ``DEAD`` where nothing keeps the rule."""
        return self.to_residual[values]


@dataclass(frozen=True, slots=True)
class SumPieces:
    """The arithmetic of a sum rule over the pieces of one choose-many leaf: a multiset is its total, or ``FREE``.

    ``own``: no other feature takes part, so the rule is settled within the leaf.
    """

    values: IntArray  # per row
    lower: int | None
    upper: int | None
    rest: Reach  # totals of all other features
    more: Reach  # totals of all other features and further pieces
    may_free: bool  # whether something may still make the rule say nothing
    marks: IntArray  # known acceptance marks of the leaf, ascending
    ids: IdArray  # and their levels
    neutral: int = 0
    rule: int = -1
    own: bool = False

    def together(self, first: IntArray, second: IntArray) -> IntArray:
        """Return the multisets of both, elementwise."""
        return np.where((first == FREE) | (second == FREE), FREE, first + second)

    def keys(self, values: IntArray) -> tuple[list[IntArray], BoolArray]:
        """Return columns of numbers, smaller being better, and which multisets can still keep the rule."""
        first, after = self._bounds(values, self.more)
        free = values == FREE
        first, after = np.where(free, 0, first), np.where(free, self.more.size, after)
        columns = ([] if self.lower is None else [first]) + ([] if self.upper is None else [self.more.size - after])
        return columns, (after > first) | self.may_free

    def residuals(self, values: IntArray) -> IdArray:
        """Return the levels of complete multisets, ``DEAD`` where nothing keeps the rule; of an ``own`` rule 0."""
        free = values == FREE
        if self.own:
            return np.where(free | self.holds(values), 0, DEAD).astype(np.int32)
        size = self.rest.size
        first, after = self._bounds(values, self.rest)
        none = after <= first
        nothing = 0 if self.lower is None else size  # as in ``SumAlgebra.marks``
        first, after = np.where(none, nothing, first), np.where(none, nothing, after)
        mark = first * (size + 1) + after
        marks, ids = np.append(self.marks, np.int64(-1)), np.append(self.ids, np.int32(DEAD))
        at = np.searchsorted(self.marks, mark)
        found = np.where(marks[at] == mark, ids[at], DEAD)
        return np.where((after - first == size) | free, 0, found).astype(np.int32)

    def holds(self, totals: IntArray) -> BoolArray:
        """Return which totals of everything keep the rule."""
        keeps = np.ones(totals.shape, dtype=np.bool_)
        if self.lower is not None:
            keeps &= totals >= self.lower
        if self.upper is not None:
            keeps &= totals <= self.upper
        return keeps

    def _bounds(self, totals: IntArray, rest: Reach) -> tuple[IntArray, IntArray]:
        """Return the first total of the rest that fits, and the first beyond."""
        safe = np.where(totals == FREE, 0, totals)
        first = np.zeros_like(safe) if self.lower is None else rest.count_below(self.lower - safe)
        after = np.full_like(safe, rest.size) if self.upper is None else rest.count_up_to(self.upper - safe)
        return first, after


PieceColumn = TablePieces | SumPieces


def kinds(column: PieceColumn) -> IdArray:
    """Return small numbers for rows: equal where the rule treats them alike."""
    return np.unique(column.values, return_inverse=True)[1].ravel().astype(np.int32)


def sum_pieces(amounts: IntArray, free: BoolArray, algebra: SumAlgebra, leaf: int) -> SumPieces:
    """Return the arithmetic of a sum rule over pieces.

    Raises:
        NoPlan: The totals reach too far.
    """
    bit = 1 << leaf
    rest = algebra.reach(algebra.scope & ~bit)
    more = added(rest, algebra.reach(bit))
    if max(rest.size, more.size) > 2**30:
        raise NoPlan(what="range of a sum", rule=min(algebra.rules), size=more.size)
    ((lower, upper),) = algebra.intervals
    marks, ids = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    if algebra.scope != bit:
        marks, ids = algebra.mark_ids(bit)
    values = np.where(free, FREE, amounts.astype(np.int64))
    return SumPieces(values, lower, upper, rest, more, algebra.may_free(algebra.scope), marks, ids)
