"""Residuals of table rules, two or more features wide, with a choose-many feature among them if need be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from configurator.planning.limits import NoPlan, PlanBudget
from configurator.planning.residuals import DEAD, IdArray, Space, ranked
from configurator.problem import BoolArray, IntArray

Key = tuple[int, ...]
OPEN, PART, WHOLE = 0, 1, 2  # how much of an axis is answered; a key has one of them an axis


@dataclass(frozen=True, slots=True)
class Axis:
    """One feature of a table rule: the leaves it consists of (several for the rows of a capped choose-many feature)."""

    leaves: int
    meet: IdArray | None = None  # choose-many: what two sets of pieces accept together


@dataclass(frozen=True, slots=True)
class _Residuals:
    space: Space
    holders: IdArray  # (size, axes): the axis ids of one partial answer with this residual; -1 where open
    natural: bool  # whether id 0 has a holder
    keys: IntArray  # sorted hashes of the acceptances
    ids: IdArray  # ids in the order of ``keys``
    packed: np.ndarray  # acceptances in the order of ``keys``


class TableAlgebra:
    """The arithmetic of ``allowed[axis ids…]``.

    An axis with ``meet`` is answered by sets of pieces: its ids are the sets of what all pieces accept, closed under meeting.
    """

    def __init__(self, rules: frozenset[str], allowed: BoolArray, axes: Sequence[Axis], budget: PlanBudget) -> None:
        self.rules = rules
        self.axes = tuple(axes)
        self.scope = 0
        for axis in axes:
            self.scope |= axis.leaves
        self._allowed = allowed
        self._budget = budget
        self._known: dict[Key, _Residuals] = {}
        self._combined: dict[tuple[Key, Key, Key], IdArray] = {}
        self._closed: dict[tuple[Key, Key], BoolArray] = {}

    def _key(self, leaves: int) -> Key:
        states = []
        for axis in self.axes:
            inside = leaves & axis.leaves
            states.append(OPEN if not inside else WHOLE if inside == axis.leaves else PART)
        return tuple(states)

    def _accepts(self, key: Key, held: IdArray) -> BoolArray:
        """Return for each partial answer (axis ids) what it accepts from what is open: (answers, completions)."""
        index: list[np.ndarray] = []
        depth = 1 + sum(state != WHOLE for state in key)
        place = 1
        rest = 1
        for number, (axis, state) in enumerate(zip(self.axes, key, strict=True)):
            if state == WHOLE:
                index.append(held[:, number].reshape(-1, *([1] * (depth - 1))))
                continue
            size = self._allowed.shape[number]
            rest *= size
            if len(held) * rest > self._budget.most_table * 8:
                raise NoPlan(
                    what="table", rule=min(self.rules), size=len(held) * rest, limit=self._budget.most_table * 8
                )
            shape = [1] * depth
            shape[place] = size
            everything = np.arange(size, dtype=np.int32).reshape(shape)
            if state == PART and axis.meet is not None:
                everything = axis.meet[held[:, number].reshape(-1, *([1] * (depth - 1))), everything]
            index.append(everything)
            place += 1
        found = self._allowed[tuple(index)]
        shape_full = [len(held)] + [self._allowed.shape[number] for number, state in enumerate(key) if state != WHOLE]
        return np.broadcast_to(found, shape_full).reshape(len(held), -1)

    def _residuals(self, key: Key) -> _Residuals:
        if key in self._known:
            return self._known[key]
        last = max(number for number, state in enumerate(key) if state != OPEN)
        smaller = (*key[:last], OPEN, *key[last + 1 :])
        own = np.arange(self._allowed.shape[last], dtype=np.int32)
        if any(smaller):
            before = self._residuals(smaller)
            holders = before.holders if before.natural else before.holders[1:]
            held = np.repeat(holders, len(own), axis=0)
            held[:, last] = np.tile(own, len(holders))
        else:
            held = np.full((len(own), len(self.axes)), -1, dtype=np.int32)
            held[:, last] = own
        accepts = self._accepts(key, held)
        _, space, holder_rows = ranked(accepts)
        if space.size > self._budget.most_residuals:
            raise NoPlan(what="residuals", rule=min(self.rules), size=space.size, limit=self._budget.most_residuals)
        natural = holder_rows[0] >= 0
        holders = held[np.maximum(holder_rows, 0)]
        kept = accepts[np.maximum(holder_rows, 0)].copy()
        kept[0] = True
        packed = np.packbits(kept, axis=1)
        keys = _hashed(packed)
        order = np.argsort(keys, kind="stable")
        found = _Residuals(space, holders, natural, keys[order], order.astype(np.int32), packed[order])
        self._known[key] = found
        return found

    def _ids(self, key: Key, held: IdArray) -> IdArray:
        """Return the residual ids of partial answers."""
        known = self._residuals(key)
        accepts = self._accepts(key, held)
        packed = np.packbits(accepts, axis=1)
        keys = _hashed(packed)
        at = np.minimum(np.searchsorted(known.keys, keys), len(known.keys) - 1)
        same = (known.packed[at] == packed).all(axis=1)
        ids = known.ids[at].copy()
        empty = ~accepts.any(axis=1)
        ids[empty] = DEAD
        for row in np.flatnonzero(~same & ~empty):  # equal hashes of different acceptances: nearly never
            hits = np.flatnonzero((known.packed == packed[row]).all(axis=1))
            ids[row] = known.ids[hits[0]]
        return ids

    def space(self, leaves: int) -> Space:
        """Return the residuals of a part of the scope."""
        return self._residuals(self._key(leaves)).space

    def axis_ids(self, leaves: int, number: int) -> IdArray:
        """Return the residual id of each id of one axis, answered alone by ``leaves``."""
        key = self._key(leaves)
        held = np.full((self._allowed.shape[number], len(self.axes)), -1, dtype=np.int32)
        held[:, number] = np.arange(self._allowed.shape[number])
        return self._ids(key, held)

    def _pairs(self, first: Key, second: Key) -> tuple[IdArray, tuple[int, int]]:
        one, two = self._residuals(first), self._residuals(second)
        size = (one.space.size, two.space.size)
        if size[0] * size[1] > self._budget.most_table:
            raise NoPlan(what="table", rule=min(self.rules), size=size[0] * size[1], limit=self._budget.most_table)
        left = np.repeat(one.holders, size[1], axis=0)
        right = np.tile(two.holders, (size[0], 1))
        held = np.where(left >= 0, left, right)
        for number, axis in enumerate(self.axes):
            if first[number] and second[number] and axis.meet is not None:
                held[:, number] = axis.meet[left[:, number], right[:, number]]
        return held.astype(np.int32), size

    def combine(self, first: int, second: int) -> IdArray:
        """Return ``[residual of first, residual of second] → residual of both``, or ``DEAD``."""
        keys = (self._key(first), self._key(second))
        both = self._key(first | second)
        # Two parts of a capped feature may become its whole or stay a part: the key of both tells.
        known = self._combined.get((*keys, both))
        if known is None:
            held, size = self._pairs(*keys)
            known = self._ids(both, held).reshape(size)
            known[0, :] = 0
            known[:, 0] = 0
            self._combined[(*keys, both)] = known
        return known

    def closed(self, first: int, second: int) -> BoolArray:
        """Return whether two residuals that together answer the whole scope keep the rule."""
        keys = (self._key(first), self._key(second))
        known = self._closed.get(keys)
        if known is None:
            held, size = self._pairs(*keys)
            known = self._allowed[tuple(held.T)].reshape(size)
            known[0, :] = True
            known[:, 0] = True
            self._closed[keys] = known
        return known


def _hashed(packed: np.ndarray) -> IntArray:
    """Return a 64-bit number of each row; equal rows have equal numbers."""
    width = -(-packed.shape[1] // 8) * 8 or 8
    padded = np.zeros((len(packed), width), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    words = padded.view(np.uint64)
    number = np.full(len(packed), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in range(words.shape[1]):
        number = (number ^ words[:, column]) * np.uint64(0xD6E8FEB86659FD93)
        number ^= number >> np.uint64(32)
    return number.view(np.int64)


def distinct(allowed: BoolArray, ids: Sequence[IntArray]) -> tuple[BoolArray, list[IntArray]]:
    """Return the table with equal slices of each axis merged, and the rows' ids in it."""
    merged = list(ids)
    for number in range(allowed.ndim):
        slices = np.moveaxis(allowed, number, 0).reshape(allowed.shape[number], -1)
        packed = np.packbits(slices, axis=1)
        keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        allowed = np.take(allowed, first, axis=number)
        merged[number] = inverse.ravel()[ids[number]]
    return allowed, merged


