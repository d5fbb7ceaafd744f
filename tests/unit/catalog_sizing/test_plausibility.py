import csv
from pathlib import Path

import pytest

from modules_catalog.sizing.bodies import body_from, wear_measures
from modules_catalog.sizing.body_bands import BANDS
from modules_catalog.sizing.learning_bands import learned_bands
from modules_catalog.sizing.model import Sex
from modules_catalog.sizing.plausibility import Plausibility, check_measures, most_doubtful

MEAN_MAN = {
    "waist_circ_wear": 958,
    "hip_circ": 1020,
    "thigh_circ": 625,
    "crotch_height": 846,
    "crotch_length_wear": 538,
    "stature": 1756,
}


@pytest.fixture
def survey(real_data: Path) -> list[tuple[Sex, dict[str, int]]]:
    people = []
    with (real_data / "body" / "ansur2.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            lengths = {name.removesuffix("_mm"): int(v) for name, v in row.items() if name.endswith("_mm")}
            body = body_from(Sex(row["sex"]), lengths)
            people.append((body.sex, lengths | wear_measures(body)))
    return people


def test_the_average_man_is_asked_nothing() -> None:
    opinions = check_measures(Sex.MALE, {f"{name}_mm": value for name, value in MEAN_MAN.items()})

    assert {o.verdict for o in opinions.values()} == {Plausibility.FINE}
    assert most_doubtful(opinions) == []
    assert list(opinions) == list(MEAN_MAN)


def test_a_leg_measured_too_short_is_asked_about_first() -> None:
    """F-14: 100 mm missing on the leg; what is expected follows from stature, hip and rise."""
    opinions = check_measures(Sex.MALE, MEAN_MAN | {"crotch_height": 740})
    first = most_doubtful(opinions)[0]

    assert first.measure == "crotch_height"
    assert first.verdict is Plausibility.CONFIRM
    assert first.expected_mm is not None
    assert abs(first.expected_mm - 846) < 10
    assert first.from_mm is not None
    assert 740 < first.from_mm < first.expected_mm


def test_an_impossible_measure_is_blocked_and_judges_nothing() -> None:
    opinions = check_measures(Sex.MALE, MEAN_MAN | {"hip_circ": 102})

    assert (opinions["hip_circ"].verdict, opinions["hip_circ"].from_mm, opinions["hip_circ"].to_mm) == (
        Plausibility.IMPOSSIBLE,
        500,
        2200,
    )
    assert [o.measure for o in most_doubtful(opinions)] == ["hip_circ"]


def test_nothing_is_asked_where_nothing_can_be_said() -> None:
    opinions = check_measures(Sex.FEMALE, {"thigh_circ": 900, "shoe_size": 38})

    assert {name: o.verdict for name, o in opinions.items()} == {"thigh_circ": Plausibility.FINE}
    assert opinions["thigh_circ"].expected_mm is None


def test_exchanged_waist_and_hip_are_noticed() -> None:
    swapped = MEAN_MAN | {"waist_circ_wear": 1120, "hip_circ": 958}

    asked = {o.measure for o in most_doubtful(check_measures(Sex.MALE, swapped))}

    assert {"waist_circ_wear", "hip_circ"} <= asked


def test_shipped_bands_are_those_the_survey_teaches(survey: list[tuple[Sex, dict[str, int]]]) -> None:
    assert tuple(learned_bands(survey)) == BANDS


def test_few_real_people_are_asked_and_none_is_blocked(survey: list[tuple[Sex, dict[str, int]]]) -> None:
    """F-14: the bands hold 99 of 100 residuals a measure, so most people are never asked."""
    asked = 0
    for sex, measures in survey:
        opinions = check_measures(sex, measures)
        asked += bool(most_doubtful(opinions))
        assert Plausibility.IMPOSSIBLE not in {o.verdict for o in opinions.values()}

    assert len(survey) == 3050
    assert asked <= 0.05 * len(survey)
