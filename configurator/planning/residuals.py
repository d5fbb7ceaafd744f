"""What is left of a rule once some of its features are answered, as small numbers.

A *residual* of a rule for a set of features is what the rule still accepts from its other features. Answers with the
same residual are interchangeable. Residual ids are dense; **0 always accepts everything** and stays so whatever is
added, which is also how a rule is switched off. ``DEAD`` accepts nothing and never becomes an id.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from configurator.problem import BoolArray

IdArray = NDArray[np.int32]
DEAD = -1
MOST_COMPARED = 3_000_000_000


@dataclass(frozen=True, slots=True)
class Space:
    """The residuals of one rule for one set of features.

    ``chain``: a smaller id accepts all that a larger one accepts. Otherwise ``better[a, b]`` says whether ``a`` accepts
    all that ``b`` accepts; ``None`` when different ids are never compared.
    """

    size: int
    chain: bool
    better: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What remains of a rule's arithmetic once its tables are made: the catalog rules it stands for, and its leaves."""

    rules: frozenset[str]
    scope: int


class Algebra(Protocol):
    """The arithmetic of one rule's residuals. Sets of leaves are bit masks; ``scope`` is the set the rule reads."""

    rules: frozenset[str]
    scope: int

    def space(self, leaves: int) -> Space:
        """Return the residuals of a part of the scope that is neither empty nor the whole."""
        ...

    def combine(self, first: int, second: int) -> IdArray:
        """Return ``[residual of first, residual of second] → residual of both``, or ``DEAD``."""
        ...

    def closed(self, first: int, second: int) -> BoolArray:
        """Return whether two residuals that together answer the whole scope keep the rule."""
        ...


def ranked(accepts: BoolArray) -> tuple[IdArray, Space, IdArray]:
    """Return ids for rows of *what is accepted*, equal rows sharing one.

    Args:
        accepts: One row a partial answer, one column a way to complete it.

    Returns:
        The id of each row, the space, and for each id a row that has it (-1 for id 0 where no row accepts everything).
    """
    rows = len(accepts)
    packed = np.packbits(accepts, axis=1) if accepts.shape[1] else np.zeros((rows, 1), dtype=np.uint8)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    counts = accepts.sum(axis=1)[first] if accepts.shape[1] else np.zeros(len(first), dtype=np.int64)
    full, empty = counts == accepts.shape[1], counts == 0
    order = np.lexsort((first, -counts))
    order = order[~full[order] & ~empty[order]]
    ids = np.full(len(first), DEAD, dtype=np.int32)
    ids[full] = 0
    ids[order] = np.arange(1, len(order) + 1, dtype=np.int32)
    holders = np.concatenate([first[full] if full.any() else [-1], first[order]]).astype(np.int32)
    kept = np.concatenate([np.ones((1, accepts.shape[1]), dtype=np.bool_), accepts[first[order]]])
    return ids[inverse.ravel()], space_of(kept), holders


def space_of(kept: BoolArray) -> Space:
    """Return the space of distinct acceptances, the first of which accepts everything, sorted by falling size."""
    size, width = kept.shape
    if size < 2 or not (kept[1:] & ~kept[:-1]).any():
        return Space(size, chain=True)
    if size * size * width > MOST_COMPARED:
        return Space(size, chain=False)
    lacks = (~kept).astype(np.float32)
    better = (lacks @ kept.astype(np.float32).T) == 0
    return compared(size, better)


def compared(size: int, better: BoolArray) -> Space:
    """Return a space that is no chain; where only id 0 is better than others, comparing is not worth it."""
    apart = better[1:, 1:].sum() == size - 1
    return Space(size, chain=False, better=None if apart else better)
