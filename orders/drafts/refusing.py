"""From what makes a piece late to limits that hold for every answer that comes to as much. Pure.

See docs/algorithms/need-by.md, N-5.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from configurator.model import CapacityCap, Selection
from modules_catalog.model import ConfigurationModel, FeatureKind
from orders.drafts.strands import Level, RowAnswers, Strand, row_of

MOST_COMBINATIONS = 100_000

Condition = tuple[Strand, Callable[[Level], bool]]
"""A strand, and for which of its levels something holds."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a sum must stay below: ``fixed`` is always there, ``added`` what each option of a feature adds."""

    fixed: int
    added: Mapping[str, tuple[int, ...]]
    below: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How often one option of a feature (``option``: its place among ``options``) and its other options may be chosen.

    ``points`` are all such pairs, ``own`` is the one of a selection.
    """

    feature: str
    option: int
    options: int
    most: int
    own: tuple[int, int]

    @property
    def points(self) -> list[tuple[int, int]]:
        """All pairs there are."""
        return [(one, others) for one in range(self.most + 1) for others in range(self.most + 1 - one)]

    def bound(self, late: Mapping[tuple[int, int], bool]) -> Bound | None:
        """Return a sum of pieces that is too great for the own pair and for none that is in time; ``None`` where there is none."""
        weights = product(range(1, self.most + 2), range(self.most + 2))
        for one, others in sorted(weights, key=sum):
            below = 1 + max((one * a + others * b for (a, b), is_late in late.items() if not is_late), default=-1)
            if one * self.own[0] + others * self.own[1] >= below:
                each = [others] * self.options
                each[self.option] = one
                return Bound(0, {self.feature: tuple(each)}, below)
        return None


def counts_of(model: ConfigurationModel, rows: RowAnswers, selection: Selection, feature: str, option: str) -> Counts:
    """Return how often an option a selection has, and its feature's other options, may be chosen."""
    options = [row for row in rows[feature] if row is not None]
    answer = selection.answers[feature]
    pieces = answer if isinstance(answer, Mapping) else {}
    own = (pieces.get(option, 0), sum(count for code, count in pieces.items() if code != option))
    return Counts(feature, row_of(options, {option: 1}, option), len(options), model.feature(feature).maximum, own)


def at_least(level: Level, *, same: bool) -> Callable[[Level], bool]:
    """Return whether a level comes to as much as another; in batches only the same recipe does (``same``)."""
    return (lambda other: other == level) if same else (lambda other: other[0] >= level[0])


def together(tables: Sequence[Condition]) -> tuple[dict[str, tuple[int, ...]], frozenset[tuple[int, ...]]]:
    """Return kinds of rows fine enough for all strands, and the combinations for which all conditions hold."""
    rows: dict[str, list[tuple[int, ...]]] = {}
    for strand, _ in tables:
        for feature, own in strand.kinds.items():
            before = rows.get(feature, [()] * len(own))
            rows[feature] = [(*given, kind) for given, kind in zip(before, own, strict=True)]
    numbers = {feature: {key: at for at, key in enumerate(dict.fromkeys(own))} for feature, own in rows.items()}
    kinds = {feature: tuple(numbers[feature][key] for key in own) for feature, own in rows.items()}
    if math.prod(len(own) for own in numbers.values()) > MOST_COMBINATIONS:
        return kinds, frozenset()
    features = list(kinds)
    places: dict[str, list[tuple[int, int]]] = {feature: [] for feature in features}
    for at, (strand, _) in enumerate(tables):
        for feature in strand.kinds:
            places[feature].append((at, len(places[feature])))
    refused = set()
    for combination in product(*(list(numbers[feature].items()) for feature in features)):
        keys = dict(zip(features, (key for key, _ in combination), strict=True))
        if all(
            condition(strand.levels[tuple(keys[feature][dict(places[feature])[at]] for feature in strand.kinds)])
            for at, (strand, condition) in enumerate(tables)
        ):
            refused.add(tuple(number for _, number in combination))
    return kinds, frozenset(refused)


def capped(
    model: ConfigurationModel,
    rows: RowAnswers,
    selection: Selection,
    bound: Bound,
    conditions: Sequence[Condition],
    name: str,
) -> CapacityCap:
    """Return that a sum stays below a bound wherever all conditions hold, as one sum.

    A condition on several features is taken for the selection's own answers to them alone. An answer for which one does not
    hold adds so much room that the bound never binds.
    """
    holds: dict[str, list[bool]] = {}
    for strand, condition in conditions:
        own = {code: kinds[row_of(rows[code], selection.answers.get(code))] for code, kinds in strand.kinds.items()}
        for feature, kinds in strand.kinds.items():
            fine = {kind: condition(strand.levels[tuple({**own, feature: kind}.values())]) for kind in set(kinds)}
            met = [fine[kind] if len(own) == 1 else kind == own[feature] for kind in kinds]
            holds[feature] = [a and b for a, b in zip(holds.get(feature, met), met, strict=True)]
    added = {feature: list(own) for feature, own in bound.added.items()}
    upper = bound.below - 1
    room = max(0, bound.fixed + sum(_most(model, feature, own) for feature, own in bound.added.items()) - upper)
    for feature, met in holds.items():
        options = [one for one, row in zip(met, rows[feature], strict=True) if row is not None]
        before = added.get(feature, [0] * len(options))
        if len(options) < len(met) and not met[rows[feature].index(None)]:  # not chosen adds nothing to a sum
            upper += room
            added[feature] = [one + room * is_met for one, is_met in zip(before, options, strict=True)]
        else:
            added[feature] = [one - room * (not is_met) for one, is_met in zip(before, options, strict=True)]
    centre, named = (name, "") if not name.startswith("material:") else ("", name)
    return CapacityCap(centre, upper, bound.fixed, {code: tuple(own) for code, own in added.items()}, named)


def _most(model: ConfigurationModel, code: str, own: Sequence[int]) -> int:
    feature = model.feature(code)
    pieces = feature.maximum if feature.kind is FeatureKind.OPTIONS else 1
    return max(0, max(own, default=0)) * (pieces or 1)


def passes(cap: CapacityCap, rows: RowAnswers, selection: Selection) -> bool:
    """Return whether a selection stays within a cap."""
    total = cap.fixed_s
    for feature, own in cap.seconds.items():
        options = [row for row in rows[feature] if row is not None]
        answer = selection.answers.get(feature)
        if isinstance(answer, Mapping):
            total += sum(own[row_of(options, {code: 1}, code)] * count for code, count in answer.items())
        elif answer is not None and answer != "":
            total += own[row_of(options, answer)]
    return total <= cap.available_s
