"""Rules: every way an author may write one, brought to one condition that must hold, or to a table of allowed rows."""

from modules_catalog.expressions.tree import Arithmetic, Call, Comparison, Constant, Expression, Logic
from modules_catalog.expressions.types import ValueType, each_read
from modules_catalog.loading.expressions import ExpressionReader
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.tables import TextTable, inferred_type, read_table, typed
from modules_catalog.loading.yaml_nodes import Entry, Fields
from modules_catalog.model import Rule, RuleId, RuleTable, Severity, Source, Value, WhenMissing
from modules_catalog.wording import meant, said

_OPERATORS = {"at_most": "<=", "at_least": ">=", "exactly": "=="}
KINDS = ("that", "requires", "excludes", *_OPERATORS, "table")
_ALWAYS = frozenset({"id", "severity", "when_missing", *KINDS})
_TABLE_KEYS = frozenset({"columns", "where", "known_by"})


def read_rule(entry: Entry, folder: str, reader: ExpressionReader, files: CatalogFiles) -> Rule:
    """Return one rule.

    Raises:
        Mistake: It has no id, not exactly one kind, or something in it is not valid.
    """
    fields = entry.mapping(_ALWAYS | _TABLE_KEYS)
    if "id" not in fields:
        raise entry.mistake(said("a rule needs an id"))
    kinds = [kind for kind in KINDS if kind in fields]
    rule_id = fields["id"].word()
    if len(kinds) != 1:
        raise entry.mistake(
            said(
                "the rule `%(rule)s` has %(kinds)s; exactly one of %(names)s is wanted",
                rule=rule_id,
                kinds=", ".join(kinds) or said("none"),
                names=", ".join(KINDS),
            )
        )
    kind = kinds[0]
    for name in _TABLE_KEYS & fields.keys():
        if kind != "table":
            raise fields[name].mistake(said("`%(name)s` belongs to table rules", name=name))
    condition = None if kind == "table" else _condition(kind, fields[kind], reader)
    if condition is not None:
        _refuse_two_each(entry, condition, reader)
    return Rule(
        id=RuleId(rule_id),
        kind="n_of_m" if kind in _OPERATORS else kind,
        source=entry.source,
        condition=condition,
        table=_table(fields, folder, reader, files) if kind == "table" else None,
        severity=Severity(fields["severity"].choice([*Severity])) if "severity" in fields else Severity.BLOCK,
        when_missing=(
            WhenMissing(fields["when_missing"].choice([*WhenMissing])) if "when_missing" in fields else WhenMissing.WARN
        ),
        declared_in=folder,
    )


def _condition(kind: str, entry: Entry, reader: ExpressionReader) -> Expression:
    match kind:
        case "that":
            return reader.condition(entry)
        case "requires":
            parts = entry.mapping({"if", "then"})
            if len(parts) < 2:
                raise entry.mistake(said("requires has an if and a then"))
            return Logic("implies", (reader.condition(parts["if"]), reader.condition(parts["then"])))
        case "excludes":
            members = [reader.condition(item) for item in entry.items()]
            if len(members) < 2:
                raise entry.mistake(said("excludes has at least two conditions that never hold together"))
            return Logic("not", (Logic("and", tuple(members)),))
        case _:
            return _counted(kind, entry, reader)


def _counted(kind: str, entry: Entry, reader: ExpressionReader) -> Expression:
    """Return ``if(a, 1, 0) + if(b, 1, 0) + … <= n``."""
    parts = entry.mapping({"n", "of"})
    if len(parts) < 2:
        raise entry.mistake(said("%(kind)s has an n and a list of: conditions", kind=kind))
    members = [reader.condition(item) for item in parts["of"].items()]
    n = parts["n"].integer(least=0)
    if not members or n > len(members):
        raise entry.mistake(
            said(
                "%(kind)s %(n)s of %(count)s conditions can never be: n is between 0 and their number",
                kind=kind,
                n=n,
                count=len(members),
            )
        )
    counts: list[Expression] = [Call("if", (member, Constant(1), Constant(0))) for member in members]
    return Comparison(_OPERATORS[kind], _balanced_sum(counts), Constant(n))


def _balanced_sum(parts: list[Expression]) -> Expression:
    """Return the sum as a tree of logarithmic depth, so that long lists stay easy to walk."""
    if len(parts) == 1:
        return parts[0]
    half = (len(parts) + 1) // 2
    return Arithmetic("+", _balanced_sum(parts[:half]), _balanced_sum(parts[half:]))


