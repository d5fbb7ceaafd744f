"""Truth tables: a condition evaluated once for every combination of different values of its features.

Rows of a feature that look the same to the condition share an id, so the table is small however many
parts there are. See docs/algorithms/configuring.md, C-3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from configurator.compiling.columns import Column, codes
from configurator.compiling.evaluating import evaluate, truth_of
from configurator.compiling.linear import Rows, on_rows
from configurator.errors import RuleTooWide
from configurator.problem import BoolArray, IntArray
from modules_catalog.expressions.tree import Expression, children, features_read

MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The product of the different values of some features, as one condition sees them."""

    features: tuple[str, ...]  # ascending by domain
    ids: tuple[IntArray, ...]  # per feature: row → id; many features have one more entry for *none chosen*
    leaves: Mapping[Expression, Column]

    @property
    def cells(self) -> int:
        """How many combinations of ids there are."""
        return prod(self.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many ids each feature has."""
        return tuple(int(ids.max()) + 1 for ids in self.ids)


def grid_of(nodes: tuple[Expression, ...], rows: Rows, absent_holds: bool) -> Grid:
    """Return the grid on which the expressions can be evaluated.

    Raises:
        RuleTooWide: the table would have more cells than ``MOST_CELLS``.
    """
    read = sorted(frozenset[str]().union(*(features_read(node) for node in nodes)), key=lambda code: rows[code].index)
    parts: dict[str, dict[Expression, Column]] = {code: {} for code in read}
    for node in nodes:
        for leaf in _leaves(node):
            (code,) = features_read(leaf)
            if leaf not in parts[code]:
                parts[code][leaf] = on_rows(leaf, rows[code], absent_holds)
    ids: list[IntArray] = []
    firsts: list[NDArray[np.intp]] = []
    for code in read:
        first, numbered = _numbered(list(parts[code].values()))
        ids.append(numbered)
        firsts.append(first)
    cells = prod(len(first) for first in firsts)
    if cells > MOST_CELLS:
        raise RuleTooWide(cells=cells, features=read)
    leaves = {
        leaf: column.at(first, axis, len(read))
        for axis, (code, first) in enumerate(zip(read, firsts, strict=True))
        for leaf, column in parts[code].items()
    }
    return Grid(tuple(read), tuple(ids), leaves)


def truth_on(grid: Grid, node: Expression, absent_holds: bool) -> tuple[BoolArray, NDArray[np.uint8]]:
    """Return value and state of a condition in every cell of the grid."""
    truth = truth_of(node, grid.leaves, absent_holds)
    values = np.broadcast_to(truth.values, grid.shape)
    return np.asarray(values, dtype=bool), np.broadcast_to(truth.state, grid.shape)


def value_on(grid: Grid, node: Expression, absent_holds: bool) -> Column:
    """Return the value of an expression in every cell of the grid."""
    return evaluate(node, grid.leaves, absent_holds)


def _leaves(node: Expression) -> list[Expression]:
    """Return the largest parts that read exactly one feature."""
    read = features_read(node)
    if not read:
        return []
    if len(read) == 1:
        return [node]
    return [leaf for child in children(node) for leaf in _leaves(child)]


def _numbered(columns: list[Column]) -> tuple[NDArray[np.intp], IntArray]:
    """Return one row for each different tuple of values, and each row's id."""
    key = codes(columns[0])
    for column in columns[1:]:
        key = np.unique(key, return_inverse=True)[1] * (len(key) + 3) + codes(column)
    _, first, numbered = np.unique(key, return_index=True, return_inverse=True)
    return first, numbered.astype(np.int64)


def merged(
    ids: tuple[IntArray, ...], tables: tuple[BoolArray, ...]
) -> tuple[tuple[IntArray, ...], tuple[BoolArray, ...]]:
    """Return the tables with ids joined wherever their slices are equal in all tables."""
    new_ids = list(ids)
    for axis in range(len(ids)):
        used = np.unique(new_ids[axis])
        tables = tuple(np.take(table, used, axis=axis) for table in tables)
        flat = np.stack([np.moveaxis(table, axis, 0).reshape(len(used), -1) for table in tables], axis=1)
        slices = [packed.tobytes() for packed in np.packbits(flat.reshape(len(used), -1), axis=1)]
        place = {packed: at for at, packed in reversed(list(enumerate(slices)))}
        order = {packed: number for number, packed in enumerate(sorted(place))}
        first = [place[packed] for packed in order]
        group = [order[packed] for packed in slices]
        tables = tuple(np.take(table, first, axis=axis) for table in tables)
        position = np.zeros(int(used.max()) + 1, dtype=np.int64)
        position[used] = group
        new_ids[axis] = position[new_ids[axis]]
    return tuple(new_ids), tables
