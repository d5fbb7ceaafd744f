"""A choose-many leaf after some picks: its message, and how each row is judged as one more piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from configurator.planning.kernels import HARD
from configurator.planning.leaf_states import as_words
from configurator.planning.messages import MergeSpec, Message
from configurator.planning.multisets import Fronts, Judging, least_of
from configurator.planning.pieces import FREE, PieceColumn, SumPieces, TablePieces
from configurator.planning.residuals import DEAD, IdArray
from configurator.problem import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class OneMore:
    """How the rows of a choose-many leaf are judged as *one more piece* beside the picks.

    The message of everything else is merged with ``extra`` (picks and further pieces) by ``spec``; what comes out has
    columns whose numbers, from ``offsets`` on, are rows of bits that mark the classes accepted.
    """

    extra: Message
    spec: MergeSpec
    bools: np.ndarray
    nexts: IdArray
    offsets: IntArray
    bits: np.ndarray


@dataclass(slots=True)
class ManyState:
    """A choose-many leaf after some picks. How one more piece is judged is made when it is first asked for."""

    message: Message
    fronts: Fronts
    least: int  # which fronts
    numbers: IntArray  # of the message's states: number of further pieces
    places: IntArray  # and which multiset of that front
    picks: Mapping[int, int]
    counts: tuple[int, ...]  # how many further pieces there may be beside one more
    one_more: OneMore | None = None

    def judging(self) -> OneMore:
        """Return how one more piece is judged."""
        if self.one_more is None:
            self.one_more = one_more(self.fronts, self.picks, self.counts)
        return self.one_more

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
    more = tuple(count - picked - 1 for count in leaf.counts if count >= picked + 1) if possible else ()
    return ManyState(message, fronts, least_of(counts), numbers, places, dict(picks), more)


def judging_of(fronts: Fronts) -> Judging:
    """Return which classes of rows go with what; made once for the fronts."""
    if fronts.judging is None:
        fronts.judging = _judging(fronts)
    return fronts.judging


def _judging(fronts: Fronts) -> Judging:
    classes = fronts.leaf.classes
    marks: list[BoolArray] = [np.zeros((0, classes), dtype=np.bool_)]
    first: list[tuple[int, ...]] = []
    amounts: list[IntArray] = []
    silent: list[bool] = []
    size, place = 0, -1
    for column in fronts.pieces:
        place += not column.own
        rows = _class_values(fronts.leaf.class_of, classes, column)
        own: list[BoolArray] = []
        if isinstance(column, TablePieces):
            accepts, residuals = fronts.tables.accepts[place], column.to_residual[rows]
            own.append((accepts[:, np.maximum(residuals, 0)] != 0) & (residuals != DEAD)[None, :])
            amounts.append(np.zeros(0, dtype=np.int64))
            silent.append(False)
        else:
            free = rows == FREE
            amounts.append(np.unique(rows[~free]))
            silent.append(bool(free.any()))
            rank = np.searchsorted(amounts[-1], rows)
            ranks = np.arange(len(amounts[-1]) + 1)[:, None]
            if column.lower is not None:
                own.append((rank[None, :] >= ranks) | free[None, :])
            if column.upper is not None:
                own.append((rank[None, :] < ranks) | free[None, :])
        first.append(tuple(size + sum(len(part) for part in own[:at]) for at in range(len(own))))
        size += sum(len(part) for part in own)
        marks.extend(own)
    return Judging(as_words(np.concatenate(marks)), tuple(first), tuple(amounts), tuple(silent))


def _class_values(class_of: IntArray, classes: int, column: PieceColumn) -> IntArray:
    values = np.empty(classes, dtype=np.int64)
    values[class_of] = column.values
    return values


def one_more(fronts: Fronts, picks: Mapping[int, int], counts: Sequence[int]) -> OneMore:
    """Return how one more piece is judged.

    A table rule closes between the rest and the extra pieces, and its residual of the rest goes on to judge the row.
    A sum rule meets: level of the rest and total of the extra pieces make the rank from or up to which amounts still fit.
    """
    judging, tables = judging_of(fronts), fronts.tables
    sets, _, _ = fronts.added_to(picks, counts)
    sets = sets.taken(np.argsort(sets.cost, kind="stable"))
    alive = np.ones(len(sets.cost), dtype=np.bool_)
    ids: list[IdArray] = []
    closing, meeting = _Laid(np.uint8), _Laid(np.int32)
    rest_kept: list[int] = []
    extra_kept: list[int] = []
    met_rows: list[int] = []
    rest_rows: list[int] = []
    extra_rows: list[int] = []
    place = -1
    for at, column in enumerate(fronts.pieces):
        place += not column.own
        if not fronts.acts(column):
            continue
        values = sets.values[:, at]
        if isinstance(column, TablePieces):
            own = column.to_residual[values]
            alive &= own != DEAD
            accepts = tables.accepts[place]
            closing.add((place, len(ids)), accepts, (accepts.shape[1], accepts.shape[0]))
            ids.append(np.maximum(own, 0))
            rest_kept.append(place)
            rest_rows.extend(judging.first[at])
            continue
        rest = None if column.own else tables.rest_totals[place]
        distinct, which = np.unique(values, return_inverse=True)
        for table, row in zip(_ranks(column, rest, distinct, judging, at), judging.first[at], strict=True):
            if column.own:
                own = table[0][which.ravel()]
                alive &= own != DEAD
                extra_kept.append(len(ids))
                ids.append(np.maximum(own, 0))
                extra_rows.append(row)
                continue
            meeting.add((place, len(ids)), table, (table.shape[1],))
            met_rows.append(row)
        if not column.own:
            ids.append(which.ravel().astype(np.int32))
    keep = np.flatnonzero(alive)
    matrix = np.stack(ids, axis=1)[keep] if ids else np.zeros((len(keep), 0), dtype=np.int32)
    none = np.zeros(len(keep), dtype=np.int32)
    rows = [*met_rows, *rest_rows, *extra_rows]
    return OneMore(
        extra=Message(sets.cost[keep], np.ascontiguousarray(matrix.astype(np.int32)), none, none),
        spec=MergeSpec(
            closing=closing.listed(5),
            meeting=meeting.listed(4),
            first_kept=np.array(rest_kept, dtype=np.int64),
            second_kept=np.array(extra_kept, dtype=np.int64),
            columns=np.full((len(rows), 3), HARD, dtype=np.int64),
            rules=(),
        ),
        bools=closing.values(),
        nexts=meeting.values(),
        offsets=np.array(rows, dtype=np.int64),
        bits=judging.bits,
    )


def _ranks(column: SumPieces, rest: IntArray | None, extra: IntArray, judging: Judging, at: int) -> list[IdArray]:
    """Return ``[level of the rest, extra] → rank``, for the lower bound and the upper, or ``DEAD``.

    Level 0 of the rest accepts everything, and so does ``FREE``.
    """
    totals = np.zeros(1, dtype=np.int64) if rest is None else rest
    sums = totals[:, None] + np.where(extra == FREE, 0, extra)[None, :]
    amounts, silent = judging.amounts[at], judging.silent[at]
    most = len(amounts)
    found: list[IdArray] = []
    for bound, side, everything, nothing in (
        (column.lower, "left", 0, most),
        (column.upper, "right", most, 0),
    ):
        if bound is None:
            continue
        ranks = np.searchsorted(amounts, bound - sums, side=side).astype(np.int32)  # type: ignore[call-overload]
        if not silent:
            ranks[ranks == nothing] = DEAD
        ranks[:, extra == FREE] = everything
        if rest is not None:
            ranks[0] = everything
        found.append(ranks)
    return found


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
