"""How long one click takes: every status and price of every option, exact, on PC parts in four sizes.

``python -m benchmarks.clicks [--tables DIR] [--sizes 1000 10000 …] [--json]``. Random sessions of possible picks, half of
them under a budget; a click takes over what the one before it made of the same picks, as for one customer. In the same run: lean CP-SAT (the judge), asked for the
cheapest completion with one option, which also checks the plan's answers, and for all answers at the smallest size; and at 1,000
and 10,000 parts two peers on an easier question (``_single_slots``): a textbook loop of ``python-sat`` with phase steering, and CP-SAT
that takes all a solution proves. Times of peers are of the processor.
``--models 400 …`` measures generated feature models too, beside a textbook solver loop, CP-SAT and flamapy's configurator;
``--kconfig FOLDER[:FILE] …`` measures published ones: unpacked sources of BusyBox, U-Boot and others (docs/uvl.md says how to get them).
``--sizes`` or ``--models`` without numbers leaves that half out.
"""

import argparse
import gc
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks._feature_models import SIZES as MODELS
from benchmarks._feature_models import feature_model
from benchmarks._kconfig_models import KconfigModel, kconfig_model
from benchmarks._log_chart import Line, log_chart_svg
from benchmarks._models import Measurable, measured_model
from benchmarks._parts import SIZES, parts_in, write_tables
from benchmarks._recording import RESULTS, ROOT, record, surroundings
from benchmarks._sessions import Click, random_sessions, spread, timed
from benchmarks._single_slots import compared
from configurator.compiling.compile import compile_model
from configurator.cpsat.engine import CpSatEngine
from configurator.engine import NO_WAY
from configurator.planning.engine import PlanEngine, build_plan_engine
from configurator.planning.pass_kernels import warm_up
from configurator.problem import Problem
from modules_catalog.loading.catalog import load_catalog

LINE = ROOT / "modules_catalog" / "catalogs" / "pc"
REAL_TABLES = ROOT.parent / "shared" / "data" / "pc-parts"
PEER_CLICKS = {1_000: (20, 6), 10_000: (4, 2)}
"""At which sizes peers run, and how many clicks the solver loop and CP-SAT answer."""


def main() -> None:
    """Measure, write the result, print a table; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tables", type=Path, default=REAL_TABLES if REAL_TABLES.is_dir() else LINE)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--models", type=int, nargs="*", default=MODELS, help="features of generated models")
    parser.add_argument("--kconfig", nargs="*", default=[], metavar="FOLDER[:FILE]", help="sources with Kconfig files")
    parser.add_argument("--without-flamapy", action="store_true", help="it is fetched when it is first asked")
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--probes", type=int, default=12, help="answers checked by CP-SAT at each size")
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    warm_up()
    measured = []
    for size in asked.sizes:
        one = measured_size(asked.tables, size, asked.sessions, asked.probes, peers=size == min(asked.sizes))
        ms, checked = one["click_ms"], one["checked_by_cp_sat"]
        print(
            f"{one['parts']:7} parts: click p50 {ms['p50']} p95 {ms['p95']} max {ms['max']} ms "
            f"(processor p95 {one['click_cpu_ms']['p95']}), "
            f"{checked['values']} values checked, {checked['different']} different",
            flush=True,
        )
        measured.append(one)
    result = {**surroundings(), "source_parts": parts_in(asked.tables), "sizes": measured}
    models = [told_model(feature_model(features), f"{features} features", asked) for features in asked.models]
    published = [told_model(*kconfig(source), asked) for source in asked.kconfig]
    if not asked.no_record and measured:
        record("clicks", result)
        (RESULTS / "clicks.svg").write_text(parts_plot(measured), encoding="utf-8")
    if not asked.no_record and models:
        record("clicks-models", {**surroundings(), "models": models})
        (RESULTS / "clicks-models.svg").write_text(models_plot(models), encoding="utf-8")
    if not asked.no_record and published:
        record("clicks-published", {**surroundings(), "models": published})
    if asked.json:
        print(json.dumps({**result, "models": models, "published": published}))


def kconfig(source: str) -> tuple[KconfigModel, str]:
    """Return the model of ``FOLDER[:FILE]``, without what no product has, and its name."""
    folder, _, only = source.partition(":")
    return kconfig_model(Path(folder), only).without_dead(), Path(folder).resolve().name + (only and f" {only}")


def told_model(model: Measurable, name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one feature model, and print the main ones."""
    one = {"model": name, **measured_model(model, sessions=6, probes=asked.probes, flamapy=not asked.without_flamapy)}
    ours, textbook, flamapy = one["click_cpu_ms"], one["textbook"], one["flamapy"]
    print(
        f"{name}: click p50 {ours['p50']} p95 {ours['p95']} ms of the processor, textbook p95 "
        f"{textbook['click_cpu_ms']['p95']}; {textbook['values']} values checked, {textbook['different']} different; "
        f"flamapy {flamapy.get('not_run') or str(flamapy['wrongly_open']) + ' options wrongly open'}; "
        f"after export and import {one['exported_and_imported']}",
        flush=True,
    )
    return one


