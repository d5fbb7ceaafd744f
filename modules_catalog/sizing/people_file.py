"""Reads tables of measured people, as surveys and shops export them; every complaint is ``file:line: message``."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from modules_catalog.sizing.bodies import ALWAYS, AT_NAVEL, AT_WEAR, BODY_MEASURES, body_from, missing
from modules_catalog.sizing.errors import FileFinding, MeasurementMissing, MeasurementOutOfRange, PeopleNotValid
from modules_catalog.sizing.model import Body, Sex

NUMBER = re.compile(r"\d+(\.\d+)?")

SEX_WORDS = {"f": Sex.FEMALE, "female": Sex.FEMALE, "m": Sex.MALE, "male": Sex.MALE}


@dataclass(frozen=True, slots=True)
class Person:
    """One row: who, on which line, and the body, or why no body can measure that."""

    subject: str
    line: int
    body: Body | MeasurementOutOfRange


def read_people(path: Path) -> tuple[Person, ...]:
    """Return the people in a CSV file, in file order.

    Raises:
        PeopleNotValid: with every finding in the file.
    """
    return parse_people(path.read_text(encoding="utf-8-sig"), name=str(path))


def parse_people(text: str, *, name: str) -> tuple[Person, ...]:
    """Return the people in a CSV text; ``name`` is the file complained about.

    Columns are those of ``bodies.BODY_MEASURES`` with or without ``_mm``, ``subject`` and ``sex``; others are
    ignored. Lengths may have decimals, which are rounded half up.

    Raises:
        PeopleNotValid: with every finding in the text.
    """
    reader = csv.DictReader(io.StringIO(text))
    findings = [FileFinding(name, 1, complaint) for complaint in header_complaints(tuple(reader.fieldnames or ()))]
    people: list[Person] = []
    if not findings:
        for row in reader:
            complaints = list(row_complaints(row))
            findings += [FileFinding(name, reader.line_num, complaint) for complaint in complaints]
            if not complaints:
                try:
                    people.append(Person(row["subject"], reader.line_num, body_of(row)))
                except MeasurementMissing as lacking:
                    empty = ", ".join(lacking.facts["measures"])
                    findings.append(FileFinding(name, reader.line_num, f"no value for {empty}"))
    if findings:
        raise PeopleNotValid(findings=[str(finding) for finding in findings])
    return tuple(people)


def header_complaints(header: tuple[str, ...]) -> Iterator[str]:
    """Yield which columns are missing."""
    for column in ("subject", "sex"):
        if column not in header:
            yield f"missing column {column}"
    known = dict.fromkeys((column.removesuffix("_mm") for column in header), 0)
    for column in missing(ALWAYS, known):
        yield f"missing column {column}_mm"
    at_navel, at_wear = missing(AT_NAVEL, known), missing(AT_WEAR, known)
    if at_navel and at_wear:
        yield (
            "waist and rise need "
            + " and ".join(f"{column}_mm" for column in AT_WEAR)
            + "; or at the navel "
            + " and ".join(f"{column}_mm" for column in AT_NAVEL)
        )


def row_complaints(row: dict[str, str]) -> Iterator[str]:
    """Yield what cannot be read in one row."""
    if None in row or None in row.values():
        yield "more or fewer cells than the header"
        return
    if row["sex"].strip().lower() not in SEX_WORDS:
        yield f"sex {row['sex']!r} is neither F nor M"
    for column, cell in row.items():
        if column.removesuffix("_mm") in BODY_MEASURES and cell.strip() and not NUMBER.fullmatch(cell.strip()):
            yield f"{column} {cell!r} is not a length in millimetres"


def body_of(row: dict[str, str]) -> Body | MeasurementOutOfRange:
    """Return the body in a row without complaints, or why nobody has it.

    Raises:
        MeasurementMissing: a needed cell is empty.
    """
    measures = {
        column: int(Decimal(cell.strip()).quantize(Decimal(1), ROUND_HALF_UP))
        for column, cell in row.items()
        if column.removesuffix("_mm") in BODY_MEASURES and cell.strip()
    }
    try:
        return body_from(SEX_WORDS[row["sex"].strip().lower()], measures)
    except MeasurementOutOfRange as impossible:
        return impossible
