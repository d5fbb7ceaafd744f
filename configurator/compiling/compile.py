"""A configuration model becomes a problem: rows, tables and sums that every solving method reads.

See docs/algorithms/configuring.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from configurator.compiling.building import Building
from configurator.compiling.columns import KNOWN, Kind, scaled
from configurator.compiling.grids import grid_of, truth_on
from configurator.compiling.linear import linear, on_rows
from configurator.compiling.rows import FeatureRows, helper_rows, rows_of, truth_rows
from configurator.compiling.rules import CompiledRules, compile_rule
from configurator.errors import RuleNotCompilable
from configurator.problem import IntArray, Problem, SumRule, TableRule
from kernel.errors import LotOneError
from modules_catalog.expressions.evaluate import terms
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    features_read,
)
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Surcharge


@dataclass(frozen=True, slots=True, eq=False)
class PricePart:
    """What makes up a row's price beside the option's own: one surcharge, per row of a domain."""

    surcharge: str
    domain: int
    amounts: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A problem with what is needed to speak of its answers in the catalog's words."""

    model: ConfigurationModel
    problem: Problem
    rows: Mapping[str, FeatureRows]
    base_minor: tuple[IntArray, ...]  # per domain and row: the option's own price
    price_parts: tuple[PricePart, ...]


def compile_model(model: ConfigurationModel) -> Compiled:
    """Return the model made ready for solving.

    Raises:
        RuleTooWide: a rule reads too many different values at once.
        RuleNotCompilable: a rule has no meaning for the features it reads.
    """
    building = Building()
    for index, feature in enumerate(model.features):
        building.add(rows_of(feature, index))
    compiled = CompiledRules()
    for rule in model.rules:
        try:
            compile_rule(rule, building, compiled)
        except LotOneError as error:
            raise type(error)(**{**error.facts, "rule": rule.id, "where": str(rule.source)}) from error
    for feature in model.features:
        if feature.shown_when is not None:
            _add_shown_when(feature, building)
    base = {code: rows.domain.cost_minor for code, rows in building.rows.items()}
    parts = [part for surcharge in model.surcharges for part in _surcharge(surcharge, building)]
    for part in parts:
        rows = list(building.rows.values())[part.domain]
        rows.domain = replace(rows.domain, cost_minor=rows.domain.cost_minor + part.amounts)
    domains = tuple(rows.domain for rows in building.rows.values())
    problem = Problem(
        domains=domains,
        rules=(*compiled.rules, *building.rules),
        warnings=tuple(compiled.warnings),
        missing=tuple(compiled.missing),
        index={domain.feature: index for index, domain in enumerate(domains)},
    )
    base_minor = tuple(base.get(domain.feature, np.zeros_like(domain.cost_minor)) for domain in domains)
    return Compiled(model, problem, building.rows, base_minor, tuple(parts))


def _condition(node: Expression, building: Building) -> Expression:
    """Return a ``when`` ready for a grid: *each* over several options told by counts of those it does not hold for."""
    each = building.plainly_each(node)
    if not each:
        return building.prepared(node, False)
    if features_read(node) != each:
        raise RuleNotCompilable(
            problem="a condition that reads each chosen option can read nothing else", features=sorted(each)
        )
    (code,) = each
    rows = building.rows[code]
    truth = on_rows(node, rows, False)
    held = truth.values.astype(bool) & (truth.state == KNOWN)
    failing = Comparison("==", Aggregate("sum", code, Call("if", (node, Constant(0), Constant(1)))), Constant(0))
    if (truth.state != KNOWN).any():
        known = Call("if", (Call("known", (Call("if", (node, Constant(1), Constant(0))),)), node, Constant(False)))
        failing = Comparison("==", Aggregate("sum", code, Call("if", (known, Constant(0), Constant(1)))), Constant(0))
    parts: tuple[Expression, ...] = (failing,)
    if not bool(held[-1]):
        parts = (*parts, Comparison(">=", Aggregate("count", code), Constant(1)))
    return building.prepared(Logic("and", parts) if len(parts) > 1 else parts[0], False)


