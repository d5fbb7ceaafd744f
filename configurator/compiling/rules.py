"""Rules become tables and sums: what they forbid, what they warn of, and where a value is missing.

See docs/algorithms/configuring.md, C-3, C-4 and C-6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from configurator.compiling.building import Building
from configurator.compiling.columns import ABSENT, KNOWN, UNKNOWN, Column, Kind, as_things, column_of
from configurator.compiling.grids import MOST_CELLS, Grid, grid_of, merged, truth_on, value_on
from configurator.compiling.linear import Total, total
from configurator.compiling.patterns import pattern_of
from configurator.errors import RuleTooWide
from configurator.problem import BoolArray, IntArray, ProblemRule, SumRule, TableRule
from modules_catalog.expressions.tree import Aggregate, Comparison, Constant, Expression, Logic, features_read
from modules_catalog.model import Rule, RuleTable, Severity, Value, WhenMissing

WIDE_CELLS = 65_536
"""Conditions that join several others are taken apart beyond this size; others may have ``MOST_CELLS``."""


@dataclass(slots=True)
class CompiledRules:
    """The three kinds of problem rules."""

    rules: list[ProblemRule] = field(default_factory=list)
    warnings: list[ProblemRule] = field(default_factory=list)
    missing: list[ProblemRule] = field(default_factory=list)

    def take(self, compiled: tuple[Sequence[ProblemRule], ...]) -> None:
        """Add rules, warnings and what is missing."""
        for mine, more in zip((self.rules, self.warnings, self.missing), compiled, strict=True):
            mine.extend(more)


def compile_rule(rule: Rule, building: Building, into: CompiledRules) -> None:
    """Add one catalog rule to the compiled ones."""
    if rule.table is not None:
        _add_verdicts(rule, building, into, *_table_verdicts(rule.table, building))
        return
    assert rule.condition is not None  # noqa: S101 - the loader gives every rule one of the two
    pattern = pattern_of(rule, building.rows)
    known = None if pattern is None else building.patterns.found(pattern, rule.id)
    if known is not None:
        into.take(known)
        return
    own, helpers = CompiledRules(), len(building.rows)
    _compile_condition(rule, rule.condition, building, own)
    compiled = (tuple(own.rules), tuple(own.warnings), tuple(own.missing))
    into.take(compiled)
    if pattern is not None and len(building.rows) == helpers:
        building.patterns.keep(pattern, compiled)


def _compile_condition(rule: Rule, condition: Expression, building: Building, into: CompiledRules) -> None:
    absent_holds = rule.kind == "that"
    for part in _parts(condition, building, absent_holds):
        if not _add_sum(rule, part, building, into, absent_holds):
            _add_condition(rule, part, building, into, absent_holds)


def _parts(node: Expression, building: Building, absent_holds: bool) -> Iterator[Expression]:
    """Yield the parts of a top-level *and* that may stand alone.

    In a ``that`` rule a part that is not chosen makes the whole hold, so its parts stand alone only where none of them
    can be without a part.
    """
    together = absent_holds and building.may_lack_part(node)
    if not isinstance(node, Logic) or node.operator != "and" or building.plainly_each(node) or together:
        yield node
        return
    for operand in node.operands:
        yield from _parts(operand, building, absent_holds)


def _add_sum(rule: Rule, node: Expression, building: Building, into: CompiledRules, absent_holds: bool) -> bool:
    """Add the condition as a sum rule, if it compares sums and is not better told by a table."""
    if not isinstance(node, Comparison) or node.operator == "!=" or building.plainly_each(node):
        return False
    if not building.reads_totals(node) and len(features_read(node)) <= 2:
        return False
    form = building.difference(node, absent_holds)
    if form is None or not form.terms:
        return False
    whole = total(form, building.rows)
    if any(part.any() for part in whole.absent) and not absent_holds:
        return False  # a part that is not chosen makes it false, which no sum can say
    lower, upper = _bounds(node.operator, whole.offset)
    unknown = whole.unknown if any(part.any() for part in whole.unknown) else None
    free = whole.absent if any(part.any() for part in whole.absent) else None
    blocks = rule.severity is Severity.BLOCK
    target = into.rules if blocks else into.warnings
    amounts = whole.amounts
    if unknown is not None and rule.when_missing is WhenMissing.BLOCK:
        amounts = _out_of_reach(whole.amounts, unknown, whole.pieces, whole.bounds, whole.offset, lower, upper)
    elif unknown is not None:
        free = unknown if free is None else tuple(a | b for a, b in zip(free, unknown, strict=True))
        if rule.when_missing is WhenMissing.ASK and blocks:
            target.extend(_certainty(rule.id, whole, unknown))
    target.append(SumRule(rule.id, whole.features, amounts, lower, upper, free))
    if unknown is not None and rule.when_missing in (WhenMissing.WARN, WhenMissing.ASK):
        marks = tuple(part.astype(np.int64) for part in unknown)
        absent = whole.absent if any(part.any() for part in whole.absent) else None
        into.missing.append(SumRule(rule.id, whole.features, marks, None, 0, absent))
    return True


def _certainty(rule: str, whole: Total, unknown: tuple[BoolArray, ...]) -> list[TableRule]:
    """Return tables that allow everything, and call certain what no value is missing for, or a part is absent from."""
    lacking = [axis for axis, part in enumerate(whole.absent) if part.any()]
    tables = []
    for axis, rows in enumerate(unknown):
        if not rows.any():
            continue
        axes = sorted({axis, *lacking})
        ids = tuple(np.where(whole.absent[a], 2, unknown[a] if a == axis else False).astype(np.int64) for a in axes)
        certain = np.ones((3,) * len(axes), dtype=bool)
        certain[np.ix_(*([1] if a == axis else [0, 1] for a in axes))] = False
        new_ids, (allowed, sure) = merged(ids, (np.ones_like(certain), certain))
        tables.append(TableRule(rule, tuple(whole.features[a] for a in axes), new_ids, allowed, sure))
    return tables


def _bounds(operator: str, offset: int) -> tuple[int | None, int | None]:
    """Return the bounds of ``Σ`` that say ``offset + Σ operator 0``."""
    match operator:
        case "<=":
            return None, -offset
        case "<":
            return None, -offset - 1
        case ">=":
            return -offset, None
        case ">":
            return -offset + 1, None
        case _:
            return -offset, -offset


def _out_of_reach(
    amounts: tuple[IntArray, ...],
    unknown: tuple[BoolArray, ...],
    pieces: tuple[tuple[int, int], ...],
    bounds: tuple[int, int],
    offset: int,
    lower: int | None,
    upper: int | None,
) -> tuple[IntArray, ...]:
    """Return amounts with those that are not known so large, or so small, that no other part makes up for them.

    One piece is out of reach, and a further one must not bring it back: what is too small is never above nothing.
    """
    span = bounds[1] - bounds[0] + 1
    if upper is not None:
        beyond = max(0, upper - (bounds[0] - offset) + span)
    else:
        assert lower is not None  # noqa: S101
        beyond = min(0, lower - (bounds[1] - offset) - span)
    return tuple(np.where(part, beyond, given) for given, part in zip(amounts, unknown, strict=True))


def _add_condition(rule: Rule, node: Expression, building: Building, into: CompiledRules, absent_holds: bool) -> None:
    node = _narrowed(building.prepared(node, absent_holds), building, absent_holds)
    grid = grid_of((node,), building.rows, absent_holds)
    values, state = truth_on(grid, node, absent_holds)
    _add_verdicts(rule, building, into, grid, values, state)


def _narrowed(node: Expression, building: Building, absent_holds: bool) -> Expression:
    """Return the condition with parts over several features told by helpers, while its table would be too wide."""
    joins = isinstance(node, Logic) and not building.plainly_each(node)
    try:
        wide = grid_of((node,), building.rows, absent_holds).cells > (WIDE_CELLS if joins else MOST_CELLS)
    except RuleTooWide:
        if not joins:
            raise
        wide = True
    if wide:
        assert isinstance(node, Logic)  # noqa: S101 - anything else is refused above
        operands = [_narrowed(part, building, absent_holds) for part in node.operands]
        while node.operator in ("and", "or") and len(operands) > 2:
            pair = Logic(node.operator, tuple(operands[:2]))
            operands = [*operands[2:], building.truth_helper(pair, absent_holds=absent_holds)]
        told = [
            building.truth_helper(part, absent_holds=absent_holds) if len(features_read(part)) > 1 else part
            for part in operands
        ]
        return Logic(node.operator, tuple(told))
    return node


def _add_verdicts(
    rule: Rule,
    building: Building,
    into: CompiledRules,
    grid: Grid,
    values: BoolArray,
    state: NDArray[np.uint8],
) -> None:
    """Write the verdicts of a grid down as tables, after the rule's severity and its policy for missing values."""
    holds = (values & (state == KNOWN)) | (state == ABSENT)
    unknown = state == UNKNOWN
    blocks = rule.severity is Severity.BLOCK
    target = into.rules if blocks else into.warnings
    if rule.when_missing is WhenMissing.BLOCK:
        _add_table(rule.id, building, target, grid, holds, None)
        return
    certain = holds if blocks and rule.when_missing is WhenMissing.ASK and unknown.any() else None
    _add_table(rule.id, building, target, grid, holds | unknown, certain)
    if rule.when_missing is not WhenMissing.IGNORE and unknown.any():
        _add_table(rule.id, building, into.missing, grid, ~unknown, None)


