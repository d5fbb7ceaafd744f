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
from configurator.planning.kernels import CHAIN, HARD
from configurator.planning.leaf_states import LeafTables, as_words, cheapest_choices
from configurator.planning.limits import NoPlan, TooWide
from configurator.planning.messages import Merger, MergeSpec, Message
from configurator.planning.pieces import FREE, PieceColumn, SumPieces, TablePieces
from configurator.planning.residuals import DEAD, IdArray
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


@dataclass(frozen=True, slots=True)
class OneMore:
    """How the rows of a choose-many leaf are judged as *one more piece* beside the picks.

    The message of everything else is merged with ``extra`` (picks and further pieces) by ``spec``; what comes out has
    one column a rule, and ``bits`` mark the classes of rows each of its residuals accepts.
    """

    extra: Message
    spec: MergeSpec
    bools: np.ndarray
    nexts: IdArray
    offsets: IntArray
    bits: np.ndarray


@dataclass(frozen=True, slots=True)
class ManyState:
    """A choose-many leaf after some picks."""

    message: Message
    one_more: OneMore
    fronts: Fronts
    least: int  # which fronts
    numbers: IntArray  # of the message's states: number of further pieces
    places: IntArray  # and which multiset of that front

    def rows_of(self, state: int, picks: Mapping[int, int]) -> dict[int, int]:
        """Return the pieces of one state of the message, picks included."""
        at = int(self.message.first[state])
        rows = self.fronts.rows_of(self.least, int(self.numbers[at]), int(self.places[at]))
        for row, count in picks.items():
            rows[row] = rows.get(row, 0) + count
        return rows


def many_state(fronts: Fronts, picks: Mapping[int, int]) -> ManyState:
    """Return the leaf's message and judging tables after some picks."""
    leaf = fronts.leaf
    picked = sum(picks.values())
    possible = not (set(picks) - set(np.flatnonzero(fronts.alive).tolist()))
    counts = [count - picked for count in leaf.counts if count >= picked] if possible else []
    sets, numbers, places = fronts.added_to(picks, counts)
    alive = np.ones(len(sets.cost), dtype=np.bool_)
    ids = np.zeros((len(sets.cost), len(leaf.columns)), dtype=np.int32)
    at_column = 0
    for at, column in enumerate(fronts.pieces):
        if fronts.acts(column):
            residuals = column.residuals(sets.values[:, at])
            alive &= residuals != DEAD
            if not column.own:
                ids[:, at_column] = residuals
        at_column += not column.own
    rows = np.flatnonzero(alive)
    kept = rows[fronts.merger.front(sets.cost[rows], np.ascontiguousarray(ids[rows]), fronts.tables.columns)]
    first, none = kept.astype(np.int32), np.zeros(len(kept), dtype=np.int32)
    message = Message(sets.cost[kept], np.ascontiguousarray(ids[kept]), first, none)
    more = [count - picked - 1 for count in leaf.counts if count >= picked + 1] if possible else []
    return ManyState(message, _one_more(fronts, picks, more), fronts, least_of(counts), numbers, places)