def with_meets(allowed: BoolArray, number: int, rule: str, budget: PlanBudget) -> tuple[BoolArray, IdArray]:
    """Return the table with one axis closed under *both pieces must accept*, and the table of meetings.

    The ids that were there stay; what accepts everything is added (*no piece*) and is the last id when it was not there.
    """
    slices = np.moveaxis(allowed, number, 0)
    rest = slices.shape[1:]
    rows = list(slices.reshape(len(slices), -1))
    rows_known: dict[bytes, int] = {np.packbits(row).tobytes(): at for at, row in enumerate(rows)}

    def number_of(row: BoolArray) -> int:
        key = np.packbits(row).tobytes()
        if key not in rows_known:
            if len(rows) >= budget.most_residuals // 2:
                raise NoPlan(what="sets of pieces", rule=rule, size=len(rows), limit=budget.most_residuals // 2)
            rows_known[key] = len(rows)
            rows.append(row)
        return rows_known[key]

    singles = len(rows)
    number_of(np.ones(rows[0].shape, dtype=np.bool_))
    at = 0
    while at < len(rows):
        for single in range(singles):
            number_of(rows[at] & rows[single])
        at += 1
    matrix = np.array(rows)
    packed = np.packbits(matrix, axis=1)
    meet = np.empty((len(rows), len(rows)), dtype=np.int32)
    for one in range(len(rows)):
        meet[one] = [rows_known[row.tobytes()] for row in packed[one] & packed]
    closed = np.moveaxis(matrix.reshape(len(rows), *rest), 0, number)
    return np.ascontiguousarray(closed), meet