def _add_table(
    rule: str,
    building: Building,
    target: list[ProblemRule],
    grid: Grid,
    allowed: BoolArray,
    certain: BoolArray | None,
) -> None:
    """Add one table; what it says when a feature with several options has none becomes a table of its own."""
    rows = [building.rows[code] for code in grid.features]
    each = next((axis for axis, one in enumerate(rows) if one.many), None)
    ids = grid.ids
    if each is not None:
        if rows[each].can_be_absent:
            _add_empty(rule, building, target, grid, each, allowed, certain)
        ids = tuple(part[:-1] if axis == each else part for axis, part in enumerate(ids))
    if not ids:
        ids, allowed = (np.zeros(len(next(iter(building.rows.values())).domain.rows), dtype=np.int64),), allowed[None]
        certain = None if certain is None else certain[None]
    scope = tuple(one.index for one in rows) or (0,)
    ids, tables = merged(ids, (allowed, allowed if certain is None else certain))
    if all(table.all() for table in tables):
        return
    target.append(TableRule(rule, scope, ids, tables[0], None if certain is None else tables[1]))


def _add_empty(
    rule: str,
    building: Building,
    target: list[ProblemRule],
    grid: Grid,
    each: int,
    allowed: BoolArray,
    certain: BoolArray | None,
) -> None:
    nothing = int(grid.ids[each][-1])
    alone = np.take(allowed, nothing, axis=each)
    alone_certain = alone if certain is None else np.take(certain, nothing, axis=each)
    if alone.all() and alone_certain.all():
        return
    empty = building.prepared(Comparison("==", Aggregate("count", grid.features[each]), Constant(0)), True)
    (code,) = features_read(empty)
    helper = building.rows[code]
    is_empty = helper.answers.values.astype(bool)
    others = [axis for axis in range(len(grid.features)) if axis != each]
    order = tuple(building.rows[grid.features[axis]] for axis in others)
    ids = (*(grid.ids[axis] for axis in others), np.arange(len(is_empty), dtype=np.int64))
    told = np.where(is_empty, alone[..., None], True)
    told_certain = np.where(is_empty, alone_certain[..., None], True)
    scope = (*(one.index for one in order), helper.index)
    positions = sorted(range(len(scope)), key=lambda axis: scope[axis])
    ids = tuple(ids[axis] for axis in positions)
    tables = (np.transpose(told, positions), np.transpose(told_certain, positions))
    merged_ids, merged_tables = merged(ids, tables)
    target.append(
        TableRule(
            rule,
            tuple(scope[axis] for axis in positions),
            merged_ids,
            merged_tables[0],
            None if certain is None else merged_tables[1],
        )
    )


