"""The message of a single leaf, and what is needed to say which of its choices are possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from configurator.engine import NO_WAY
from configurator.planning.frame import Leaf
from configurator.planning.messages import Bytes, Merger, MergeSpec, Message
from configurator.planning.residuals import DEAD, IdArray
from configurator.problem import BoolArray, IntArray

NOTHING = int(NO_WAY)


@dataclass(frozen=True, slots=True)
class LeafTables:
    """What a leaf needs of the plan, one entry a column of the leaf.

    ``accepts[c][residual of the rest, own residual]`` closes column ``c``; ``rest_totals`` are the totals of the rest's
    levels (sums only).
    """

    columns: IntArray  # comparisons of the leaf's own residuals
    accepts: tuple[Bytes, ...]
    rest_totals: tuple[IntArray | None, ...]


def cheapest_choices(leaf: Leaf, alive: BoolArray) -> tuple[IntArray, IntArray]:
    """Return for each class its least cost and the choice that has it (-1: none is alive)."""
    cost = np.full(leaf.classes, NOTHING, dtype=np.int64)
    choice = np.full(leaf.classes, -1, dtype=np.int64)
    at = np.flatnonzero(alive)
    order = at[np.lexsort((-at, -leaf.cost[at]))]
    cost[leaf.class_of[order]] = leaf.cost[order]
    choice[leaf.class_of[order]] = order
    return cost, choice


def without_columns(ids: IdArray, rules: Sequence[int], dropped: frozenset[int]) -> IdArray:
    """Return the ids with the columns of dropped rules accepting everything."""
    if not dropped.intersection(rules):
        return ids
    ids = ids.copy()
    for at, rule in enumerate(rules):
        if rule in dropped:
            ids[:, at] = 0
    return ids


def choice_message(
    leaf: Leaf, tables: LeafTables, merger: Merger, alive: BoolArray, dropped: frozenset[int]
) -> Message:
    """Return the front of a leaf's classes; ``first`` are choices."""
    ids = without_columns(leaf.class_ids, leaf.columns, dropped)
    cost, choice = cheapest_choices(leaf, alive)
    at = np.flatnonzero((choice >= 0) & (ids != DEAD).all(axis=1))
    kept = at[merger.front(cost[at], np.ascontiguousarray(ids[at]), tables.columns)]
    first = choice[kept].astype(np.int32)
    return Message(cost[kept], np.ascontiguousarray(ids[kept]), first, np.zeros(len(kept), dtype=np.int32))


def single_message(leaf: Leaf, choice: int, dropped: frozenset[int]) -> Message:
    """Return the message of one choice of a leaf."""
    at = int(leaf.class_of[choice])
    ids = without_columns(leaf.class_ids[at : at + 1], leaf.columns, dropped)
    if (ids == DEAD).any():
        return empty_message(len(leaf.columns))
    first = np.array([choice], dtype=np.int32)
    return Message(leaf.cost[choice : choice + 1], np.ascontiguousarray(ids), first, np.zeros(1, dtype=np.int32))


def empty_message(columns: int) -> Message:
    """Return the message of a leaf with nothing to choose."""
    none = np.zeros(0, dtype=np.int32)
    return Message(np.zeros(0, dtype=np.int64), np.zeros((0, columns), dtype=np.int32), none, none)


def accepted_bits(leaf: Leaf, tables: LeafTables, order: Sequence[int]) -> tuple[IntArray, np.ndarray]:
    """Return offsets and rows of bits: which classes of the leaf each residual of the rest accepts.

    ``order[column]`` is the column of what comes down to the leaf; the offsets follow that.
    """
    offsets, rows, start = [], [], 0
    for column, accepts in enumerate(tables.accepts):
        own = leaf.class_ids[:, column]
        marked = (accepts[:, np.maximum(own, 0)] != 0) & (own != DEAD)[None, :]
        marked[0] = True
        offsets.append(start)
        rows.append(as_words(marked))
        start += len(accepts)
    words = -(-max(leaf.classes, 1) // 64)
    bits = np.concatenate(rows) if rows else np.zeros((0, words), dtype=np.uint64)
    placed = np.zeros(len(offsets), dtype=np.int64)
    placed[list(order)] = offsets
    return placed, bits


def closing_of(tables: LeafTables) -> tuple[MergeSpec, Bytes]:
    """Return how what comes down to a leaf, its columns in the leaf's order, closes with the leaf's own states."""
    rows, start = [], 0
    for column, accepts in enumerate(tables.accepts):
        rows.append((column, column, start, accepts.shape[1], accepts.shape[0]))
        start += accepts.size
    none = np.zeros(0, dtype=np.int64)
    spec = MergeSpec(
        closing=np.array(rows, dtype=np.int64).reshape(len(rows), 5),
        meeting=np.zeros((0, 4), dtype=np.int64),
        first_kept=none,
        second_kept=none,
        columns=np.zeros((0, 3), dtype=np.int64),
        rules=(),
    )
    bools = [accepts.ravel() for accepts in tables.accepts]
    return spec, np.concatenate([np.zeros(0, dtype=np.uint8), *bools]).astype(np.uint8)


def as_words(marked: BoolArray) -> np.ndarray:
    """Return rows of Booleans as rows of 64-bit words, lowest bit first."""
    words = -(-max(marked.shape[1], 1) // 64)
    padded = np.zeros((len(marked), words * 8), dtype=np.uint8)
    packed = np.packbits(marked, axis=1, bitorder="little")
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64)
