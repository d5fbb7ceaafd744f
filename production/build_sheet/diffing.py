"""What a new revision's sheet says otherwise than the one before: large, from → to. Pure.

Source: docs/algorithms/build-sheet.md, rule S-8.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from production.build_sheet.model import ChoiceLine, Difference, PartLine, SheetData, SheetDiff, StepLine, TextLine

_Line = TypeVar("_Line")


def sheet_diff(before: SheetData, after: SheetData) -> SheetDiff:
    """Return what differs between two revisions of one order's sheet.

    Parts are compared by code and quantity: one that is needed in another quantity is taken out or put in by the difference.
    Steps are the same when their codes are; what a step says is compared, not its code to scan.
    """
    steps_before = {step.code: step for step in before.steps}
    steps_after = {step.code: step for step in after.steps}
    return SheetDiff(
        order=after.order,
        from_revision=before.order.revision,
        from_due=before.order.due,
        line=after.line,
        line_name=after.line_name,
        locale=after.locale,
        scan=after.scan,
        choices=_differences(before.choices, after.choices, _feature, _choice),
        measures=_differences(
            before.measures,
            after.measures,
            lambda one: (one.code, one.name),
            lambda one: f"{one.target_mm} ± {one.tolerance_mm} mm",
        ),
        trims=_differences(
            before.trims, after.trims, lambda one: (one.edge, one.name), lambda one: f"{one.trim_mm} mm"
        ),
        texts=_differences(before.texts, after.texts, _text_name, _text),
        parts_out=_missing(before.parts, after.parts),
        parts_in=_missing(after.parts, before.parts),
        steps_dropped=tuple(step for code, step in steps_before.items() if code not in steps_after),
        steps_added=tuple(step for code, step in steps_after.items() if code not in steps_before),
        steps_changed=tuple(
            step
            for code, step in steps_after.items()
            if code in steps_before and _said(step) != _said(steps_before[code])
        ),
        packing=_differences(before.packing, after.packing, _feature, _choice),
        invoicing=_differences(before.invoicing, after.invoicing, _feature, _choice),
    )


def _differences(
    before: Sequence[_Line],
    after: Sequence[_Line],
    named: Callable[[_Line], tuple[str, str]],
    said: Callable[[_Line], str],
) -> tuple[Difference, ...]:
    """Return what is said otherwise, in the order of the new sheet, what is gone last."""
    old = {named(one)[0]: said(one) for one in before}
    new = {named(one)[0] for one in after}
    changed = [
        Difference(named(one)[0], named(one)[1], old.get(named(one)[0], ""), said(one))
        for one in after
        if old.get(named(one)[0]) != said(one)
    ]
    gone = [Difference(named(one)[0], named(one)[1], said(one), "") for one in before if named(one)[0] not in new]
    return tuple(changed + gone)


def _missing(wanted: Iterable[PartLine], there: Iterable[PartLine]) -> tuple[PartLine, ...]:
    """Return the parts of one sheet that the other does not have, with the quantity by which they differ."""
    had: dict[str, int] = {}
    for part in there:
        had[part.code] = had.get(part.code, 0) + part.quantity
    found = []
    for part in wanted:
        covered = min(part.quantity, had.get(part.code, 0))
        had[part.code] = had.get(part.code, 0) - covered
        if part.quantity > covered:
            found.append(PartLine(part.bin, part.code, part.kind, part.name, part.quantity - covered, part.unit))
    return tuple(found)


def _feature(line: ChoiceLine) -> tuple[str, str]:
    return line.feature, line.name


def _choice(line: ChoiceLine) -> str:
    return line.value


def _text_name(line: TextLine) -> tuple[str, str]:
    return line.feature, line.name


def _text(line: TextLine) -> str:
    return line.text


def _said(step: StepLine) -> tuple[object, ...]:
    return step.number, step.work_centre, step.seconds, step.recipe, step.instruction, step.checks
