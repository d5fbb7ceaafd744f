"""Tables: rows that overlap or contradict each other, and files nothing reads."""

from collections.abc import Iterator
from pathlib import Path

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.tables import TextTable, read_table
from modules_catalog.model import Rule
from modules_catalog.sizing.components_file import components_path
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.wording import said

_READ_ELSEWHERE = frozenset(
    {"parts.csv"} | {components_path(Path(), block, cloth).name for block in FitBlock for cloth in ClothFamily}
)


def table_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield overlapping rows of rule tables and tables no feature or rule reads."""
    seen: set[str] = set()
    for rule in loaded.model.rules:
        if rule.table is not None and rule.table.file not in seen:
            seen.add(rule.table.file)
            yield from _overlaps(loaded, rule)
    yield from _unused(loaded)


def _overlaps(loaded: LoadedCatalog, rule: Rule) -> Iterator[Finding]:
    """Yield rows that repeat a row before them, or allow what it does not; other columns may tell rows apart."""
    assert rule.table is not None  # noqa: S101 - asked only for table rules
    table = _text_table(loaded, rule)
    if table is None:
        return
    names = [name for name, _ in rule.table.columns]
    first: dict[tuple[str, ...], int] = {}
    for row in range(len(table.lines)):
        before = first.setdefault(tuple(table.columns[name][row] for name in names), row)
        differ = [name for name, cells in table.columns.items() if cells[row] != cells[before]]
        contradicts = [name for name in differ if name in rule.table.where]
        if before == row or (differ and not contradicts):
            continue
        yield Finding(
            "contradictory_rows" if contradicts else "overlapping_rows",
            FindingSeverity.ERROR if contradicts else FindingSeverity.WARNING,
            str(table.source(row)),
            said(
                "this row of the rule `%(rule)s` has the same %(columns)s as line %(line)s and another %(verdict)s: say which "
                "one holds",
                rule=rule.id,
                columns=some_of(names),
                line=table.lines[before],
                verdict=some_of(contradicts),
            )
            if contradicts
            else said(
                "this row of the rule `%(rule)s` has the same %(columns)s as line %(line)s and says the same: drop one",
                rule=rule.id,
                columns=some_of(names),
                line=table.lines[before],
            ),
            (rule.id, table.file),
        )


def _text_table(loaded: LoadedCatalog, rule: Rule) -> TextTable | None:
    assert rule.table is not None  # noqa: S101 - asked only for table rules
    found = loaded.files.table(rule.declared_in, rule.table.file.rpartition("/")[2])
    if found is None:
        return None
    try:
        return read_table(found[1], found[0], key=None)
    except Mistake:
        return None  # The loader has refused it before.


def _unused(loaded: LoadedCatalog) -> Iterator[Finding]:
    model = loaded.model
    used = {feature.table.rpartition("/")[2] for feature in model.features if feature.table}
    used |= {rule.table.file.rpartition("/")[2] for rule in model.rules if rule.table}
    for file in sorted(loaded.files.files):
        folder, _, name = file.partition("/")
        is_table = folder == loaded.files.folder and name.endswith(".csv") and "/" not in name
        if is_table and name not in used | _READ_ELSEWHERE:
            yield Finding(
                "unused_table",
                FindingSeverity.WARNING,
                f"{file}:1",
                said("no feature and no rule reads `%(file)s`: name it by `table:`, or remove it", file=name),
                (file,),
            )
