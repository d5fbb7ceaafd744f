"""What a table refuses, as few large boxes: each becomes one clause. See docs/algorithms/satisfying.md, S-2."""

from collections.abc import Iterator

import numpy as np

from configurator.problem import BoolArray
from configurator.satisfying.errors import NotEncodable

Box = tuple[tuple[int, ...], ...]
"""The ids of each axis; every combination of them is refused."""

MOST_BOXES = 4_000


class Boxes:
    """Finds the boxes of tables; tables that look the same are looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[int, ...], bytes], tuple[Box, ...]] = {}

    def of(self, allowed: BoolArray, rule: str) -> tuple[Box, ...]:
        """Return boxes that together are exactly what the table refuses; none can be made larger.

        Raises:
            NotEncodable: There are too many.
        """
        key = (allowed.shape, np.packbits(allowed).tobytes())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(_grown(~allowed, rule))
        return found


def _grown(refused: BoolArray, rule: str) -> Iterator[Box]:
    """Yield a box around each refused cell that no earlier box holds."""
    left = refused.copy()
    for made, cell in enumerate(np.argwhere(refused)):
        if not left[tuple(cell)]:
            continue
        if made > MOST_BOXES * 16:
            raise NotEncodable(what="table", rule=rule, size=int(refused.sum()))
        sides = [np.array([at]) for at in cell]
        for axis in range(refused.ndim):
            every = [*sides]
            every[axis] = np.arange(refused.shape[axis])
            others = tuple(other for other in range(refused.ndim) if other != axis)
            sides[axis] = np.flatnonzero(refused[np.ix_(*every)].all(axis=others))
        left[np.ix_(*sides)] = False
        yield tuple(tuple(int(at) for at in side) for side in sides)
