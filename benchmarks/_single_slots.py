"""The parts as textbook methods take them: one piece a slot, no prices, no budget; and three of them on the same clicks.

An easier question than ours: no counts, no prices, everything that is not known is passed over. The compiled plan of the same
easier problem says what is right.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pysat.solvers import Solver

from benchmarks._sessions import Click, random_sessions, spread
from configurator.cpsat.engine import CpSatEngine
from configurator.engine import NO_WAY, Picks
from configurator.planning.engine import build_plan_engine
from configurator.problem import BoolArray, Domain, Problem, ProblemRule, SumRule, TableRule
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.formula import Formula, formula_of


@dataclass(frozen=True, slots=True)
class Told:
    """What a method said of each click: which rows are possible, and the milliseconds of the processor."""

    possible: list[list[BoolArray]]
    cpu_ms: list[float]


def single_slots(problem: Problem) -> Problem:
    """Return the problem with one piece, or none, in each feature that takes several, and without prices."""
    domains = tuple(_single(domain) for domain in problem.domains)
    rules = tuple(_rule(problem, rule) for rule in problem.rules)
    return Problem(domains, rules, index=problem.index)


def _single(domain: Domain) -> Domain:
    if not domain.many:
        return replace(domain, cost_minor=np.zeros_like(domain.cost_minor))
    rows = (*domain.rows, "") if domain.may_be_empty else domain.rows
    none = len(domain.rows) if domain.may_be_empty else None
    return Domain(domain.feature, rows, np.zeros(len(rows), dtype=np.int64), none_row=none, hidden=domain.hidden)


def _rule(problem: Problem, rule: ProblemRule) -> ProblemRule:
    emptied = [at for at, index in enumerate(rule.scope) if _may_be_none(problem.domains[index])]
    if isinstance(rule, SumRule):
        amounts = tuple(_with_last(own, 0) if at in emptied else own for at, own in enumerate(rule.amounts))
        free = rule.free
        if free is not None:
            free = tuple(np.append(own, False) if at in emptied else own for at, own in enumerate(free))
        return replace(rule, amounts=amounts, free=free, unsure=None)
    allowed, ids = rule.allowed, list(rule.ids)
    for at in emptied:  # a feature without pieces keeps every table
        ids[at] = _with_last(ids[at], allowed.shape[at])
        none = np.ones([1 if axis == at else size for axis, size in enumerate(allowed.shape)], dtype=np.bool_)
        allowed = np.concatenate([allowed, none], axis=at)
    return TableRule(rule.rule, rule.scope, tuple(ids), allowed)


def _may_be_none(domain: Domain) -> bool:
    return domain.many and domain.may_be_empty


def _with_last(values: Any, last: int) -> Any:
    return np.append(values, np.int64(last))


def compared(problem: Problem, clicks: int, cp_sat_clicks: int) -> dict[str, Any]:
    """Return how long each method takes for all statuses of a click, and how many it says otherwise than the plan.

    Args:
        problem: The parts, counts and prices included.
        clicks: How many clicks the solver loop answers; the first of the sessions.
        cp_sat_clicks: How many CP-SAT answers; it is slower.
    """
    easier = single_slots(problem)
    plan = build_plan_engine(easier)
    played = [click for click in random_sessions(plan, easier, clicks, seed=11) if _has_no_budget(click)]
    played = played[:clicks]
    right = Told([[rows < NO_WAY for rows in click.answers.with_row] for click in played], [c.cpu_ms for c in played])
    result: dict[str, Any] = {"clicks": len(played), "plan_cpu_ms": spread(right.cpu_ms)}
    try:
        begun = time.process_time()
        formula = formula_of(easier)
        encode_s = time.process_time() - begun
        told = incremental(formula, [click.picks for click in played])
        result["python_sat"] = {"encode_s": round(encode_s, 2), **_judged(easier, told, right)}
    except NotEncodable as error:
        result["python_sat"] = {"not_run": f"{error.code}: {error.facts}"}
    told = by_cp_sat(easier, [click.picks for click in played[:cp_sat_clicks]])
    result["cp_sat"] = _judged(easier, told, right)
    return result


def _has_no_budget(click: Click) -> bool:
    return click.limits.budget_minor is None


def _judged(problem: Problem, told: Told, right: Told) -> dict[str, Any]:
    shown = [at for at, domain in enumerate(problem.domains) if not domain.hidden]
    values = different = 0
    for own, other in zip(told.possible, right.possible, strict=False):
        values += sum(len(own[at]) for at in shown)
        different += sum(int((own[at] != other[at]).sum()) for at in shown)
    return {
        "clicks": len(told.possible),
        "click_cpu_ms": spread(told.cpu_ms),
        "values": values,
        "different": different,
    }


def incremental(formula: Formula, asked: Sequence[Picks]) -> Told:
    """Return what one incremental solver says: choices are assumptions, phases go to what is not proven yet.

    Every solution marks what it proves; what is refused under the choices is impossible. The textbook loop.
    """
    layout = formula.layout
    clauses = [*formula.structure, *(clause for own in formula.rules.values() for clause in own)]
    possible, times = [], []
    with Solver(name="glucose4", bootstrap_with=clauses) as solver:
        for picks in asked:
            begun = time.process_time()
            told = _classes_possible(solver, formula, picks)
            times.append((time.process_time() - begun) * 1000)
            possible.append([rows > 0 for rows in layout.per_row(told.astype(np.int64))])
    return Told(possible, times)


def _classes_possible(solver: Any, formula: Formula, picks: Picks) -> BoolArray:
    layout = formula.layout
    own = {at: int(layout.literals[layout.class_of(at, next(iter(rows)))]) for at, rows in picks.items()}
    proven: BoolArray = np.zeros(layout.classes, dtype=np.bool_)
    lifted = np.zeros(layout.classes, dtype=np.bool_)
    for at in own:
        lifted[layout.of_domain(at)] = True
    everything = np.flatnonzero(~layout.hidden & ~lifted)
    _prove(solver, formula, list(own.values()), everything, proven)
    for at in own:
        others = [literal for other, literal in own.items() if other != at]
        _prove(solver, formula, others, layout.of_domain(at), proven, only=at)
    return proven


def _prove(
    solver: Any, formula: Formula, assumed: list[int], places: Any, proven: BoolArray, only: int | None = None
) -> None:
    layout = formula.layout
    left = [int(place) for place in places if not proven[place]]
    while left:
        solver.set_phases([int(layout.literals[place]) for place in left])
        if solver.solve(assumptions=[*assumed, int(layout.literals[left[0]])]):
            values = np.concatenate(([False], np.array(solver.get_model()) > 0))
            has = layout.classes_in(values)
            if only is not None:
                kept = np.zeros_like(has)
                kept[layout.of_domain(only)] = has[layout.of_domain(only)]
                has = kept
            proven |= has
            left = [place for place in left if not proven[place]]
        else:
            left = left[1:]


def by_cp_sat(problem: Problem, asked: Sequence[Picks]) -> Told:
    """Return what lean CP-SAT says: each solution proves what it has and what one change of it reaches."""
    engine = CpSatEngine(problem, most_priced=0)
    possible, times = [], []
    for picks in asked:
        begun = time.process_time()
        answers = engine.answers(picks)
        times.append((time.process_time() - begun) * 1000)
        possible.append([rows < NO_WAY for rows in answers.with_row])
    return Told(possible, times)
