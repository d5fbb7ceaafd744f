"""The near-term sequence: published shops beside PyJobShop, and windows of the jeans plant beside the gap search alone.

``./dev bench sequence [--orders N …] [--seconds S] [--record] [--json]``. Seconds are of the clock; beside them stand the
processor seconds a process took, for machines that are not idle.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Sequence as Several
from datetime import date
from typing import Any

from benchmarks._orders import random_variants
from benchmarks._recording import record, surroundings
from benchmarks._shops import LARGER, SMALL, Shop, peer
from production.model import Variant, demand_of
from production.plants.loading import load_plant
from production.plants.model import Plant
from production.promise.calendar import wall_clock_s
from production.sequencing.booking import Booking
from production.sequencing.improving import improved, improved_sequence
from production.sequencing.model import Sequence, Step, Work
from production.sequencing.searching import searched, sequence

FIRST = date(2026, 3, 2)
OPENS_MIN = 6 * 60
VARIANTS = 40
SEED = 7


def main() -> None:
    """Print what was measured; with ``--json`` the last line is one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="*", default=[40, 300])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each shop and each window")
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/sequence.json")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result: dict[str, Any] = surroundings()
    result["shops"] = [published(shop, asked.seconds, quiet=asked.json) for shop in (*SMALL, *LARGER)]
    plant = load_plant("jeans")
    variants = random_variants("jeans", VARIANTS, SEED) if asked.orders else []
    result["windows"] = [window(plant, variants, orders, asked.seconds, quiet=asked.json) for orders in asked.orders]
    if asked.record:
        record("sequence", result)
    if asked.json:
        print(json.dumps(result))


def published(shop: Shop, time_s: float, *, quiet: bool) -> dict[str, Any]:
    """Return what our solver and its peer find for one shop."""
    cpu_s = _children_s()
    ours = improved(shop.window(), time_s=time_s)
    cpu_s = _children_s() - cpu_s
    theirs = peer(shop, time_s=time_s)
    told = {
        "shop": shop.name,
        "published": shop.best,
        "ours": ours.after.late_s,
        "ours_proven": ours.is_proven,
        "ours_cpu_s": round(cpu_s, 2),
        "pyjobshop": theirs.makespan,
        "pyjobshop_proven": theirs.is_proven,
        "pyjobshop_s": round(theirs.seconds, 2),
    }
    if not quiet:
        print(told)
    return told


def window(plant: Plant, variants: Several[Variant], orders: int, time_s: float, *, quiet: bool) -> dict[str, Any]:
    """Return what is gained over the gap search for so many orders that came at once."""
    now_s = wall_clock_s(FIRST, OPENS_MIN, plant.timezone)
    works = floor_of(plant, variants, orders, now_s)
    began = time.process_time()
    plain = searched(plant, works, now_s, like_within_s=0)
    search_s = time.process_time() - began
    given = sequence(plant, works, now_s)
    cpu_s = _children_s()
    better, windows = improved_sequence(plant, works, given, now_s, time_s=time_s)
    told = {
        "orders": orders,
        "operations": len(given.placed),
        "search_s": round(search_s, 3),
        "plain": _worth(plain, works),
        "given": _worth(given, works) | {"setups": sum(one.before.setups for one in windows)},
        "improved": _worth(better, works) | {"setups": sum(one.after.setups for one in windows)},
        "solver_cpu_s": round(_children_s() - cpu_s, 1),
        "trouble": [one.trouble for one in windows if one.trouble],
    }
    if not quiet:
        print(told)
    return told


def floor_of(plant: Plant, variants: Several[Variant], orders: int, now_s: int) -> tuple[Work, ...]:
    """Return the work of orders that were all promised at one moment, none of it begun."""
    rng = random.Random(SEED)
    booking = Booking(plant, FIRST, 60)
    works = []
    for number in range(orders):
        variant = rng.choice(variants)
        loads = demand_of(variant).loads
        plan = booking.place(loads, now_s)
        booking.take(plan.placements)
        starts = {load.operation: placed.start_s for load, placed in zip(loads, plan.placements, strict=True)}
        steps = tuple(
            Step(
                number=one.number,
                work_centre=one.work_centre,
                seconds=one.seconds,
                rank_s=starts[one.code],
                after=one.after,
                recipe=one.recipe or "",
                setup_s=one.setup_s,
            )
            for one in variant.routing.operations
            if one.seconds
        )
        works.append(Work(f"{number:04}", booking.promised_s(plan, plant.spare_buckets), steps))
    return tuple(works)


def _worth(found: Sequence, works: tuple[Work, ...]) -> dict[str, Any]:
    ends = [found.finished_s[work.key] for work in works]
    first_s = min(one.start_s for one in found.placed)
    return {"late": len(found.late(works)), "mean_end_h": round((sum(ends) / len(ends) - first_s) / 3600, 2)}


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