def measured_size(tables: Path, size: int, sessions: int, probes: int, *, peers: bool) -> dict[str, Any]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        parts = write_tables(tables, Path(folder), size)
        problem = compile_model(load_catalog(LINE, tables=Path(folder))).problem
    begun = time.perf_counter()
    engine = build_plan_engine(problem)
    compile_s = time.perf_counter() - begun
    random_sessions(engine, problem, 2, seed=1)
    gc.collect()
    gc.disable()
    clicks = random_sessions(engine, problem, sessions)
    gc.enable()
    result = {
        "parts": parts,
        "classes": engine.classes,
        "plan_s": round(compile_s, 2),
        "process_mb": round(psutil.Process().memory_info().rss / 1e6),
        "clicks": len(clicks),
        "click_ms": spread([click.ms for click in clicks]),
        "click_cpu_ms": spread([click.cpu_ms for click in clicks]),
        "values_a_click": sum(len(rows) for rows in clicks[0].answers.with_row),
        "checked_by_cp_sat": checked_by_judge(problem, clicks, probes),
    }
    if peers:
        result["cp_sat_all_answers_ms"] = all_answers(problem, engine, clicks, 3)
    if size in PEER_CLICKS:
        result["statuses_only_single_slots"] = compared(problem, *PEER_CLICKS[size])
    return result


def checked_by_judge(problem: Problem, clicks: list[Click], probes: int) -> dict[str, Any]:
    """Return how long CP-SAT takes for one option's price, and how many of the plan's it does not confirm."""
    judge = CpSatEngine(problem)
    rng = np.random.default_rng(7)
    times: list[float] = []
    different = 0
    for _ in range(probes):
        click = clicks[int(rng.integers(len(clicks)))]
        place = int(rng.choice([at for at, domain in enumerate(problem.domains) if not domain.hidden]))
        row = int(rng.integers(len(problem.domains[place].rows)))
        own = dict(click.picks.get(place, {})) if problem.domains[place].many else {}
        picks = {**click.picks, place: {**own, row: own.get(row, 0) + 1}}
        begun = time.perf_counter()
        found = judge.completion(picks, click.limits)
        times.append((time.perf_counter() - begun) * 1000)
        cost = NO_WAY
        if found is not None:
            cost = np.int64(
                sum(int(problem.domains[at].cost_minor[r]) * n for at, rows in found.items() for r, n in rows.items())
            )
        different += int(cost != click.answers.with_row[place][row])
    return {"values": probes, "different": different, "ms_a_value": spread(times)}


def all_answers(problem: Problem, engine: PlanEngine, clicks: list[Click], count: int) -> dict[str, Any]:
    """Return how long CP-SAT takes for all answers of a click, and how many of them differ from the plan's."""
    judge = CpSatEngine(problem)
    shown = [at for at, domain in enumerate(problem.domains) if not domain.hidden]
    times: list[float] = []
    values = different = 0
    for click in clicks[1 : 1 + count]:
        own = timed(judge, click.picks, click.limits)
        times.append(own.ms)
        again = engine.answers(click.picks, click.limits)
        for place in shown:
            values += len(again.with_row[place])
            different += int((own.answers.with_row[place] != again.with_row[place]).sum())
    return {"clicks": count, "values": values, "different": different, **spread(times)}


def parts_plot(sizes: list[dict[str, Any]]) -> str:
    """Return the plot of clicks on parts."""

    def peer(name: str) -> list[tuple[float, float]]:
        told = [(size["parts"], size.get("statuses_only_single_slots", {}).get(name, {})) for size in sizes]
        return [(parts, one["click_cpu_ms"]["p50"]) for parts, one in told if "click_cpu_ms" in one]

    lines: list[Line] = [
        ("python-sat loop*", "#8a6d00", "", peer("python_sat")),
        ("CP-SAT statuses*", "#6a3d9a", "", peer("cp_sat")),
        ("Lot One, p95", "#1f5fa8", "", [(size["parts"], size["click_cpu_ms"]["p95"]) for size in sizes]),
        ("Lot One, p50", "#1f5fa8", "5 4", [(size["parts"], size["click_cpu_ms"]["p50"]) for size in sizes]),
    ]
    return log_chart_svg(
        [line for line in lines if line[3]],
        title="One click on PC parts (* no prices, one piece a slot; p50)",
        across="parts",
        up="ms of processor time",
        widths=[size["parts"] for size in sizes],
        least=0.1,
        most=100_000,
    )


def models_plot(models: list[dict[str, Any]]) -> str:
    """Return the plot of clicks on feature models."""

    def line(name: str, *path: str) -> list[tuple[float, float]]:
        told = [
            (model["features"], model[path[0]] if len(path) == 1 else model[path[0]].get(path[1])) for model in models
        ]
        return [(features, one[name]) for features, one in told if one]

    lines: list[Line] = [
        ("python-sat loop, p95", "#8a6d00", "", line("p95", "textbook", "click_cpu_ms")),
        ("Lot One, p95", "#1f5fa8", "", line("p95", "click_cpu_ms")),
        ("Lot One, p50", "#1f5fa8", "5 4", line("p50", "click_cpu_ms")),
        ("flamapy, p95 (wrong)", "#b3401f", "2 3", line("p95", "flamapy", "click_cpu_ms")),
    ]
    return log_chart_svg(
        [line for line in lines if line[3]],
        title="One click on feature models",
        across="features",
        up="ms of processor time",
        widths=[model["features"] for model in models],
        least=0.01,
        most=10_000,
    )


if __name__ == "__main__":
    main()
