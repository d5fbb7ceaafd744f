"""The people, machines and slots of one work centre, each with the time in which it works. Pure."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from production.plants.model import Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import wall_clock_s
from production.sequencing.spans import Span
from production.sequencing.working_time import WorkingTime, centre_time
from production.simulating.model import Noise

REPAIR_SHAPE = 2.0


@dataclass(slots=True)
class Place:
    """One person, machine or slot.

    ``runs`` is when it could work and ``shift`` when somebody is there. ``time`` is when work on it goes on and ``starts``
    when it can be begun: the same, less the times out of order, which nobody knows before.
    """

    runs: WorkingTime
    shift: WorkingTime
    time: WorkingTime
    starts: WorkingTime
    is_free: bool = True

    def ends_s(self, at_s: int, seconds: int) -> int:
        """Return when work of so many seconds begun now is done."""
        return self.time.ends_s(self.time.worked_s(at_s) + seconds)

    def can_start(self, at_s: int) -> bool:
        """Return whether work can be begun now."""
        return self.is_free and self.starts.is_at_work(at_s)


def places_of(
    plant: Plant, centre: WorkCentre, first: date, days: int, noise: Noise, rng: random.Random
) -> list[Place]:
    """Return the places of a work centre over some days, each with its own times out of order.

    People stop at the end of their shift and go on with the next; machines and slots run until they are done.
    """
    staffed = centre_time(plant, centre, first, days)
    clock_s = (
        wall_clock_s(first, 0, plant.timezone),
        wall_clock_s(first + timedelta(days=days), 0, plant.timezone),
    )
    runs = staffed if centre.kind is WorkCentreKind.FLOW else WorkingTime([clock_s])
    found = []
    for _ in range(centre.places):
        gaps = _gaps(runs, noise, rng)
        works = runs.without(gaps) if centre.kind is WorkCentreKind.FLOW else runs
        found.append(Place(runs, staffed, works, staffed.without(gaps)))
    return found


def _gaps(runs: WorkingTime, noise: Noise, rng: random.Random) -> list[Span]:
    """Return stretches out of order; times between them are exponential, in working time."""
    if noise.downtime <= 0:
        return []
    up_s = noise.repair_s * (1 - noise.downtime) / noise.downtime
    gaps: list[Span] = []
    at_s = rng.expovariate(1 / up_s)
    while at_s < runs.total_s:
        ends_s = at_s + rng.gammavariate(REPAIR_SHAPE, noise.repair_s / REPAIR_SHAPE)
        gaps.append((runs.begins_s(int(at_s)), runs.ends_s(min(int(ends_s) + 1, runs.total_s))))
        at_s = ends_s + rng.expovariate(1 / up_s)
    return gaps
