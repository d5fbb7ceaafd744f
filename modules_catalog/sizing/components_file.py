"""Reads and writes the stocked components of a line: one CSV per fit block and cloth family.

``components.csv`` holds block straight in rigid cloth; others are ``components-<block>-<cloth>.csv``.
Every complaint is ``file:line: message``.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import TypeVar

from modules_catalog.sizing.constants import (
    YOKE_WAIST_TAKES_MM,
    YOKE_WEDGES_MM,
    ClothFamily,
    FitBlock,
)
from modules_catalog.sizing.errors import ComponentsNotValid, FileFinding
from modules_catalog.sizing.model import SHARED, Component, ComponentKind, ComponentTable, Sex

PathLike = TypeVar("PathLike", bound=PurePath)

LENGTHS = (
    "waist_mm",
    "hip_mm",
    "thigh_mm",
    "inseam_mm",
    "depth_mm",
    "side_height_mm",
    "centre_height_mm",
    "waist_take_mm",
)
COLUMNS = ("id", "kind", "sex_block", "length_class", *LENGTHS, "bin")

#: Which lengths a kind must have; it has no others.
LENGTHS_OF: dict[ComponentKind, tuple[str, ...]] = {
    ComponentKind.FRONT: ("waist_mm", "hip_mm", "thigh_mm", "inseam_mm", "depth_mm"),
    ComponentKind.BACK: ("waist_mm", "hip_mm", "thigh_mm", "inseam_mm", "depth_mm"),
    ComponentKind.YOKE: ("side_height_mm", "centre_height_mm", "waist_take_mm"),
}

#: Lengths that may be zero.
MAY_BE_ZERO = ("waist_take_mm",)


def components_path(catalog: PathLike, block: FitBlock, cloth: ClothFamily) -> PathLike:
    """Return where a line keeps the components of a fit block and cloth family."""
    if (block, cloth) == (FitBlock.STRAIGHT, ClothFamily.RIGID):
        return catalog / "components.csv"
    return catalog / f"components-{block.value}-{cloth.value}.csv"


def read_components(
    path: Path, *, block: FitBlock = FitBlock.STRAIGHT, cloth: ClothFamily = ClothFamily.RIGID
) -> ComponentTable:
    """Return the component table in a file.

    Raises:
        ComponentsNotValid: with every finding in the file.
    """
    return parse_components(path.read_text(encoding="utf-8-sig"), name=str(path), block=block, cloth=cloth)


def parse_components(
    text: str, *, name: str, block: FitBlock = FitBlock.STRAIGHT, cloth: ClothFamily = ClothFamily.RIGID
) -> ComponentTable:
    """Return the component table in a CSV text; ``name`` is the file complained about.

    Raises:
        ComponentsNotValid: with every finding in the text.
    """
    reader = csv.DictReader(io.StringIO(text))
    header = tuple(reader.fieldnames or ())
    lacking = [column for column in COLUMNS if column not in header]
    if lacking:
        raise ComponentsNotValid(findings=[str(FileFinding(name, 1, f"missing column {c}")) for c in lacking])
    findings: list[FileFinding] = []
    lines: dict[str, int] = {}
    components: list[Component] = []
    for row in reader:
        line = reader.line_num
        complaints = list(row_complaints(row))
        if not complaints and row["id"] in lines:
            complaints = [f"id {row['id']} is already on line {lines[row['id']]}"]
        findings += [FileFinding(name, line, complaint) for complaint in complaints]
        if not complaints:
            lines[row["id"]] = line
            components.append(component_of(row))
    findings += table_findings(components, lines, name)
    if findings:
        raise ComponentsNotValid(findings=[str(f) for f in sorted(findings, key=lambda f: f.line)])
    return ComponentTable(block=block, cloth=cloth, components=tuple(components))


def row_complaints(row: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with one row by itself."""
    if None in row or None in row.values():
        yield f"expected {len(COLUMNS)} cells"
        return
    if not row["id"]:
        yield "id is empty"
    if row["kind"] not in set(ComponentKind):
        yield f"kind {row['kind']!r} is none of {', '.join(ComponentKind)}"
        return
    kind = ComponentKind(row["kind"])
    if row["sex_block"] not in (*Sex, SHARED) and (kind is not ComponentKind.YOKE or row["sex_block"]):
        yield f"sex_block {row['sex_block']!r} is none of {', '.join((*Sex, SHARED))}"
    if kind is not ComponentKind.YOKE and not row["length_class"]:
        yield f"a {kind} needs a length_class"
    for column in LENGTHS:
        yield from length_complaints(column, row[column], needed=column in LENGTHS_OF[kind], kind=kind)


def length_complaints(column: str, cell: str, *, needed: bool, kind: ComponentKind) -> Iterator[str]:
    """Yield what is wrong with one length of a row."""
    if not needed:
        if cell not in ("", "0"):
            yield f"{column}: a {kind} has none, found {cell!r}"
    elif not cell.isascii() or not cell.isdigit():
        yield f"{column} {cell!r} is not a whole number of millimetres"
    elif int(cell) == 0 and column not in MAY_BE_ZERO:
        yield f"{column} must be greater than 0"


def component_of(row: dict[str, str]) -> Component:
    """Return the component in a row that has no complaints."""
    lengths = {column: int(row[column] or 0) for column in LENGTHS}
    return Component(
        id=row["id"],
        kind=ComponentKind(row["kind"]),
        sex_block=row["sex_block"] or SHARED,
        length_class=row["length_class"],
        bin=row["bin"],
        **lengths,
    )


def table_findings(components: Iterable[Component], lines: dict[str, int], name: str) -> Iterator[FileFinding]:
    """Yield what is wrong between rows, and what the design of yokes forbids."""
    inseams: dict[tuple[str, str], Component] = {}
    kinds = set()
    for component in components:
        kinds.add(component.kind)
        line = lines[component.id]
        if component.kind is ComponentKind.YOKE:
            if component.centre_height_mm - component.side_height_mm not in YOKE_WEDGES_MM:
                yield FileFinding(name, line, f"centre_height_mm less side_height_mm is none of {YOKE_WEDGES_MM}")
            if component.waist_take_mm not in YOKE_WAIST_TAKES_MM:
                yield FileFinding(name, line, f"waist_take_mm is none of {YOKE_WAIST_TAKES_MM}")
            continue
        first = inseams.setdefault((component.sex_block, component.length_class), component)
        if first.inseam_mm != component.inseam_mm:
            yield FileFinding(
                name,
                line,
                f"inseam_mm {component.inseam_mm} differs from {first.inseam_mm} on line {lines[first.id]}, "
                f"the same length_class {component.length_class}",
            )
    for kind in ComponentKind:
        if kind not in kinds:
            yield FileFinding(name, 1, f"no {kind} in the table")


def components_text(components: Iterable[Component]) -> str:
    """Return the CSV text of components; lengths a kind does not have stay empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for c in components:
        lengths = [getattr(c, column) if column in LENGTHS_OF[c.kind] else "" for column in LENGTHS]
        writer.writerow([c.id, c.kind.value, c.sex_block, c.length_class, *lengths, c.bin])
    return out.getvalue()


def write_components(path: Path, components: Iterable[Component]) -> None:
    """Write components to a file, replacing it."""
    path.write_text(components_text(components), encoding="utf-8")
