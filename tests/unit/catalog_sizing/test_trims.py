from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.sizing.model import Component, ComponentKind, Measures
from modules_catalog.sizing.trims import (
    Trims,
    compatible,
    finished,
    minutes,
    side_seam_step_mm,
    top_edge_trims,
    top_edges_can_meet,
    trims_towards,
    untrimmed,
)

FRONT = Component("f", ComponentKind.FRONT, "F", "S", 430, 520, 310, 800, 300)
BACK = Component("b", ComponentKind.BACK, "F", "S", 460, 560, 345, 800, 240)
YOKE = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=40, centre_height_mm=65, waist_take_mm=25)


def test_untrimmed_measures_add_up() -> None:
    """F-8: front + back, less the yoke's intake; rise with the yoke's height at the centre."""
    assert untrimmed(FRONT, BACK, YOKE) == Measures(865, 1080, 655, 800, 605)
    assert side_seam_step_mm(FRONT, BACK, YOKE) == 20


def test_a_reachable_target_is_met_exactly() -> None:
    target = Measures(870, 1050, 640, 742, 572)
    whole = untrimmed(FRONT, BACK, YOKE)
    trims = trims_towards(target, whole, 20)

    assert trims == Trims(waist_mm=-5, hip_mm=30, thigh_mm=15, hem_mm=58, top_front_mm=25, top_back_mm=8)
    assert finished(whole, trims) == target
    assert trims.beyond_hem == 5
    assert minutes(trims, YOKE) == 2 + 3 + 3 + 1 + 3 + 1


def test_limits_leave_the_rest_as_residual() -> None:
    """F-8: waist in 51 and out 13, hip and thigh never out, hem 102 and never longer, 25 off each top edge."""
    whole = Measures(900, 1000, 600, 800, 600)

    large = finished(whole, trims_towards(Measures(800, 900, 500, 600, 500), whole, 0))
    small = finished(whole, trims_towards(Measures(1000, 1100, 700, 900, 700), whole, 0))

    assert large == Measures(849, 949, 549, 698, 550)
    assert small == Measures(913, 1000, 600, 800, 600)


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({"hip_mm": 571}, True),
        ({"hip_mm": 572}, False),
        ({"hip_mm": 469}, True),
        ({"thigh_mm": 348}, True),
        ({"thigh_mm": 349}, False),
        ({"sex_block": "M"}, False),
        ({"length_class": "L"}, False),
    ],
)
def test_halves_belong_together(other: dict[str, int | str], fits: bool) -> None:
    """F-7: one sex block, one length class, at most 51 mm apart at the hip and 38 at the thigh."""
    values = {"sex_block": "F", "length_class": "S", "waist_mm": 460, "hip_mm": 520, "thigh_mm": 310} | other
    back = Component(id="b", kind=ComponentKind.BACK, inseam_mm=800, depth_mm=240, **values)  # type: ignore[arg-type]

    assert compatible(FRONT, back) is fits


@given(surplus=st.integers(-80, 130), step=st.integers(-50, 50))
def test_top_edges_by_enumeration(surplus: int, step: int) -> None:
    """F-8: nearest to the surplus, then fewest edges, then the smaller step, then the front."""
    expected = min(
        (
            abs(surplus - front - back),
            (front > 0) + (back > 0),
            abs(step - front + back) if min(front, back) == 0 else 0,
        )
        for front, back in product(range(26), repeat=2)
        if abs(step - front + back) <= 25
    )
    front, back = top_edge_trims(surplus, step)

    assert abs(step - front + back) <= 25
    assert 0 <= min(front, back) <= max(front, back) <= 25
    assert (abs(surplus - front - back), (front > 0) + (back > 0)) == expected[:2]


def test_the_smaller_step_is_left_and_the_front_wins_ties() -> None:
    assert top_edge_trims(10, 20) == (10, 0)
    assert top_edge_trims(10, -20) == (0, 10)
    assert top_edge_trims(10, 0) == (10, 0)


def test_edges_that_can_never_meet() -> None:
    """F-7: 25 off one edge and a step of 25 reach across 50, not 51."""
    assert [top_edges_can_meet(step) for step in (-51, -50, 50, 51)] == [False, True, True, False]


def test_no_work_on_a_plain_yoke_costs_nothing() -> None:
    plain = Component("y", ComponentKind.YOKE, "any", "", side_height_mm=40, centre_height_mm=40)

    assert minutes(Trims(), plain) == 0
    assert minutes(Trims(hem_mm=30), plain) == 1
    assert minutes(Trims(top_front_mm=5, top_back_mm=5), plain) == 3
