"""The compiled plan gives exactly what looking at every assignment gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.engine import NO_WAY, Picks
from configurator.model import NO_LIMITS, CapacityCap, Limits
from configurator.planning.engine import PlanEngine, build_plan_engine
from configurator.planning.limits import NoPlan, PlanBudget, TooWide
from configurator.problem import Domain, Problem, SumRule, TableRule
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_limits, random_picks, random_problem

QUICK = PlanBudget(restarts=2, climbs=3, rehearsals=2)


def same_answers(engine: PlanEngine, oracle: Oracle, picks: Picks, limits: Limits) -> None:
    """Fail unless the engine's answers are those of the oracle."""
    want, got = oracle.answers(picks, limits), engine.answers(picks, limits)
    assert got.proven
    assert got.best_minor == want.best_minor
    for place in range(len(oracle.problem.domains)):
        assert got.with_row[place].tolist() == want.with_row[place].tolist()
        assert got.certain_row[place].tolist() == want.certain_row[place].tolist()
        forced, own = want.forced[place], got.forced[place]
        assert (own is None and forced is None) or (own is not None and own.tolist() == np.asarray(forced).tolist())
    if want.witness is None:
        assert got.witness is None
        return
    assert got.witness is not None
    assert oracle.keeps(got.witness, limits)
    assert oracle.cost_of(got.witness) == want.best_minor
    for place, rows in picks.items():
        assert all(got.witness[place].get(row, 0) >= count for row, count in rows.items())


def same_without(engine: PlanEngine, oracle: Oracle, picks: Picks, limits: Limits, dropped: frozenset[str]) -> None:
    """Fail unless completions without some rules cost the same."""
    want = oracle.completion(picks, limits, dropped_rules=dropped)
    got = engine.completion(picks, limits, dropped_rules=dropped)
    assert (got is None) == (want is None)
    if got is not None and want is not None:
        assert oracle.keeps(got, limits, dropped)
        assert oracle.cost_of(got) == oracle.cost_of(want)


def check_seed(seed: int, kernels: str, questions: int = 3) -> None:
    """Compare everything on one random problem."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    oracle = Oracle(problem)
    engine = build_plan_engine(problem, budget=QUICK, kernels=kernels)
    best = oracle.answers({}).best_minor
    names = sorted({rule.rule for rule in problem.rules} | {"budget", "capacity:w0", "material:f0", "x0"})
    for _ in range(questions):
        picks = random_picks(rng, problem)
        limits = random_limits(rng, problem, best)
        same_answers(engine, oracle, picks, limits)
        same_without(engine, oracle, picks, limits, frozenset(name for name in names if rng.random() < 0.3))


@pytest.mark.parametrize("seed", range(40))
def test_random_problems_are_answered_like_by_enumeration(seed: int) -> None:
    """P-1: statuses, prices, forced rows, witnesses and relaxed completions are exact."""
    check_seed(seed, "best")


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_numpy_kernels_give_the_same(seed: int) -> None:
    """P-9: without numba the answers are the same."""
    check_seed(seed, "arrays", questions=2)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_problem_is_answered_like_by_enumeration(seed: int) -> None:
    """P-1 over all seeds."""
    check_seed(seed, "best", questions=2)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_further_rule_never_makes_more_possible(seed: int) -> None:
    """Adding a rule: no least cost falls."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    if not problem.rules:
        return
    fewer = Problem(problem.domains, problem.rules[:-1], index=problem.index)
    picks = random_picks(rng, problem)
    whole = build_plan_engine(problem, budget=QUICK).answers(picks)
    part = build_plan_engine(fewer, budget=QUICK).answers(picks)
    assert whole.best_minor >= part.best_minor
    for more, less in zip(whole.with_row, part.with_row, strict=True):
        assert (more >= less).all()


def rows(count: int, cost: int = 10) -> tuple[tuple[str, ...], np.ndarray]:
    return tuple(f"o{row}" for row in range(count)), np.arange(1, count + 1, dtype=np.int64) * cost


def pair(amounts: tuple[list[int], list[int]], upper: int) -> Problem:
    """Return two features whose amounts together may not exceed a bound."""
    domains = tuple(Domain(f"f{at}", *rows(len(own))) for at, own in enumerate(amounts))
    arrays = tuple(np.array(own, dtype=np.int64) for own in amounts)
    return Problem(domains, (SumRule("sum", (0, 1), arrays, None, upper),))


def test_levels_are_represented_by_totals_that_can_be_reached() -> None:
    """P-3: 5 and 7 are one level beside {0, 3}; taking 7 for both would refuse 5 + 3."""
    answers = build_plan_engine(pair(([5, 7, 0], [0, 3]), 8)).answers({1: {1: 1}})

    assert answers.with_row[0].tolist() == [30, int(NO_WAY), 50]


def test_the_cheapest_living_row_of_a_class_decides() -> None:
    """An unavailable row leaves its class to the next cheapest."""
    engine = build_plan_engine(pair(([1, 1, 9], [1, 1]), 5))

    assert engine.answers({}, Limits(unavailable={"f0": frozenset({"o0"})})).best_minor == 20 + 10


