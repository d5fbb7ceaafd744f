"""Strands of a demand: what each operation and each material comes to under which answers. Pure.

A strand is what can make a piece late: an operation that takes long, a material that comes late. It depends on the answers
to a few features; rows of a feature that mean the same to it are one *kind*. See docs/algorithms/need-by.md.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from configurator.model import Answer
from modules_catalog.expressions.evaluate import Missing, Piece, Scope, amount, evaluate, holds
from modules_catalog.expressions.tree import Comparison, Constant, Expression, Reference, children, features_read
from modules_catalog.judging import scope_of
from modules_catalog.model import BomLine, ConfigurationModel, FeatureKind
from modules_catalog.model import Operation as CatalogOperation

MOST_COMBINATIONS = 4_096

Level = tuple[int, str]
"""Seconds and recipe of an operation; quantity of a material and no recipe."""

NOTHING: Level = (0, "")

RowAnswers = Mapping[str, Sequence[Answer | None]]
"""Feature → the answer of each of its rows, in the configurator's order; ``None``: not chosen."""


@dataclass(frozen=True, slots=True)
class Strand:
    """An operation (``is_material`` false, ``code`` its code) or a material, with the features it reads.

    ``kinds[feature]`` numbers what each row comes to; ``levels`` holds what each combination of kinds comes to at least:
    pieces of features with several options count for nothing, except in the material that is such an option.
    """

    code: str
    is_material: bool
    kinds: Mapping[str, tuple[int, ...]]
    levels: Mapping[tuple[int, ...], Level]

    @property
    def least(self) -> Level:
        """The level nothing falls below; with several recipes: none at all."""
        return _least(self.levels.values())

    def least_with(self, feature: str, answer: Answer, option: str, rows: RowAnswers) -> Level:
        """Return the level nothing with one answer to one feature falls below; ``option`` is the one it is about."""
        if feature not in self.kinds:
            return self.least
        at = list(self.kinds).index(feature)
        own = self.kinds[feature][row_of(rows[feature], answer, option)]
        return _least([level for kinds, level in self.levels.items() if kinds[at] == own])

    def level(self, answers: Mapping[str, Answer], rows: RowAnswers) -> Level:
        """Return what a selection comes to."""
        option = self.code.partition(".")[2]
        return self.levels[
            tuple(kinds[row_of(rows[code], answers.get(code), option)] for code, kinds in self.kinds.items())
        ]


def _least(levels: Collection[Level]) -> Level:
    if len({recipe for _, recipe in levels}) > 1:
        return NOTHING
    return min(levels, default=NOTHING)


def row_of(rows: Sequence[Answer | None], answer: Answer | None, option: str = "") -> int:
    """Return the row of an answer; of several options that of one of them; a text stands in the row of its length."""
    if isinstance(answer, Mapping):
        return next(at for at, row in enumerate(rows) if isinstance(row, Mapping) and option in row)
    if isinstance(answer, str) and answer and answer not in rows:
        return next(at for at, row in enumerate(rows) if isinstance(row, str) and len(row) == len(answer))
    return rows.index(answer or None if isinstance(answer, str) else answer)


def operation_strand(model: ConfigurationModel, operation: CatalogOperation, rows: RowAnswers) -> Strand | None:
    """Return the strand of an operation, ``None`` where it reads too many answers."""
    many = _many(model)
    parts = [each for each in (operation.when, operation.run_s, operation.recipe) if each is not None]
    if operation.when is not None and features_read(operation.when) & many:
        return None

    def level(scope: Scope) -> Level | None:
        if not holds(operation.when, scope):
            return NOTHING
        seconds = amount(operation.run_s, scope)
        recipe = None if operation.recipe is None else evaluate(operation.recipe, scope)
        if isinstance(seconds, Missing):
            return None
        total_s = operation.setup_s + max(0, math.ceil(seconds))
        return NOTHING if total_s == 0 else (total_s, "" if isinstance(recipe, Missing | None) else str(recipe))

    return _tabled(model, operation.code, False, parts, level, rows)


def material_strand(model: ConfigurationModel, code: str, rows: RowAnswers) -> Strand | None:
    """Return the strand of a material, ``None`` where it reads too many answers or nothing of the bill names it."""
    feature, _, option = code.partition(".")
    lines = [line for line in model.bom if line.part == code or (line.feature == feature and option)]
    if not lines:
        return None
    parts: list[Expression] = [each for line in lines for each in (line.when, line.quantity) if each is not None]
    own = lines[0].feature is not None
    if own:
        parts.append(Comparison("==", Reference(feature), Constant(option)))

    def level(scope: Scope) -> Level | None:
        total = 0
        for line in lines:
            found = _quantity(line, option, scope)
            if found is None:
                return None
            total += found
        return total, ""

    return _tabled(model, code, True, parts, level, rows, own=feature if own else "")


def _quantity(line: BomLine, option: str, scope: Scope) -> int | None:
    if not holds(line.when, scope):
        return 0
    if line.feature is not None:
        piece = next((each for each in scope.chosen.get(line.feature, ()) if each.answer == option), None)
        if piece is None:
            return 0
        scope = scope.narrowed(line.feature, piece)
    if line.quantity is None:
        return 1
    value = amount(line.quantity, scope)
    return None if isinstance(value, Missing) else max(0, math.ceil(value))


def _many(model: ConfigurationModel) -> frozenset[str]:
    return frozenset(feature.code for feature in model.features if feature.kind is FeatureKind.OPTIONS)


def _tabled(
    model: ConfigurationModel,
    code: str,
    is_material: bool,
    parts: Sequence[Expression],
    level: Callable[[Scope], Level | None],
    rows: RowAnswers,
    own: str = "",
) -> Strand | None:
    many = _many(model) - {own}
    read = sorted({feature for part in parts for feature in features_read(part)} - many)
    kinds: dict[str, tuple[int, ...]] = {}
    meant: list[list[dict[str, tuple[Piece, ...]]]] = []
    for feature in read:
        atoms = [atom for part in parts for atom in atoms_of(part, feature)]
        numbers: dict[object, int] = {}
        examples: list[dict[str, tuple[Piece, ...]]] = []
        found = []
        for answer in rows[feature]:
            scope = scope_of(model, {} if answer is None else {feature: answer})
            key = tuple(repr(evaluate(atom, scope)) for atom in atoms)
            if key not in numbers:
                numbers[key] = len(numbers)
                examples.append(dict(scope.chosen))
            found.append(numbers[key])
        kinds[feature] = tuple(found)
        meant.append(examples)
    if math.prod(len(each) for each in meant) > MOST_COMBINATIONS:
        return None
    levels: dict[tuple[int, ...], Level] = {}
    for combination in product(*(range(len(each)) for each in meant)):
        chosen: dict[str, tuple[Piece, ...]] = {}
        for at, kind in enumerate(combination):
            chosen.update(meant[at][kind])
        levels[combination] = level(Scope(chosen, _many(model))) or NOTHING
    return Strand(code, is_material, kinds, levels)


def atoms_of(node: Expression, feature: str) -> list[Expression]:
    """Return the largest parts of an expression that read just this feature."""
    read = features_read(node)
    if read == {feature}:
        return [node]
    return [atom for child in children(node) for atom in atoms_of(child, feature)] if feature in read else []
