"""The choose-many leaf: fronts of multisets by number of pieces, and what one more piece needs.

Fronts hold the multisets that nothing dominates: no other costs no more and can keep the rules wherever this one can.
``exact`` fronts compare multisets of the same number of pieces. Where any number from ``least`` on will do, a multiset
is also dropped for one with fewer pieces (not below ``least``); those fronts are short, because most pieces help nothing.
Fronts do not depend on what is picked: picked pieces are added to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from configurator.planning.frame import Leaf
from configurator.planning.kernels import CHAIN
from configurator.planning.leaf_states import LeafTables, cheapest_choices
from configurator.planning.limits import TooWide
from configurator.planning.messages import Merger
from configurator.planning.pieces import PieceColumn, TablePieces
from configurator.planning.residuals import IdArray
from configurator.problem import BoolArray, IntArray

CHUNK = 400_000


@dataclass(frozen=True, slots=True)
class Multisets:
    """Some multisets: their costs, one number a rule, and how they were made."""

    cost: IntArray
    values: IntArray  # (states, rules)
    before: IdArray  # index into the front of one piece less
    row: IdArray  # the piece added to it

    def taken(self, at: IntArray) -> "Multisets":
        """Return some of them."""
        return Multisets(self.cost[at], self.values[at], self.before[at], self.row[at])


@dataclass(frozen=True, slots=True)
class Judging:
    """Which classes of rows go with what, as bits, for each rule that acts; it does not depend on the picks.

    A table has a row of bits for each residual of the rest. A sum has them by rank: of an upper bound row ``k`` marks
    the ``k`` smallest amounts, of a lower bound all but those; rows that make the rule silent are always marked.
    ``first[at]`` are the first rows of the column's tables: lower and upper, or one alone.
    """

    bits: np.ndarray
    first: tuple[tuple[int, ...], ...]
    amounts: tuple[IntArray, ...]  # of sums, ascending; empty for tables
    silent: tuple[bool, ...]  # whether a row makes the sum say nothing


@dataclass(slots=True)
class Fronts:
    """Fronts of 0, 1, … pieces over the rows that are alive; made when first asked for."""

    leaf: Leaf
    tables: LeafTables
    merger: Merger
    dropped: frozenset[int]
    alive: BoolArray
    made: dict[tuple[int, int], Multisets] = field(default_factory=dict)
    unions: dict[tuple[int, ...], tuple[IntArray, IntArray]] = field(default_factory=dict)
    judging: Judging | None = None

    @property
    def pieces(self) -> tuple[PieceColumn, ...]:
        """The arithmetic of the rules."""
        return self.leaf.pieces or ()

    def acts(self, column: PieceColumn) -> bool:
        """Return whether a rule is not dropped."""
        return column.rule not in self.dropped

    def front(self, least: int, count: int) -> Multisets:
        """Return the front of so many pieces, where any number from ``least`` on will do."""
        key = (min(least, count), count)
        if key not in self.made:
            self.made[key] = self._next(*key)
        return self.made[key]

    def _next(self, least: int, count: int) -> Multisets:
        if count == 0:
            neutral = np.array([[column.neutral for column in self.pieces]], dtype=np.int64).reshape(1, -1)
            none = np.full(1, -1, dtype=np.int32)
            return Multisets(np.zeros(1, dtype=np.int64), neutral, none, none)
        if least == count == 1:
            return self._pruned(self._rows())
        before, one = self.front(least, count - 1), self.front(1, 1)
        fewer = [self.front(least, number) for number in range(least, count)]
        found: list[Multisets] = []
        step = max(1, CHUNK // max(1, len(one.cost)))
        for start in range(0, max(1, len(before.cost)), step):
            part = before.taken(np.arange(start, min(start + step, len(before.cost))))
            found.append(self._beside(fewer, self._added(part, one, start)))
        joined = self._beside(fewer, _stacked(found)) if len(found) != 1 else found[0]
        if len(joined.cost) > self.merger.budget.most_states:
            raise TooWide(what="sets of pieces", domain=self.leaf.domain, size=len(joined.cost))
        return joined

    def _beside(self, fewer: Sequence[Multisets], sets: Multisets) -> Multisets:
        """Return the multisets that neither another nor one of ``fewer`` pieces dominates."""
        if not fewer:
            return self._pruned(sets)
        whole = _stacked([*fewer, sets])
        size = len(whole.cost) - len(sets.cost)
        kept = self._pruned(replace(whole, before=np.arange(len(whole.cost), dtype=np.int32))).before
        return sets.taken(kept[kept >= size].astype(np.int64) - size)

    def _rows(self) -> Multisets:
        cost, choice = cheapest_choices(self.leaf, self.alive)
        rows = choice[choice >= 0]
        values = [column.values[rows] for column in self.pieces]
        matrix = np.stack(values, axis=1) if values else np.zeros((len(rows), 0), dtype=np.int64)
        none = np.zeros(len(rows), dtype=np.int32)
        return Multisets(cost[choice >= 0], matrix, none, rows.astype(np.int32))

    def _added(self, before: Multisets, one: Multisets, start: int) -> Multisets:
        first = np.repeat(np.arange(len(before.cost)), len(one.cost))
        second = np.tile(np.arange(len(one.cost)), len(before.cost))
        return Multisets(
            before.cost[first] + one.cost[second],
            self.together(before.values[first], one.values[second]),
            (first + start).astype(np.int32),
            one.row[second],
        )

    def together(self, first: IntArray, second: IntArray) -> IntArray:
        """Return multisets added elementwise."""
        columns = [column.together(first[:, at], second[:, at]) for at, column in enumerate(self.pieces)]
        return np.stack(columns, axis=1) if columns else first

    def _pruned(self, sets: Multisets) -> Multisets:
        """Return the multisets nothing dominates, by rising cost."""
        keys: list[IntArray] = []
        kinds: list[tuple[int, int, int]] = []
        alive = np.ones(len(sets.cost), dtype=np.bool_)
        at_column = 0
        for at, column in enumerate(self.pieces):
            if self.acts(column):
                numbers, possible = column.keys(sets.values[:, at])
                alive &= possible
                keys.extend(numbers)
                if isinstance(column, TablePieces):
                    kinds.append(tuple(int(n) for n in self.tables.columns[at_column]))  # type: ignore[arg-type]
                else:
                    kinds.extend([(CHAIN, 0, 0)] * len(numbers))
            at_column += not column.own
        rows = np.flatnonzero(alive)
        ids = np.stack(keys, axis=1)[rows].astype(np.int32) if keys else np.zeros((len(rows), 0), dtype=np.int32)
        columns = np.array(kinds, dtype=np.int64).reshape(len(kinds), 3)
        return sets.taken(rows[self.merger.front(sets.cost[rows], np.ascontiguousarray(ids), columns)])

    def union(self, counts: Sequence[int]) -> tuple[IntArray, IntArray]:
        """Return the front over several numbers of pieces, as (number of pieces, index into its front)."""
        key = tuple(counts)
        if key not in self.unions:
            least = least_of(counts)
            parts = [self.front(least, count) for count in counts]
            sizes = [len(part.cost) for part in parts]
            numbers = np.repeat(np.array(key, dtype=np.int64), np.array(sizes, dtype=np.int64))
            places = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(size) for size in sizes)])
            if len(parts) > 1:
                whole = _stacked(parts)
                kept = self._pruned(replace(whole, before=np.arange(len(whole.cost), dtype=np.int32))).before
                numbers, places = numbers[kept], places[kept]
            self.unions[key] = (numbers, places)
        return self.unions[key]

    def added_to(self, picks: Mapping[int, int], counts: Sequence[int]) -> tuple[Multisets, IntArray, IntArray]:
        """Return the picks with every multiset of the given numbers of pieces added, and which multisets these are."""
        numbers, places = self.union(counts)
        cost = np.empty(len(numbers), dtype=np.int64)
        values = np.empty((len(numbers), len(self.pieces)), dtype=np.int64)
        for count in set(numbers.tolist()):
            at = numbers == count
            front = self.front(least_of(counts), count)
            cost[at], values[at] = front.cost[places[at]], front.values[places[at]]
        start = np.array([column.neutral for column in self.pieces], dtype=np.int64)[None, :]
        for row, times in picks.items():
            own = np.array([column.values[row] for column in self.pieces], dtype=np.int64)[None, :]
            cost = cost + int(self.leaf.cost[row]) * times
            for _ in range(times):
                start = self.together(start, own)
        values = self.together(np.repeat(start, len(values), axis=0), values)
        none = np.zeros(len(cost), dtype=np.int32)
        return Multisets(cost, values, none, none), numbers, places

    def rows_of(self, least: int, count: int, place: int) -> dict[int, int]:
        """Return the pieces of one multiset of a front."""
        rows: dict[int, int] = {}
        while count > 0:
            front = self.front(least, count)
            row = int(front.row[place])
            rows[row] = rows.get(row, 0) + 1
            place = int(front.before[place])
            count -= 1
        return rows


def least_of(counts: Sequence[int]) -> int:
    """Return from which number of pieces on all larger ones stand in ``counts``, up to its largest; 0 may stand apart."""
    return 0 if not counts or (0 in counts and (1 in counts or len(counts) == 1)) else min(filter(None, counts))


def _stacked(parts: Sequence[Multisets]) -> Multisets:
    return Multisets(
        np.concatenate([part.cost for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.before for part in parts]),
        np.concatenate([part.row for part in parts]),
    )
