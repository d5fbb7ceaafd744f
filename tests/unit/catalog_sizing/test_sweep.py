import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.sizing.compiled import compile_table
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Component, ComponentKind, ComponentTable, Measures, Sex
from modules_catalog.sizing.sweep import (
    COST_SCALE,
    SQUARE_COSTS,
    Sweep,
    best_combination,
    fastest_sweep,
    sweep_arrays,
    sweep_loops,
)
from tests.oracles.fit import best_by_enumeration

SWEEPS = {"loops": sweep_loops, "arrays": sweep_arrays, "fastest": fastest_sweep()}


def table_of(*components: Component) -> ComponentTable:
    return ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, components)


def panel(kind: ComponentKind) -> st.SearchStrategy[Component]:
    return st.builds(
        Component,
        id=st.uuids().map(str),
        kind=st.just(kind),
        sex_block=st.sampled_from(["F", "F", "M"]),
        length_class=st.sampled_from(["S", "L"]),
        waist_mm=st.integers(400, 470),
        hip_mm=st.integers(500, 560),
        thigh_mm=st.integers(300, 345),
        inseam_mm=st.integers(740, 840),
        depth_mm=st.integers(230, 300),
    )


YOKES = st.builds(
    lambda id, side, wedge, take: Component(
        id=id, kind=ComponentKind.YOKE, sex_block="any", length_class="", side_height_mm=side,
        centre_height_mm=side + wedge, waist_take_mm=take,
    ),
    id=st.uuids().map(str),
    side=st.sampled_from([35, 50, 65]),
    wedge=st.sampled_from([0, 25]),
    take=st.sampled_from([0, 25]),
)  # fmt: skip

TABLES = st.tuples(
    st.lists(panel(ComponentKind.FRONT), min_size=1, max_size=3),
    st.lists(panel(ComponentKind.BACK), min_size=1, max_size=3),
    st.lists(YOKES, min_size=1, max_size=3),
).map(lambda kinds: table_of(*(piece for pieces in kinds for piece in pieces)))

TARGETS = st.builds(
    Measures,
    waist_mm=st.integers(780, 960),
    hip_mm=st.integers(960, 1140),
    thigh_mm=st.integers(570, 700),
    inseam_mm=st.integers(640, 860),
    rise_mm=st.integers(480, 640),
)


@given(table=TABLES, target=TARGETS)
def test_every_sweep_agrees_with_enumeration(table: ComponentTable, target: Measures) -> None:
    """F-10: the best of all combinations and trims, found by three implementations, up to equal merit."""
    expected = best_by_enumeration(table, Sex.FEMALE, target)
    compiled = compile_table(table, Sex.FEMALE)
    for sweep in SWEEPS.values():
        pair, yoke = best_combination(compiled, target, sweep=sweep)
        if expected is None:
            assert (pair, yoke) == (-1, -1)
        else:
            found = compiled.fronts[pair].id, compiled.backs[pair].id, compiled.yoke_components[yoke].id
            assert found == expected[1]


@pytest.mark.parametrize("sweep", [pytest.param(s, id=name) for name, s in SWEEPS.items() if name != "loops"])
def test_sweeps_agree_on_large_tables_and_stock(sweep: Sweep) -> None:
    """F-10: the same row of many, ties by stock included."""
    rng = np.random.default_rng(7)
    pairs = np.stack([rng.integers(a, b, 60) for a, b in RANGES], axis=1)
    yokes = np.stack(
        [rng.choice([0, 25], 6), rng.integers(40, 95, 6), rng.integers(40, 70, 6), rng.integers(0, 2, 6)], 1
    )
    for _ in range(60):
        target = np.array([rng.integers(a, b) for a, b in RANGES[:4]] + [rng.integers(480, 600)])
        on_hand = rng.integers(0, 3, 60), rng.integers(0, 3, 6)

        assert sweep(pairs, yokes, target, *on_hand) == sweep_loops(pairs, yokes, target, *on_hand)


RANGES = ((820, 900), (1000, 1080), (600, 660), (760, 800), (480, 560), (30, 90))


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS)
def test_equally_good_pieces_are_taken_where_more_are_on_hand(sweep: Sweep) -> None:
    """F-10: ties go to stock on hand; without stock to the first row."""
    front = Component("f", ComponentKind.FRONT, "F", "S", 430, 520, 310, 800, 300)
    yoke = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=40, centre_height_mm=40)
    backs = [Component(i, ComponentKind.BACK, "F", "S", 460, 540, 320, 800, 250) for i in ("b1", "b2", "b3")]
    compiled = compile_table(table_of(front, *backs, yoke), Sex.FEMALE)
    target = Measures(860, 1040, 610, 760, 570)

    def picked(stock: dict[str, int]) -> str:
        return compiled.backs[best_combination(compiled, target, compiled.on_hand(stock), sweep=sweep)[0]].id

    assert picked({}) == "b1"
    assert picked({"f": 9, "y": 9, "b1": 1, "b2": 4, "b3": 4}) == "b2"
    assert picked({"f": 9, "y": 9, "b1": 1, "b3": 2}) == "b3"


def test_cost_is_exact() -> None:
    """F-10: one scaled unit system holds minutes and squared residuals without rounding."""
    assert COST_SCALE == 8281
    assert [Fraction(c, COST_SCALE) for c in SQUARE_COSTS] == [Fraction(10, t * t) for t in (13, 13, 7, 7, 7)]


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS)
def test_within_tolerance_beats_cheaper_outside(sweep: Sweep) -> None:
    """F-9, F-10: a pair 14 mm off at the waist costs less than one 7 off three times, yet it is not a plan."""
    yoke = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=40, centre_height_mm=40)
    target = Measures(900, 1060, 640, 760, 580)
    near_miss = (
        Component("f1", ComponentKind.FRONT, "F", "S", 430, 530, 320, 760, 290),
        Component("b1", ComponentKind.BACK, "F", "S", 443, 530, 320, 760, 250),
    )
    within = (
        Component("f2", ComponentKind.FRONT, "F", "L", 450, 530, 316, 753, 290),
        Component("b2", ComponentKind.BACK, "F", "L", 450, 530, 317, 753, 243),
    )
    compiled = compile_table(table_of(*near_miss, *within, yoke), Sex.FEMALE)

    pair, _ = best_combination(compiled, target, sweep=sweep)

    assert compiled.fronts[pair].id == "f2"


def test_without_numba_the_arrays_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)

    assert fastest_sweep.__wrapped__() is sweep_arrays
