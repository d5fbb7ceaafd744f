"""Wishes weighed and choices lifted in one pass are what looking at every assignment gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import PlanBudget, TooWide
from configurator.problem import Domain, Problem, TableRule
from configurator.wishes import Wish, by_age
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_limits, random_picks, random_problem
from tests.oracles.weighing import check_closest, check_lifted

QUICK = PlanBudget(restarts=2, climbs=3, rehearsals=2)


def check_seed(seed: int, kernels: str = "best") -> None:
    """Compare weighed wishes and lifted choices on one random problem."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    oracle = Oracle(problem)
    engine = build_plan_engine(problem, budget=QUICK, kernels=kernels)
    best = oracle.answers({}).best_minor
    for _ in range(3):
        limits = random_limits(rng, problem, best)
        picks = random_picks(rng, problem)
        check_lifted(engine, oracle, picks, limits)
        fixed = {at: rows for at, rows in random_picks(rng, problem).items() if rng.random() < 0.3}
        order = rng.permutation(len(problem.domains))
        wishes = by_age((int(at), picks[at]) for at in order if picks.get(at) and at not in fixed)
        check_closest(engine, oracle, fixed, wishes, limits)


@pytest.mark.parametrize("seed", [*range(60), 700_768])
def test_wishes_and_lifted_choices_are_those_of_enumeration(seed: int) -> None:
    """P-11: the least penalty, then the least cost; and without each choice the least cost."""
    check_seed(seed)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_wishes_are_weighed_like_by_enumeration(seed: int) -> None:
    """P-11 over all seeds."""
    check_seed(seed)


def test_numpy_kernels_weigh_the_same() -> None:
    """P-9: without numba the answers are the same."""
    for seed in range(2000, 2008):
        check_seed(seed, "arrays")


def test_more_wishes_than_one_number_can_weigh_are_settled_from_the_latest_down() -> None:
    """P-11: of 50 pairs of features one must give way in each of the first five; the older one does."""
    rows = ("a", "b")
    domains = tuple(Domain(f"f{at}", rows, np.array([0, 10_000_000], dtype=np.int64)) for at in range(100))
    ids = (np.array([0, 1]), np.array([0, 1]))
    table = np.array([[True, True], [True, False]])
    rules = tuple(TableRule(f"r{at}", (at, 99 - at), ids, table) for at in range(5))
    engine = build_plan_engine(Problem(domains, rules), budget=QUICK)
    wishes = by_age((at, {1: 1}) for at in range(100))

    found = engine.closest({}, wishes)

    assert found is not None
    assert [at for at, wish in enumerate(wishes) if not wish.is_kept(found)] == [0, 1, 2, 3, 4]


def test_penalties_that_cannot_be_cut_are_refused() -> None:
    """Two weights of different size with more bits than one pass weighs: said, not guessed."""
    domains = tuple(Domain(f"f{at}", ("a", "b"), np.zeros(2, dtype=np.int64)) for at in range(2))
    engine = build_plan_engine(Problem(domains, ()), budget=QUICK)

    with pytest.raises(TooWide):
        engine.closest({}, [Wish(0, {1: 1}, 2**70 + 1), Wish(1, {1: 1}, 2**71 + 1)])


def test_the_price_unit_is_above_every_difference_of_prices() -> None:
    """P-11: a penalty of one outweighs any price."""
    domains = (Domain("f", ("a", "b"), np.array([-7, 9], dtype=np.int64)),)
    engine = build_plan_engine(Problem(domains, ()), budget=QUICK)

    assert engine._core.price_unit == 32
