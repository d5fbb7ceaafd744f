"""Customers and measures from a CSV file: every mistake with its line and column, before anything is written. Pure.

Columns: ``name`` and, as wanted, ``email``, ``phone``, ``country``, ``locale``, ``kind``, ``sex``, ``measured_on`` and the measures
in whole millimetres. See docs/privacy.md.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from modules_catalog.sizing.model import POSSIBLE_MM, Sex
from orders.customers.model import COUNTER_MEASURES, Contact, ContactNotValid, CustomerKind

#: {column: the measure it holds}.
MEASURE_COLUMNS: Mapping[str, str] = {f"{measure}_mm": measure for measure in COUNTER_MEASURES}
CONTACT_COLUMNS = ("name", "email", "phone", "country", "locale", "kind")
COLUMNS = (*CONTACT_COLUMNS, "sex", "measured_on", *MEASURE_COLUMNS)
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What is wrong in one cell; ``line`` counts from 1 with the heading, ``reason`` is a code the edge finds words for."""

    line: int
    column: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person of the file; ``readings`` is empty where no measures are given."""

    line: int
    contact: Contact
    sex: Sex | None
    readings: Mapping[str, tuple[int, ...]]
    measured_at: datetime | None


def read_import(content: bytes, *, today: date) -> tuple[list[ImportRow], list[ImportProblem]]:
    """Return the people of a CSV file and every problem in it; with a problem nothing should be written."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [ImportProblem(1, "", "not_utf8")]
    lines = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    if not lines:
        return [], [ImportProblem(1, "", "empty")]
    heading = [name.strip().lower() for name in lines[0]]
    problems = [ImportProblem(1, name, "unknown_column") for name in heading if name not in COLUMNS]
    problems += [ImportProblem(1, name, "twice") for name in sorted(set(heading)) if heading.count(name) > 1]
    if "name" not in heading:
        problems.append(ImportProblem(1, "name", "missing"))
    if len(lines) - 1 > MOST_ROWS:
        problems.append(ImportProblem(1, "", "too_many", str(len(lines) - 1)))
    if problems:
        return [], problems
    rows: list[ImportRow] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            problems.append(ImportProblem(number, "", "cells", f"{len(cells)}/{len(heading)}"))
            continue
        row, wrong = _row(number, dict(zip(heading, (cell.strip() for cell in cells), strict=True)), today)
        problems += wrong
        if row is None:
            continue
        email = (row.contact.email or "").lower()
        if email and email in seen:
            problems.append(ImportProblem(number, "email", "twice", f"{seen[email]}"))
        seen.setdefault(email, number)
        rows.append(row)
    return rows, problems


def _row(number: int, cells: Mapping[str, str], today: date) -> tuple[ImportRow | None, list[ImportProblem]]:
    problems: list[ImportProblem] = []
    contact = _contact(number, cells, problems)
    readings = _readings(number, cells, problems)
    sex = _sex(number, cells, problems, is_needed=bool(readings))
    day = _day(number, cells, problems, today)
    if problems or contact is None:
        return None, problems
    measured_at = datetime.combine(day, time(12), UTC) if day is not None else None
    return ImportRow(number, contact, sex, readings, measured_at), []


def _contact(number: int, cells: Mapping[str, str], problems: list[ImportProblem]) -> Contact | None:
    kind = cells.get("kind", "").lower() or CustomerKind.PRIVATE.value
    if kind not in {each.value for each in CustomerKind}:
        problems.append(ImportProblem(number, "kind", "not_understood", kind))
        return None
    try:
        return Contact(
            cells.get("name", ""),
            cells.get("email", "").lower() or None,
            cells.get("phone") or None,
            cells.get("locale") or "en",
            (cells.get("country") or "DE").upper(),
            CustomerKind(kind),
        )
    except ContactNotValid as error:
        column = str(error.facts["field"])
        problems.append(ImportProblem(number, column, "not_understood", cells.get(column, "")))
        return None


def _readings(number: int, cells: Mapping[str, str], problems: list[ImportProblem]) -> Mapping[str, tuple[int, ...]]:
    given = {column: cells[column] for column in MEASURE_COLUMNS if cells.get(column)}
    readings: dict[str, tuple[int, ...]] = {}
    for column, text in given.items():
        least, greatest = POSSIBLE_MM[MEASURE_COLUMNS[column]]
        if not text.isdecimal():
            problems.append(ImportProblem(number, column, "not_a_number", text))
        elif not least <= int(text) <= greatest:
            problems.append(ImportProblem(number, column, "impossible", text))
        else:
            readings[MEASURE_COLUMNS[column]] = (int(text),)
    if given:
        lacking = [column for column in MEASURE_COLUMNS if column not in given]
        problems += [ImportProblem(number, column, "missing") for column in lacking]
    return readings


def _sex(number: int, cells: Mapping[str, str], problems: list[ImportProblem], *, is_needed: bool) -> Sex | None:
    text = cells.get("sex", "").upper()
    if not text:
        if is_needed:
            problems.append(ImportProblem(number, "sex", "missing"))
        return None
    if text not in {each.value for each in Sex}:
        problems.append(ImportProblem(number, "sex", "not_understood", text))
        return None
    return Sex(text)


def _day(number: int, cells: Mapping[str, str], problems: list[ImportProblem], today: date) -> date | None:
    text = cells.get("measured_on", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(ImportProblem(number, "measured_on", "not_a_date", text))
        return None
    if day > today:
        problems.append(ImportProblem(number, "measured_on", "in_the_future", text))
        return None
    return day


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)
