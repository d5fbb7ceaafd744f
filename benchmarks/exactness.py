"""How often an answer is wrong: random small problems and catalogs, every value compared with looking at every assignment.

``python -m benchmarks.exactness [--models 10000] [--catalogs 4000] [--minutes 30] [--seed 0] [--json]``.
A *model* is a problem as the engines see it: single and choose-many features, optional ones, tables, sums, discounts and values that
are not known. The compiled plan is asked after random picks under budgets, work centres, exclusions, late parts and dropped rules:
statuses, prices, forced options, completions, wishes of different weight, choices lifted, and the minimal conflict of what cannot be,
each element of which must be needed. The same problem without prices and with one option a feature goes to the satisfiability engine.
A *catalog* (``_random_catalogs``) has rules as text, with conditions, arithmetic, numbers, texts and policies for missing values, and
goes through compiler and configurator: statuses, prices, ranges, counts, not-known verdicts, conflicts, repairs and their order, the cheapest and the
closest configuration, and that a further rule makes nothing possible. One process, one core; exit code 1 when anything differs.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks._random_catalogs import BLOCK, compare_block
from benchmarks._recording import record, surroundings
from configurator.engine import Answers, Picks
from configurator.explaining import Clash, Element, picks_from
from configurator.limits import BUDGET, limit_rules
from configurator.model import NO_LIMITS, Limits
from configurator.narrowing import Narrowing
from configurator.planning.engine import PlanEngine, build_plan_engine
from configurator.planning.limits import PlanBudget, TooWide
from configurator.planning.pass_kernels import warm_up
from configurator.problem import Problem, ProblemRule, TableRule
from configurator.satisfying.engine import SatEngine, build_sat_engine
from configurator.subproblems import background_of
from configurator.wishes import by_age
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_limits, random_picks, random_problem
from tests.oracles.weighing import check_closest, check_lifted

QUICK = PlanBudget(restarts=1, climbs=1, rehearsals=1)
QUESTIONS = 3
COUNTED = (
    "models", "values", "completions", "conflicts", "wishes", "sat_values", "sat_conflicts",
    "catalogs", "catalog_values", "catalog_conflicts", "catalog_repairs", "goals", "laws", "different",
)  # fmt: skip

Count = Counter[str]


def main() -> None:
    """Compare, write the result, print the counts; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--models", type=int, default=10_000, help="problems as the engines see them")
    parser.add_argument("--catalogs", type=int, default=4_000, help="catalogs with rules as text")
    parser.add_argument("--minutes", type=float, default=30, help="stop after so long, however many were compared")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first model and block of catalogs; the next ones follow"
    )
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    warm_up()
    count, wrong, begun, cpu = Counter[str](), list[str](), time.monotonic(), time.process_time()
    steps = _steps(asked.seed, asked.models, asked.catalogs, count)
    for name, step in steps:
        if time.monotonic() - begun > asked.minutes * 60:
            break
        before = count["different"]
        told = step()
        if count["different"] > before:
            wrong.append(name)
            print(f"{name}: {count['different'] - before} different {'; '.join(told)}", flush=True)
    result = {
        **surroundings(),
        "first_seed": asked.seed,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "cpu_minutes": round((time.process_time() - cpu) / 60, 1),
        **{name: count[name] for name in COUNTED},
        "wrong_seeds": wrong[:20],
    }
    print(
        f"{count['models']} models: {count['values']} values, {count['completions']} completions, {count['conflicts']} conflicts and "
        f"{count['wishes']} wishes of the plan, {count['sat_values']} values and {count['sat_conflicts']} conflicts by satisfiability; "
        f"{count['catalogs']} catalogs: {count['catalog_values']} values, {count['catalog_conflicts']} conflicts, "
        f"{count['catalog_repairs']} repairs, {count['goals']} goals; {count['different']} different"
    )
    if not asked.no_record:
        record("exactness", result)
    if asked.json:
        print(json.dumps(result))
    sys.exit(1 if wrong else 0)


def _steps(seed: int, models: int, catalogs: int, count: Count) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Yield what is to be compared, blocks of catalogs evenly among the models."""
    blocks = -(-catalogs // BLOCK)
    for number in range(max(models, blocks)):
        if number < models:
            yield f"model {seed + number}", partial(compare, seed + number, count)
        for block in range(number * blocks // max(models, blocks), (number + 1) * blocks // max(models, blocks)):
            size = min(BLOCK, catalogs - block * BLOCK)
            yield f"catalogs {seed + block}", partial(compare_block, seed + block, count, catalogs=size)


def compare(seed: int, count: Count) -> list[str]:
    """Compare everything on one random problem, and count it; return what differed beside values."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    _compare_plan(problem, rng, count)
    _compare_satisfying(_priceless(problem), rng, count)
    count["models"] += 1
    return []


def _compare_plan(problem: Problem, rng: np.random.Generator, count: Count) -> None:
    oracle, engine = Oracle(problem), build_plan_engine(problem, budget=QUICK)
    best = oracle.answers({}).best_minor
    names = sorted({rule.rule for rule in problem.rules} | {BUDGET, "capacity:w0", "material:f0", "x0"})
    for _ in range(QUESTIONS):
        picks, limits = random_picks(rng, problem), random_limits(rng, problem, best)
        count["values"] += _differing(oracle.answers(picks, limits), engine.answers(picks, limits), count)
        dropped = frozenset(name for name in names if rng.random() < 0.3)
        want = oracle.completion(picks, limits, dropped_rules=dropped)
        got = engine.completion(picks, limits, dropped_rules=dropped)
        count["completions"] += 1
        count["different"] += int((want is None) != (got is None))
        if want is not None and got is not None:
            kept = oracle.keeps(got, limits, dropped) and oracle.cost_of(got) == oracle.cost_of(want)
            count["different"] += int(not kept)
        elements = [Element(place, row, n) for place, rows in picks.items() for row, n in rows.items()]
        _compare_conflict(engine, oracle, elements, limits, count)
        _compare_wishes(engine, oracle, picks, limits, rng, count)