def _one_more(fronts: Fronts, picks: Mapping[int, int], counts: Sequence[int]) -> OneMore:
    """Return how one more piece is judged.

    A table rule closes between the rest and the extra pieces, and its residual of the rest goes on to judge the row.
    A sum rule meets: level of the rest and total of the extra pieces make a number that says which amounts still fit.
    """
    leaf, tables = fronts.leaf, fronts.tables
    sets, _, _ = fronts.added_to(picks, counts)
    sets = sets.taken(np.argsort(sets.cost, kind="stable"))
    alive = np.ones(len(sets.cost), dtype=np.bool_)
    ids: list[IdArray] = []
    closing, meeting = _Laid(np.uint8), _Laid(np.int32)
    rest_kept: list[int] = []
    extra_kept: list[int] = []
    met_marks: list[BoolArray] = []
    rest_marks: list[BoolArray] = []
    extra_marks: list[BoolArray] = []
    place = -1
    for at, column in enumerate(fronts.pieces):
        place += not column.own
        if not fronts.acts(column):
            continue
        values, rows = sets.values[:, at], _class_values(leaf, column)
        if isinstance(column, TablePieces):
            accepts = tables.accepts[place]
            own = column.to_residual[values]
            alive &= own != DEAD
            closing.add((place, len(ids)), accepts, (accepts.shape[1], accepts.shape[0]))
            ids.append(np.maximum(own, 0))
            rest_kept.append(place)
            residuals = column.to_residual[rows]
            rest_marks.append((accepts[:, np.maximum(residuals, 0)] != 0) & (residuals != DEAD)[None, :])
            continue
        rest = None if column.own else tables.rest_totals[place]
        distinct, which = np.unique(values, return_inverse=True)
        table, marks = _one_more_of_sum(column, rest, distinct, rows)
        if column.own:
            own = table[0][which.ravel()]
            alive &= own != DEAD
            extra_kept.append(len(ids))
            ids.append(np.maximum(own, 0))
            extra_marks.append(marks)
            continue
        meeting.add((place, len(ids)), table, (table.shape[1],))
        ids.append(which.ravel().astype(np.int32))
        met_marks.append(marks)
    keep = np.flatnonzero(alive)
    matrix = np.stack(ids, axis=1)[keep] if ids else np.zeros((len(keep), 0), dtype=np.int32)
    none = np.zeros(len(keep), dtype=np.int32)
    all_marks = [*met_marks, *rest_marks, *extra_marks]
    words = -(-max(leaf.classes, 1) // 64)
    starts = np.cumsum([0, *(len(marks) for marks in all_marks)])[:-1]
    return OneMore(
        extra=Message(sets.cost[keep], np.ascontiguousarray(matrix.astype(np.int32)), none, none),
        spec=MergeSpec(
            closing=closing.listed(5),
            meeting=meeting.listed(4),
            first_kept=np.array(rest_kept, dtype=np.int64),
            second_kept=np.array(extra_kept, dtype=np.int64),
            columns=np.full((len(all_marks), 3), HARD, dtype=np.int64),
            rules=(),
        ),
        bools=closing.values(),
        nexts=meeting.values(),
        offsets=starts.astype(np.int64),
        bits=np.concatenate([np.zeros((0, words), dtype=np.uint64), *map(as_words, all_marks)]),
    )


class _Laid:
    """Tables laid one behind the other, and how each is used."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self._dtype = dtype
        self._tables: list[np.ndarray] = []
        self._uses: list[tuple[int, ...]] = []
        self._size = 0

    def add(self, columns: tuple[int, int], table: np.ndarray, shape: tuple[int, ...]) -> None:
        """Append a table read by two columns."""
        self._uses.append((*columns, self._size, *shape))
        self._tables.append(table.ravel())
        self._size += table.size

    def listed(self, width: int) -> IntArray:
        """Return the uses, one a row."""
        return np.array(self._uses, dtype=np.int64).reshape(len(self._uses), width)

    def values(self) -> np.ndarray:
        """Return all tables."""
        return np.concatenate([np.zeros(0, dtype=self._dtype), *self._tables]).astype(self._dtype)


def _class_values(leaf: Leaf, column: PieceColumn) -> IntArray:
    values = np.empty(leaf.classes, dtype=np.int64)
    values[leaf.class_of] = column.values
    return values


def _one_more_of_sum(
    column: SumPieces, rest: IntArray | None, extra: IntArray, rows: IntArray
) -> tuple[IdArray, BoolArray]:
    """Return ``[level of the rest, extra] → number``, and which classes of rows each number accepts.

    Number 0 accepts everything; level 0 of the rest and ``FREE`` have it.
    """
    totals = np.zeros(1, dtype=np.int64) if rest is None else rest
    amounts, kind = np.unique(rows, return_inverse=True)
    if len(totals) * len(extra) * len(amounts) > 50_000_000:
        raise NoPlan(what="one more piece", size=len(totals) * len(extra) * len(amounts))
    sums = totals[:, None] + np.where(extra == FREE, 0, extra)[None, :]
    accepts = column.holds(sums[:, :, None] + np.where(amounts == FREE, 0, amounts)[None, None, :])
    accepts |= (amounts == FREE)[None, None, :]
    accepts[:, extra == FREE] = True
    if rest is not None:
        accepts[0] = True
    flat = accepts.reshape(-1, len(amounts))
    packed = np.packbits(flat, axis=1)
    everything = np.packbits(np.ones((1, len(amounts)), dtype=np.bool_), axis=1)
    both = np.concatenate([everything, packed])
    keys = np.ascontiguousarray(both).view(np.dtype((np.void, both.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    numbers = rank[inverse.ravel()][1:].astype(np.int32)
    numbers[~flat.any(axis=1)] = DEAD
    listed = np.concatenate([np.ones((1, len(amounts)), dtype=np.bool_), flat])[np.sort(first)]
    return numbers.reshape(sums.shape), listed[:, kind.ravel()]
