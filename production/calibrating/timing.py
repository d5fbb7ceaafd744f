"""From an operation's events to the time it took. Pure.

Source: docs/algorithms/reserve.md, rules C-1 and C-2.
"""

from production.calibrating.model import RecordedOperation, TimedOperation
from production.floor.model import EventKind
from production.sequencing.working_time import WorkingTime

_OPENS = frozenset({EventKind.STARTED, EventKind.RESUMED})
_CLOSES = frozenset({EventKind.PAUSED, EventKind.FAILED_CHECK, EventKind.FINISHED})


def timed(operation: RecordedOperation, staffed: WorkingTime) -> TimedOperation:
    """Return what an operation took of the staffed time: at work, and standing still between a pause and going on.

    Work done again after a failed check counts: it took the work centre's time.
    """
    worked_s = stopped_s = 0
    opened_s: int | None = None
    paused_s: int | None = None
    for event in sorted(operation.events, key=lambda one: one.at_s):
        if event.kind in _OPENS:
            if paused_s is not None:
                stopped_s += staffed.worked_s(event.at_s) - staffed.worked_s(paused_s)
            opened_s, paused_s = event.at_s, None
        elif event.kind in _CLOSES and opened_s is not None:
            worked_s += staffed.worked_s(event.at_s) - staffed.worked_s(opened_s)
            opened_s = None
            paused_s = event.at_s if event.kind is EventKind.PAUSED else None
    return TimedOperation(operation.seconds, worked_s, stopped_s)
