"""How many people are fitted from how many stocked components, judged on people not used for choosing.

``python -m benchmarks.fit [--json]``. Chooses on 60 % of the survey, judges on the other 40 %, beside whole sizes
with alterations and the off-the-rack grid, with and without tape error. Takes several minutes.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks._curve import curve_svg
from benchmarks._recording import RESULTS, ROOT, record, surroundings
from benchmarks._whole_sizes import best_whole_sizes, planned_by_rack, planned_by_sizes, rack_grid, share_by_sex
from configurator.fit.fitting import fit_person
from configurator.fit.model import Fit, Verdict
from configurator.fit.probability import WEAR_TOLERANCE_MM
from modules_catalog.sizing.model import Body, ComponentTable, NavelMeasures, Sex
from modules_catalog.sizing.people_file import read_people
from modules_catalog.sizing.targets import target_for
from production.stocking.choosing import choose_stock
from production.stocking.model import StockSettings, Wearer

COUNTS = (50, 75, 100, 125, 150, 200)

#: Remove-and-replace steps of each choice; the shipped table was given more.
ROUNDS = 100_000
READINGS = (1, 2)

#: Spread of one reading, mm: girths and heights; length through the crotch.
READING_SD_MM, CROTCH_READING_SD_MM = 5, 6

SEED = 2026


def main() -> None:
    """Measure, write the result and the chart, print a table; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=Path, default=ROOT.parent / "shared" / "data" / "body" / "ansur2.csv")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--counts", type=int, nargs="*", default=COUNTS)
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    if not asked.people.is_file():
        print(f"no people at {asked.people}: name a table with --people", file=sys.stderr)
        sys.exit(2)
    bodies = [person.body for person in read_people(asked.people) if isinstance(person.body, Body)]
    chosen_on, judged_on = parted(bodies)
    curve = []
    for count in asked.counts:
        point = judged_stock(chosen_on, judged_on, replace(StockSettings(), components=count, rounds=asked.rounds))
        print(f"{count:4} components: planned {point['planned']}, truly within wear {point['within_wear']}", flush=True)
        curve.append(point)
    peers = judged_peers(chosen_on, judged_on, asked.counts)
    result = {
        "benchmark": "fit",
        **surroundings(),
        "people": {"file": asked.people.name, "chosen_on": len(chosen_on), "judged_on": len(judged_on), "seed": SEED},
        "tolerance_mm": {"plan": "13/13/7/7/7", "wear": "12.7/19/12.7/12.7/12.7"},
        "components": curve,
        **peers,
        "caveat": "The survey is of soldiers of 17 to 58 years, not of the general public.",
    }
    print_table(result)
    if not asked.no_record:
        record("fit", result)
        (RESULTS / "fit.svg").write_text(chart(result), encoding="utf-8")
    if asked.json:
        print(json.dumps(result))


def parted(bodies: Sequence[Body]) -> tuple[list[Body], list[Body]]:
    """Return 60 % of the bodies and the other 40 %, shuffled by a fixed seed."""
    order = np.random.default_rng(SEED).permutation(len(bodies))
    cut = int(0.6 * len(bodies))
    return [bodies[i] for i in order[:cut]], [bodies[i] for i in order[cut:]]


def judged_stock(chosen_on: Sequence[Body], judged_on: Sequence[Body], settings: StockSettings) -> dict[str, Any]:
    """Return what one stock does for people it was not chosen on."""
    started = time.perf_counter()
    choice = choose_stock([Wearer(b.sex, target_for(b).measures) for b in chosen_on], settings)
    chosen_s = time.perf_counter() - started
    fit_person(judged_on[0], choice.table)
    started = time.perf_counter()
    fits = [fit_person(body, choice.table) for body in judged_on]
    fit_ms = (time.perf_counter() - started) * 1000 / len(fits)
    from_stock = [f.combination for f in fits if f.combination is not None]
    return {
        "count": len(choice.table.components),
        "planned": by_sex(judged_on, [f.combination is not None for f in fits]),
        "planned_of_those_chosen_on": choice.covered_permille / 1000,
        "bespoke": round(mean(f.verdict is Verdict.BESPOKE for f in fits), 4),
        "trims_beyond_hem": round(mean(c.trims.beyond_hem for c in from_stock), 2),
        "trims_beyond_hem_most": max(c.trims.beyond_hem for c in from_stock),
        "minutes": round(mean(c.minutes for c in from_stock), 1),
        "within_wear": {str(n): by_sex(judged_on, truly_worn(judged_on, choice.table, n)) for n in READINGS},
        "expected_within_wear": round(mean(f.probability for f in fits if f.combination is not None), 4),
        "choosing_s": round(chosen_s, 1),
        "fit_ms": round(fit_ms, 3),
    }


def truly_worn(bodies: Sequence[Body], table: ComponentTable, readings: int) -> list[bool]:
    """Return who wears a stocked pair truly within wear tolerance when the tape errs; bespoke counts as not."""
    rng = np.random.default_rng(SEED + readings)
    worn = []
    for body in bodies:
        given = fit_person(measured(body, readings, rng), table)
        worn.append(given.combination is not None and is_worn(given, body))
    return worn


