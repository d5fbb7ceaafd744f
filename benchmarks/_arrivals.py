"""When orders come, so that a plant is loaded to a share of what it can promise."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from benchmarks._orders import Routings
from production.model import OperationLoad
from production.plants.model import Plant, WorkCentreKind
from production.promise.calendar import span_buckets, wall_clock_s
from production.simulating.model import Arrival

OPENS_MIN, OPEN_MIN = 8 * 60, 14 * 60  # people order from 8 to 22 h, every day of the week
WEEKS = 12


def orders_a_day(plant: Plant, routings: Routings, first: date) -> tuple[float, str]:
    """Return how many orders a calendar day the plant could promise for good, and the work centre that limits them.

    A load of a batch work centre is taken to be full.
    """
    needed: dict[str, float] = {}
    for loads in routings:
        for load in loads:
            needed[load.work_centre] = needed.get(load.work_centre, 0) + _share_s(plant, load) / len(routings)
    days = 7 * WEEKS
    limits = []
    for code, seconds in needed.items():
        buckets = span_buckets(plant, plant.work_centre(code), first, first + timedelta(days=days - 1))
        limits.append((sum(bucket.capacity_s for bucket in buckets) / days / seconds, code))
    return min(limits)


def arrivals(
    plant: Plant, routings: Sequence[tuple[OperationLoad, ...]], a_day: float, orders: int, first: date, seed: int
) -> list[Arrival]:
    """Return orders that come at random moments (Poisson) within the hours of each day, each with a random routing."""
    rng = random.Random(seed)
    found: list[Arrival] = []
    at_days = 0.0
    for _ in range(orders):
        at_days += rng.expovariate(a_day)
        day = int(at_days)
        minute = OPENS_MIN + (at_days - day) * OPEN_MIN
        at_s = wall_clock_s(first + timedelta(days=day), 0, plant.timezone) + int(60 * minute)
        found.append(Arrival(at_s, rng.choice(routings)))
    return found


def _share_s(plant: Plant, load: OperationLoad) -> float:
    centre = plant.work_centre(load.work_centre)
    return load.seconds / (centre.load_pieces if centre.kind is WorkCentreKind.BATCH else 1)
