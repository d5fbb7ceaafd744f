import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.fit.model import Measurer, Readings
from configurator.fit.probability import (
    READING_SD_MM,
    asks_for_third_reading,
    normal_share,
    plan_fit_probability,
    true_fit_probability,
)
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Measures

PERFECT = Measures(0, 0, 0, 0, 0)
STRAIGHT = {"block": FitBlock.STRAIGHT, "cloth": ClothFamily.RIGID}


def test_one_careful_reading_puts_half_the_perfect_plans_within_plan_tolerance() -> None:
    """F-12: product of the five normal shares, worked out by hand from tables."""
    chance = plan_fit_probability(PERFECT, Readings(Measurer.STAFF, 1), **STRAIGHT)  # type: ignore[arg-type]

    assert chance == pytest.approx(0.504, abs=0.001)


def test_two_readings_make_a_perfect_plan_nearly_sure() -> None:
    chances = [
        true_fit_probability(PERFECT, Readings(Measurer.STAFF, count), **STRAIGHT)  # type: ignore[arg-type]
        for count in (1, 2, 3)
    ]

    assert chances == pytest.approx([0.9277, 0.9958, 0.9997], abs=0.0001)


def test_one_reading_is_off_by_what_was_agreed() -> None:
    assert {who.value: sds for who, sds in READING_SD_MM.items()} == {
        "professional": (5, 5, 5, 5, 6),
        "staff": (5, 5, 5, 5, 6),
        "self": (10, 10, 10, 10, 12),
        "garment": (10, 10, 10, 10, 12),
        "size": (15, 41, 34, 15, 37),
    }


RESIDUALS = st.builds(Measures, *(st.integers(-t, t) for t in (13, 13, 7, 7, 7)))


@given(residuals=RESIDUALS, count=st.integers(1, 5))
def test_more_readings_never_make_a_plan_within_tolerance_less_sure(residuals: Measures, count: int) -> None:
    few = true_fit_probability(residuals, Readings(Measurer.STAFF, count), **STRAIGHT)  # type: ignore[arg-type]
    more = true_fit_probability(residuals, Readings(Measurer.STAFF, count + 1), **STRAIGHT)  # type: ignore[arg-type]

    assert 0 <= few <= 1
    if abs(residuals.waist_mm) <= 12:
        assert more >= few - 1e-12


@given(residuals=RESIDUALS)
def test_the_sign_of_a_residual_does_not_matter(residuals: Measures) -> None:
    mirrored = Measures(*(-r for r in residuals))
    readings = Readings(Measurer.STAFF, 2)

    assert true_fit_probability(residuals, readings, **STRAIGHT) == pytest.approx(  # type: ignore[arg-type]
        true_fit_probability(mirrored, readings, **STRAIGHT)  # type: ignore[arg-type]
    )


def test_normal_share_at_known_points() -> None:
    assert [normal_share(z) for z in (-1.959964, 0, 1.281552)] == pytest.approx([0.025, 0.5, 0.9], abs=1e-6)


def test_more_than_ten_millimetres_apart_asks_for_a_third_reading() -> None:
    """F-13."""
    assert [asks_for_third_reading(800, second) for second in (790, 810, 789, 811)] == [False, False, True, True]


def test_no_reading_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="count must be at least 1"):
        Readings(Measurer.STAFF, 0)