def is_worn(given: Fit, body: Body) -> bool:
    """Say whether a pair planned on readings is within wear tolerance of what the body truly needs."""
    assert given.finished is not None
    off = given.finished.minus(target_for(body).measures)
    return all(abs(o) <= t for o, t in zip(off, WEAR_TOLERANCE_MM, strict=True))


def measured(body: Body, readings: int, rng: np.random.Generator) -> Body:
    """Return a body as read: each measure off by a normal error, averaged over the readings."""
    girth = READING_SD_MM / readings**0.5
    crotch = CROTCH_READING_SD_MM / readings**0.5
    upper = body.upper
    assert isinstance(upper, NavelMeasures)
    hip, thigh, height, waist = (round(float(e)) for e in rng.normal(0, girth, 4))
    return replace(
        body,
        hip_circ_mm=body.hip_circ_mm + hip,
        thigh_circ_mm=body.thigh_circ_mm + thigh,
        crotch_height_mm=body.crotch_height_mm + height,
        upper=replace(
            upper,
            waist_circ_mm=upper.waist_circ_mm + waist,
            crotch_length_mm=upper.crotch_length_mm + round(float(rng.normal(0, crotch))),
        ),
    )


def judged_peers(chosen_on: Sequence[Body], judged_on: Sequence[Body], counts: Sequence[int]) -> dict[str, Any]:
    """Return coverage by whole sizes (half of them for each sex) and by the off-the-rack grid."""
    known = [targets(chosen_on, sex) for sex in Sex]
    unseen = [targets(judged_on, sex) for sex in Sex]
    whole = []
    for count in counts:
        sizes = [best_whole_sizes(people, count // 2, candidates=4000, seed=SEED) for people in known]
        planned = [planned_by_sizes(people, of_sex) for people, of_sex in zip(unseen, sizes, strict=True)]
        whole.append({"count": count, "planned": share_by_sex(planned)})
    grids = [rack_grid(people) for people in known]
    racked = [planned_by_rack(people, grid) for people, grid in zip(unseen, grids, strict=True)]
    return {
        "whole_sizes_with_alterations": whole,
        "off_the_rack": {"count": sum(map(len, grids)), "planned": share_by_sex(racked)},
    }


def targets(bodies: Sequence[Body], sex: Sex) -> Any:
    """Return the targets of one sex as an array, one row a person."""
    return np.array([tuple(target_for(body).measures) for body in bodies if body.sex is sex])


def by_sex(bodies: Sequence[Body], answers: Sequence[bool]) -> dict[str, float]:
    """Return the share of yes among women, men and all."""
    of_sex = [[a for b, a in zip(bodies, answers, strict=True) if b.sex is sex] for sex in Sex]
    return share_by_sex([np.array(a) for a in of_sex])


def print_table(result: dict[str, Any]) -> None:
    """Print the curve for a reader."""
    print(f"\n{'':34}{'count':>6}{'women':>8}{'men':>8}{'all':>8}{'wear, 1 reading':>17}{'2 readings':>12}")
    rows = [("stocked components", p, p["within_wear"]) for p in result["components"]]
    rows += [("whole sizes, altered", p, None) for p in result["whole_sizes_with_alterations"]]
    rows += [("off the rack, 1 in x 2 in", result["off_the_rack"], None)]
    for name, point, wear in rows:
        shares = "".join(f"{100 * point['planned'][who]:7.1f}%" for who in ("F", "M", "all"))
        worn = "" if wear is None else f"{100 * wear['1']['all']:16.1f}%{100 * wear['2']['all']:11.1f}%"
        print(f"{name:34}{point['count']:6}{shares}{worn}")
    print(result["caveat"])


def chart(result: dict[str, Any]) -> str:
    """Return the curve as SVG."""
    components, whole = result["components"], result["whole_sizes_with_alterations"]
    rack = result["off_the_rack"]["planned"]["all"]
    most = max(point["count"] for point in components)
    return curve_svg(
        [
            ("components, men", "#1f5fa8", "", [(p["count"], p["planned"]["M"]) for p in components]),
            ("components, women", "#b3401f", "", [(p["count"], p["planned"]["F"]) for p in components]),
            ("worn well, 2 readings", "#2c7a3f", "6 4", [(p["count"], p["within_wear"]["2"]["all"]) for p in components]),
            ("worn well, 1 reading", "#2c7a3f", "2 4", [(p["count"], p["within_wear"]["1"]["all"]) for p in components]),
            ("whole sizes, altered", "#777", "", [(p["count"], p["planned"]["all"]) for p in whole]),
            ("off the rack", "#aaa", "6 4", [(0, rack), (most, rack)]),
        ],
        title="People planned within 13/13/7/7/7 mm, not used for choosing",
        across="stocked components (or whole sizes)",
        up="share of people",
        most=most,
    )  # fmt: skip


if __name__ == "__main__":
    main()
