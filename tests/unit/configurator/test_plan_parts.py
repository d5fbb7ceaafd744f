"""The parts of the compiled plan: reachable totals, kernels, the tree search, the artefact."""

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.model import CapacityCap, Limits
from configurator.planning import array_kernels, kernels
from configurator.planning.artefact import ArtefactNotReadable, content_key, pack, unpack
from configurator.planning.engine import build_plan_engine
from configurator.planning.limits import PlanBudget
from configurator.planning.multisets import least_of
from configurator.planning.reach import added, joined, reach_of, reach_of_pieces
from configurator.planning.residuals import ranked
from configurator.problem import Domain, Problem
from tests.oracles.random_problems import random_limits, random_picks, random_problem

QUICK = PlanBudget(restarts=2, climbs=3, rehearsals=2)
AMOUNTS = st.lists(st.integers(-50, 50), min_size=1, max_size=8)


@given(one=AMOUNTS, two=AMOUNTS, asked=st.integers(-120, 120))
def test_totals_of_two_features_are_all_sums(one: list[int], two: list[int], asked: int) -> None:
    """P-3: added and joined reaches hold exactly what can be reached, and count it."""
    both = added(reach_of(np.array(one)), reach_of(np.array(two)))
    sums = sorted({a + b for a in one for b in two})
    assert both.listed is not None
    assert both.listed.tolist() == sums
    assert both.count_below(np.array([asked])).tolist() == [sum(total < asked for total in sums)]
    assert both.count_up_to(np.array([asked])).tolist() == [sum(total <= asked for total in sums)]
    either = joined(reach_of(np.array(one)), reach_of(np.array(two)))
    assert either.listed is not None
    assert either.listed.tolist() == sorted({*one, *two})


def test_totals_of_pieces_are_those_of_the_allowed_numbers() -> None:
    """Two or three pieces of 1 and 5; no single piece."""
    reach = reach_of_pieces(np.array([1, 5]), (2, 3))

    assert reach.listed is not None
    assert reach.listed.tolist() == [2, 3, 6, 7, 10, 11, 15]


def test_too_many_totals_become_a_row_of_steps_that_holds_them() -> None:
    """P-3: a reach may hold more than can be reached, never less."""
    wide = reach_of(np.arange(0, 600_000, 6))

    assert wide.listed is None
    assert (wide.low, wide.high, wide.step, wide.size) == (0, 599_994, 6, 100_000)
    assert wide.count_below(np.array([-1, 0, 1, 6, 7, 10**9])).tolist() == [0, 0, 1, 1, 2, 100_000]
    assert wide.count_up_to(np.array([-1, 0, 5, 6, 10**9])).tolist() == [0, 1, 1, 2, 100_000]


def test_residuals_that_accept_more_come_first() -> None:
    """P-2: equal rows share an id, 0 accepts everything, -1 nothing; nested ones make a chain."""
    accepts = np.array([[1, 0, 0], [1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]], dtype=np.bool_)

    ids, space, holders = ranked(accepts)

    assert ids.tolist() == [2, 0, 1, -1, 2]
    assert space.chain
    assert holders.tolist() == [1, 2, 0]


def test_unordered_residuals_are_compared_by_a_matrix_or_not_at_all() -> None:
    """P-4: identity acceptances are never compared, partly nested ones are."""
    identity = ranked(np.eye(4, dtype=np.bool_))[1]
    partly = ranked(np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]], dtype=np.bool_))[1]

    assert (identity.chain, identity.better) == (False, None)
    assert partly.better is not None
    assert partly.better.sum() == 4 + 3 + 1  # 0 beats all, each itself, one more


@given(costs=st.lists(st.integers(0, 9), max_size=100))
def test_states_are_sorted_by_cost_and_then_as_they_stand(costs: list[int]) -> None:
    """The kernels' own sort is stable."""
    own = kernels.sorted_by(np.array(costs, dtype=np.int64))

    assert own.tolist() == sorted(range(len(costs)), key=lambda at: costs[at])


