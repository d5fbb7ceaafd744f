"""Whether operations begin when the ledger has room for them. Pure.

Source: docs/algorithms/metrics.md, rule M-7.
"""

from collections.abc import Iterator

from production.floor.model import EventKind
from production.metrics.model import Adherence, Period, PieceHistory
from production.metrics.spans import in_time


def adherences(history: PieceHistory, period: Period, bucket_s: int) -> Iterator[tuple[str, Adherence]]:
    """Yield for each operation whose last start lies in the period whether that was before, in or after its bucket."""
    started: dict[int, int] = {}
    for one in in_time(history.happenings):
        if one.kind is EventKind.STARTED and one.operation is not None and one.operation in history.steps:
            started[one.operation] = one.at_s
    for number, at_s in sorted(started.items()):
        step = history.steps[number]
        if step.planned_s is None or not period.holds(at_s):
            continue
        if at_s < step.planned_s:
            yield step.work_centre, Adherence(ahead=1)
        elif at_s < step.planned_s + bucket_s:
            yield step.work_centre, Adherence(within=1)
        else:
            yield step.work_centre, Adherence(behind=1)
