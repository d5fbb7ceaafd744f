from dataclasses import replace

import pytest

from configurator.fit.fitting import fit_person, fit_target
from configurator.fit.model import Measurer, Readings, Verdict
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import (
    Body,
    Component,
    ComponentKind,
    ComponentTable,
    Measure,
    Measures,
    NavelMeasures,
    Sex,
    Target,
)
from modules_catalog.sizing.trims import Trims

ANA = Body(
    sex=Sex.FEMALE,
    hip_circ_mm=1000,
    thigh_circ_mm=600,
    crotch_height_mm=780,
    upper=NavelMeasures(800, 1000, 840, 640),
    lower_thigh_circ_mm=400,
    heel_ankle_circ_mm=310,
)
ANAS_TARGET = Measures(859, 1050, 636, 742, 572)

PLAIN = Component("y0", ComponentKind.YOKE, "any", "", side_height_mm=40, centre_height_mm=40)
WEDGED = replace(PLAIN, id="y1", centre_height_mm=65)
FRONT = Component("f", ComponentKind.FRONT, "F", "S", 420, 515, 310, 800, 286)
BACK = Component("b", ComponentKind.BACK, "F", "S", 439, 535, 326, 800, 246)


def stocked(*components: Component) -> ComponentTable:
    return ComponentTable(FitBlock.STRAIGHT, ClothFamily.RIGID, components)


def test_a_pair_that_needs_only_the_hem_is_stock() -> None:
    answer = fit_person(ANA, stocked(FRONT, BACK, PLAIN, WEDGED))

    assert answer.verdict is Verdict.STOCK
    assert answer.target.measures == answer.finished == ANAS_TARGET
    assert answer.combination is not None
    assert answer.combination.component_ids == ("f", "b", "y0")
    assert answer.combination.trims == Trims(hem_mm=58)
    assert answer.combination.minutes == 1
    assert answer.residuals == Measures(0, 0, 0, 0, 0)
    assert answer.binding is Measure.INSEAM
    assert [(c.where, c.finished_mm, c.at_least_mm, c.passes) for c in answer.checks] == [
        ("knee", 509, 460, True),
        ("hem", 445, 320, True),
    ]


def test_other_trims_make_it_trimmed() -> None:
    wider = replace(BACK, waist_mm=469, hip_mm=550)

    answer = fit_person(ANA, stocked(FRONT, wider, PLAIN))

    assert answer.verdict is Verdict.TRIMMED
    assert answer.combination is not None
    assert answer.combination.trims == Trims(waist_mm=30, hip_mm=15, hem_mm=58)
    assert answer.combination.minutes == 6
    assert answer.binding is Measure.WAIST


def test_a_residual_within_tolerance_is_left_and_named() -> None:
    narrower = replace(BACK, thigh_mm=321)

    answer = fit_person(ANA, stocked(FRONT, narrower, PLAIN))

    assert answer.verdict is Verdict.STOCK
    assert answer.residuals == Measures(0, 0, -5, 0, 0)
    assert answer.finished == replace(ANAS_TARGET, thigh_mm=631)
    assert answer.binding is Measure.THIGH


def test_beyond_plan_tolerance_own_panels_are_cut() -> None:
    """F-11: the finished pair is the target itself; the nearest stocked pair says what was lacking."""
    too_narrow = replace(BACK, thigh_mm=318)

    answer = fit_person(ANA, stocked(FRONT, too_narrow, PLAIN))

    assert answer.verdict is Verdict.BESPOKE
    assert answer.combination is None
    assert answer.nearest is not None
    assert answer.nearest.residuals == Measures(0, 0, -8, 0, 0)
    assert answer.finished == ANAS_TARGET
    assert answer.binding is Measure.THIGH


def test_no_pair_at_all_is_bespoke() -> None:
    """Only men's panels are stocked: there is no nearest pair."""
    answer = fit_person(ANA, stocked(replace(FRONT, sex_block="M"), replace(BACK, sex_block="M"), PLAIN))

    assert (answer.verdict, answer.nearest, answer.binding) == (Verdict.BESPOKE, None, Measure.RISE)


def test_an_empty_table_makes_everything_bespoke() -> None:
    """A block and cloth nobody stocks: own panels, cut to the target."""
    answer = fit_person(ANA, stocked())

    assert (answer.verdict, answer.nearest, answer.finished) == (Verdict.BESPOKE, None, ANAS_TARGET)


def test_beyond_what_the_floor_cuts_is_refused() -> None:
    """F-11: refused at any date; nothing is promised about it."""
    giant = Target(replace(ANAS_TARGET, inseam_mm=1051))

    answer = fit_target(giant, Sex.FEMALE, stocked(FRONT, BACK, PLAIN))

    assert (answer.verdict, answer.binding) == (Verdict.REFUSED, Measure.INSEAM)
    assert (answer.combination, answer.finished, answer.residuals) == (None, None, None)
    assert (answer.probability, answer.plan_probability) == (0.0, 0.0)


def test_a_calf_too_strong_for_the_leg_is_told() -> None:
    """F-6: the knee would need 1.15 times 460 = 529 mm."""
    answer = fit_person(replace(ANA, lower_thigh_circ_mm=460), stocked(FRONT, BACK, PLAIN))

    assert [(c.where, c.at_least_mm, c.passes) for c in answer.checks] == [("knee", 529, False), ("hem", 320, True)]


def test_another_block_than_the_tables_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="components are straight in rigid, not slim in rigid"):
        fit_person(ANA, stocked(FRONT, BACK, PLAIN), block=FitBlock.SLIM)


def test_a_table_of_another_block_gives_its_ease() -> None:
    table = ComponentTable(FitBlock.SLIM, ClothFamily.RIGID, (FRONT, BACK, PLAIN))

    answer = fit_person(ANA, table)

    assert answer.target.measures == Measures(850, 1020, 612, 742, 572)
    assert answer.finished == answer.target.measures


def test_readings_decide_the_probability_only() -> None:
    table = stocked(FRONT, BACK, PLAIN)
    sure = fit_person(ANA, table, readings=Readings(Measurer.STAFF, 2))
    unsure = fit_person(ANA, table, readings=Readings(Measurer.SELF, 1))

    assert sure.combination == unsure.combination
    assert sure.probability > unsure.probability