def _refuse_two_each(entry: Entry, condition: Expression, reader: ExpressionReader) -> None:
    each = sorted(each_read(condition, reader.schema))
    if len(each) > 1:
        raise entry.mistake(said("speaks of each option of %(names)s: one at most", names=", ".join(each)))


# --- table rules ----------------------------------------------------------------------------------


def _table(fields: Fields, folder: str, reader: ExpressionReader, files: CatalogFiles) -> RuleTable:
    entry = fields["table"]
    found = files.table(folder, entry.word())
    if found is None:
        raise Mistake(
            entry.source,
            said(
                "there is no table `%(name)s` beside line.yaml%(hint)s",
                name=entry.text(),
                hint=meant(entry.text(), files.tables_of(folder)),
            ),
            code="table_not_found",
        )
    if "columns" not in fields:
        raise entry.mistake(said("a table rule says with what its columns are compared: columns: {column: expression}"))
    table = read_table(found[1], found[0], key=None)
    expressions = []
    values: list[list[Value]] = []
    for column, wanted in fields["columns"].mapping().items():
        if column not in table.columns:
            raise wanted.mistake(
                said(
                    "the table %(file)s has no column `%(column)s`%(hint)s",
                    file=table.file,
                    column=column,
                    hint=meant(column, table.columns),
                )
            )
        expression, kind = reader.read_with_type(wanted)
        expressions.append((column, expression))
        values.append(_cells(table, column, kind))
    each = {feature for _, expression in expressions for feature in each_read(expression, reader.schema)}
    if len(each) > 1:
        raise entry.mistake(said("speaks of each option of %(names)s: one at most", names=", ".join(sorted(each))))
    if not expressions:
        raise fields["columns"].mistake(said("a table rule compares at least one column"))
    allowed_rows = _allowed_rows(fields, table)
    rows = list(zip(*values, strict=True))
    known_by = _known_by(fields, [column for column, _ in expressions])
    return RuleTable(
        file=table.file,
        columns=tuple(expressions),
        allowed=tuple(dict.fromkeys(row for row, allowed in zip(rows, allowed_rows, strict=True) if allowed)),
        known_by=known_by,
        listed=tuple(dict.fromkeys(rows)) if known_by else (),
        where=tuple(fields["where"].mapping()) if "where" in fields else (),
    )


def _cells(table: TextTable, column: str, kind: ValueType) -> list[Value]:
    """Return a column's cells as values of the kind they are compared with."""
    if kind is ValueType.SET:
        raise Mistake(
            Source(table.file, 1),
            said("`%(column)s` is compared with a set; a table compares single values", column=column),
        )
    cells: list[Value] = []
    as_kind = inferred_type(table.columns[column]) if kind is ValueType.ANY else kind
    for row, cell in enumerate(table.columns[column]):
        if not cell:
            raise Mistake(
                table.source(row),
                said("`%(column)s` is empty; a row of a rule table says all it compares", column=column),
            )
        try:
            cells.append(typed(cell, ValueType.DECIMAL if as_kind is ValueType.INTEGER and "." in cell else as_kind))
        except ValueError as error:
            raise Mistake(
                table.source(row), said("%(column)s: %(problem)s", column=column, problem=error.args[0])
            ) from None
    return cells


def _allowed_rows(fields: Fields, table: TextTable) -> list[bool]:
    allowed = [True] * len(table.lines)
    for column, entry in fields["where"].mapping().items() if "where" in fields else ():
        if column not in table.columns:
            raise entry.mistake(
                said(
                    "the table %(file)s has no column `%(column)s`%(hint)s",
                    file=table.file,
                    column=column,
                    hint=meant(column, table.columns),
                )
            )
        wanted = {item.text() for item in (entry.items() if entry.is_list else [entry])}
        allowed = [before and cell in wanted for before, cell in zip(allowed, table.columns[column], strict=True)]
    return allowed


def _known_by(fields: Fields, columns: list[str]) -> tuple[int, ...]:
    if "known_by" not in fields:
        return ()
    for item in fields["known_by"].items():
        if item.text() not in columns:
            raise item.mistake(
                said(
                    "`%(text)s` is none of the compared columns: %(names)s", text=item.text(), names=", ".join(columns)
                )
            )
    return tuple(columns.index(item.text()) for item in fields["known_by"].items())
