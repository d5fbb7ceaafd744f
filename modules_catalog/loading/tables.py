"""CSV tables with line numbers: rows of text, and columns with the type their values have."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from modules_catalog.expressions.types import ValueType
from modules_catalog.loading.problems import Mistake
from modules_catalog.model import Source, Value
from modules_catalog.wording import said

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,9}", re.ASCII)
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as written: cells stripped, an empty cell is ``""``.

    ``columns[name]`` has one cell a row; ``lines[i]`` is the line row ``i`` begins on.
    """

    file: str
    columns: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]

    def source(self, row: int) -> Source:
        """Return where a row stands."""
        return Source(self.file, self.lines[row])

    def first_row_with(self, column: str, cell: str) -> Source:
        """Return where a cell first stands in a column."""
        return self.source(self.columns[column].index(cell))


@dataclass(frozen=True, slots=True)
class Column:
    """A column's type and values, ``None`` where not known."""

    kind: ValueType
    values: tuple[Value, ...] = field(repr=False)


def read_table(content: bytes, file: str, *, key: str | None = "id") -> TextTable:
    """Return a CSV file as a table.

    Args:
        content: The file's bytes: UTF-8, a header row, commas, double quotes.
        file: Its name in messages.
        key: A column that must be there, filled, and different in every row; None for tables without one.

    Raises:
        Mistake: The first thing that is wrong with it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(Source(file, content[: error.start].count(b"\n") + 1), said("this is not UTF-8 text")) from None
    rows, lines = _rows(text, file)
    if not rows:
        raise Mistake(Source(file, 1), said("the table is empty; its first row names the columns"))
    header = [name.strip() for name in rows[0]]
    for name in header:
        if not name:
            raise Mistake(Source(file, lines[0]), said("a column has no name"))
        if header.count(name) > 1:
            raise Mistake(Source(file, lines[0]), said("two columns are called `%(name)s`", name=name))
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise Mistake(
                Source(file, line),
                said(
                    "%(count)s cells where the header has %(columns)s: a comma too many or too few, or a cell with a comma without quotes",
                    count=len(row),
                    columns=len(header),
                ),
            )
    cells = zip(*rows[1:], strict=True) if len(rows) > 1 else [()] * len(header)
    columns = {name: tuple(map(str.strip, column)) for name, column in zip(header, cells, strict=True)}
    table = TextTable(file, columns, tuple(lines[1:]))
    if key is not None:
        _check_key(table, key)
    return table


def _rows(text: str, file: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, line = [], [], 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Mistake(Source(file, line), said("not CSV: %(problem)s", problem=error)) from None
    return rows, lines


def _check_key(table: TextTable, key: str) -> None:
    if key not in table.columns:
        raise Mistake(Source(table.file, 1), said("the column `%(key)s` is missing", key=key))
    seen: dict[str, int] = {}
    for row, cell in enumerate(table.columns[key]):
        if not cell:
            raise Mistake(table.source(row), said("`%(key)s` is empty", key=key))
        if cell in seen:
            raise Mistake(
                table.source(row),
                said("`%(cell)s` stands on line %(line)s already", cell=cell, line=table.lines[seen[cell]]),
            )
        seen[cell] = row


def inferred_type(cells: Sequence[str]) -> ValueType:
    """Return the narrowest type all filled cells have: integer, decimal, boolean, else text; ANY without a filled one."""
    distinct = set(cells) - {""}
    if not distinct:
        return ValueType.ANY
    if distinct <= {"true", "false"}:
        return ValueType.BOOLEAN
    if all(_INTEGER.fullmatch(cell) for cell in distinct):
        return ValueType.INTEGER
    if all(_INTEGER.fullmatch(cell) or _DECIMAL.fullmatch(cell) for cell in distinct):
        return ValueType.DECIMAL
    return ValueType.TEXT


def typed_column(table: TextTable, name: str, declared: ValueType | None = None) -> Column:
    """Return a column's values in the declared type, or in the one they all have.

    Raises:
        Mistake: A cell is not of the declared type.
    """
    cells = table.columns[name]
    kind = declared or inferred_type(cells)
    values: dict[str, Value] = {"": None}
    for cell in dict.fromkeys(cells):
        if cell:
            try:
                values[cell] = typed(cell, kind)
            except ValueError as error:
                raise Mistake(
                    table.first_row_with(name, cell),
                    said("%(column)s: %(problem)s", column=name, problem=error.args[0]),
                ) from None
    return Column(kind, tuple(map(values.__getitem__, cells)))


def typed(cell: str, kind: ValueType) -> Value:
    """Return a filled cell as a value of a type.

    Raises:
        ValueError: It is none; the message says what is wanted.
    """
    match kind:
        case ValueType.INTEGER:
            if not _INTEGER.fullmatch(cell):
                raise ValueError(said("`%(cell)s` is no whole number", cell=cell[:40]))
            return int(cell)
        case ValueType.DECIMAL:
            if not (_INTEGER.fullmatch(cell) or _DECIMAL.fullmatch(cell)):
                raise ValueError(said("`%(cell)s` is no number", cell=cell[:40]))
            return Decimal(cell)
        case ValueType.BOOLEAN:
            if cell not in _YES_NO:
                raise ValueError(said("`%(cell)s` is neither true nor false", cell=cell[:40]))
            return _YES_NO[cell]
        case ValueType.SET:
            if cell == "none":
                return frozenset()
            return frozenset(part.strip() for part in cell.split("|") if part.strip())
        case _:
            return cell
