"""How long "why not?" and the ways out take: minimal conflicts and ranked repairs on PC parts in four sizes.

``python -m benchmarks.explain [--tables DIR] [--sizes 1000 10000 …] [--json]``. Random sessions, every second one under a
budget; after each press one option that is ruled out is asked about. CP-SAT judges apart from the clock: each conflict must be
minimal, each repair must be completable, and of a sample the best repair must be CP-SAT's. In the same run, on a sample: conflicts by
dropping one element after the other, and repairs, both by lean CP-SAT.
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks._log_chart import log_chart_svg
from benchmarks._parts import SIZES, parts_in, write_tables
from benchmarks._recording import RESULTS, ROOT, record, surroundings
from benchmarks._refusals import Refusal, random_refusals
from benchmarks._sessions import spread
from configurator.assignment import Checker
from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.cpsat.network import Network, rules_without
from configurator.cpsat.question import Question
from configurator.explaining import Clash, Element, Explaining, picks_from
from configurator.limits import BUDGET, limit_rules
from configurator.model import Conflict, Limits, Repair, Selection
from configurator.planning.engine import build_plan_engine
from configurator.planning.pass_kernels import warm_up
from configurator.selections import picked_rows, picks_of
from configurator.subproblems import background_of
from modules_catalog.loading.catalog import load_catalog

LINE = ROOT / "modules_catalog" / "catalogs" / "pc"
REAL_TABLES = ROOT.parent / "shared" / "data" / "pc-parts"
EFFORT = 60.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answered:
    """One refusal with what was answered, and how long it took."""

    refusal: Refusal
    conflict: Conflict
    repairs: tuple[Repair, ...]
    conflict_ms: tuple[float, float]  # on the clock, of the processor
    repairs_ms: tuple[float, float]


def main() -> None:
    """Measure, write the result and the plot, print a table; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tables", type=Path, default=REAL_TABLES if REAL_TABLES.is_dir() else LINE)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--sessions", type=int, default=24)
    parser.add_argument("--sample", type=int, default=8, help="refusals the peers answer at the smallest size")
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    warm_up()
    measured = []
    for size in asked.sizes:
        one = measured_size(asked.tables, size, asked.sessions, asked.sample if size == min(asked.sizes) else 0)
        checked = one["checked_by_cp_sat"]
        print(
            f"{one['parts']:7} parts: {one['refusals']} refusals; conflict ms {one['conflict_ms']} (processor {one['conflict_cpu_ms']}), "
            f"repairs ms {one['repairs_ms']} (processor {one['repairs_cpu_ms']}); checked {checked}",
            flush=True,
        )
        measured.append(one)
    result = {**surroundings(), "source_parts": parts_in(asked.tables), "sizes": measured}
    if not asked.no_record:
        record("explain", result)
        (RESULTS / "explain.svg").write_text(plot(measured), encoding="utf-8")
    if asked.json:
        print(json.dumps(result))


