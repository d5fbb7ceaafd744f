"""A component table as integer arrays: every admissible pair of front and back, every yoke.

Compiled once for a table; a fit is then one sweep over pairs × yokes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from modules_catalog.sizing.model import SHARED, Component, ComponentKind, ComponentTable, Sex
from modules_catalog.sizing.trims import compatible

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CompiledTable:
    """The combinations of one component table that one sex can be fitted from.

    ``pairs`` has one row a compatible (front, back): waist, hip, thigh, inseam, sum of depths, front less
    back depth. ``yokes`` has one row a yoke: waist take, centre height, side height, 1 if not plain.
    ``fronts``, ``backs``, ``yoke_components`` are the pieces behind the rows.
    """

    fronts: tuple[Component, ...]
    backs: tuple[Component, ...]
    yoke_components: tuple[Component, ...]
    pairs: Integers
    yokes: Integers

    def on_hand(self, stock: Mapping[str, int]) -> tuple[Integers, Integers]:
        """Return (pairs, yokes) that can be picked from stock, {component id: pieces on hand}."""
        pairs = [min(stock.get(f.id, 0), stock.get(b.id, 0)) for f, b in zip(self.fronts, self.backs, strict=True)]
        yokes = [stock.get(y.id, 0) for y in self.yoke_components]
        return np.array(pairs, dtype=np.int64), np.array(yokes, dtype=np.int64)


@lru_cache(maxsize=64)
def compiled_table(table: ComponentTable, sex: Sex) -> CompiledTable:
    """Return ``compile_table(table, sex)``, kept for the tables used last."""
    return compile_table(table, sex)


def compile_table(table: ComponentTable, sex: Sex) -> CompiledTable:
    """Return the combinations of a table for one sex: front-major, in file order."""
    blocks = (sex.value, SHARED)
    backs = [b for b in table.of_kind(ComponentKind.BACK) if b.sex_block in blocks]
    combined = [
        (front, back)
        for front in table.of_kind(ComponentKind.FRONT)
        if front.sex_block in blocks
        for back in backs
        if compatible(front, back)
    ]
    yokes = tuple(y for y in table.of_kind(ComponentKind.YOKE) if y.sex_block in blocks)
    return CompiledTable(
        fronts=tuple(f for f, _ in combined),
        backs=tuple(b for _, b in combined),
        yoke_components=yokes,
        pairs=np.array([pair_row(f, b) for f, b in combined], dtype=np.int64).reshape(-1, 6),
        yokes=np.array([yoke_row(y) for y in yokes], dtype=np.int64).reshape(-1, 4),
    )


def pair_row(front: Component, back: Component) -> tuple[int, ...]:
    """Return the columns of ``CompiledTable.pairs`` for one front and back."""
    return (
        front.waist_mm + back.waist_mm,
        front.hip_mm + back.hip_mm,
        front.thigh_mm + back.thigh_mm,
        front.inseam_mm,
        front.depth_mm + back.depth_mm,
        front.depth_mm - back.depth_mm,
    )


def yoke_row(yoke: Component) -> tuple[int, ...]:
    """Return the columns of ``CompiledTable.yokes`` for one yoke."""
    return (yoke.waist_take_mm, yoke.centre_height_mm, yoke.side_height_mm, int(not yoke.is_plain))