def _table_verdicts(table: RuleTable, building: Building) -> tuple[Grid, BoolArray, NDArray[np.uint8]]:
    """Return the verdicts of a rule table: a row allows, or the known-by columns are not listed at all."""
    nodes = tuple(building.prepared(expression, True) for _, expression in table.columns)
    grid = grid_of(nodes, building.rows, absent_holds=True)
    columns = [value_on(grid, node, absent_holds=True) for node in nodes]
    found = _rows_match(grid.shape, columns, table.allowed, tuple(range(len(columns))))
    state = np.zeros(grid.shape, dtype=np.uint8)
    for column in columns:
        state = np.maximum(state, column.state)
    if table.known_by:
        listed = [tuple(row[position] for position in table.known_by) for row in table.listed]
        told = _rows_match(
            grid.shape,
            [columns[position] for position in table.known_by],
            tuple(listed),
            tuple(range(len(table.known_by))),
        )
        state = np.where((state == KNOWN) & ~told, UNKNOWN, state).astype(np.uint8)
    return grid, found, state


def _rows_match(
    shape: tuple[int, ...], columns: list[Column], rows: tuple[tuple[Value, ...], ...], positions: tuple[int, ...]
) -> BoolArray:
    """Return where some table row equals the values of all columns."""
    key = np.zeros(shape, dtype=np.int64)
    wanted = np.zeros(len(rows), dtype=np.int64)
    sizes: list[int] = []
    for position in positions:
        numbers: dict[object, int] = {}
        written = as_things(column_of([row[position] for row in rows])).values if rows else np.array([], dtype=object)
        of_rows = np.array([numbers.setdefault(value, len(numbers)) for value in written], dtype=np.int64)
        lookup = np.frompyfunc(lambda value, numbers=numbers: numbers.get(value, len(numbers)), 1, 1)
        of_cells = np.asarray(lookup(as_things(columns[position]).values)).astype(np.int64)
        sizes.append(len(numbers) + 1)
        key = key * sizes[-1] + of_cells
        wanted = wanted * sizes[-1] + of_rows
    if prod(sizes) > 2**62:
        raise RuleTooWide(cells=prod(sizes))
    return np.asarray(np.isin(key, wanted), dtype=bool)


__all__ = ["CompiledRules", "Kind", "compile_rule"]
