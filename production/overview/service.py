"""What the planner asks: how full the plant is, what fills a day, what is planned next."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from production.overview import repository
from production.overview.model import LoadMap, PlannedOperation, Take
from production.plants.model import MINUTES_A_DAY, Plant
from production.promise import service as promises
from production.promise.calendar import utc, wall_clock_s, working_days

MOST_BARS = 4000


def load_map(db: Session, line: str, *, first: date, days: int) -> LoadMap:
    """Return the load of all work centres on the first ``days`` working days from ``first`` on.

    Unattended work centres run on other days, too; what they do then counts for that day and is not shown.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    plant = promises.plant_of(db, line)
    shown = working_days(plant, first, days)
    from_s, _ = day_span(plant, shown[0])
    _, to_s = day_span(plant, shown[-1])
    cells = repository.day_loads(db, line, plant.timezone, from_s, to_s)
    return LoadMap(tuple(centre.code for centre in plant.work_centres), shown, cells)


def takes_of_day(db: Session, line: str, work_centre: str, day: date) -> list[Take]:
    """Return what quotes and orders take of a work centre on a day, earliest first.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant has none of this code.
    """
    plant = promises.plant_of(db, line)
    plant.work_centre(work_centre)
    return repository.takes(db, line, work_centre, *day_span(plant, day))


def planned(db: Session, line: str, *, first: date, days: int) -> Sequence[PlannedOperation]:
    """Return the operations planned to start on the first ``days`` working days from ``first`` on.

    Raises:
        PlantNotFound: no plant makes the line.
    """
    plant = promises.plant_of(db, line)
    shown = working_days(plant, first, days)
    from_at, to_at = utc(day_span(plant, shown[0])[0]), utc(day_span(plant, shown[-1])[1])
    return repository.planned_operations(db, line, from_at, to_at, limit=MOST_BARS)


def day_span(plant: Plant, day: date) -> tuple[int, int]:
    """Return when a day of the plant begins and ends, UTC seconds."""
    return wall_clock_s(day, 0, plant.timezone), wall_clock_s(day, MINUTES_A_DAY, plant.timezone)


def today(plant: Plant, now: datetime) -> date:
    """Return the plant's calendar day."""
    return now.astimezone(ZoneInfo(plant.timezone)).date()
