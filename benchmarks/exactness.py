"""How often an answer is wrong: random small problems, every value compared with looking at every assignment.

``python -m benchmarks.exactness [--models 10000] [--minutes 15] [--seed 0] [--json]``. Each problem has single and choose-many
features, optional ones, tables, sums, discounts and values that are not known. The compiled plan is asked after random picks
under budgets, work centres, late parts and dropped rules: statuses, prices, forced options, completions, and the
minimal conflict of what cannot be, each element of which must be needed. The same problem without prices and with one option a
feature goes to the satisfiability engine. One process, one core; exit code 1 when anything differs.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks._recording import record, surroundings
from configurator.engine import Answers, Picks
from configurator.explaining import Clash, Element, picks_from
from configurator.limits import BUDGET, limit_rules
from configurator.model import NO_LIMITS, Limits
from configurator.narrowing import Narrowing
from configurator.planning.engine import PlanEngine, build_plan_engine
from configurator.planning.kernels import warm_up
from configurator.planning.limits import PlanBudget, TooWide
from configurator.problem import Problem, ProblemRule, TableRule
from configurator.satisfying.engine import SatEngine, build_sat_engine
from configurator.subproblems import background_of
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_limits, random_picks, random_problem

QUICK = PlanBudget(restarts=1, climbs=1, rehearsals=1)
QUESTIONS = 3

Count = Counter[str]


def main() -> None:
    """Compare, write the result, print the counts; with ``--json`` the result ends the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument(
        "--minutes", type=float, default=15, help="stop after so long, however many models were compared"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the first model; the next ones follow")
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/results as it is")
    asked = parser.parse_args()
    warm_up()
    count, wrong, begun, done = Counter[str](), list[int](), time.monotonic(), 0
    for seed in range(asked.seed, asked.seed + asked.models):
        if time.monotonic() - begun > asked.minutes * 60:
            break
        before = count["different"]
        compare(seed, count)
        done += 1
        if count["different"] > before:
            wrong.append(seed)
            print(f"seed {seed}: {count['different'] - before} different", flush=True)
    result = {
        **surroundings(),
        "first_seed": asked.seed,
        "models": done,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        **{
            name: count[name]
            for name in ("values", "completions", "conflicts", "sat_values", "sat_conflicts", "different")
        },
        "wrong_seeds": wrong[:20],
    }
    print(
        f"{done} models: {count['values']} values, {count['completions']} completions and {count['conflicts']} conflicts of the "
        f"plan, {count['sat_values']} values and {count['sat_conflicts']} conflicts by satisfiability, {count['different']} different"
    )
    if not asked.no_record:
        record("exactness", result)
    if asked.json:
        print(json.dumps(result))
    sys.exit(1 if wrong else 0)


def compare(seed: int, count: Count) -> None:
    """Compare everything on one random problem, and count it."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    _compare_plan(problem, rng, count)
    _compare_satisfying(_priceless(problem), rng, count)


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
    narrowing = Narrowing(problem, background_of(problem), limits, own, engine.completion, engine.lifted)
    try:
        clash = narrowing.clash(elements)
    except TooWide:  # the small models answer what the plan is too narrow for
        return
    names = frozenset({rule.rule for rule in (*problem.rules, *own)} | {BUDGET})
    count["conflicts"] += int(clash is not None)
    count["different"] += int(not _is_minimal(oracle, elements, clash, limits, names))


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
