"""F-27 and F-28: back from a pair, or a size, to a body; F-29: corrections move the target."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.fit.fitting import corrected
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.from_garment import body_of_garment, body_of_size
from modules_catalog.sizing.model import MEASURES, Body, Measure, Measures, Sex, Target, WearMeasures
from modules_catalog.sizing.plausibility import Plausibility, check_measures
from modules_catalog.sizing.targets import target_for


@given(
    waist=st.integers(600, 1300),
    hip=st.integers(800, 1500),
    thigh=st.integers(450, 900),
    inseam=st.integers(600, 1000),
    rise=st.integers(450, 800),
    block=st.sampled_from(FitBlock),
    cloth=st.sampled_from(ClothFamily),
)
def test_the_pair_that_fits_is_what_would_be_made(
    waist: int, hip: int, thigh: int, inseam: int, rise: int, block: FitBlock, cloth: ClothFamily
) -> None:
    """F-27: the target of the body found is the pair again, within the millimetre that two roundings may be off."""
    finished = Measures(waist, hip, thigh, inseam, rise)
    found = body_of_garment(finished, block=block, cloth=cloth)
    body = Body(
        sex=Sex.MALE,
        hip_circ_mm=found["hip_circ"],
        thigh_circ_mm=found["thigh_circ"],
        crotch_height_mm=found["crotch_height"],
        upper=WearMeasures(found["waist_circ_wear"], found["crotch_length_wear"]),
    )
    again = target_for(body, block=block, cloth=cloth).measures
    assert all(abs(off) <= 1 for off in again.minus(finished))


def test_a_size_is_read_as_its_waist_and_inseam() -> None:
    """F-28: 32/34 is 813 mm around, and 34 in of inseam above a hem 30 mm from the floor."""
    body = body_of_size(Sex.MALE, 32, 34)
    assert (body["waist_circ_wear"], body["crotch_height"]) == (813, 864 + 38)
    assert body == body_of_size(Sex.MALE, 32, 34)


@pytest.mark.parametrize("sex", list(Sex))
@pytest.mark.parametrize("waist", [26, 30, 34, 38])
def test_a_usual_body_is_nothing_to_ask_about(sex: Sex, waist: int) -> None:
    """What people with such a waist have on average is plausible where ordinary sizes are worn."""
    girths = {name: value for name, value in body_of_size(sex, waist, 32).items() if name != "crotch_height"}
    assert {each.verdict for each in check_measures(sex, girths).values()} == {Plausibility.FINE}


def test_a_larger_waist_never_makes_a_smaller_hip() -> None:
    hips = [body_of_size(Sex.FEMALE, waist, 32)["hip_circ"] for waist in range(22, 57)]
    assert hips == sorted(hips)


@given(st.dictionaries(st.sampled_from(Measure), st.integers(-60, 60)))
def test_a_correction_moves_its_measure_and_no_other(corrections: dict[Measure, int]) -> None:
    """F-29."""
    target = Target(Measures(848, 1060, 650, 740, 590), knee_at_least_mm=400)
    moved = corrected(target, corrections)
    assert {m: moved.measures[m] - target.measures[m] for m in MEASURES} == {m: corrections.get(m, 0) for m in MEASURES}
    assert moved.knee_at_least_mm == 400
