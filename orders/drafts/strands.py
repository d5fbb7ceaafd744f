"""Strands of a demand: what each operation and each material comes to under which answers. Pure.

A strand is what can make a piece late: an operation that takes long, a material that comes late, being no rush order. It
depends on the answers to a few features; rows of a feature that mean the same to it are one *kind*. See
docs/algorithms/need-by.md.
"""

import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from weakref import WeakKeyDictionary

from configurator.configurator import Configurator
from configurator.model import Answer
from modules_catalog.expressions.evaluate import Missing, Piece, Scope, amount, evaluate, holds
from modules_catalog.expressions.tree import Comparison, Constant, Expression, Reference, children, features_read
from modules_catalog.judging import scope_of
from modules_catalog.likeness import likeness, read_of
from modules_catalog.model import BomLine, ConfigurationModel, FeatureKind
from modules_catalog.model import Operation as CatalogOperation
from orders.drafts.fit_by_answers import FitByAnswers
from production.exploding import RUSH

MOST_COMBINATIONS = 4_096

StrandKey = tuple[bool, str]
"""Whether it is a material, and its code or the operation's."""

#: Strands are made of a release alone; they are kept as long as its configurator is.
_STRANDS: WeakKeyDictionary[Configurator, dict[StrandKey, "Strand | None"]] = WeakKeyDictionary()

NOT_RUSHED: StrandKey = (False, "")
"""The strand of not being a rush order: 1, and 0 for one."""

Level = tuple[int, str]
"""Seconds and recipe of an operation; quantity of a material and no recipe."""

NOTHING: Level = (0, "")

RowAnswers = Mapping[str, Sequence[Answer | None]]
"""Feature → the answer of each of its rows, in the configurator's order; ``None``: not chosen."""


@dataclass(frozen=True, slots=True)
class Strand:
    """An operation (``is_material`` false, ``code`` its code) or a material, with the features it reads.

    ``kinds[feature]`` numbers what each row comes to; ``levels`` holds what each combination of kinds comes to at least:
    pieces of features with several options count for nothing, except in the material that is such an option. ``by_sum``
    is there where such pieces count: what is always there, and what each option of each feature adds at least.
    """

    code: str
    is_material: bool
    kinds: Mapping[str, tuple[int, ...]]
    levels: Mapping[tuple[int, ...], Level]
    by_sum: tuple[int, Mapping[str, tuple[int, ...]]] | None = None
    pieces_least: int = 0

    @property
    def least(self) -> Level:
        """The level nothing falls below; with several recipes: none at all."""
        level = _least(self.levels.values())
        return level if level == NOTHING else (level[0] + self.pieces_least, level[1])

    def adds(self, feature: str, option: int, pieces: int, others: int) -> int:
        """Return what pieces of one option of a feature (by its place) and of its other options add at least."""
        own = {} if self.by_sum is None else self.by_sum[1]
        if feature not in own:
            return 0
        rest = own[feature][:option] + own[feature][option + 1 :]
        return pieces * own[feature][option] + others * min(rest, default=0)

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


def operation_strand(
    model: ConfigurationModel, operation: CatalogOperation, rows: RowAnswers, fits: FitByAnswers | None = None
) -> Strand | None:
    """Return the strand of an operation, ``None`` where it reads too many answers; ``fits`` where trims are done there."""
    many = model.many
    parts = [each for each in (operation.when, operation.run_s, operation.recipe) if each is not None]
    if operation.when is not None and features_read(operation.when) & many:
        return None

    def level(scope: Scope) -> Level | None:
        trims_s = 0 if fits is None else fits.trims_s(_answers(scope))
        if not holds(operation.when, scope) and not trims_s:
            return NOTHING
        seconds = amount(operation.run_s, scope)
        recipe = None if operation.recipe is None else evaluate(operation.recipe, scope)
        if isinstance(seconds, Missing):
            return None
        total_s = operation.setup_s + max(0, math.ceil(seconds)) + trims_s
        return NOTHING if total_s == 0 else (total_s, "" if isinstance(recipe, Missing | None) else str(recipe))

    strand = _tabled(model, operation.code, False, parts, level, rows, fits=fits)
    fixed_s, seconds = least_seconds(model, operation, rows)
    if strand is None or fits is not None or operation.when is not None or not many & seconds.keys():
        return strand
    pieces = [(model.feature(code), min(seconds[code], default=0)) for code in many & seconds.keys()]
    least = sum(feature.minimum * own for feature, own in pieces if feature.required and feature.minimum)
    return replace(strand, by_sum=(fixed_s, {code: tuple(own) for code, own in seconds.items()}), pieces_least=least)


