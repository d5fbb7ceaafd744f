"""Which totals a set of features can reach: the sums that decide when two levels are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np

from configurator.problem import IntArray

MOST_LISTED = 50_000
MOST_SPAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Reach:
    """The totals ``low, low + step, … high``, or those of ``listed`` (ascending) where they are known one by one.

    It may hold more than can really be reached: levels are then finer than needed, never wrong.
    """

    low: int
    high: int
    step: int
    listed: IntArray | None

    @property
    def size(self) -> int:
        """How many totals there are."""
        if self.listed is not None:
            return len(self.listed)
        return (self.high - self.low) // self.step + 1

    def count_below(self, values: IntArray) -> IntArray:
        """Return for each value how many totals are smaller."""
        if self.listed is not None:
            return np.searchsorted(self.listed, values, side="left").astype(np.int64)
        return np.clip(-((self.low - values) // self.step), 0, self.size)

    def count_up_to(self, values: IntArray) -> IntArray:
        """Return for each value how many totals are smaller or the same."""
        if self.listed is not None:
            return np.searchsorted(self.listed, values, side="right").astype(np.int64)
        return np.clip((values - self.low) // self.step + 1, 0, self.size)


def reach_of(values: IntArray) -> Reach:
    """Return the totals of one feature: its amounts. Nothing to choose from reaches 0."""
    listed = np.unique(np.asarray(values, dtype=np.int64))
    if len(listed) == 0:
        listed = np.zeros(1, dtype=np.int64)
    step = reduce(gcd, (int(gap) for gap in np.diff(listed)), 0) or 1
    return _bounded(int(listed[0]), int(listed[-1]), step, listed)


def _bounded(low: int, high: int, step: int, listed: IntArray | None) -> Reach:
    if listed is not None and len(listed) > MOST_LISTED:
        listed = None
    return Reach(low, high, step, listed)


def added(first: Reach, second: Reach) -> Reach:
    """Return all totals of one of the first and one of the second."""
    low, high = first.low + second.low, first.high + second.high
    step = gcd(first.step if first.size > 1 else 0, second.step if second.size > 1 else 0) or 1
    if first.listed is None or second.listed is None:
        return Reach(low, high, step, None)
    few, many = sorted((first.listed, second.listed), key=len)
    span = (high - low) // step + 1
    if span <= MOST_SPAN and len(few) * span <= 40_000_000:
        marks = np.zeros(span, dtype=np.bool_)
        places = (many - many[0]) // step
        for amount in few:
            marks[places + int(amount - few[0]) // step] = True
        return _bounded(low, high, step, np.flatnonzero(marks).astype(np.int64) * step + low)
    if len(few) * len(many) <= 2_000_000:
        return _bounded(low, high, step, np.unique(few[:, None] + many[None, :]))
    return Reach(low, high, step, None)


def joined(first: Reach, second: Reach) -> Reach:
    """Return the totals of either."""
    low, high = min(first.low, second.low), max(first.high, second.high)
    if first.listed is not None and second.listed is not None:
        return reach_of(np.union1d(first.listed, second.listed))
    step = gcd(gcd(first.step, second.step), first.low - second.low) or 1
    return Reach(low, high, step, None)


def reach_of_pieces(amounts: IntArray, counts: Sequence[int]) -> Reach:
    """Return the totals of a multiset of amounts whose number of pieces is one of ``counts``."""
    one = reach_of(amounts)
    zero = reach_of(np.zeros(1, dtype=np.int64))
    total, found = zero, None
    for count in range(max(counts, default=0) + 1):
        if count in counts:
            found = total if found is None else joined(found, total)
        total = added(total, one)
    return found or zero
