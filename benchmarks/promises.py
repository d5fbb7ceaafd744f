"""Would the demo plants keep their promises? ``python -m benchmarks.promises [--json] [--orders 2000] [--frontier]``.

Thousands of random valid orders of each line arrive at several loads, are promised by the real rule, and made by a
simulated floor: with exact times, and with a coefficient of variation of 0.25 and every place out of order 5 % of its time.
Reported are the shares kept, mean quoted and actual lead in working time, and the use of each work centre.
``--frontier`` varies length and number of buckets, reserve and re-sync at the highest load. See docs/algorithms/simulation.md.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from benchmarks._arrivals import arrivals, orders_a_day
from benchmarks._kept_chart import kept_svg
from benchmarks._orders import Routings, random_routings
from benchmarks._recording import RESULTS, record, surroundings
from production.plants.loading import load_plant
from production.plants.model import Plant
from production.sequencing.working_time import people_time
from production.simulating.measuring import Figures, figures_of
from production.simulating.model import EXACT, NOISY, PLANT_RULE, Noise, Rule
from production.simulating.playing import play

LINES = ("jeans", "pc")
LOADS = (0.6, 0.7, 0.8, 0.9, 0.95)
FIRST = date(2026, 3, 2)
SEED = 2026
ORDERS = 2000
ROUTINGS = 60  # different ones
WARM_UP = 0.1  # of the orders are made but not counted
BUCKETS_MIN = (10, 30, 90)  # beside the plant's own
SPARES = (0, 1, 2, 4, 6)
RESERVES = (0, 3, 9, 12)
DAYS = 400
SPARE_MIN = 60  # with buckets of other lengths


def measured(plant: Plant, routings: Routings, load: float, orders: int, noise: Noise, rule: Rule) -> Figures:
    a_day = load * orders_a_day(plant, routings, FIRST)[0]
    coming = arrivals(plant, routings, a_day, orders, FIRST, SEED)
    run = play(plant, coming, noise=noise, rule=rule, seed=SEED + 1, warm_up=int(WARM_UP * orders))
    return figures_of(run, people_time(plant, FIRST, DAYS))


def told(figures: Figures) -> dict[str, Any]:
    """Return figures as they are recorded: leads in hours, shares to four digits."""
    values = asdict(figures)
    return {
        "orders": figures.orders,
        "kept": round(figures.kept, 4),
        "kept_by_day": round(figures.kept_by_day, 4),
        "quoted_h": round(figures.quoted_lead_s / 3600, 2),
        "actual_h": round(figures.actual_lead_s / 3600, 2),
        "quoted_over_actual": round(figures.quoted_over_actual, 3),
        "latest_h": round(figures.latest_s / 3600, 2),
        "warned": figures.warned,
        "late_unwarned": figures.late_unwarned,
        "used": {code: round(share, 3) for code, share in values["used"].items()},
    }


def loaded(line: str, routings: Routings, loads: Sequence[float], orders: int, *, quiet: bool) -> dict[str, Any]:
    """Return what happens at each load, with exact and with noisy times."""
    plant = load_plant(line)
    most, bottleneck = orders_a_day(plant, routings, FIRST)
    rows = []
    for load in loads:
        row: dict[str, Any] = {"load": load, "orders_a_week": round(7 * load * most)}
        for name, noise in (("exact", EXACT), ("noisy", NOISY)):
            begun = time.process_time()
            row[name] = told(measured(plant, routings, load, orders, noise, PLANT_RULE))
            row[name]["cpu_s"] = round(time.process_time() - begun, 1)
        rows.append(row)
        if not quiet:
            print(line, json.dumps(row))
    return {"bottleneck": bottleneck, "loads": rows}


def frontier(line: str, routings: Routings, load: float, orders: int, *, quiet: bool) -> list[dict[str, Any]]:
    """Return kept share and leads at one load, noisy, by spare buckets and by reserve; the orders stay the same."""
    plant = load_plant(line)
    rules = [PLANT_RULE, Rule(resyncs=False)]
    rules += [Rule(spare_buckets=spare) for spare in SPARES]
    rules += [Rule(reserve_percent=percent) for percent in RESERVES]
    rules += [Rule(bucket_min=minutes, spare_buckets=max(1, SPARE_MIN // minutes)) for minutes in BUCKETS_MIN]
    rows = []
    for rule in rules:
        rows.append({**asdict(rule), **told(measured(plant, routings, load, orders, NOISY, rule))})
        if not quiet:
            print(line, json.dumps(rows[-1]))
    return rows


def worst(lines: dict[str, Any]) -> dict[str, float]:
    """Return the shares kept and the ratio at the highest load, of the line that does worse, and the least kept at any."""
    rows = [row for line in lines.values() for row in line["loads"]]
    most = max(row["load"] for row in rows)
    highest = [row for row in rows if row["load"] == most]
    return {
        "kept_exact": min(row["exact"]["kept"] for row in highest),
        "kept_noisy": min(row["noisy"]["kept"] for row in highest),
        "quoted_over_actual": max(row["noisy"]["quoted_over_actual"] for row in highest),
        "least_kept_exact": min(row["exact"]["kept"] for row in rows),
        "least_kept_noisy": min(row["noisy"]["kept"] for row in rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--loads", type=float, nargs="*", default=LOADS)
    parser.add_argument("--routings", type=int, default=ROUTINGS)
    parser.add_argument("--frontier", action="store_true", help="also vary spare buckets and reserve")
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/promises.json and .svg")
    asked = parser.parse_args()
    routings = {line: random_routings(line, asked.routings, SEED) for line in LINES}
    result: dict[str, Any] = {**surroundings(), "orders": asked.orders, "lines": {}}
    for line in LINES:
        result["lines"][line] = loaded(line, routings[line], asked.loads, asked.orders, quiet=asked.json)
    result |= worst(result["lines"])
    if asked.frontier:
        result["frontier"] = {
            line: frontier(line, routings[line], max(asked.loads), asked.orders, quiet=asked.json) for line in LINES
        }
    if asked.record:
        record("promises", result)
        (RESULTS / "promises.svg").write_text(kept_svg(result), encoding="utf-8")
    if asked.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