def measured_size(tables: Path, size: int, sessions: int, sample: int) -> dict[str, Any]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        parts = write_tables(tables, Path(folder), size)
        model = load_catalog(LINE, tables=Path(folder))
    compiled = compile_model(model)
    configurator = Configurator(model, compiled=compiled, engine=build_plan_engine(compiled.problem))
    for refusal in random_refusals(configurator, 2, seed=1):
        answered(configurator, refusal)
    refusals = random_refusals(configurator, sessions)
    gc.collect()
    gc.disable()
    found = [answered(configurator, refusal) for refusal in refusals]
    gc.enable()
    result: dict[str, Any] = {
        "parts": parts,
        "refusals": len(found),
        "without_repair": sum(not each.repairs for each in found),
        "conflict_ms": spread([each.conflict_ms[0] for each in found]),
        "conflict_cpu_ms": spread([each.conflict_ms[1] for each in found]),
        "repairs_ms": spread([each.repairs_ms[0] for each in found]),
        "repairs_cpu_ms": spread([each.repairs_ms[1] for each in found]),
        "elements_of_the_largest_conflict": max(len(e.conflict.choices) + len(e.conflict.rules) for e in found),
        "checked_by_cp_sat": judged(configurator, found, sample or 2),
    }
    if sample:
        result["peers"] = peers(configurator, found[:: max(1, len(found) // sample)][:sample])
    return result


def timed(ask: Callable[[], Result]) -> tuple[Result, tuple[float, float]]:
    """Return an answer and its milliseconds on the clock and of the processor."""
    begun, cpu = time.perf_counter(), time.thread_time()
    result = ask()
    return result, ((time.perf_counter() - begun) * 1000, (time.thread_time() - cpu) * 1000)


def answered(configurator: Configurator, refusal: Refusal) -> Answered:
    """Return conflict and repairs of one refusal with their times."""
    asked = (refusal.selection, refusal.feature, refusal.option, refusal.limits)
    conflict, conflict_ms = timed(lambda: configurator.why_not(*asked))
    repairs, repairs_ms = timed(lambda: configurator.repairs(*asked))
    if conflict is None:
        raise ValueError(refusal.feature, refusal.option)
    return Answered(refusal, conflict, repairs, conflict_ms, repairs_ms)


def judged(configurator: Configurator, found: Sequence[Answered], sample: int) -> dict[str, int]:
    """Return what CP-SAT, and the rules read one by one, say of the answers."""
    problem = configurator.problem
    checker, background = Checker(problem), background_of(problem)
    other = Configurator(configurator.model, compiled=configurator.compiled, engine=CpSatEngine(problem))
    minimal = valid = repairs = best = 0
    for each in found:
        limits = each.refusal.limits
        explaining = Explaining(problem, background, checker, limit_rules(problem, limits))
        minimal += explaining.is_minimal(clash_of(configurator, each))
        for repair in each.repairs:
            repairs += 1
            valid += is_valid(configurator, checker, repair.selection, limits)
    for each in found[:: max(1, len(found) // sample)][:sample]:
        asked = (each.refusal.selection, each.refusal.feature, each.refusal.option, each.refusal.limits)
        best += [told(repair) for repair in other.repairs(*asked)] == [told(repair) for repair in each.repairs]
    return {
        "conflicts": len(found),
        "not_minimal": len(found) - minimal,
        "repairs": repairs,
        "not_valid": repairs - valid,
        "compared_with_cp_sat": min(sample, len(found)),
        "other_changes_or_price": min(sample, len(found)) - best,
    }


def told(repair: Repair) -> tuple[list[str], int]:
    """Return which choices a repair changes, and its price."""
    return sorted(change.feature for change in repair.changes if change.before is not None), repair.price_delta_minor


def clash_of(configurator: Configurator, each: Answered) -> Clash:
    """Return a conflict as the elements it was made of."""
    pressed = each.refusal.selection.with_answer(
        each.refusal.feature, configurator.pressed(each.refusal.selection, each.refusal.feature, each.refusal.option)
    )
    named = {(choice.feature, choice.option) for choice in each.conflict.choices}
    chosen = [e for e in elements_of(configurator, pressed) if spoken(configurator, e) in named]
    return Clash(tuple(chosen), tuple(rule.id for rule in each.conflict.rules))


def elements_of(configurator: Configurator, selection: Selection) -> list[Element]:
    """Return choices one by one."""
    compiled = configurator.compiled
    return [
        Element(compiled.rows[code].index, row, count)
        for code, given in selection.answers.items()
        for row, count in picked_rows(compiled, code, given).items()
    ]


def spoken(configurator: Configurator, element: Element) -> tuple[str, str]:
    """Return feature and option of a choice."""
    domain = configurator.problem.domains[element.domain]
    return domain.feature, domain.rows[element.row]


def is_valid(configurator: Configurator, checker: Checker, selection: Selection, limits: Limits) -> bool:
    """Return whether a completion of the selection keeps every rule and limit, read one by one."""
    picks = picks_of(configurator.compiled, selection)
    whole = configurator.engine.completion(picks, limits)
    if whole is None or not checker.is_valid(whole, limit_rules(configurator.problem, limits)):
        return False
    return all(whole[at].get(row, 0) >= count for at, rows in picks.items() for row, count in rows.items())


def peers(configurator: Configurator, sample: Sequence[Answered]) -> dict[str, Any]:
    """Return how long lean CP-SAT takes for the same refusals, and how many times as long as the plan."""
    other = Configurator(configurator.model, compiled=configurator.compiled, engine=CpSatEngine(configurator.problem))
    deletion, repairs = [], []
    for each in sample:
        asked = (each.refusal.selection, each.refusal.feature, each.refusal.option, each.refusal.limits)
        deletion.append(timed(lambda each=each: conflict_by_deletion(configurator, each))[1][1])  # type: ignore[misc]
        repairs.append(timed(lambda asked=asked: other.repairs(*asked))[1][1])  # type: ignore[misc]
    ours = [each.conflict_ms[1] for each in sample], [each.repairs_ms[1] for each in sample]
    return {
        "refusals": len(sample),
        "conflict_by_deletion_cpu_ms": spread(deletion),
        "conflict_ratio_of_sums": round(sum(deletion) / sum(ours[0]), 1),
        "repairs_by_cp_sat_cpu_ms": spread(repairs),
        "repairs_ratio_of_sums": round(sum(repairs) / sum(ours[1]), 1),
    }


def conflict_by_deletion(configurator: Configurator, each: Answered) -> Clash:
    """Return a conflict as a program without a plan would: drop every element whose loss leaves it impossible."""
    problem, limits = configurator.problem, each.refusal.limits
    pressed = each.refusal.selection.with_answer(
        each.refusal.feature, configurator.pressed(each.refusal.selection, each.refusal.feature, each.refusal.option)
    )
    choices = elements_of(configurator, pressed)
    extra = limit_rules(problem, limits)
    names = list(dict.fromkeys(r.rule for r in (*problem.rules, *extra) if not r.rule.startswith("#")))
    budget = limits.budget_minor

    def possible(kept: Sequence[Element], rules: Sequence[str]) -> bool:
        dropped = frozenset(names) - set(rules) | {BUDGET}
        network = Network(problem, rules_without((*problem.rules, *extra), dropped), False)
        picks = picks_from(kept)
        living = []
        for index, allowed in enumerate(network.allowed_rows):
            rows = allowed
            if index in picks and not problem.domains[index].many:
                rows = allowed & False
                rows[list(picks[index])] = allowed[list(picks[index])]
            living.append(rows)
        many = {at: rows for at, rows in picks.items() if problem.domains[at].many}
        found = Question(network, living, many, priceless=BUDGET not in rules).ask(EFFORT)
        return found is not None and (BUDGET not in rules or budget is None or found.value <= budget)

    for name in list(names):
        if not possible(choices, [other for other in names if other != name]):
            names.remove(name)
    for choice in list(choices):
        if not possible([other for other in choices if other != choice], names):
            choices.remove(choice)
    return Clash(tuple(choices), tuple(names))


def plot(sizes: Sequence[dict[str, Any]]) -> str:
    """Return the plot of all sizes."""

    def line(figure: str, quantile: str) -> list[tuple[float, float]]:
        return [(size["parts"], size[figure][quantile]) for size in sizes]

    return log_chart_svg(
        [
            ("repairs, p95", "#b3401f", "", line("repairs_cpu_ms", "p95")),
            ("repairs, p50", "#b3401f", "5 4", line("repairs_cpu_ms", "p50")),
            ("conflict, p95", "#1f5fa8", "", line("conflict_cpu_ms", "p95")),
            ("conflict, p50", "#1f5fa8", "5 4", line("conflict_cpu_ms", "p50")),
        ],
        title="Why not, and the ways out",
        across="parts",
        up="ms of processor time",
        widths=[size["parts"] for size in sizes],
        least=0.1,
        most=1000,
    )


if __name__ == "__main__":
    main()
