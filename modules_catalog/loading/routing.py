"""What a variant is made of and how: surcharges, bill of materials, parts and operations, all by formula."""

from modules_catalog.expressions.evaluate import terms
from modules_catalog.expressions.tree import features_read
from modules_catalog.expressions.types import ValueType
from modules_catalog.loading.expressions import ExpressionReader
from modules_catalog.loading.problems import Mistake, Problems
from modules_catalog.loading.tables import TextTable, read_table
from modules_catalog.loading.yaml_nodes import Entry
from modules_catalog.model import BomLine, FeatureCode, Operation, Part, Surcharge
from modules_catalog.wording import meant, said

UNITS = ("pcs", "mm", "g", "ml")


def read_surcharge(entry: Entry, reader: ExpressionReader) -> Surcharge:
    """Return a price line beside the options' own prices.

    Raises:
        Mistake: With ``when``, ``add`` reads a feature; without, it reads more than one.
    """
    fields = entry.mapping({"id", "when", "add"})
    if "id" not in fields or "add" not in fields:
        raise entry.mistake(said("a surcharge has an id and what it adds"))
    add = reader.amount(fields["add"])
    when = reader.condition(fields["when"]) if "when" in fields else None
    if when is None:
        reader.refuse_more_than_one_feature(
            fields["add"],
            (add,),
            lambda read: said("reads %(features)s; a surcharge reads one feature, or has a when", features=read),
        )
    elif features_read(add):
        raise fields["add"].mistake(said("with a when, a surcharge adds a constant"))
    return Surcharge(fields["id"].word(), add, entry.source, when)


def read_bom_line(entry: Entry, reader: ExpressionReader, parts: dict[str, Part]) -> BomLine:
    """Return one line of the super-BOM.

    Raises:
        Mistake: It names neither or both of a feature and a part, or one there is not.
    """
    fields = entry.mapping({"feature", "part", "quantity", "unit", "when"})
    if ("feature" in fields) == ("part" in fields):
        raise entry.mistake(said("a line of the bill of materials names a feature or a part"))
    feature = fields["feature"].word() if "feature" in fields else None
    part = fields["part"].word() if "part" in fields else None
    if feature is not None and feature not in reader.schema:
        raise fields["feature"].mistake(
            said("there is no feature `%(feature)s`%(hint)s", feature=feature, hint=meant(feature, reader.schema))
        )
    if part is not None and part not in parts:
        raise fields["part"].mistake(
            said("there is no part `%(part)s` in parts.csv%(hint)s", part=part, hint=meant(part, parts))
        )
    return BomLine(
        source=entry.source,
        feature=None if feature is None else FeatureCode(feature),
        part=part,
        quantity=reader.amount(fields["quantity"], each_of=feature or "") if "quantity" in fields else None,
        unit=fields["unit"].choice(UNITS) if "unit" in fields else parts[part].unit if part is not None else "pcs",
        when=reader.condition(fields["when"]) if "when" in fields else None,
    )


def read_operation(entry: Entry, folder: str, reader: ExpressionReader) -> Operation:
    """Return one step of the routing.

    Raises:
        Mistake: It lacks its code or work centre, or a term of its time reads more than one feature.
    """
    fields = entry.mapping(
        {"code", "work_centre", "setup_s", "run_s", "when", "after", "irreversible", "recipe", "setup_for", "checks"}
    )
    for name in ("code", "work_centre", "run_s"):
        if name not in fields:
            raise entry.mistake(said("an operation wants %(name)s: code, work_centre and run_s", name=name))
    run_s = reader.amount(fields["run_s"])
    reader.refuse_more_than_one_feature(
        fields["run_s"],
        terms(run_s),
        lambda read: said("one term reads %(features)s; each term of run_s reads one feature", features=read),
    )
    when = reader.condition(fields["when"]) if "when" in fields else None
    if when is not None:
        reader.refuse_more_than_one_feature(
            fields["when"],
            (when,),
            lambda read: said("reads %(features)s; the when of an operation reads one feature", features=read),
        )
    return Operation(
        code=fields["code"].word(),
        work_centre=fields["work_centre"].word(),
        setup_s=fields["setup_s"].integer(least=0) if "setup_s" in fields else 0,
        run_s=run_s,
        source=entry.source,
        when=when,
        after=tuple(item.word() for item in fields["after"].items()) if "after" in fields else None,
        irreversible=fields["irreversible"].boolean() if "irreversible" in fields else False,
        recipe=reader.read(fields["recipe"], ValueType.TEXT) if "recipe" in fields else None,
        setup_for=reader.read(fields["setup_for"], ValueType.TEXT) if "setup_for" in fields else None,
        checks=tuple(item.word() for item in fields["checks"].items()) if "checks" in fields else (),
        declared_in=folder,
    )


