"""CP-SAT without prices: what is possible is exact, and no value is below the least price."""

import numpy as np
import pytest

from configurator.cpsat.engine import CpSatEngine
from configurator.engine import NO_WAY
from configurator.model import Limits
from configurator.problem import IntArray
from tests.oracles.problem import Oracle
from tests.oracles.random_problems import random_limits, random_picks, random_problem


def check(told: tuple[IntArray, ...], least: tuple[IntArray, ...]) -> None:
    for own, other in zip(told, least, strict=True):
        assert (own < NO_WAY).tolist() == (other < NO_WAY).tolist()
        assert (own >= other).all()


@pytest.mark.parametrize("seed", range(25))
def test_statuses_are_those_of_enumeration(seed: int) -> None:
    """C-9: under picks, late parts and work centres; a budget asks for prices, which are then exact."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    oracle, engine = Oracle(problem), CpSatEngine(problem, most_priced=0)
    for _ in range(2):
        picks, drawn = random_picks(rng, problem), random_limits(rng, problem, 0)
        limits = Limits(None, drawn.caps, drawn.unavailable, drawn.exclusions)
        want, got = oracle.answers(picks, limits), engine.answers(picks, limits)
        assert (got.best_minor, got.proven, got.priced) == (want.best_minor, True, False)
        check(got.with_row, want.with_row)
        check(got.certain_row, want.certain_row)
        if want.best_minor < NO_WAY:
            under = Limits(want.best_minor + 20)
            with_budget = engine.answers(picks, under)
            assert with_budget.priced
            assert [r.tolist() for r in with_budget.with_row] == [
                r.tolist() for r in oracle.answers(picks, under).with_row
            ]