def _differing(want: Answers, got: Answers, count: Count) -> int:
    """Count the values of one answer that differ, and return how many were compared."""
    pairs = [*zip(want.with_row, got.with_row, strict=True), *zip(want.certain_row, got.certain_row, strict=True)]
    for own, other in zip(want.forced, got.forced, strict=True):
        if own is not None and other is not None:
            pairs.append((own.astype(np.int64), other.astype(np.int64)))
        count["different"] += int((own is None) != (other is None))
    count["different"] += sum(int((a != b).sum()) for a, b in pairs)
    count["different"] += int(want.best_minor != got.best_minor) + int(not got.proven)
    return 1 + sum(len(a) for a, _ in pairs)


def _compare_conflict(
    engine: PlanEngine, oracle: Oracle, elements: Sequence[Element], limits: Limits, count: Count
) -> None:
    """Look for the conflict among the picks: there exactly when they cannot be completed, and minimal."""
    problem = oracle.problem
    own = limit_rules(problem, limits)
    narrowing = Narrowing(problem, background_of(problem), limits, own, engine.completion, engine.least, engine.lifted)
    try:
        clash = narrowing.clash(elements)
    except TooWide:  # the small models answer what the plan is too narrow for
        return
    names = frozenset({rule.rule for rule in (*problem.rules, *own)} | {BUDGET})
    count["conflicts"] += int(clash is not None)
    count["different"] += int(not _is_minimal(oracle, elements, clash, limits, names))


def _compare_wishes(
    engine: PlanEngine, oracle: Oracle, picks: Picks, limits: Limits, rng: np.random.Generator, count: Count
) -> None:
    """Lift each pick, and take the picks for wishes of different weight beside a few that are fixed."""
    fixed = {at: rows for at, rows in random_picks(rng, oracle.problem).items() if rng.random() < 0.3}
    order = rng.permutation(len(oracle.problem.domains))
    wishes = by_age((int(at), picks[at]) for at in order if picks.get(at) and at not in fixed)
    for check in (
        partial(check_lifted, engine, oracle, picks, limits),
        partial(check_closest, engine, oracle, fixed, wishes, limits),
    ):
        try:
            count["wishes"] += check()
        except AssertionError:
            count["different"] += 1


def _is_minimal(
    oracle: Oracle, elements: Sequence[Element], clash: Clash | None, limits: Limits, names: frozenset[str]
) -> bool:
    def possible(kept: Sequence[Element], rules: Sequence[str]) -> bool:
        return oracle.completion(picks_from(kept), limits, dropped_rules=names - set(rules)) is not None

    if clash is None:
        return oracle.completion(picks_from(elements), limits) is not None
    if possible(clash.choices, clash.rules):
        return False
    fewer_choices = ([other for other in clash.choices if other is not one] for one in clash.choices)
    fewer_rules = ([other for other in clash.rules if other != one] for one in clash.rules)
    return all(possible(kept, clash.rules) for kept in fewer_choices) and all(
        possible(clash.choices, kept) for kept in fewer_rules
    )


def _compare_satisfying(problem: Problem, rng: np.random.Generator, count: Count) -> None:
    oracle, engine = Oracle(problem), build_sat_engine(problem)
    for _ in range(QUESTIONS):
        picks, limits = random_picks(rng, problem), _late(problem, rng)
        want, got = oracle.answers(picks, limits), engine.answers(picks, limits)
        count["sat_values"] += sum(len(rows) for rows in want.with_row)
        count["different"] += sum(int((a != b).sum()) for a, b in zip(want.with_row, got.with_row, strict=True))
        _compare_core(engine, oracle, picks, limits, count)


def _compare_core(engine: SatEngine, oracle: Oracle, picks: Picks, limits: Limits, count: Count) -> None:
    elements = [Element(place, row, 1) for place, rows in picks.items() for row in rows]
    core = engine.core([(one.domain, one.row) for one in elements], limits)
    clash = None if core is None else Clash(tuple(elements[at] for at in core.choices), core.rules)
    late = {f"material:{domain.feature}" for domain in oracle.problem.domains}
    names = frozenset({rule.rule for rule in oracle.problem.rules} | late)
    count["sat_conflicts"] += int(clash is not None)
    count["different"] += int(not _is_minimal(oracle, elements, clash, limits, names))


def _priceless(problem: Problem) -> Problem:
    """Return the problem as feature models are: one option a feature, no prices, everything known."""
    domains = tuple(
        replace(domain, cost_minor=np.zeros_like(domain.cost_minor), many=False, least=1, most=1, most_each=1)
        for domain in problem.domains
    )
    return replace(problem, domains=domains, rules=tuple(_known(rule) for rule in problem.rules))


def _known(rule: ProblemRule) -> ProblemRule:
    return replace(rule, certain=None) if isinstance(rule, TableRule) else replace(rule, unsure=None)


def _late(problem: Problem, rng: np.random.Generator) -> Limits:
    if rng.random() < 0.6:
        return NO_LIMITS
    return Limits(
        unavailable={
            domain.feature: frozenset(code for code in domain.rows if code and rng.random() < 0.4)
            for domain in problem.domains
        }
    )


if __name__ == "__main__":
    main()
