"""Notes: warnings about an option, with the numbers at hand, and the values a rule's reason speaks of.

A note is due when the rule is broken, or its verdict not known, whatever the open features become.
See docs/algorithms/configuring.md, C-11.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from configurator.assignment import Assignment, holds
from configurator.compiling.compile import Compiled
from configurator.compiling.rows import FeatureRows
from configurator.model import Note
from configurator.problem import BoolArray, IntArray, Problem, ProblemRule, TableRule
from modules_catalog.expressions.evaluate import Missing, Piece
from modules_catalog.model import FeatureKind

_PLACE = re.compile(r"\{([^{}]+)\}")
_TOTAL = re.compile(r"(sum|count)\(([^().]+)(?:\.([^().]+))?\)")


@dataclass(frozen=True, slots=True, eq=False)
class DueNote:
    """One note of one feature: the rows it is due for."""

    rule: str
    missing: bool
    due: BoolArray


class Noting:
    """Finds the notes of one model."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._problem = compiled.problem
        self._by_domain: list[list[tuple[ProblemRule, bool]]] = [[] for _ in self._problem.domains]
        for missing, rules in ((False, self._problem.warnings), (True, self._problem.missing)):
            for rule in rules:
                for index in self._governing(rule):
                    self._by_domain[index].append((rule, missing))
        self._places: dict[tuple[str, bool], tuple[str, ...]] = {}

    def _governing(self, rule: ProblemRule) -> tuple[int, ...]:
        return tuple(index for index in rule.scope if not self._problem.domains[index].hidden)

    def due(self, index: int, standing: Assignment) -> list[DueNote]:
        """Return the notes that are due for rows of a domain, its own present rows lifted.

        Args:
            index: The domain judged.
            standing: Rows of the features that are chosen (and of helpers that follow from them); others are open.
        """
        found = []
        for rule, missing in self._by_domain[index]:
            due = ~_may_hold(self._problem, rule, index, standing)
            if due.all():
                # Not about any one option, unless by itself: said only beside what is chosen.
                own = ~_may_hold(self._problem, rule, index, {})
                own[list(standing.get(index, {}))] = True
                due = due & own
            if due.any():
                found.append(DueNote(rule.rule, missing, due))
        return found

    def note(self, due: DueNote, feature: str, row: int, standing: Assignment) -> Note:
        """Return a note with the values its reason speaks of."""
        index = self._problem.index[feature]
        there = {**standing, index: {row: 1}}
        return Note(due.rule, due.missing, self.values(due.rule, there, due.missing))

    def values(self, rule: str, chosen: Assignment, missing: bool = False) -> dict[str, str]:
        """Return what the places of a rule's reason stand for: ``{"gpu.length_mm": "336"}``; open ones are left out."""
        found = {}
        for place in self._places_of(rule, missing):
            value = self._value(place, chosen)
            if value is not None:
                found[place] = value
        return found

    def _places_of(self, rule: str, missing: bool) -> tuple[str, ...]:
        key = (rule, missing)
        if key not in self._places:
            name = f"rule.{rule}.missing" if missing else f"rule.{rule}"
            texts = (texts.get(name, "") for texts in self._compiled.model.texts.values())
            self._places[key] = tuple(dict.fromkeys(place for text in texts for place in _PLACE.findall(text)))
        return self._places[key]

    def _value(self, place: str, chosen: Assignment) -> str | None:
        totalled = _TOTAL.fullmatch(place.strip())
        if totalled:
            return self._totalled(totalled[1], totalled[2], totalled[3], chosen)
        code, _, attribute = place.strip().partition(".")
        rows = self._compiled.rows.get(code)
        if rows is None or rows.feature is None or rows.index not in chosen:
            return None
        pieces = [piece_of(rows, row, count) for row, count in chosen[rows.index].items()]
        told = [piece.attributes.get(attribute) if attribute else piece.answer for piece in pieces if piece is not None]
        words = [written(value) for value in told if value is not None and not isinstance(value, Missing)]
        return ", ".join(dict.fromkeys(words)) or None

    def _totalled(self, name: str, code: str, attribute: str | None, chosen: Assignment) -> str | None:
        rows = self._compiled.rows.get(code)
        if rows is None or rows.feature is None or rows.index not in chosen:
            return None
        total: int | Decimal = 0
        for row, count in chosen[rows.index].items():
            piece = piece_of(rows, row, count)
            value = 1 if name == "count" else piece.attributes.get(attribute or "") if piece is not None else 0
            if isinstance(value, int | Decimal) and piece is not None:
                total += value * count
        return written(total)


