"""Right the first time: per operation and per measure. Pure.

Source: docs/algorithms/metrics.md, rule M-5.
"""

from collections.abc import Iterator

from production.floor.model import EventKind
from production.metrics.model import FirstPass, MeasurePass, Period, PieceHistory
from production.metrics.spans import in_time

MEASURE_FAILED = "measure:"
"""How the reason of a check begins that a measure failed; the measures' codes follow, with commas between."""
_TRIES = frozenset({EventKind.FINISHED, EventKind.FAILED_CHECK})


def operation_passes(history: PieceHistory, period: Period) -> Iterator[tuple[str, FirstPass]]:
    """Yield what the events of a piece within a period say of its operations."""
    tried: set[int] = set()
    for one in in_time(history.happenings):
        step = history.steps.get(one.operation) if one.operation is not None else None
        if step is None or one.operation is None:
            continue
        if one.kind in _TRIES and one.operation not in tried:
            tried.add(one.operation)
            if period.holds(one.at_s):
                yield step.code, FirstPass(first=1, passed=int(one.kind is EventKind.FINISHED))
        elif one.kind is EventKind.REWORK and period.holds(one.at_s):
            yield step.code, FirstPass(sent_back=1)


def measure_passes(history: PieceHistory, period: Period) -> Iterator[tuple[str, MeasurePass]]:
    """Yield what the first reading of each measure says, of those taken within a period."""
    read: set[str] = set()
    for one in in_time(history.happenings):
        if one.kind not in _TRIES:
            continue
        failed = one.reason.removeprefix(MEASURE_FAILED).split(",") if one.reason.startswith(MEASURE_FAILED) else []
        for code, value_mm in sorted(one.measured_mm.items()):
            if code in read or code not in history.targets_mm:
                continue
            read.add(code)
            if period.holds(one.at_s):
                yield code, MeasurePass(1, int(code not in failed), value_mm - history.targets_mm[code])
