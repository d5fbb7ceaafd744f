"""From a variant to the work order of one piece. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from production.floor.model import OperationState, WorkOperation, WorkOrder, WorkStatus
from production.model import FinishedMeasure, Routing, Variant

PlannedStarts = Mapping[tuple[int, str], datetime]
"""``{(piece from 0, operation): start of the first bucket reserved for it}``."""


ALL_MEASURES = "all_measures"
ONE_MEASURE = "_measure"


def work_operations(
    variant: Variant, planned: PlannedStarts, slot: int, measures: Sequence[FinishedMeasure] = ()
) -> tuple[WorkOperation, ...]:
    """Return the steps of one piece of a reservation, each with the start reserved for it and the measures it must hit."""
    cut_off = variant.routing.cut_off
    codes = tuple(one.code for one in measures)
    return tuple(
        WorkOperation(
            number=one.number,
            code=one.code,
            work_centre=one.work_centre,
            seconds=one.seconds,
            after=one.after,
            recipe=one.recipe or "",
            is_cut_off=cut_off is not None and one.number == cut_off.number,
            planned_start_at=planned.get((slot, one.code)),
            measures=measures_to_take(one.checks, codes),
            setup_s=one.setup_s,
            setup_for=one.setup_for or "",
        )
        for one in variant.routing.operations
    )


def measures_to_take(checks: Sequence[str], codes: Sequence[str]) -> tuple[str, ...]:
    """Return the measures a step must take: all with the check ``all_measures``, one with ``<code>_measure``."""
    if ALL_MEASURES in checks:
        return tuple(codes)
    return tuple(code for code in codes if f"{code}{ONE_MEASURE}" in checks)


def with_begun(
    fresh: tuple[WorkOperation, ...], order: WorkOrder, status: WorkStatus
) -> tuple[tuple[WorkOperation, ...], Mapping[int, OperationState]]:
    """Return the steps of a new revision and the states of those begun.

    What was begun stays, also where the new revision would not ask for it: it was done, and is not undone by paper. What
    only waited is as the new revision says.
    """
    begun = {number: state for number, state in status.operations.items() if state is not OperationState.WAITING}
    known = {one.number for one in fresh}
    kept = tuple(one for one in order.operations if one.number in begun and one.number not in known)
    return tuple(sorted((*fresh, *kept), key=lambda one: one.number)), begun


def without_finished(variant: Variant, finished: frozenset[int]) -> Variant:
    """Return the variant as it is still to be made: finished steps take no time any more."""
    operations = tuple(
        replace(one, seconds=0, setup_s=0) if one.number in finished else one for one in variant.routing.operations
    )
    return replace(variant, routing=Routing(operations))
