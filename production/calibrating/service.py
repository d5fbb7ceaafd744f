"""Use cases of calibration: what reserve each work centre's recorded times ask for. Nothing is changed here.

Source: docs/algorithms/reserve.md. Taking a proposal over: ``production.promise.adjusting.set_reserve``.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from production.calibrating.model import (
    KEPT_PERMILLE,
    Evidence,
    OperationEvent,
    Proposal,
    RecordedOperation,
    Verdict,
)
from production.calibrating.proposing import reserve_of
from production.calibrating.timing import timed
from production.floor import service as floor
from production.floor.model import EventKind
from production.plants.model import Plant, WorkCentre, WorkCentreKind
from production.promise import service as promises
from production.promise.calendar import epoch_s, local_date, working_days
from production.sequencing.working_time import centre_time

LOOK_BACK_DAYS = 90
AVERAGE_OVER_DAYS = 10
_KINDS = (EventKind.STARTED, EventKind.PAUSED, EventKind.RESUMED, EventKind.FAILED_CHECK, EventKind.FINISHED)


def proposals(db: Session, line: str, *, now: datetime, kept_permille: int = KEPT_PERMILLE) -> list[Proposal]:
    """Return for each work centre of the line's plant what the times of the last ninety days say, in the plant's order.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    plant = promises.plant_of(db, line)
    since = now - timedelta(days=LOOK_BACK_DAYS)
    by_centre: dict[str, list[RecordedOperation]] = {}
    for work_centre, seconds, happened in floor.finished_operations(db, line, _KINDS):
        events = tuple(OperationEvent(kind, epoch_s(at)) for kind, at in happened)
        if happened[0][1] >= since:
            by_centre.setdefault(work_centre, []).append(RecordedOperation(work_centre, seconds, events))
    return [
        _proposal(plant, centre, by_centre.get(centre.code, []), now, kept_permille) for centre in plant.work_centres
    ]


def _proposal(
    plant: Plant, centre: WorkCentre, recorded: list[RecordedOperation], now: datetime, kept_permille: int
) -> Proposal:
    if centre.kind is not WorkCentreKind.FLOW:
        evidence = Evidence(count=len(recorded), kept_permille=kept_permille)
        return Proposal(centre.code, centre.reserve_percent, Verdict.BY_THE_CLOCK, evidence)
    today = local_date(epoch_s(now), plant.timezone)
    staffed = centre_time(plant, centre, today - timedelta(days=LOOK_BACK_DAYS + 1), LOOK_BACK_DAYS + 2)
    ahead = working_days(plant, today, AVERAGE_OVER_DAYS)
    day_s = sum(centre_time(plant, centre, day, 1).total_s for day in ahead) * centre.places // len(ahead)
    times = [timed(one, staffed) for one in recorded]
    verdict, evidence, percent = reserve_of(times, max(1, day_s), kept_permille=kept_permille)
    return Proposal(centre.code, centre.reserve_percent, verdict, evidence, percent)