def _may_hold(problem: Problem, rule: ProblemRule, index: int, standing: Assignment) -> BoolArray:
    """Return for which rows of a domain the rule can still hold, open features taking any row but *not chosen*."""
    axis = rule.scope.index(index)
    if isinstance(rule, TableRule):
        table = rule.allowed
        for other, at in enumerate(rule.scope):
            if other == axis:
                continue
            if at not in standing:
                table = np.asarray(table.any(axis=other, keepdims=True))
                continue
            ids = np.unique(rule.ids[other][list(standing[at])])
            table = np.asarray(np.take(table, ids, axis=other).all(axis=other, keepdims=True))
        return np.asarray(table.reshape(-1)[rule.ids[axis]], dtype=bool)
    low = high = np.int64(0)
    free = False
    for other, at in enumerate(rule.scope):
        if at == index and not problem.domains[at].many:
            continue
        amounts = rule.amounts[other]
        for row, count in standing.get(at, {}).items():
            low, high = low + amounts[row] * count, high + amounts[row] * count
            free = free or (rule.free is not None and bool(rule.free[other][row]))
        if at not in standing and at != index:
            least, most = _reach(problem, at, amounts)
            low, high = low + least, high + most
    own: IntArray = rule.amounts[axis]
    if problem.domains[index].many:
        own = own.copy()
        own[list(standing.get(index, {}))] = 0  # chosen already: judged as it stands
    holds: BoolArray = np.full(len(own), free)
    inside: BoolArray = np.ones(len(own), dtype=bool)
    if rule.upper is not None:
        inside[low + own > rule.upper] = False
    if rule.lower is not None:
        inside[high + own < rule.lower] = False
    if rule.free is not None:
        holds |= rule.free[axis]
    return np.asarray(holds | inside, dtype=bool)


def _reach(problem: Problem, index: int, amounts: IntArray) -> tuple[np.int64, np.int64]:
    domain = problem.domains[index]
    if domain.many:
        fewest = 0 if domain.may_be_empty else domain.least
        low, high = amounts.min(), amounts.max()
        return min(low * fewest, low * domain.most), max(high * fewest, high * domain.most)
    return amounts.min(), amounts.max()


def piece_of(rows: FeatureRows, row: int, count: int) -> Piece | None:
    """Return a chosen row as the expression language sees it; ``None`` for *not chosen*."""
    feature, code = rows.feature, rows.domain.rows[row]
    if feature is None or row == rows.domain.none_row:
        return None
    match feature.kind:
        case FeatureKind.BOOLEAN:
            return Piece(code == "yes", {}, count)
        case FeatureKind.INTEGER:
            return Piece(int(code), {}, count)
        case FeatureKind.DECIMAL:
            return Piece(Decimal(int(code)) / 10**feature.digits, {}, count)
        case FeatureKind.TEXT:
            return Piece("", {"length": int(code)}, count)
        case _:
            option = feature.options[row - (0 if rows.domain.none_row is None else 1)]
            return Piece(code, option.attributes, count)


def written(value: object) -> str:
    """Return a value as reasons write it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(member) for member in value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def rules_unsure(rules: Iterable[ProblemRule], assignment: Assignment) -> tuple[str, ...]:
    """Return the rules whose verdict is *not known* under ``ask`` for a complete assignment."""
    return tuple(
        dict.fromkeys(
            rule.rule for rule in rules if holds(rule, assignment) and not holds(rule, assignment, certain=True)
        )
    )