def least_seconds(
    model: ConfigurationModel, operation: CatalogOperation, rows: RowAnswers
) -> tuple[int, dict[str, list[int]]]:
    """Return the seconds an operation takes always, and those each option of a feature adds at least.

    ``run_s`` is a sum of terms of one feature each, and ``when`` reads at most one feature: so they add up.
    """
    bare = amount(operation.run_s, scope_of(model, {}))
    base_s = operation.setup_s + (0 if isinstance(bare, Missing) else math.floor(bare))
    asks = features_read(operation.when) if operation.when is not None else frozenset()
    if asks & model.many or isinstance(bare, Missing):
        return 0, {}
    added: dict[str, list[int]] = {}
    parts = [each for each in (operation.run_s, operation.when) if each is not None]
    for feature in sorted(features_read(operation.run_s) | asks):
        read, known = read_of(feature, parts), dict[Hashable, int]()
        own = []
        for answer in rows[feature]:
            if answer is None:
                continue
            alike = likeness(model.feature(feature), answer, read)
            if alike not in known:
                known[alike] = _seconds_with(model, operation, feature, answer, base_s, asks=feature in asks)
            own.append(known[alike])
        if min(own, default=0) < 0:
            return 0, {}
        if not asks or feature in asks:
            added[feature] = own
    return (0 if asks else base_s), added


def _seconds_with(
    model: ConfigurationModel, operation: CatalogOperation, feature: str, answer: Answer, base_s: int, *, asks: bool
) -> int:
    scope = scope_of(model, {feature: answer})
    if asks and not holds(operation.when, scope):
        return 0
    found = amount(operation.run_s, scope)
    if isinstance(found, Missing):
        return 0
    whole_s = operation.setup_s + math.floor(found)
    return whole_s if asks else whole_s - base_s


def rush_strand(model: ConfigurationModel, rows: RowAnswers) -> Strand:
    """Return the strand of not being a rush order."""
    rushing = {
        str(feature.code): {option.code for option in feature.options if option.attributes.get(RUSH) is True}
        for feature in model.features
        if feature.kind is FeatureKind.OPTION
    }
    kinds = {code: tuple(int(row in own) for row in rows[code]) for code, own in rushing.items() if own}
    levels = {each: (int(not any(each)), "") for each in product((0, 1), repeat=len(kinds))}
    return Strand(NOT_RUSHED[1], NOT_RUSHED[0], kinds, levels)


def may_rush(configurator: Configurator, rows: RowAnswers) -> bool:
    """Return whether some option of the line makes a rush order."""
    strand = strand_of(configurator, rows, NOT_RUSHED)
    return strand is not None and bool(strand.kinds)


def component_strand(model: ConfigurationModel, code: str, rows: RowAnswers, fits: FitByAnswers) -> Strand | None:
    """Return the strand of a component a fit may take from the shelf."""

    def level(scope: Scope) -> Level:
        return fits.pieces(_answers(scope)).get(code, 0), ""

    return _tabled(model, code, True, (), level, rows, fits=fits)


def _answers(scope: Scope) -> dict[str, Answer]:
    return {code: str(pieces[0].answer) for code, pieces in scope.chosen.items() if pieces}


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

    strand = _tabled(model, code, True, parts, level, rows, own=feature if own else "")
    return None if strand is None else _by_sum(model, strand, feature, rows)


def _is_one_a_piece(model: ConfigurationModel, feature: str, option: str) -> bool:
    """Return whether the bill takes one of an option for each that is chosen, whatever else is."""
    lines = [line for line in model.bom if line.part == f"{feature}.{option}" or (line.feature == feature and option)]
    return len(lines) == 1 and [lines[0].feature, lines[0].when, lines[0].quantity] == [feature, None, None]


