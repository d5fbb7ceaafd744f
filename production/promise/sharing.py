"""Use cases of kept shares: what of a work centre only one customer group is promised, and what that does to dates.

Source: docs/algorithms/promise.md, rule A-4.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from production.errors import BeyondHorizon, KeptShareNotValid
from production.model import Demand
from production.plants.model import KeptShare
from production.promise import repository
from production.promise.reading import touch
from production.promise.service import inquire

MOST_DAYS = 366
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Days:
    """When some work could be ready for others, for the group a share is kept for, and as a rush order; None: not at all."""

    others: date | None
    group: date | None
    rush: date | None


@dataclass(frozen=True, slots=True)
class ShareEffect:
    """What another share does to the dates of some work."""

    before: Days
    after: Days


class _Tried(Exception):
    """Ends a trial: what was done in it is undone on the way out."""

    def __init__(self, days: Days) -> None:
        super().__init__()
        self.days = days


def kept_share(line: str, work_centre: str, group: str, percent: int, until_days: int) -> KeptShare | None:
    """Return the share somebody asks for; 0 percent is none at all.

    Raises:
        KeptShareNotValid: no such share can be.
    """
    facts = {"line": line, "work_centre": work_centre}
    if not 0 <= percent < 100:
        raise KeptShareNotValid(**facts, wrong="percent")
    if percent == 0:
        return None
    if not _WORD.fullmatch(group):
        raise KeptShareNotValid(**facts, wrong="group")
    if not 0 <= until_days <= MOST_DAYS:
        raise KeptShareNotValid(**facts, wrong="until_days")
    return KeptShare(group, percent, until_days)


def set_share(db: Session, line: str, work_centre: str, share: KeptShare | None, *, now: datetime) -> None:
    """Keep a share of a work centre for a group from now on, or none; what is promised stays promised.

    It outlives a new seeding of the plant.

    Raises:
        PlantNotFound: no plant makes the line.
        WorkCentreNotFound: the plant has no such work centre.
        KeptShareNotValid: no whole machine would be left for others.
    """
    stored = repository.stored_plant(db, line)
    centre = stored.plant.work_centre(work_centre)
    if share is not None and not centre.leaves_a_place(share.percent):
        raise KeptShareNotValid(line=line, work_centre=work_centre, wrong="no_place")
    touch(db)
    repository.save_plant(db, replace(stored, plant=stored.plant.with_kept({work_centre: share})))
    repository.save_kept_share(db, line, work_centre, share, now=now)


def effect_of_share(
    db: Session, line: str, work_centre: str, share: KeptShare | None, demand: Demand, *, now: datetime
) -> ShareEffect:
    """Return what a share would do to the dates of some work; nothing is changed. The session must be one for writing.

    Materials are left out: the question is who finds room when.

    Raises:
        PlantNotFound, WorkCentreNotFound, KeptShareNotValid: as ``set_share``.
    """
    group = share.group if share is not None else ""
    work = replace(demand, materials=())
    before = _days(db, line, work, group, now)
    try:
        with db.begin_nested():
            set_share(db, line, work_centre, share, now=now)
            raise _Tried(_days(db, line, work, group, now))
    except _Tried as tried:
        return ShareEffect(before, tried.days)


def _days(db: Session, line: str, work: Demand, group: str, now: datetime) -> Days:
    def day(whose: Demand) -> date | None:
        try:
            return inquire(db, line, whose, now=now).date
        except BeyondHorizon:
            return None

    theirs = frozenset({group}) if group else frozenset[str]()
    return Days(day(work), day(replace(work, groups=theirs)), day(replace(work, is_rush=True)))