@given(seed=st.integers(0, 2**32 - 1))
def test_both_fronts_keep_what_nothing_dominates(seed: int) -> None:
    """P-4: chain, hard and matrix columns; the numpy front keeps no less than the compiled one."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 40))
    ids = rng.integers(0, 4, size=(count, 3)).astype(np.int32)
    cost = rng.integers(0, 6, size=count).astype(np.int64)
    order = np.eye(4, dtype=np.uint8)
    order[0] = 1
    columns = np.array([[kernels.CHAIN, 0, 4], [kernels.HARD, 0, 4], [kernels.MATRIX, 0, 4]], dtype=np.int64)

    def dominates(one: int, two: int) -> bool:
        return bool(
            cost[one] <= cost[two]
            and ids[one, 0] <= ids[two, 0]
            and ids[one, 1] in (0, ids[two, 1])
            and order[ids[one, 2], ids[two, 2]]
        )

    for module in (kernels, array_kernels):
        kept = module.front(cost, ids, columns, order.ravel(), -1)[0].tolist()
        assert not [(a, b) for at, b in enumerate(kept) for a in kept[:at] if dominates(a, b)]
        assert all(any(dominates(a, b) for a in kept) for b in range(count))


@pytest.mark.parametrize(
    ("counts", "least"), [((), 0), ((0,), 0), ((0, 1, 2), 0), ((1, 2), 1), ((0, 2, 3), 2), ((3,), 3)]
)
def test_pieces_are_dropped_for_fewer_only_from_the_least_number_on(counts: tuple[int, ...], least: int) -> None:
    """P-6: below the least number another piece is needed, whatever it does."""
    assert least_of(counts) == least


def test_a_plan_read_back_answers_the_same(tmp_path: Path) -> None:
    """P-10: packed, mapped and unpacked, with caps, late parts and certain answers."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        problem = random_problem(rng)
        engine = build_plan_engine(problem, budget=QUICK)
        file = tmp_path / f"{content_key(problem, QUICK)}.plan"
        file.write_bytes(pack(engine))
        with file.open("rb") as opened:
            again = unpack(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY))
        for _ in range(3):
            picks, limits = random_picks(rng, problem), random_limits(rng, problem, 60)
            one, two = engine.answers(picks, limits), again.answers(picks, limits)
            assert [own.tolist() for own in one.with_row] == [own.tolist() for own in two.with_row]
            assert [own.tolist() for own in one.certain_row] == [own.tolist() for own in two.certain_row]
            assert one.witness == two.witness


def test_compiling_twice_gives_the_same_bytes_and_name() -> None:
    """Plans are found by counted work, never by time, so they are reproducible."""
    problem = random_problem(np.random.default_rng(77))
    first, second = (build_plan_engine(problem, budget=QUICK) for _ in range(2))

    assert pack(first) == pack(second)
    assert content_key(problem) == content_key(problem)
    assert content_key(problem) != content_key(problem, QUICK)


@pytest.mark.parametrize("content", [b"", b"something else altogether", b"lotone plan 0\n" + b"\0" * 40])
def test_other_bytes_are_refused(content: bytes) -> None:
    """P-10: nothing is made of bytes of another kind or version."""
    with pytest.raises(ArtefactNotReadable):
        unpack(content)


def test_a_bound_changed_by_the_hour_acts_at_once() -> None:
    """P-7: the same seconds, three bounds, three answers; the option of not choosing takes no time."""
    desk = Domain("desk", ("small", "large"), np.array([10, 20], dtype=np.int64))
    lamp = Domain("lamp", ("", "plain", "fine"), np.array([0, 5, 9], dtype=np.int64), none_row=0)
    engine = build_plan_engine(Problem((desk, lamp), ()))
    seconds = {"desk": (60, 30), "lamp": (40, 10)}

    found = [
        engine.answers({1: {1: 1}}, Limits(caps=(CapacityCap("bench", available, 5, seconds),))).best_minor
        for available in (105, 75, 74)
    ]

    assert found == [15, 25, 2**60]
