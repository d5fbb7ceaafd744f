"""Options: the rows of a module table, or a short list in ``line.yaml``, as priced options with typed attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import repeat

from modules_catalog.expressions.evaluate import Missing, Piece, Scope, evaluate
from modules_catalog.expressions.parser import Names
from modules_catalog.expressions.tree import Expression, Reference, walk
from modules_catalog.expressions.types import FeatureType, ValueType
from modules_catalog.loading.expressions import ExpressionReader
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.loading.prices import DEFAULT_RANGE_MINOR, derived_cost_minor, derived_price_minor
from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.tables import Column, TextTable, read_table, typed_column
from modules_catalog.loading.yaml_nodes import Entry, Fields
from modules_catalog.model import Option, OptionCode, Source, Value
from modules_catalog.wording import meant, said

RESERVED = frozenset({"id", "name", "price_minor", "cost_minor", "lead_time_days", "bin", "description"})
COLUMN_TYPES = tuple(kind.value for kind in ValueType if kind is not ValueType.ANY)


@dataclass(frozen=True, slots=True)
class OptionList:
    """The options of one feature, with what the rest of the loader needs to know of their table."""

    options: tuple[Option, ...]
    attributes: Mapping[str, ValueType]
    texts: Mapping[str, Mapping[str, str]]  # locale → {text key: text}
    file: str | None = None
    costs_known: bool = True


@dataclass(slots=True)
class ModuleTables:
    """The module tables of a catalog, each read once."""

    files: CatalogFiles
    _read: dict[str, TextTable | Mistake] = field(default_factory=dict)

    def table(self, folder: str, name: str, source: Source) -> TextTable:
        """Return a table, with empty columns for those only the stood-in table has.

        Raises:
            Mistake: There is none, or it cannot be read.
        """
        found = self.files.table(folder, name)
        if found is None:
            raise Mistake(
                source,
                said(
                    "there is no table `%(name)s` beside line.yaml%(hint)s",
                    name=name,
                    hint=meant(name, self.files.tables_of(folder)),
                ),
                code="table_not_found",
            )
        table = self._once(*found)
        own = self.files.files.get(f"{folder}/{name}")
        if own is None or found[0] == f"{folder}/{name}":
            return table
        expected = self._once(f"{folder}/{name}", own)
        empty = ("",) * len(table.lines)
        missing = {column: empty for column in expected.columns if column not in table.columns}
        for reserved in ("price_minor", "cost_minor", "lead_time_days", "bin"):
            missing.pop(reserved, None)
        return TextTable(table.file, {**table.columns, **missing}, table.lines)

    def _once(self, file: str, content: bytes) -> TextTable:
        if file not in self._read:
            try:
                self._read[file] = read_table(content, file)
            except Mistake as mistake:
                self._read[file] = mistake
        found = self._read[file]
        if isinstance(found, Mistake):
            raise found
        return found


def read_options(
    code: str, fields: Fields, table: TextTable, *, listed: bool, declared: Mapping[str, ValueType] | None = None
) -> OptionList:
    """Return the options of a feature.

    Args:
        code: The feature's code.
        fields: The feature's entries in line.yaml: ``columns``, ``derived``, ``price_range_minor``.
        table: Its rows.
        listed: Whether they stand in line.yaml, where no price means free of charge.
        declared: Types of columns known before ``columns`` is read.

    Raises:
        Mistake: A cell, a column's type or a formula is not valid.
    """
    declared = {**(declared or {}), **_declared_types(fields, table)}
    texts, columns = _texts(code, table), {}
    for name in table.columns:
        if name not in RESERVED and not name.startswith(("name_", "description_")):
            columns[name] = typed_column(table, name, declared.get(name))
    for name, formula in fields["derived"].mapping().items() if "derived" in fields else ():
        if name in columns or name in RESERVED:
            raise formula.mistake(said("`%(name)s` is a column already", name=name))
        columns[name] = _derived_column(code, formula, columns, len(table.lines))
    options = _built(table, columns, _price_range(fields), listed=listed)
    kinds = {name: column.kind for name, column in columns.items()}
    costs_known = listed or ("cost_minor" in table.columns and "" not in table.columns["cost_minor"])
    return OptionList(options, kinds, texts, table.file, costs_known)


def listed_table(entry: Entry) -> tuple[TextTable, dict[str, ValueType]]:
    """Return a short list of options in line.yaml as a table; lists among the values make set columns."""
    rows = {code: row.mapping() for code, row in entry.mapping().items()}
    if not rows:
        raise entry.mistake(said("no option stands here"))
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    sets = {name: ValueType.SET for row in rows.values() for name, cell in row.items() if cell.is_list}
    columns = {name: tuple(_cell(row.get(name)) for row in rows.values()) for name in names}
    lines = tuple(row.source.line for row in entry.mapping().values())
    return TextTable(entry.file, {"id": tuple(rows), **columns}, lines), sets


def _cell(entry: Entry | None) -> str:
    if entry is None or entry.is_nothing:
        return ""
    if entry.is_list:
        return "|".join(item.text() for item in entry.items()) or "none"
    return entry.text().strip()


def _declared_types(fields: Fields, table: TextTable) -> dict[str, ValueType]:
    declared = {}
    for name, entry in fields["columns"].mapping().items() if "columns" in fields else ():
        if name not in table.columns:
            raise entry.mistake(
                said(
                    "the table %(file)s has no column `%(column)s`%(hint)s",
                    file=table.file,
                    column=name,
                    hint=meant(name, table.columns),
                )
            )
        declared[name] = ValueType(entry.choice(COLUMN_TYPES))
    return declared


def _texts(code: str, table: TextTable) -> dict[str, dict[str, str]]:
    """Return the names and descriptions of the table by locale."""
    texts: dict[str, dict[str, str]] = {}
    for name, cells in table.columns.items():
        stem, _, locale = name.partition("_")
        if stem in ("name", "description"):
            ending = "" if stem == "name" else ".description"
            texts.setdefault(locale or "en", {}).update(
                {
                    f"option.{code}.{row}{ending}": cell
                    for row, cell in zip(table.columns["id"], cells, strict=True)
                    if cell
                }
            )
    return texts


def _derived_column(code: str, formula: Entry, columns: Mapping[str, Column], rows: int) -> Column:
    """Return a column computed by a formula over each row; rows with the same values are computed once."""
    kinds = {name: column.kind for name, column in columns.items()}
    reader = ExpressionReader({code: FeatureType(ValueType.TEXT, kinds)}, Names({code}, code, frozenset(columns)))
    expression, kind = reader.read_with_type(formula)
    read = sorted({part.attribute for part in walk(expression) if isinstance(part, Reference) and part.attribute})
    computed: dict[tuple[Value, ...], Value] = {}
    values = []
    for given in zip(*(columns[name].values for name in read), strict=True) if read else repeat((), rows):
        if given not in computed:
            computed[given] = _computed(expression, code, dict(zip(read, given, strict=True)))
        values.append(computed[given])
    return Column(kind, tuple(values))


def _computed(expression: Expression, code: str, attributes: Mapping[str, Value]) -> Value:
    value = evaluate(expression, Scope({code: (Piece("", attributes),)}))
    return None if isinstance(value, Missing) else value


def _price_range(fields: Fields) -> tuple[int, int]:
    if "price_range_minor" not in fields:
        return DEFAULT_RANGE_MINOR
    entry = fields["price_range_minor"]
    bounds = [item.integer(least=0) for item in entry.items()]
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise entry.mistake(said("a least and a greatest price are wanted: [1000, 20000]"))
    return bounds[0], bounds[1]


def _whole_numbers(table: TextTable, name: str) -> tuple[int | None, ...]:
    """Return a reserved column of whole numbers, None where empty or where there is no such column."""
    if name not in table.columns:
        return (None,) * len(table.lines)
    values = typed_column(table, name, ValueType.INTEGER).values
    for row, value in enumerate(values):
        if isinstance(value, int) and value < 0:
            raise Mistake(table.source(row), said("%(name)s: %(value)s is less than 0", name=name, value=value))
    return values  # type: ignore[return-value]


def _built(
    table: TextTable, columns: Mapping[str, Column], price_range: tuple[int, int], *, listed: bool
) -> tuple[Option, ...]:
    names = tuple(columns)
    rows = zip(*(column.values for column in columns.values()), strict=True) if columns else repeat(())
    bins = table.columns.get("bin") or ("",) * len(table.lines)
    options = []
    for code, values, price, cost, lead, bin_code, line in zip(
        table.columns["id"],
        rows,
        _whole_numbers(table, "price_minor"),
        _whole_numbers(table, "cost_minor"),
        _whole_numbers(table, "lead_time_days"),
        bins,
        table.lines,
        strict=False,
    ):
        known = price is not None or listed
        charged = price if price is not None else 0 if listed else derived_price_minor(code, *price_range)
        options.append(
            Option(
                code=OptionCode(code),
                attributes=dict(zip(names, values, strict=True)),
                price_minor=charged,
                cost_minor=cost if cost is not None else 0 if listed else derived_cost_minor(charged),
                source=Source(table.file, line),
                lead_time_days=lead,
                bin=bin_code or None,
                price_known=known,
            )
        )
    return tuple(options)