def _one_a_piece(code: str, feature: str, option: str, rows: Sequence[Answer | None]) -> Strand:
    """Return the strand of an option the bill takes one of for each that is chosen, whatever else is."""
    kinds = tuple(int(option in row if isinstance(row, Mapping) else option == row) for row in rows)
    return Strand(code, True, {feature: kinds}, {(kind,): (kind, "") for kind in set(kinds)})


def _by_sum(model: ConfigurationModel, strand: Strand, feature: str, rows: RowAnswers) -> Strand:
    """Return the strand of a material; of a feature with several options with what each adds."""
    if feature not in model.many or set(strand.kinds) != {feature}:
        return strand
    each = [strand.levels[strand.kinds[feature][at],][0] for at, row in enumerate(rows[feature]) if row is not None]
    return replace(strand, by_sum=(0, {feature: tuple(each)}))


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


def _tabled(
    model: ConfigurationModel,
    code: str,
    is_material: bool,
    parts: Sequence[Expression],
    level: Callable[[Scope], Level | None],
    rows: RowAnswers,
    own: str = "",
    fits: FitByAnswers | None = None,
) -> Strand | None:
    many = model.many - {own}
    features = sorted({feature for part in parts for feature in features_read(part)} - many)
    features += [feature for feature in fits.features if feature not in features] if fits else []
    kinds: dict[str, tuple[int, ...]] = {}
    meant: list[list[dict[str, tuple[Piece, ...]]]] = []
    for feature in features:
        atoms = [atom for part in parts for atom in atoms_of(part, feature)]
        read = read_of(feature, atoms)
        known: dict[Hashable, int] = {}
        numbers: dict[object, int] = {}
        examples: list[dict[str, tuple[Piece, ...]]] = []
        found = []
        for answer in rows[feature]:
            own_fit = fits and fits.kind_of(feature, answer)
            alike = (likeness(model.feature(feature), answer, read), own_fit)
            if alike not in known:
                scope = scope_of(model, {} if answer is None else {feature: answer})
                key = (*(repr(evaluate(atom, scope)) for atom in atoms), own_fit)
                if key not in numbers:
                    numbers[key] = len(numbers)
                    examples.append(dict(scope.chosen))
                known[alike] = numbers[key]
            found.append(known[alike])
        kinds[feature] = tuple(found)
        meant.append(examples)
    if math.prod(len(each) for each in meant) > MOST_COMBINATIONS:
        return None
    levels: dict[tuple[int, ...], Level] = {}
    for combination in product(*(range(len(each)) for each in meant)):
        chosen: dict[str, tuple[Piece, ...]] = {}
        for at, kind in enumerate(combination):
            chosen.update(meant[at][kind])
        levels[combination] = level(Scope(chosen, model.many)) or NOTHING
    return Strand(code, is_material, kinds, levels)


def atoms_of(node: Expression, feature: str) -> list[Expression]:
    """Return the largest parts of an expression that read just this feature."""
    read = features_read(node)
    if read == {feature}:
        return [node]
    return [atom for child in children(node) for atom in atoms_of(child, feature)] if feature in read else []


def strand_of(
    configurator: Configurator, rows: RowAnswers, key: StrandKey, fits: FitByAnswers | None = None
) -> Strand | None:
    """Return the strand of an operation or a material of a line, or of being no rush order.

    ``fits``: with what somebody's measures add. ``None`` where it reads too many answers.
    """
    model, (is_material, code) = configurator.model, key
    if fits is not None and key == (False, fits.trim_operation):
        return operation_strand(model, _operation(configurator, code), rows, fits)
    feature, _, option = code.partition(".")
    if is_material and _is_one_a_piece(model, feature, option):  # thousands of them: not kept
        return _by_sum(model, _one_a_piece(code, feature, option, rows[feature]), feature, rows)
    known = _STRANDS.setdefault(configurator, {})
    if key not in known:
        if key == NOT_RUSHED:
            known[key] = rush_strand(model, rows)
        elif is_material:
            known[key] = material_strand(model, code, rows)
        else:
            known[key] = operation_strand(model, _operation(configurator, code), rows)
    if known[key] is None and is_material and fits is not None:
        return component_strand(model, code, rows, fits)
    return known[key]


def _operation(configurator: Configurator, code: str) -> CatalogOperation:
    return next(each for each in configurator.model.operations if each.code == code)