def test_discounts_on_hidden_rows_are_taken() -> None:
    """A negative cost is least, where the rules allow it."""
    shown = Domain("f0", *rows(2))
    hidden = Domain("#h", ("0", "1"), np.array([0, -15], dtype=np.int64), hidden=True)
    table = TableRule("#h", (0, 1), (np.arange(2), np.arange(2)), np.eye(2, dtype=np.bool_))
    answers = build_plan_engine(Problem((shown, hidden), (table,))).answers({})

    assert answers.with_row[0].tolist() == [10, 5]
    assert answers.witness == {0: {1: 1}, 1: {1: 1}}


def test_pieces_may_not_be_dropped_below_the_least_number() -> None:
    """Two kits at least: the cheapest pair that fits the board, not the cheapest kit."""
    kits = Domain("kit", *rows(3), many=True, least=2, most=3, most_each=3)
    board = Domain("board", ("small", "large"), np.array([5, 500], dtype=np.int64))
    slots = SumRule("slots", (0, 1), (np.array([2, 1, 1]), np.array([-3, -9])), None, 0)
    answers = build_plan_engine(Problem((kits, board), (slots,))).answers({})

    assert answers.witness == {0: {0: 1, 1: 1}, 1: {0: 1}}
    assert answers.with_row[0].tolist() == [35, 35, 45]
    assert answers.best_minor == 35


def test_one_more_of_a_picked_row_counts_from_the_picks() -> None:
    """Picks are a lower bound; ``with_row`` asks for one more; at most three pieces."""
    kits = Domain("kit", *rows(2), many=True, least=1, most=3, most_each=3)
    answers = build_plan_engine(Problem((kits,), ())).answers({0: {0: 2}})

    assert answers.with_row[0].tolist() == [30, 40]
    assert answers.best_minor == 20
    full = build_plan_engine(Problem((kits,), ())).answers({0: {0: 3}})
    assert full.with_row[0].tolist() == [int(NO_WAY), int(NO_WAY)]


def test_a_row_that_makes_the_rule_silent_absorbs_whatever_is_added() -> None:
    """P-3: once a free row is chosen no total breaks the rule."""
    kits = Domain("kit", *rows(2), many=True, least=1, most=2, most_each=2)
    board = Domain("board", *rows(1))
    free = (np.array([False, True]), np.array([False]))
    slots = SumRule("slots", (0, 1), (np.array([9, 0]), np.array([0])), None, 5, free)
    answers = build_plan_engine(Problem((kits, board), (slots,))).answers({0: {0: 1}})

    assert answers.best_minor == 10 + 20 + 10
    forced = answers.forced[0]
    assert forced is not None
    assert forced.tolist() == [True, True]


def test_a_cap_that_cannot_bind_costs_nothing() -> None:
    """Capacity beyond what any answer needs leaves the plan as it is."""
    problem = pair(([1, 2], [1, 2]), 9)
    engine = build_plan_engine(problem)
    loose = Limits(caps=(CapacityCap("saw", 100, 3, {"f0": (40, 50), "f1": (1, 2)}),))
    tight = Limits(caps=(CapacityCap("saw", 50, 3, {"f0": (40, 50), "f1": (1, 2)}),))

    assert engine.answers({}, loose).with_row[0].tolist() == engine.answers({}, NO_LIMITS).with_row[0].tolist()
    assert engine.answers({}, tight).with_row[0].tolist() == [20, int(NO_WAY)]


def test_too_wide_a_problem_says_so() -> None:
    """P-8: beyond its budget there is no plan, and the rule is named."""
    rng = np.random.default_rng(5)
    domains = tuple(Domain(f"f{at}", tuple(map(str, range(40))), rng.integers(0, 99, 40)) for at in range(8))
    rules = tuple(
        TableRule(f"t{one}{two}", (one, two), (np.arange(40), np.arange(40)), rng.random((40, 40)) < 0.5)
        for one in range(8)
        for two in range(one + 1, 8)
    )
    with pytest.raises(NoPlan) as refused:
        build_plan_engine(Problem(domains, rules), budget=PlanBudget(most_states=500, restarts=2, climbs=0))

    assert refused.value.facts["limit"] == 500
    assert refused.value.facts["size"] > 500
    assert not isinstance(refused.value, TooWide)


def triangle(options: int) -> Problem:
    """Return three features that must agree, each with a first option that goes with everything and costs nothing."""
    agree = np.eye(options, dtype=np.bool_)
    agree[0, :] = agree[:, 0] = True
    cost = np.arange(options, dtype=np.int64)
    domains = tuple(Domain(f"f{at}", tuple(map(str, range(options))), cost) for at in range(3))
    ids = (np.arange(options), np.arange(options))
    rules = tuple(TableRule(f"t{one}{two}", (one, two), ids, agree) for one, two in ((0, 1), (0, 2), (1, 2)))
    return Problem(domains, rules)


def test_one_wide_question_is_answered_with_more_patience_or_refused() -> None:
    """P-8: without its easy options a narrow start becomes wide; the answer is exact or there is none."""
    problem = triangle(12)
    late = Limits(unavailable={f"f{at}": frozenset({"0"}) for at in range(3)})
    narrow = PlanBudget(most_states=6, rehearsals=0)
    patient = build_plan_engine(problem, budget=narrow)
    strict = build_plan_engine(problem, budget=PlanBudget(most_states=6, rehearsals=0, patience=1))

    same_answers(patient, Oracle(problem), {}, late)
    assert strict.answers({}).best_minor == 0
    with pytest.raises(TooWide) as refused:
        strict.answers({}, late)
    assert refused.value.facts["limit"] == 6
