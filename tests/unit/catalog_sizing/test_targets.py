from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules_catalog.sizing.bodies import body_from, wear_measures
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.errors import BlockUnknown, MeasurementMissing, MeasurementOutOfRange
from modules_catalog.sizing.model import Body, Measures, NavelMeasures, Sex, WearMeasures
from modules_catalog.sizing.rounding import rounded
from modules_catalog.sizing.targets import cloth_family, fit_block, leg_girths_mm, target_for

ANA = Body(
    sex=Sex.FEMALE,
    hip_circ_mm=1000,
    thigh_circ_mm=600,
    crotch_height_mm=780,
    upper=NavelMeasures(waist_circ_mm=800, waist_height_mm=1000, seat_height_mm=840, crotch_length_mm=640),
    lower_thigh_circ_mm=400,
    heel_ankle_circ_mm=310,
)


def test_straight_rigid_pair_by_hand() -> None:
    """F-1 … F-6: waist (800 + 40/160·200)·1.01 = 858.5 → 859; hip 1050; thigh 636; 780 − 38; 640 − 84 + 16."""
    target = target_for(ANA)

    assert target.measures == Measures(859, 1050, 636, 742, 572)
    assert (target.knee_at_least_mm, target.hem_at_least_mm) == (460, 320)


@pytest.mark.parametrize(
    ("block", "cloth", "expected"),
    [
        (FitBlock.SLIM, ClothFamily.RIGID, (850, 1020, 612)),
        (FitBlock.RELAXED, ClothFamily.RIGID, (859, 1080, 672)),
        (FitBlock.STRAIGHT, ClothFamily.COMFORT, (850, 1030, 624)),
        (FitBlock.STRAIGHT, ClothFamily.STRETCH, (850, 1010, 612)),
        (FitBlock.SKINNY, ClothFamily.STRETCH, (842, 960, 582)),
    ],
)
def test_ease_follows_block_and_cloth(block: FitBlock, cloth: ClothFamily, expected: tuple[int, int, int]) -> None:
    """F-2, F-3: only girths change; 850 · 0.99 = 841.5 rounds up."""
    measures = target_for(ANA, block=block, cloth=cloth).measures

    assert tuple(measures) == (*expected, 742, 572)


def test_seat_close_below_the_navel_counts_as_sixty_millimetres() -> None:
    """F-1: 40/60 of the way, never more, though the seat lies only 20 below the navel."""
    close = replace(ANA, upper=NavelMeasures(800, 1000, 980, 640))

    assert close.waist_at_wear() == (800 * 60 + 40 * 200, 60)


@given(
    waist=st.integers(500, 1500),
    hip=st.integers(600, 1600),
    down=st.integers(-50, 400),
    length=st.integers(450, 900),
)
def test_counter_measures_lead_to_the_same_target(waist: int, hip: int, down: int, length: int) -> None:
    """F-1, F-5: a clerk measuring where the waistband sits gets what the survey's measures give, within a millimetre."""
    at_navel = replace(ANA, hip_circ_mm=hip, upper=NavelMeasures(waist, 1000, 1000 - down, length))
    counter = body_from(Sex.FEMALE, wear_measures(at_navel))
    navel_target, counter_target = target_for(at_navel).measures, target_for(counter).measures

    assert isinstance(counter.upper, WearMeasures)
    assert abs(navel_target.waist_mm - counter_target.waist_mm) <= 1
    assert tuple(navel_target)[1:] == tuple(counter_target)[1:]
    assert min(waist, hip) <= rounded(*at_navel.waist_at_wear()) <= max(waist, hip)


def test_names_are_read_with_and_without_unit() -> None:
    named = {f"{name}_mm": value for name, value in ANA.taken().items()}

    assert body_from(Sex.FEMALE, named) == body_from(Sex.FEMALE, ANA.taken()) == ANA


def test_wearing_position_wins_where_both_are_given() -> None:
    body = body_from(Sex.FEMALE, ANA.taken() | {"waist_circ_wear": 860, "crotch_length_wear": 560})

    assert body.upper == WearMeasures(860, 560)


def test_half_a_wearing_position_falls_back_to_the_navel() -> None:
    body = body_from(Sex.FEMALE, ANA.taken() | {"waist_circ_wear": 860})

    assert body == ANA


def test_what_is_missing_is_named() -> None:
    with pytest.raises(MeasurementMissing) as refused:
        body_from(Sex.MALE, {"hip_circ": 1000, "crotch_height": 800, "waist_circ_wear": 900})

    assert refused.value.facts == {"measures": ("thigh_circ", "crotch_length_wear")}


def test_a_body_nobody_has_is_refused_with_the_limits() -> None:
    with pytest.raises(MeasurementOutOfRange) as refused:
        replace(ANA, hip_circ_mm=100)

    assert refused.value.facts == {"measure": "hip_circ", "value_mm": 100, "min_mm": 500, "max_mm": 2200}


def test_unknown_block_names_the_known_ones() -> None:
    with pytest.raises(BlockUnknown) as refused:
        fit_block("baggy")

    assert refused.value.facts == {"block": "baggy", "known": ["skinny", "slim", "straight", "bootcut", "relaxed"]}


def test_cloth_belongs_to_a_family_by_its_stretch() -> None:
    """F-3: the boundaries belong to the stretchier family."""
    assert [cloth_family(s) for s in (0, Decimal("4.9"), 5, 19, 20)] == [
        "rigid",
        "rigid",
        "comfort",
        "comfort",
        "stretch",
    ]


def test_knee_and_hem_follow_the_thigh() -> None:
    """F-6: 80 and 70 % of a straight leg, half up."""
    assert leg_girths_mm(636, FitBlock.STRAIGHT) == (509, 445)


@given(numerator=st.integers(-(10**6), 10**6), denominator=st.integers(1, 1000))
def test_rounding_is_to_the_nearest_and_half_up(numerator: int, denominator: int) -> None:
    twice_off = 2 * (numerator - rounded(numerator, denominator) * denominator)

    assert -denominator <= twice_off < denominator
