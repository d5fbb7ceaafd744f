"""Residuals of sum rules: two totals are the same level when the same totals of the other features still fit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from configurator.planning.limits import NoPlan, PlanBudget
from configurator.planning.reach import Reach, added, reach_of
from configurator.planning.residuals import DEAD, IdArray, Space, compared, space_of
from configurator.problem import BoolArray, IntArray

Interval = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one leaf adds to a sum."""

    values: IntArray  # every amount it may add, each once
    reach: Reach  # the same, or all totals of a choose-many feature
    may_free: bool  # whether a row of it makes the rule say nothing


@dataclass(frozen=True, slots=True)
class _Levels:
    space: Space
    totals: IntArray  # one total really reached per level; [0] is a dummy unless natural
    natural: bool
    marks: IntArray  # acceptance marks, sorted
    ids: IdArray  # ids in the order of ``marks``


class SumAlgebra:
    """The arithmetic of ``one of the intervals holds the total``.

    A level is represented by a total that can really be reached: the largest total of a level would overshoot when two
    are added.
    """

    def __init__(
        self, rules: frozenset[str], intervals: tuple[Interval, ...], leaves: Mapping[int, Amounts], budget: PlanBudget
    ) -> None:
        self.rules = rules
        self.scope = 0
        for leaf in leaves:
            self.scope |= 1 << leaf
        self.intervals = intervals
        self._leaves = dict(leaves)
        self._budget = budget
        self._reach: dict[int, Reach] = {0: reach_of(np.zeros(1, dtype=np.int64))}
        self._known: dict[int, _Levels] = {}
        self._combined: dict[tuple[int, int], IdArray] = {}
        self._closed: dict[tuple[int, int], BoolArray] = {}

    def reach(self, leaves: int) -> Reach:
        """Return the totals a set of leaves can add."""
        leaves &= self.scope
        if leaves not in self._reach:
            last = leaves.bit_length() - 1
            self._reach[leaves] = added(self.reach(leaves & ~(1 << last)), self._leaves[last].reach)
        return self._reach[leaves]

    def may_free(self, leaves: int) -> bool:
        """Return whether one of these leaves can make the rule say nothing."""
        return any(self._leaves[leaf].may_free for leaf in self._leaves if leaves >> leaf & 1)

    def accepted(self, totals: IntArray) -> BoolArray:
        """Return which totals of everything keep the rule."""
        holds = np.zeros(totals.shape, dtype=np.bool_)
        for lower, upper in self.intervals:
            inside = np.ones(totals.shape, dtype=np.bool_)
            if lower is not None:
                inside &= totals >= lower
            if upper is not None:
                inside &= totals <= upper
            holds |= inside
        return holds

    def marks(self, totals: IntArray, rest: Reach) -> tuple[IntArray, BoolArray, BoolArray]:
        """Return for each total a number that tells what it accepts of ``rest``, and whether that is all or nothing."""
        size = rest.size
        mark = np.zeros(totals.shape, dtype=np.int64)
        full = np.zeros(totals.shape, dtype=np.bool_)
        empty = np.ones(totals.shape, dtype=np.bool_)
        for lower, upper in self.intervals:
            first = np.zeros_like(totals) if lower is None else rest.count_below(lower - totals)
            after = np.full_like(totals, size) if upper is None else rest.count_up_to(upper - totals)
            none = after <= first
            nothing = 0 if lower is None else size  # so that one-sided bounds stay a chain
            first, after = np.where(none, nothing, first), np.where(none, nothing, after)
            full |= after - first == size
            empty &= none
            mark = mark * (size + 1) ** 2 + first * (size + 1) + after
        return mark, full, empty

    def _rest(self, leaves: int) -> tuple[Reach, bool]:
        rest = self.scope & ~leaves
        return self.reach(rest), self.may_free(rest)

    def _levels(self, leaves: int) -> _Levels:
        leaves &= self.scope
        if leaves in self._known:
            return self._known[leaves]
        last = leaves.bit_length() - 1
        before = leaves & ~(1 << last)
        own = self._leaves[last].values
        if before:
            known = self._levels(before)
            first = known.totals if known.natural else known.totals[1:]
            if len(first) * len(own) > self._budget.most_table:
                raise NoPlan(what="levels", rule=min(self.rules), size=len(first) * len(own))
            totals = np.unique(first[:, None] + own[None, :])
        else:
            totals = own
        self._learn(leaves, totals)
        return self._known[leaves]

    def _learn(self, leaves: int, totals: IntArray) -> None:
        """Work out the levels of a set of leaves, unless known, from totals of which each level has one."""
        if leaves in self._known:
            return
        rest, may_free = self._rest(leaves)
        if (rest.size + 1) ** (2 * len(self.intervals)) > 2**62:
            raise NoPlan(what="range of a sum", rule=min(self.rules), size=rest.size)
        found = self._ranked(totals, rest, may_free)
        if found.space.size > self._budget.most_residuals:
            raise NoPlan(what="levels", rule=min(self.rules), size=found.space.size, limit=self._budget.most_residuals)
        self._known[leaves] = found

    def _ranked(self, totals: IntArray, rest: Reach, may_free: bool) -> _Levels:
        mark, full, empty = self.marks(totals, rest)
        natural = np.flatnonzero(full)
        open_ = ~full if may_free else ~full & ~empty
        marks, at = np.unique(mark[open_], return_index=True)
        holders = totals[open_][at]
        if len(self.intervals) == 1:
            first, after = marks // (rest.size + 1), marks % (rest.size + 1)
            order = np.lexsort((first, -(after - first)))
            first, after = np.append(0, first[order]), np.append(rest.size, after[order])
            if (first[1:] >= first[:-1]).all() and (after[1:] <= after[:-1]).all():
                space = Space(len(first), chain=True)
            elif len(first) > 3000:
                space = Space(len(first), chain=False)
            else:
                better = (first[:, None] <= first) & (after[:, None] >= after) | (after <= first)[None, :]
                space = compared(len(first), better)
        else:
            order = np.arange(len(marks))
            space = Space(len(marks) + 1, chain=False)
            if rest.listed is not None and rest.size * len(marks) < 4_000_000:
                accepts = self.accepted(holders[:, None] + rest.listed[None, :])
                order = np.argsort(-accepts.sum(axis=1), kind="stable")
                everything = np.ones((1, rest.size), dtype=np.bool_)
                space = space_of(np.concatenate([everything, accepts[order]]))
        dummy = totals[natural[0]] if len(natural) else 0
        ids = np.empty(len(marks), dtype=np.int32)
        ids[order] = np.arange(1, len(marks) + 1, dtype=np.int32)
        return _Levels(space, np.append(dummy, holders[order]).astype(np.int64), len(natural) > 0, marks, ids)

    def ids(self, leaves: int, totals: IntArray) -> IdArray:
        """Return the levels of totals of a set of leaves; ``DEAD`` where nothing can keep the rule."""
        known = self._levels(leaves)
        rest, may_free = self._rest(leaves)
        mark, full, empty = self.marks(totals, rest)
        marks, ids = np.append(known.marks, np.int64(-1)), np.append(known.ids, np.int32(DEAD))
        at = np.searchsorted(known.marks, mark)
        lost = (marks[at] != mark) & ~full
        if (lost & ~empty).any() or (may_free and lost.any()):
            raise NoPlan(what="totals of a sum", rule=min(self.rules), size=rest.size)
        return np.where(full, 0, np.where(lost | (empty & (not may_free)), DEAD, ids[at])).astype(np.int32)

    def mark_ids(self, leaves: int) -> tuple[IntArray, IdArray]:
        """Return the known acceptance marks of a set of leaves, ascending, and their levels."""
        known = self._levels(leaves)
        return known.marks, known.ids

    def totals(self, leaves: int) -> IntArray:
        """Return for each level a total that has it; that of id 0 counts only when a total accepts everything."""
        return self._levels(leaves).totals

    def space(self, leaves: int) -> Space:
        """Return the levels of a part of the scope."""
        return self._levels(leaves).space

    def _sums(self, first: int, second: int) -> IntArray:
        one, two = self._levels(first).totals, self._levels(second).totals
        if len(one) * len(two) > self._budget.most_table:
            raise NoPlan(what="levels", rule=min(self.rules), size=len(one) * len(two), limit=self._budget.most_table)
        return one[:, None] + two[None, :]

    def combine(self, first: int, second: int) -> IdArray:
        """Return ``[level of first, level of second] → level of both``, or ``DEAD``."""
        first, second = first & self.scope, second & self.scope
        if (first, second) not in self._combined:
            totals = self._sums(first, second)
            self._learn(first | second, totals[1:, 1:].ravel())
            found = np.zeros(totals.shape, dtype=np.int32)
            inner = totals[1:, 1:]  # id 0 stays 0, and need not have a real total
            found[1:, 1:] = self.ids(first | second, inner.ravel()).reshape(inner.shape)
            self._combined[first, second] = found
        return self._combined[first, second]

    def closed(self, first: int, second: int) -> BoolArray:
        """Return whether two levels that together answer the whole scope keep the rule."""
        first, second = first & self.scope, second & self.scope
        if (first, second) not in self._closed:
            found = self.accepted(self._sums(first, second))
            found[0, :] = True
            found[:, 0] = True
            self._closed[first, second] = found
        return self._closed[first, second]
