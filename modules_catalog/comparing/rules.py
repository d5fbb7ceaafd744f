"""Differences of rules: how they are written, which rows their tables have, and what they rule out now."""

from collections.abc import Iterator

from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.comparing.reach import reach_changes
from modules_catalog.comparing.spelling import spelled, written
from modules_catalog.model import ConfigurationModel, Rule, RuleTable

REFUSED = 5
"""So many rows that a table refuses are named where they changed."""


def rule_changes(old: ConfigurationModel, new: ConfigurationModel) -> Iterator[CatalogChange]:
    """Yield rules that came, went, are written otherwise, or rule out something else although written the same."""
    was = {rule.id: rule for rule in old.rules}
    now = {rule.id: rule for rule in new.rules}
    for code in dict.fromkeys((*was, *now)):
        if code not in now:
            yield CatalogChange(Subject.RULE, Kind.REMOVED, code, before=written_rule(was[code]))
        elif code not in was:
            yield CatalogChange(Subject.RULE, Kind.ADDED, code, after=written_rule(now[code]))
        else:
            yield from _of_rule(was[code], now[code])
            yield from reach_changes(old, new, was[code], now[code])


def written_rule(rule: Rule) -> str:
    """Return how a rule is written: its condition, or the table it reads."""
    if rule.table is None:
        return written(rule.condition)
    columns = ", ".join(f"{name} = {written(expression)}" for name, expression in rule.table.columns)
    return f"{_file(rule.table)}: {columns}"


def _of_rule(was: Rule, now: Rule) -> Iterator[CatalogChange]:
    for what, before, after in (
        ("kind", was.kind, now.kind),
        ("condition", written_rule(was), written_rule(now)),
        ("severity", was.severity.value, now.severity.value),
        ("when_missing", was.when_missing.value, now.when_missing.value),
    ):
        if before != after:
            yield CatalogChange(Subject.RULE, Kind.CHANGED, now.id, what, before, after)
    if was.table is not None and now.table is not None:
        for what, before, after in (
            ("known_by", _known_by(was.table), _known_by(now.table)),
            ("where", spelled(was.table.where), spelled(now.table.where)),
            ("refused", _refused(was.table, now.table), _refused(now.table, was.table)),
        ):
            if before != after:
                yield CatalogChange(Subject.RULE, Kind.CHANGED, now.id, what, before, after)
        yield from _of_rows(was.table, now.table, now.id)


def _of_rows(was: RuleTable, now: RuleTable, rule: str) -> Iterator[CatalogChange]:
    """Yield rows that allow something only before, or only now."""
    before, after = set(was.allowed), set(now.allowed)
    for row in dict.fromkeys(was.allowed):
        if row not in after:
            yield CatalogChange(Subject.TABLE_ROW, Kind.REMOVED, _file(was), rule, before=_row(row))
    for row in dict.fromkeys(now.allowed):
        if row not in before:
            yield CatalogChange(Subject.TABLE_ROW, Kind.ADDED, _file(now), rule, after=_row(row))


def _known_by(table: RuleTable) -> str:
    return ", ".join(table.columns[position][0] for position in table.known_by)


def _refused(table: RuleTable, other: RuleTable) -> str:
    """Return the rows that a table lists without allowing them and the other one does not."""
    own, others = (set(each.listed) - set(each.allowed) for each in (table, other))
    rows = [_row(row) for row in dict.fromkeys(table.listed) if row in own - others]
    return "; ".join(rows[:REFUSED]) + (" …" if len(rows) > REFUSED else "")


def _row(values: tuple[object, ...]) -> str:
    return ", ".join(spelled(value) for value in values)


def _file(table: RuleTable) -> str:
    return table.file.rpartition("/")[2]
