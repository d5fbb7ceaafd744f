"""Use cases of what differs from the plan: maintenance, a machine down, overtime, another reserve, and promises at risk.

Source: docs/algorithms/promise.md, rules A-1 to A-4, and docs/algorithms/reserve.md, rule C-6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from production.errors import AdjustmentNotFound, ReserveNotValid
from production.plants.model import MINUTES_A_DAY, Adjustment, Plant
from production.promise import repository
from production.promise.calendar import ONE_DAY, day_buckets, epoch_s, local_date, span_buckets, utc, wall_clock_s


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A reservation that is not sure any more: of a work centre's bucket, or of a material, too little is left.

    ``missing`` is what of its own share is not there: seconds, or the material's unit. ``at`` is the bucket's start, or when a
    delivery that comes late can be used.
    """

    key: str
    missing: int
    work_centre: str = ""
    at: datetime | None = None
    material: str = ""


class _Tried(Exception):
    """Ends a trial: what was done in it is undone on the way out."""

    def __init__(self, found: list[AtRisk]) -> None:
        super().__init__()
        self.found = found


def adjust(db: Session, line: str, adjustment: Adjustment, *, now: datetime) -> int:
    """Store an adjustment and give the day's buckets their new capacity; return its id.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant has no such work centre.
    """
    plant = repository.stored_plant(db, line).plant
    plant.work_centre(adjustment.work_centre)
    adjustment_id = repository.add_adjustment(db, line, adjustment, now=now)
    _follow(db, plant, adjustment)
    return adjustment_id


def withdraw(db: Session, line: str, adjustment_id: int) -> Adjustment:
    """Take an adjustment back, and return it.

    Raises:
        AdjustmentNotFound: there is none.
    """
    plant = repository.stored_plant(db, line).plant
    adjustment = repository.remove_adjustment(db, line, adjustment_id)
    if adjustment is None:
        raise AdjustmentNotFound(line=line, adjustment=adjustment_id)
    _follow(db, plant, adjustment)
    return adjustment


def adjustments(db: Session, line: str, first: date, last: date) -> dict[int, Adjustment]:
    """Return the adjustments of some days by their ids, by day and work centre."""
    return repository.adjustments(db, line, first, last)


def effect_of(db: Session, line: str, adjustment: Adjustment, *, now: datetime) -> list[AtRisk]:
    """Return which reservations an adjustment would put at risk that are not so now; nothing is changed.

    It is made and undone: the session must be one for writing.

    Raises:
        PlantNotFound, WorkCentreNotFound: as ``adjust``.
    """
    before = set(at_risk(db, line))
    try:
        with db.begin_nested():
            adjust(db, line, adjustment, now=now)
            raise _Tried([one for one in at_risk(db, line) if one not in before])
    except _Tried as tried:
        return tried.found


def set_reserve(db: Session, line: str, work_centre: str, percent: int, *, now: datetime) -> list[AtRisk]:
    """Set the share of a work centre that is never promised, from tomorrow on; return the reservations it puts at risk (C-6).

    What is taken stays taken. The reserve outlives a new seeding of the plant.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant has no such work centre.
        ReserveNotValid: not between 0 and 99 percent.
    """
    if not 0 <= percent < 100:
        raise ReserveNotValid(line=line, work_centre=work_centre, percent=percent)
    stored = repository.stored_plant(db, line)
    stored.plant.work_centre(work_centre)
    before = set(at_risk(db, line))
    plant = stored.plant.with_reserves({work_centre: percent})
    repository.save_plant(db, replace(stored, plant=plant))
    repository.save_reserve(db, line, work_centre, percent, now=now)
    tomorrow = local_date(epoch_s(now), plant.timezone) + ONE_DAY
    last = local_date(stored.horizon_to_s - 1, plant.timezone)
    adjusted = repository.adjustments(db, line, tomorrow, last, work_centre).values()
    buckets = span_buckets(plant, plant.work_centre(work_centre), tomorrow, last, adjusted)
    from_s = wall_clock_s(tomorrow, 0, plant.timezone)
    repository.set_capacity(db, line, work_centre, from_s, stored.horizon_to_s, buckets)
    return [one for one in at_risk(db, line) if one not in before]


def effect_of_reserve(db: Session, line: str, work_centre: str, percent: int, *, now: datetime) -> list[AtRisk]:
    """Return which reservations a reserve would put at risk; nothing is changed. The session must be one for writing.

    Raises:
        PlantNotFound, WorkCentreNotFound, ReserveNotValid: as ``set_reserve``.
    """
    try:
        with db.begin_nested():
            raise _Tried(set_reserve(db, line, work_centre, percent, now=now))
    except _Tried as tried:
        return tried.found


def at_risk(db: Session, line: str) -> list[AtRisk]:
    """Return the reservations that lack something: of those who share it, the ones reserved last, until all is covered (A-3).

    And those whose material a supplier now brings after their work was to begin (M-10).
    """
    found: list[AtRisk] = []
    for code, start_s, short_s in repository.short_buckets(db, line):
        for key, missing_s in _last_ones(repository.takers(db, line, code, start_s), short_s):
            found.append(AtRisk(key, missing_s, work_centre=code, at=utc(start_s)))
    for material, short in repository.short_materials(db, line):
        for key, missing in _last_ones(repository.material_takers(db, line, material), short):
            found.append(AtRisk(key, missing, material=material))
    for key, material, missing, usable_s in repository.late_deliveries(db, line):
        found.append(AtRisk(key, missing, at=utc(usable_s), material=material))
    return found


def _last_ones(takers: Iterable[tuple[str, int]], short: int) -> Iterable[tuple[str, int]]:
    for key, taken in takers:
        if short <= 0:
            return
        yield key, min(short, taken)
        short -= taken


def _follow(db: Session, plant: Plant, adjustment: Adjustment) -> None:
    """Give the buckets of the adjustment's day the capacity that all adjustments of the day together make."""
    code, day = adjustment.work_centre, adjustment.day
    same_day = tuple(repository.adjustments(db, plant.line, day, day, code).values())
    buckets = day_buckets(plant, plant.work_centre(code), day, same_day)
    from_s, to_s = (wall_clock_s(day, minute, plant.timezone) for minute in (0, MINUTES_A_DAY))
    repository.set_capacity(db, plant.line, code, from_s, to_s, buckets)
