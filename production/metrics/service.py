"""What figures are asked for: a line's, over whole days of its plant."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from production.metrics import repository
from production.metrics.figuring import figures_of
from production.metrics.model import Agreement, Figures
from production.metrics.repository import FloorCounts
from production.metrics.workdays import Workdays, day_period
from production.promise import adjusting
from production.promise import service as promises
from production.promise.calendar import ONE_DAY, epoch_s

Agreements = Callable[[Collection[str]], Mapping[str, Agreement]]
"""Says what was agreed for some order numbers; orders it does not know are left out."""
FORGOTTEN_FINISH = 31 * ONE_DAY
"""How long before a period adjustments still count: what was started then may run into it."""


def measure(db: Session, line: str, first: date, last: date, agreements_of: Agreements, *, now: datetime) -> Figures:
    """Return the figures of a line from the beginning of one day of its plant to the end of another.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    plant = promises.plant_of(db, line)
    period = day_period(plant, first, last)
    kept = adjusting.adjustments(db, line, first - FORGOTTEN_FINISH, last)
    found = repository.histories(db, line, period)
    agreed = agreements_of({history.order_number for history in found})
    known = (replace(history, agreement=agreed.get(history.order_number)) for history in found)
    return figures_of(known, Workdays(plant, kept.values()), period, now_s=epoch_s(now))


def floor_counts(db: Session) -> FloorCounts:
    """Return what is on the floors of all lines, and how much happened there."""
    return repository.floor_counts(db)
