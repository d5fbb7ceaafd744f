"""The problem while it is being compiled: its domains, its rules, and hidden helper domains.

A helper stands for a condition or an amount over several features inside a larger condition
(``count(gpu) == 0 implies known(cpu.igpu)``). Sum rules or tables tie it to the features it reads, so that
every choice of those leaves it exactly one row. See docs/algorithms/configuring.md, C-5.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from configurator.compiling.columns import ABSENT, KNOWN, UNKNOWN, Column
from configurator.compiling.evaluating import compared_with_zero
from configurator.compiling.grids import grid_of, merged, truth_on
from configurator.compiling.linear import Linear, Total, linear, total
from configurator.compiling.patterns import Patterns
from configurator.compiling.rows import FeatureRows, helper_rows, number_rows, truth_rows
from configurator.errors import RuleNotCompilable, RuleTooWide
from configurator.problem import BoolArray, IntArray, ProblemRule, SumRule, TableRule
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    Reference,
    children,
    features_read,
    walk,
)

MOST_TOTALS = 4_000


@dataclass(slots=True)
class Building:
    """What is compiled so far."""

    rows: dict[str, FeatureRows] = field(default_factory=dict)
    rules: list[ProblemRule] = field(default_factory=list)
    patterns: Patterns = field(default_factory=Patterns)
    _helpers: dict[tuple[Expression, bool], Reference] = field(default_factory=dict)

    def add(self, rows: FeatureRows) -> None:
        """Take in one more domain."""
        self.rows[rows.domain.feature] = rows

    def plainly_each(self, node: Expression) -> frozenset[str]:
        """Return the features with several options that the expression reads plainly."""
        match node:
            case Reference(feature=feature):
                return frozenset({feature}) if self.rows[feature].many else frozenset()
            case Aggregate() | Call(name="chosen"):
                return frozenset()
            case _:
                return frozenset[str]().union(*(self.plainly_each(child) for child in children(node)))

    def may_lack_part(self, node: Expression) -> bool:
        """Return whether a comparison in it can read a part that is not chosen; sums and counts of nothing are 0."""
        return any(
            self.rows[part.feature].can_be_absent
            for part in _read_by_value(node)
            if isinstance(part, Reference) or part.name in ("least", "most")
        )

    def reads_totals(self, node: Expression) -> bool:
        """Return whether the expression reads an amount over several chosen options."""
        return any(
            (isinstance(part, Aggregate) and self.rows[part.feature].many) or self._asks_many(part)
            for part in walk(node)
        )

    def _asks_many(self, node: Expression) -> bool:
        return isinstance(node, Call) and node.name == "chosen" and self.rows[_feature_of(node)].many

    def prepared(self, node: Expression, absent_holds: bool) -> Expression:
        """Return the expression with every total over several options replaced by a helper's answer."""
        if not self.reads_totals(node):
            return node
        if isinstance(node, Call) and self._asks_many(node):
            node = Comparison(">=", Aggregate("count", _feature_of(node)), Constant(1))
        if isinstance(node, Comparison) and not self.plainly_each(node):
            form = self.difference(node, absent_holds)
            if form is not None:
                return self._helper(node, absent_holds, form)
        match node:
            case Aggregate():
                return self._total_helper(node, absent_holds)
            case Logic(operator=operator, operands=operands):
                return Logic(operator, tuple(self.prepared(part, absent_holds) for part in operands))
            case Comparison(operator=operator, left=left, right=right):
                return Comparison(operator, self.prepared(left, absent_holds), self.prepared(right, absent_holds))
            case Arithmetic(operator=operator, left=left, right=right):
                return Arithmetic(operator, self.prepared(left, absent_holds), self.prepared(right, absent_holds))
            case Call(name=name, arguments=arguments, mapping=mapping):
                return Call(name, tuple(self.prepared(part, absent_holds) for part in arguments), mapping)
            case _:
                return node

    def difference(self, node: Comparison, absent_holds: bool) -> Linear | None:
        """Return ``left - right`` of a comparison of numbers as a linear form, if it is one."""
        if node.operator in ("in", "not in"):
            return None
        left, right = linear(node.left, self.rows, absent_holds), linear(node.right, self.rows, absent_holds)
        if left is None or right is None:
            return None
        return linear(Arithmetic("-", node.left, node.right), self.rows, absent_holds)

    def _helper(self, node: Comparison, absent_holds: bool, form: Linear) -> Reference:
        key = (node, absent_holds)
        if key not in self._helpers:
            self._helpers[key] = self._threshold_helper(node, absent_holds, total(form, self.rows))
        return self._helpers[key]

    def _threshold_helper(self, node: Comparison, absent_holds: bool, whole: Total) -> Reference:
        """Return a helper with one row for each stretch of totals on which the comparison has one verdict."""
        low, high = whole.bounds
        stretches = [(max(a, low), min(b, high)) for a, b in ((low, -1), (0, 0), (1, high))]
        joined: list[tuple[int, int, bool]] = []
        for a, b in stretches:
            if a > b:
                continue
            holds = bool(compared_with_zero(node.operator, a))
            if joined and joined[-1][2] == holds:
                joined[-1] = (joined[-1][0], b, holds)
            else:
                joined.append((a, b, holds))
        values, states = [holds for _, _, holds in joined], [KNOWN] * len(joined)
        absent = any(part.any() for part in whole.absent)
        unknown = any(part.any() for part in whole.unknown)
        if unknown:
            values, states = [*values, False], [*states, UNKNOWN]
        if absent:
            values, states = [*values, False], [*states, ABSENT if absent_holds else KNOWN]
        reference = self._new_helper(truth_rows(values, states), len(values))
        self._tie(reference.feature, whole, [(a, b) for a, b, _ in joined], unknown, absent)
        return reference

    def _total_helper(self, node: Aggregate, absent_holds: bool) -> Reference:
        key = (node, absent_holds)
        if key in self._helpers:
            return self._helpers[key]
        if node.name in ("least", "most"):
            reference = self._extreme_helper(node, absent_holds)
        else:
            form = linear(node, self.rows, absent_holds)
            if form is None:
                raise RuleNotCompilable(problem="not a total of numbers", feature=node.feature)
            whole = total(form, self.rows)
            totals = _reachable(whole)
            unknown = any(part.any() for part in whole.unknown)
            states = [KNOWN] * len(totals) + [UNKNOWN] * unknown
            answers = number_rows(totals + [0] * unknown, states, whole.digits)
            reference = self._new_helper(answers, len(states))
            self._tie(reference.feature, whole, [(value, value) for value in totals], unknown, absent=False)
        self._helpers[key] = reference
        return reference

    def _extreme_helper(self, node: Aggregate, absent_holds: bool) -> Reference:
        """Return a helper for the least or the greatest value among the chosen options."""
        rows = self.rows[node.feature]
        assert node.body is not None  # noqa: S101 - the parser writes no such tree
        parts = linear(Aggregate("sum", node.feature, node.body), self.rows, absent_holds)
        if parts is None:
            raise RuleNotCompilable(problem="not a number", feature=node.feature)
        values = total(parts, self.rows)
        amounts, unknown_rows = values.amounts[0], values.unknown[0]
        levels = sorted({int(value) for value in amounts[~unknown_rows]}, reverse=node.name == "least")
        unknown, empty = bool(unknown_rows.any()), rows.domain.may_be_empty
        states = [KNOWN] * len(levels) + [UNKNOWN] * unknown + [ABSENT] * empty
        answers = number_rows(levels + [0] * (unknown + empty), states, values.digits)
        reference = self._new_helper(answers, len(states))
        helper = self.rows[reference.feature]
        row_count = len(states)
        # Each chosen piece stands at or below the helper's level, and one piece stands at it.
        rank = np.array([levels.index(int(v)) if not u else -1 for v, u in zip(amounts, unknown_rows, strict=True)])
        allowed = np.ones((len(amounts), row_count), dtype=bool)
        for row, state in enumerate(states):
            if state == KNOWN:
                allowed[:, row] = ~unknown_rows & (rank <= row)
            elif state == ABSENT:
                allowed[:, row] = False
        ids = np.arange(len(amounts), dtype=np.int64), np.arange(row_count, dtype=np.int64)
        self._table(helper.domain.feature, (rows.index, helper.index), ids, allowed)
        for row, state in enumerate(states):
            if state == ABSENT:
                continue
            hits = (unknown_rows if state == UNKNOWN else (rank == row)).astype(np.int64)
            spared = np.array([0 if other == row else 1 for other in range(row_count)], dtype=np.int64)
            self.rules.append(SumRule(helper.domain.feature, (rows.index, helper.index), (hits, spared), 1, None))
        return reference

    def truth_helper(self, node: Expression, *, absent_holds: bool) -> Reference:
        """Return a helper whose answer is the condition's verdict; for conditions without plain *each*."""
        key = (node, absent_holds)
        if key in self._helpers:
            return self._helpers[key]
        grid = grid_of((node,), self.rows, absent_holds)
        values, state = truth_on(grid, node, absent_holds)
        outcome = np.where(state == KNOWN, values.astype(np.int64), state.astype(np.int64) + 1)
        present = sorted(int(value) for value in np.unique(outcome))
        meaning = {0: (False, KNOWN), 1: (True, KNOWN), 2: (False, UNKNOWN), 3: (False, ABSENT)}
        column = truth_rows([meaning[o][0] for o in present], [meaning[o][1] for o in present])
        reference = self._new_helper(column, len(present))
        helper = self.rows[reference.feature]
        allowed = np.stack([outcome == o for o in present], axis=-1)
        scope = (*(self.rows[code].index for code in grid.features), helper.index)
        self._table(helper.domain.feature, scope, (*grid.ids, np.arange(len(present), dtype=np.int64)), allowed)
        self._helpers[key] = reference
        return reference

    def _new_helper(self, answers: Column, count: int, costs: list[int] | None = None) -> Reference:
        code = f"#{len(self.rows)}"
        self.add(helper_rows(len(self.rows), code, costs or [0] * count, answers))
        return Reference(code)

    def _table(self, rule: str, scope: tuple[int, ...], ids: tuple[IntArray, ...], allowed: BoolArray) -> None:
        ids, (allowed,) = merged(ids, (allowed,))
        self.rules.append(TableRule(rule, scope, ids, allowed))

    def _tie(self, code: str, whole: Total, stretches: list[tuple[int, int]], unknown: bool, absent: bool) -> None:
        """Bind a helper's rows to stretches of a total; then come its rows *not known* and *absent*, where there are."""
        low, high = whole.bounds
        helper = self.rows[code]
        extra = int(unknown) + int(absent)
        lows = [a for a, _ in stretches] + [low] * extra
        highs = [b for _, b in stretches] + [high] * extra
        self._sum(helper, whole, whole.amounts, [-b for b in highs], None, -whole.offset)
        self._sum(helper, whole, whole.amounts, [-a for a in lows], -whole.offset, None)
        known = len(stretches)
        if unknown:
            most = self._most(whole, whole.unknown)
            marks = [0] * known + [most] + [most] * absent
            needs = [0] * known + [1] + [0] * absent
            amounts = tuple(part.astype(np.int64) for part in whole.unknown)
            self._sum(helper, whole, amounts, [-m for m in marks], None, 0)
            self._sum(helper, whole, amounts, [-n for n in needs], 0, None)
        if absent:
            most = self._most(whole, whole.absent)
            others = known + int(unknown)
            amounts = tuple(part.astype(np.int64) for part in whole.absent)
            self._sum(helper, whole, amounts, [0] * others + [-most], None, 0)
            self._sum(helper, whole, amounts, [0] * others + [-1], 0, None)

    def _sum(
        self,
        helper: FeatureRows,
        whole: Total,
        amounts: tuple[IntArray, ...],
        own: list[int],
        lower: int | None,
        upper: int | None,
    ) -> None:
        scope = (*whole.features, helper.index)
        self.rules.append(
            SumRule(helper.domain.feature, scope, (*amounts, np.array(own, dtype=np.int64)), lower, upper)
        )

    def _most(self, whole: Total, flags: tuple[NDArray[np.bool_], ...]) -> int:
        return sum(most * bool(part.any()) for part, (_, most) in zip(flags, whole.pieces, strict=True))


def _reachable(whole: Total) -> list[int]:
    """Return the totals that can come about, and perhaps some more."""
    reached = np.array([whole.offset], dtype=np.int64)
    for amounts, (least, most) in zip(whole.amounts, whole.pieces, strict=True):
        steps = np.unique(amounts)
        level, union = reached, [reached] if least == 0 else []
        for piece in range(1, most + 1):
            level = np.unique((level[:, None] + steps[None, :]).ravel())
            if piece >= least:
                union.append(level)
            if len(level) > MOST_TOTALS:
                raise RuleTooWide(cells=len(level), features=list(whole.features))
        reached = np.unique(np.concatenate(union))
    return [int(value) for value in reached]


def _read_by_value(node: Expression) -> list[Reference | Aggregate]:
    if isinstance(node, Reference | Aggregate):
        return [node]
    if isinstance(node, Call) and node.name in ("chosen", "known"):
        return []
    return [part for child in children(node) for part in _read_by_value(child)]


def _feature_of(node: Call) -> str:
    argument = node.arguments[0]
    return argument.feature if isinstance(argument, Reference) else next(iter(features_read(argument)))
