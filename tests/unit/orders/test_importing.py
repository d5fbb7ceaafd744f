"""Reading customers from CSV: every mistake with its place, and nothing half understood."""

from datetime import UTC, date, datetime

import pytest

from modules_catalog.sizing.model import Sex
from orders.customers.importing import COLUMNS, ImportProblem, read_import
from orders.customers.model import COUNTER_MEASURES
from web.views.importing import REASONS, problem_words

TODAY = date(2026, 3, 2)
MEASURES = ",".join(f"{each}_mm" for each in COUNTER_MEASURES)
GOOD = (
    f"name,email,sex,measured_on,{MEASURES}\nAna Kovač,Ana@Example.org,f,2026-01-05,848,1012,612,772,572\nBo,,,,,,,,\n"
)


def read(text: str) -> list[ImportProblem]:
    return read_import(text.encode(), today=TODAY)[1]


def test_a_good_file_is_understood_whole() -> None:
    rows, problems = read_import(GOOD.encode(), today=TODAY)
    assert problems == []
    ana, bo = rows
    assert (ana.line, ana.contact.name, ana.contact.email, ana.sex) == (2, "Ana Kovač", "ana@example.org", Sex.FEMALE)
    assert ana.measured_at == datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert ana.readings == dict(zip(COUNTER_MEASURES, ((848,), (1012,), (612,), (772,), (572,)), strict=True))
    assert (bo.contact.name, bo.contact.email, bo.readings, bo.sex) == ("Bo", None, {}, None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_of_other_countries_are_read_too(separator: str) -> None:
    """Semicolons, tabs and a byte order mark; empty lines are passed over."""
    text = "\ufeff" + GOOD.replace(",", separator) + "\n\n"
    rows, problems = read_import(text.encode(), today=TODAY)
    assert (len(rows), problems) == (2, [])


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [ImportProblem(1, "", "empty")]),
        ("email\na@b.c\n", [ImportProblem(1, "name", "missing")]),
        ("name,shoe\nAna,38\n", [ImportProblem(1, "shoe", "unknown_column")]),
        ("name,name\nAna,Bo\n", [ImportProblem(1, "name", "twice")]),
        ("name,email\nAna\n", [ImportProblem(2, "", "cells", "1/2")]),
        ("name,email\nAna,ana\n", [ImportProblem(2, "email", "not_understood", "ana")]),
        ("name,phone\n,12\n", [ImportProblem(2, "name", "not_understood", "")]),
        ("name,kind\nAna,robot\n", [ImportProblem(2, "kind", "not_understood", "robot")]),
        ("name,country\nAna,DEU\n", [ImportProblem(2, "country", "not_understood", "DEU")]),
        ("name,email\nAna,a@b.c\nBo,A@b.c\n", [ImportProblem(3, "email", "twice", "2")]),
        ("name,measured_on\nAna,5.1.26\n", [ImportProblem(2, "measured_on", "not_a_date", "5.1.26")]),
        ("name,measured_on\nAna,2026-03-03\n", [ImportProblem(2, "measured_on", "in_the_future", "2026-03-03")]),
        (
            GOOD.replace("1012", "101.2").replace("572", "5720").replace(",f,", ",x,"),
            [
                ImportProblem(2, "hip_circ_mm", "not_a_number", "101.2"),
                ImportProblem(2, "crotch_length_wear_mm", "impossible", "5720"),
                ImportProblem(2, "sex", "not_understood", "X"),
            ],
        ),
        (
            GOOD.replace(",1012,", ",,").replace(",f,", ",,"),
            [ImportProblem(2, "hip_circ_mm", "missing"), ImportProblem(2, "sex", "missing")],
        ),
    ],
)
def test_each_mistake_names_its_line_and_column(text: str, problems: list[ImportProblem]) -> None:
    assert read(text) == problems


def test_a_file_in_another_encoding_is_refused() -> None:
    assert read_import("name\nJosé\n".encode("latin-1"), today=TODAY)[1] == [ImportProblem(1, "", "not_utf8")]


def test_every_reason_has_words() -> None:
    assert {problem_words(ImportProblem(1, "", reason, "x"), "en") for reason in REASONS} == {
        f"{text} (x)" for text in REASONS.values()
    }
    assert len(COLUMNS) == len(set(COLUMNS))
