"""The kernels of ``kernels`` in numpy, for installations without numba: slower, the same answers."""

import numpy as np
from numpy.typing import NDArray

from configurator.planning.kernels import CHAIN, HARD
from configurator.problem import IntArray

MOST_KILLERS = 256
Ids = NDArray[np.int32]


def front(cost: IntArray, ids: Ids, columns: IntArray, better: NDArray[np.uint8], cap: int) -> tuple[IntArray, int]:
    """Return the indices of states that no cheaper state dominates, by rising cost, and the tests it took.

    Only the first kept states are compared with all later ones; more states may be kept than need be.
    """
    order = np.argsort(cost, kind="stable")
    order = order[_first_of_equals(ids[order])]
    alive = np.ones(len(order), dtype=np.bool_)
    sorted_ids = ids[order]
    tests, killers = 0, 0
    for place in range(len(order)):
        if not alive[place] or killers == MOST_KILLERS:
            continue
        killers += 1
        dominated = np.ones(len(order) - place - 1, dtype=np.bool_)
        later = sorted_ids[place + 1 :]
        for column in range(ids.shape[1]):
            own = sorted_ids[place, column]
            kind, offset, size = columns[column]
            if kind == CHAIN:
                dominated &= own <= later[:, column]
            elif kind == HARD:
                dominated &= (own == later[:, column]) | (own == 0)
            else:
                dominated &= better[offset + own * size : offset + (own + 1) * size][later[:, column]] != 0
        tests += len(later)
        alive[place + 1 :] &= ~dominated
    return order[alive].astype(np.int64), tests


def _first_of_equals(ids: Ids) -> IntArray:
    """Return the place of the first of each set of equal rows, ascending."""
    if ids.shape[1] == 0:
        return np.arange(min(1, len(ids)), dtype=np.int64)
    keys = np.ascontiguousarray(ids).view(np.dtype((np.void, 4 * ids.shape[1]))).ravel()
    return np.sort(np.unique(keys, return_index=True)[1])


def merged(
    a_cost: IntArray,
    a_ids: Ids,
    b_cost: IntArray,
    b_ids: Ids,
    closing: IntArray,
    meeting: IntArray,
    a_kept: IntArray,
    b_kept: IntArray,
    bools: NDArray[np.uint8],
    nexts: Ids,
    columns: IntArray,
    better: NDArray[np.uint8],
    cap: int,
    most_states: int,
    most_pairs: int,
) -> tuple[bool, IntArray, Ids, Ids, Ids, int]:
    """Return the front of two messages together; see ``kernels.join`` for the arguments."""
    goes = np.ones((len(a_cost), len(b_cost)), dtype=np.bool_)
    for own, other, offset, length, _ in closing:
        goes &= bools[offset + a_ids[:, own].astype(np.int64)[:, None] * length + b_ids[:, other][None, :]] != 0
    a, b = np.nonzero(goes)
    work = goes.size // 8 + 4 * len(a)
    if len(a) > most_pairs:
        return False, a_cost[:0], a_ids[:0], a_ids[:0, :0], a_ids[:0, :0], work
    entries = np.empty((len(a), len(meeting) + len(a_kept) + len(b_kept)), dtype=np.int32)
    for at, (own, other, offset, length) in enumerate(meeting):
        entries[:, at] = nexts[offset + a_ids[a, own].astype(np.int64) * length + b_ids[b, other]]
    entries[:, len(meeting) : len(meeting) + len(a_kept)] = a_ids[a][:, a_kept]
    entries[:, len(meeting) + len(a_kept) :] = b_ids[b][:, b_kept]
    alive = (entries[:, : len(meeting)] >= 0).all(axis=1)
    a, b, entries = a[alive], b[alive], entries[alive]
    cost = a_cost[a] + b_cost[b]
    if cap == 0:
        kept = np.argsort(cost, kind="stable")
        kept = kept[_first_of_equals(entries[kept])]
    else:
        kept, tests = front(cost, entries, columns, better, cap)
        work += 3 * tests
    fits = len(kept) <= most_states
    return fits, cost[kept], entries[kept], a[kept].astype(np.int32), b[kept].astype(np.int32), work + 8 * len(kept)


def swept(
    cost: IntArray, ids: Ids, offsets: IntArray, bits: NDArray[np.uint64], classes: int, nothing: int
) -> IntArray:
    """Return for each class of a feature the least cost of a state that accepts it; see ``kernels.swept``."""
    values = np.full(classes, nothing, dtype=np.int64)
    left = np.ones(classes, dtype=np.bool_)
    words = -(-max(classes, 1) // 64)
    if classes == 0:
        return values
    for state in range(len(cost)):
        new = np.full(words, np.uint64(2**64 - 1))
        for column in range(len(offsets)):
            new &= bits[offsets[column] + ids[state, column]]
        marked = np.unpackbits(new.view(np.uint8), bitorder="little")[:classes].view(np.bool_) & left
        values[marked] = cost[state]
        left &= ~marked
        if not left.any():
            break
    return values


def spread(
    classes: IntArray,
    class_of: IntArray,
    cost: IntArray,
    alive: NDArray[np.bool_],
    added: int,
    nothing: int,
    most: int,
) -> IntArray:
    """Return for each choice the value of its class, its own cost and what is added; see ``kernels.spread``."""
    values = classes[class_of]
    possible = (values < nothing) & alive
    values = np.where(possible, values + cost + added, nothing)
    return np.where(possible & (values <= most), values, nothing)


def shifted(cost: IntArray, ids: Ids, start_cost: IntArray, start_ids: Ids) -> tuple[bool, int]:
    """Return whether two lists of states differ by a constant cost only, and by how much."""
    if not len(cost) or len(cost) != len(start_cost):
        return False, 0
    shift = int(cost[0] - start_cost[0])
    same = bool((cost - start_cost == shift).all() and (ids == start_ids).all())
    return same, shift if same else 0
