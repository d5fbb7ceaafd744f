import pytest

from modules_catalog.sizing.errors import MeasurementOutOfRange, PeopleNotValid
from modules_catalog.sizing.model import NavelMeasures, Sex, WearMeasures
from modules_catalog.sizing.people_file import parse_people

COUNTER = "subject,sex,waist_circ_wear,hip_circ_mm,thigh_circ,crotch_height_mm,crotch_length_wear,shoe\n"
NAVEL = (
    "subject,sex,waist_circ_omphalion_mm,waist_height_omphalion_mm,buttock_height_mm,crotch_length_omphalion_mm,"
    "hip_circ_mm,thigh_circ_mm,crotch_height_mm,lower_thigh_circ_mm\n"
)


def findings(text: str) -> list[str]:
    with pytest.raises(PeopleNotValid) as refused:
        parse_people(text, name="p.csv")
    return list(refused.value.facts["findings"])


def test_counter_and_survey_tables_are_read() -> None:
    (counter,) = parse_people(COUNTER + "p1,female,850,1000,600.5,780,560,38\n", name="p.csv")
    (survey,) = parse_people(NAVEL + "p2,M,900,1000,840,640,1010,610,800,\n", name="p.csv")

    assert (counter.subject, counter.line) == ("p1", 2)
    assert counter.body.sex is Sex.FEMALE  # type: ignore[union-attr]
    assert counter.body.thigh_circ_mm == 601  # type: ignore[union-attr]
    assert counter.body.upper == WearMeasures(850, 560)  # type: ignore[union-attr]
    assert survey.body.upper == NavelMeasures(900, 1000, 840, 640)  # type: ignore[union-attr]
    assert survey.body.lower_thigh_circ_mm is None  # type: ignore[union-attr]


def test_a_body_nobody_has_is_kept_as_such() -> None:
    (person,) = parse_people(COUNTER + "p1,F,850,100,600,780,560,38\n", name="p.csv")

    assert isinstance(person.body, MeasurementOutOfRange)
    assert person.body.facts["measure"] == "hip_circ"


def test_every_complaint_names_file_and_line() -> None:
    rows = "p1,X,850,1000,600,780,560,38\np2,F,850,1m,600,780,560,38\np3,F,850,,600,780,560,38\np4,F,850\n"

    assert findings(COUNTER + rows) == [
        "p.csv:2: sex 'X' is neither F nor M",
        "p.csv:3: hip_circ_mm '1m' is not a length in millimetres",
        "p.csv:4: no value for hip_circ",
        "p.csv:5: more or fewer cells than the header",
    ]


def test_missing_columns_are_named_once() -> None:
    assert findings("subject,hip_circ,thigh_circ\n") == [
        "p.csv:1: missing column sex",
        "p.csv:1: missing column crotch_height_mm",
        "p.csv:1: waist and rise need waist_circ_wear_mm and crotch_length_wear_mm; or at the navel "
        "waist_circ_omphalion_mm and waist_height_omphalion_mm and buttock_height_mm and crotch_length_omphalion_mm",
    ]