def _add_shown_when(feature: Feature, building: Building) -> None:
    """Tie a feature to its ``shown_when``: asked exactly when it holds."""
    assert feature.shown_when is not None  # noqa: S101 - the caller asked
    rows = building.rows[feature.code]
    node = _condition(feature.shown_when, building)
    if len(features_read(node)) > 1:
        node = building.truth_helper(node, absent_holds=False)
    grid = grid_of((node,), building.rows, False)
    values, state = truth_on(grid, node, False)
    shown = values & (state == KNOWN)
    required = feature.required or feature.kind is FeatureKind.BOOLEAN
    name = f"#shown.{feature.code}"
    condition_rows = [building.rows[code] for code in grid.features]
    if rows.many:
        answered = np.broadcast_to(shown[..., None], (*shown.shape, 1))
        _add_linked(building, name, condition_rows, grid.ids, rows, np.zeros(len(rows.domain.rows), np.int64), answered)
        if required and feature.minimum > 0 and condition_rows:
            held = shown[grid.ids[0]].astype(np.int64) * rows.domain.least
            ordered = sorted(
                [(condition_rows[0].index, -held), (rows.index, np.ones(len(rows.domain.rows), np.int64))],
                key=lambda one: one[0],
            )
            building.rules.append(SumRule(name, tuple(i for i, _ in ordered), tuple(a for _, a in ordered), 0, None))
        return
    is_none = np.arange(len(rows.domain.rows)) == rows.domain.none_row
    none_allowed = ~shown if required else np.ones_like(shown)
    allowed = np.stack([shown, none_allowed], axis=-1)
    _add_linked(building, name, condition_rows, grid.ids, rows, is_none.astype(np.int64), allowed)


def _add_linked(
    building: Building,
    name: str,
    readers: list[FeatureRows],
    ids: tuple[IntArray, ...],
    rows: FeatureRows,
    own_ids: IntArray,
    allowed: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
) -> None:
    """Add a background table over the features a condition reads and the one it governs."""
    scope = [reader.index for reader in readers] + [rows.index]
    order = sorted(range(len(scope)), key=lambda axis: scope[axis])
    every = [*ids, own_ids]
    building.rules.append(
        TableRule(name, tuple(scope[a] for a in order), tuple(every[a] for a in order), np.transpose(allowed, order))
    )


def _surcharge(surcharge: Surcharge, building: Building) -> list[PricePart]:
    """Return what a surcharge adds to the rows of one feature; over several features it becomes a hidden domain."""
    if surcharge.when is None:
        return [part for sign, term in _signed_terms(surcharge.add) for part in _term(surcharge, sign, term, building)]
    add = linear(surcharge.add, {}, False)
    if add is None or add.terms or add.digits:
        raise RuleNotCompilable(problem="a surcharge with a condition adds a constant", surcharge=surcharge.id)
    amount = int(add.offset.values)
    node = _condition(surcharge.when, building)
    if len(features_read(node)) == 1:
        (code,) = features_read(node)
        rows = building.rows[code]
        if not rows.many and not rows.domain.hidden:
            truth = on_rows(node, rows, False)
            held = truth.values.astype(bool) & (truth.state == KNOWN)
            return [PricePart(surcharge.id, rows.index, np.where(held, amount, 0).astype(np.int64))]
    grid = grid_of((node,), building.rows, False)
    values, state = truth_on(grid, node, False)
    held = values & (state == KNOWN)
    index = len(building.rows)
    hidden = helper_rows(index, f"#surcharge:{surcharge.id}", [0, 0], truth_rows([False, True], [KNOWN, KNOWN]))
    building.add(hidden)
    scope = [building.rows[code] for code in grid.features]
    _add_linked(
        building,
        f"#surcharge:{surcharge.id}",
        scope,
        grid.ids,
        hidden,
        np.array([0, 1], dtype=np.int64),
        np.stack([~held, held], axis=-1),
    )
    return [PricePart(surcharge.id, index, np.array([0, amount], dtype=np.int64))]


def _signed_terms(node: Expression) -> list[tuple[int, Expression]]:
    if isinstance(node, Arithmetic) and node.operator in ("+", "-"):
        sign = 1 if node.operator == "+" else -1
        return _signed_terms(node.left) + [(sign * one, term) for one, term in _signed_terms(node.right)]
    return [(1, node)]


def _term(surcharge: Surcharge, sign: int, term: Expression, building: Building) -> list[PricePart]:
    read = features_read(term)
    if not read:
        form = linear(term, {}, False)
        if form is None:
            raise RuleNotCompilable(problem="not an amount", surcharge=surcharge.id)
        amount = sign * (int(form.offset.values) // 10**form.digits)
        index = len(building.rows)
        building.add(helper_rows(index, f"#surcharge:{surcharge.id}.{index}", [0], truth_rows([True], [KNOWN])))
        return [PricePart(surcharge.id, index, np.array([amount], dtype=np.int64))]
    if len(read) > 1:
        raise RuleNotCompilable(problem="a surcharge without a condition reads one feature", surcharge=surcharge.id)
    (code,) = read
    rows = building.rows[code]
    form = linear(term, building.rows, False)
    column = form.terms[code] if form is not None and form.terms else on_rows(term, rows, False)
    if column.kind is not Kind.NUMBER:
        raise RuleNotCompilable(problem="not an amount", surcharge=surcharge.id)
    counted = np.where(column.state == KNOWN, scaled(column, column.digits), 0) // 10**column.digits
    return [PricePart(surcharge.id, rows.index, sign * counted[: len(rows.domain.rows)].astype(np.int64))]


__all__ = ["Compiled", "PricePart", "compile_model", "terms"]