def check_order(operations: tuple[Operation, ...], problems: Problems) -> None:
    """Note operations that come after one there is not, or after themselves."""
    before: dict[str, tuple[str, ...]] = {}
    for index, operation in enumerate(operations):
        followed = operation.after
        if followed is None:
            followed = (operations[index - 1].code,) if index else ()
        before[operation.code] = followed
    for operation in operations:
        for code in before[operation.code]:
            if code not in before:
                problems.add(
                    operation.source,
                    said(
                        "`%(code)s` comes after `%(other)s`, which there is not%(hint)s",
                        code=operation.code,
                        other=code,
                        hint=meant(code, before),
                    ),
                )
    in_circle = _in_circle(before)
    if in_circle:
        place = next(operation.source for operation in operations if operation.code in in_circle)
        problems.add(
            place,
            said(
                "these operations wait for each other: %(names)s; drop one `after`", names=", ".join(sorted(in_circle))
            ),
        )


def _in_circle(before: dict[str, tuple[str, ...]]) -> set[str]:
    """Return the operations that can never start because they wait, directly or not, for themselves."""
    waiting = {code: {other for other in others if other in before} for code, others in before.items()}
    while True:
        ready = {code for code, others in waiting.items() if not others}
        if not ready:
            return set(waiting)
        waiting = {code: others - ready for code, others in waiting.items() if code not in ready}


def read_parts(content: bytes, file: str) -> dict[str, Part]:
    """Return the parts of ``parts.csv`` by code.

    Raises:
        Mistake: The table or a cell is not valid.
    """
    table = read_table(content, file)
    return {
        code: Part(
            code=code,
            unit=_unit(table, row),
            cost_minor=_number(table, "cost_minor", row) or 0,
            source=table.source(row),
            bin=_cell(table, "bin", row) or None,
            lead_time_days=_number(table, "lead_time_days", row),
            name=_names(table, row),
        )
        for row, code in enumerate(table.columns["id"])
    }


def _cell(table: TextTable, column: str, row: int) -> str:
    return table.columns[column][row] if column in table.columns else ""


def _unit(table: TextTable, row: int) -> str:
    unit = _cell(table, "unit", row) or "pcs"
    if unit not in UNITS:
        raise Mistake(
            table.source(row), said("unit: `%(unit)s` is not one of %(names)s", unit=unit, names=", ".join(UNITS))
        )
    return unit


def _number(table: TextTable, column: str, row: int) -> int | None:
    cell = _cell(table, column, row)
    if not cell:
        return None
    if not cell.isascii() or not cell.isdigit() or len(cell) > 15:
        raise Mistake(
            table.source(row), said("%(column)s: `%(cell)s` is no whole number", column=column, cell=cell[:40])
        )
    return int(cell)


def _names(table: TextTable, row: int) -> dict[str, str]:
    names = {}
    for column, cells in table.columns.items():
        stem, _, locale = column.partition("_")
        if stem == "name" and cells[row]:
            names[locale or "en"] = cells[row]
    return names
