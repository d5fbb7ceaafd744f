"""A table as a draft again, scaled to another fit block or cloth: where the choice for that block starts (F-26).

Only the ease differs between blocks, so the girths of every panel scale with it; lengths, depths and yokes stay.
"""

import numpy as np

from modules_catalog.sizing.constants import ClothFamily, Ease, FitBlock
from modules_catalog.sizing.model import Component, ComponentKind, ComponentTable, Sex
from modules_catalog.sizing.rounding import rounded
from modules_catalog.sizing.targets import ease_for
from production.stocking.model import Draft, Integers
from production.stocking.pieces import THIGH_OF_HIP_PERCENT, WAIST_LESS_HIP_MM
from production.stocking.population import SEXES


def scaled_draft(table: ComponentTable, block: FitBlock, cloth: ClothFamily) -> Draft:
    """Return the components of a table as a draft, their girths scaled to the ease of another block and cloth."""
    before, after = ease_for(table.block, table.cloth), ease_for(block, cloth)
    panels = [c for c in table.components if c.kind is not ComponentKind.YOKE]
    classes = sorted({(SEXES.index(of_sex(c)), c.inseam_mm, c.length_class) for c in panels})
    rows = {c.id: scaled_row(c, before, after, classes.index(class_of(c))) for c in panels}
    return Draft(
        fronts=array_of([rows[c.id] for c in table.of_kind(ComponentKind.FRONT)], 5),
        backs=array_of([rows[c.id] for c in table.of_kind(ComponentKind.BACK)], 5),
        class_sex=np.array([sex for sex, _, _ in classes], dtype=np.int64),
        class_inseam=np.array([inseam for _, inseam, _ in classes], dtype=np.int64),
        yokes=array_of(
            [(y.waist_take_mm, y.centre_height_mm, y.side_height_mm) for y in table.of_kind(ComponentKind.YOKE)], 3
        ),
    )


def scaled_row(component: Component, before: Ease, after: Ease, length_class: int) -> tuple[int, ...]:
    """Return waist, hip, thigh, depth, length class of a panel with the ease of another block, as far as it can be drafted.

    Waist, hip and thigh have eases of their own, so a shape at the limits of F-22 may leave them; it is brought back.
    """
    waist = rounded(component.waist_mm * (100 + after.waist_percent), 100 + before.waist_percent)
    hip = rounded(component.hip_mm * (100 + after.hip_percent), 100 + before.hip_percent)
    thigh = rounded(component.thigh_mm * (100 + after.thigh_percent), 100 + before.thigh_percent)
    narrowest, widest = WAIST_LESS_HIP_MM
    least, most = THIGH_OF_HIP_PERCENT
    return (
        min(max(waist, hip + narrowest), hip + widest),
        hip,
        min(max(thigh, -(-hip * least // 100)), hip * most // 100),
        component.depth_mm,
        length_class,
    )


def class_of(component: Component) -> tuple[int, int, str]:
    """Return what a panel's length class is told apart by."""
    return SEXES.index(of_sex(component)), component.inseam_mm, component.length_class


def of_sex(component: Component) -> Sex:
    """Return the sex a panel is cut for."""
    return Sex(component.sex_block)


def array_of(rows: list[tuple[int, ...]], columns: int) -> Integers:
    """Return rows as an array, also when there are none."""
    return np.array(rows, dtype=np.int64).reshape(-1, columns)
