"""``lotone fit``: which stocked components become each person's jeans, for a table of people."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

import modules_catalog
from configurator.fit.fitting import fit_person
from configurator.fit.model import Fit, Measurer, Readings, Verdict
from kernel.errors import LotOneError
from modules_catalog.sizing.components_file import components_path, read_components
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.errors import ComponentsNotValid, MeasurementOutOfRange, PeopleNotValid
from modules_catalog.sizing.model import ComponentTable, Measure
from modules_catalog.sizing.people_file import Person, read_people
from modules_catalog.sizing.trims import Trims

CATALOGS = Path(modules_catalog.__file__).parent / "catalogs"

COLUMNS = (
    "subject",
    "status",
    "block",
    "front",
    "back",
    "yoke",
    "trim_waist_mm",
    "trim_hip_mm",
    "trim_thigh_mm",
    "trim_hem_mm",
    "trim_top_front_mm",
    "trim_top_back_mm",
    "waist_mm",
    "hip_mm",
    "thigh_mm",
    "inseam_mm",
    "rise_mm",
    "binding",
    "probability",
)

#: The measure of the pair that an impossible body measure would have decided.
DECIDES = {
    "hip_circ": Measure.HIP,
    "thigh_circ": Measure.THIGH,
    "lower_thigh_circ": Measure.THIGH,
    "crotch_height": Measure.INSEAM,
    "heel_ankle_circ": Measure.INSEAM,
    "crotch_length_omphalion": Measure.RISE,
    "crotch_length_wear": Measure.RISE,
}

WRONG_USAGE = 2

app = typer.Typer(add_completion=False)


@app.command()
def fit(
    line: Annotated[str, typer.Argument(help="The line, or its catalog folder.")],
    people: Annotated[Path, typer.Option(help="CSV: one measured person a row.")],
    out: Annotated[Path, typer.Option(help="CSV to write: one answer a row.")],
    components: Annotated[Path | None, typer.Option(help="Stocked components instead of the line's own.")] = None,
    block: Annotated[FitBlock, typer.Option(help="Fit block.")] = FitBlock.STRAIGHT,
    cloth: Annotated[ClothFamily, typer.Option(help="Cloth family.")] = ClothFamily.RIGID,
    measurer: Annotated[Measurer, typer.Option(help="Who held the tape.")] = Measurer.STAFF,
    readings: Annotated[int, typer.Option(min=1, help="Readings averaged per measure.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as one JSON object.")] = False,
) -> None:
    """Fit every person of a table from the stocked components of a line."""
    source = components or stocked(line, block, cloth)
    if not source.is_file():
        raise refusal([f"{source}:1: no stocked components for {block} in {cloth} cloth"], as_json=as_json)
    try:
        table = read_components(source, block=block, cloth=cloth)
        everybody = read_people(people)
    except (ComponentsNotValid, PeopleNotValid) as wrong:
        raise refusal(wrong.facts["findings"], as_json=as_json) from None
    except (OSError, UnicodeDecodeError) as unreadable:
        name = getattr(unreadable, "filename", None) or people
        raise refusal([f"{name}:1: {getattr(unreadable, 'strerror', None) or unreadable}"], as_json=as_json) from None
    except LotOneError as wrong:
        raise refusal([f"{line}: {wrong.code} {wrong}"], as_json=as_json) from None
    answers = [(person, answer(person, table, Readings(measurer, readings))) for person in everybody]
    try:
        out.write_text(answers_text(answers, block), encoding="utf-8")
    except OSError as unwritable:
        raise refusal([f"{out}:1: {unwritable.strerror}"], as_json=as_json) from None
    report(answers, out, as_json=as_json)


def stocked(line: str, block: FitBlock, cloth: ClothFamily) -> Path:
    """Return the component file of a line, given by its code or its folder."""
    folder = CATALOGS / line if (CATALOGS / line).is_dir() else Path(line)
    return components_path(folder, block, cloth)


def answer(person: Person, table: ComponentTable, readings: Readings) -> Fit | MeasurementOutOfRange:
    """Return the fit of a person, or why nobody has such a body."""
    if isinstance(person.body, MeasurementOutOfRange):
        return person.body
    return fit_person(person.body, table, readings=readings)


def answers_text(answers: Iterable[tuple[Person, Fit | MeasurementOutOfRange]], block: FitBlock) -> str:
    """Return the answers as CSV, one row a person, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person, given in answers:
        row = fit_row(given) if isinstance(given, Fit) else refused_row(given)
        writer.writerow([person.subject, row[0], block.value, *row[1:]])
    return text.getvalue()


def fit_row(given: Fit) -> list[object]:
    """Return status, components, trims, finished measures, binding measure, probability of one fit."""
    chosen = given.combination
    trims = Trims() if chosen is None else chosen.trims
    return [
        given.verdict.value,
        *(("", "", "") if chosen is None else chosen.component_ids),
        trims.waist_mm,
        trims.hip_mm,
        trims.thigh_mm,
        trims.hem_mm,
        trims.top_front_mm,
        trims.top_back_mm,
        *([""] * 5 if given.finished is None else given.finished),
        given.binding.value,
        f"{given.probability:.4f}",
    ]


def refused_row(impossible: MeasurementOutOfRange) -> list[object]:
    """Return the row of a body nobody has."""
    binding = DECIDES.get(impossible.facts["measure"], Measure.WAIST)
    return [Verdict.REFUSED.value, "", "", "", *[0] * 6, *[""] * 5, binding.value, f"{0:.4f}"]


def report(answers: list[tuple[Person, Fit | MeasurementOutOfRange]], out: Path, *, as_json: bool) -> None:
    """Print how many people got which answer."""
    counted = Counter(given.verdict if isinstance(given, Fit) else Verdict.REFUSED for _, given in answers)
    counts = {verdict.value: counted[verdict] for verdict in Verdict}
    if as_json:
        print(json.dumps({"ok": True, "people": len(answers), "statuses": counts, "out": str(out)}))
    else:
        print(f"{len(answers)} people: " + ", ".join(f"{count} {status}" for status, count in counts.items()))


def refusal(findings: list[str], *, as_json: bool) -> typer.Exit:
    """Print what is wrong with the files, and return the exit for wrong usage."""
    if as_json:
        print(json.dumps({"ok": False, "findings": findings}))
    else:
        for finding in findings:
            typer.echo(finding, err=True)
    return typer.Exit(WRONG_USAGE)


if __name__ == "__main__":
    app()
