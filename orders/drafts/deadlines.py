"""What can be made by a need-by date: limits learned from the plant's own promises.

The plant is asked what it promises for completions of the draft. One that comes too late is looked into: which operations
and materials make it late, whatever else is chosen? They become limits, which hold for every answer that comes to as much, and
the configurator is asked again. So an option is shown as available only with a promise in time, and is ruled out only where
there is none. See docs/algorithms/need-by.md.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product
from weakref import WeakKeyDictionary

from configurator.configurator import Configurator
from configurator.model import Answer, Exclusion, Limits, Selection
from modules_catalog.expressions.evaluate import evaluate
from modules_catalog.expressions.tree import Expression
from modules_catalog.judging import scope_of
from modules_catalog.model import FeatureKind
from orders.drafts.every_case import cases_of, exclusions_of, kinds_of, selection_of
from orders.drafts.slack import Slack, StrandKey
from orders.drafts.strands import (
    NOTHING,
    Level,
    RowAnswers,
    Strand,
    atoms_of,
    material_strand,
    operation_strand,
    row_of,
)
from production.exploding import RUSH, may_rush
from production.model import Demand

MOST_EXCLUSIONS = 80
"""How many exclusions one page may learn before it says that not all is proven."""
MOST_COMBINATIONS = 100_000
MOST_TOGETHER = 3
"""How many operations and materials may be late only together."""

DaysOf = Callable[[Sequence[Demand]], Sequence[date | None]]
"""Answers the day each demand would be promised; ``None``: not within the horizon."""

DemandOf = Callable[[Selection], Demand | None]
"""Answers what a complete selection asks of the plant; ``None`` where a time or a quantity is not known."""

NEED_BY = "need_by"
TOGETHER = "need_by:together"

#: Strands are made of a release alone; they are kept as long as its configurator is.
_STRANDS: WeakKeyDictionary[Configurator, dict[StrandKey, Strand | None]] = WeakKeyDictionary()


@dataclass(slots=True)
class Deadline:
    """A need-by date for one draft; its limits grow as late completions are met.

    ``batches`` are the work centres that work in batches: what they make is compared by recipe, not by time. ``ready`` says when
    options that are taken one at a time are there, {material: day}; others are asked about one by one. ``by_answers``: a demand
    follows from the answers alone, not from anybody's measures.
    """

    configurator: Configurator
    limits: Limits
    by: date
    demand_of: DemandOf
    days_of: DaysOf
    batches: frozenset[str] = frozenset()
    ready: Mapping[str, date] = field(default_factory=dict)
    by_answers: bool = False
    _has_seen_all: bool = field(init=False, default=False)
    _rows: RowAnswers = field(init=False)
    _known: dict[Demand, date | None] = field(init=False, default_factory=dict)
    _read: dict[str, list[Expression]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        model = self.configurator.model
        self._rows = {feature.code: self.configurator.row_answers(feature.code) for feature in model.features}

    def kind_of(self, feature: str, answer: Answer) -> object:
        """Return what an answer means to the plant: answers of one kind are promised for the same day."""
        atoms = self._atoms(feature)
        scope = scope_of(self.configurator.model, {feature: answer})
        meant = (*(repr(evaluate(atom, scope)) for atom in atoms), self._is_rush(feature, answer))
        lines = [line for line in self.configurator.model.bom if line.feature == feature]
        if not lines:
            return meant
        return (meant, self.ready.get(f"{feature}.{answer}", answer if isinstance(answer, str) else repr(answer)))

    def _is_rush(self, feature: str, answer: Answer) -> bool:
        options = self.configurator.model.feature(feature).options
        return any(option.attributes.get(RUSH) is True for option in options if option.code == answer)

    def _atoms(self, feature: str) -> list[Expression]:
        if feature not in self._read:
            model = self.configurator.model
            parts = [part for one in model.operations for part in (one.when, one.run_s, one.recipe)]
            parts += [part for line in model.bom for part in (line.when, line.quantity)]
            found = [atom for part in parts if part is not None for atom in atoms_of(part, feature)]
            self._read[feature] = list(dict.fromkeys(found))
        return self._read[feature]

    def late(self, selections: Sequence[Selection]) -> list[Selection]:
        """Return those complete selections that would not be ready by the date."""
        demands = [self.demand_of(selection) for selection in selections]
        self._ask([demand for demand in demands if demand is not None])
        return [
            selection
            for selection, demand in zip(selections, demands, strict=True)
            if demand is None or self._is_late(demand)
        ]

    def learn(self, late: Iterable[Selection]) -> bool:
        """Take in what makes late selections late; return whether anything new was learned."""
        before = len(self.limits.exclusions)
        late = list(late)
        self._learn_from_least(late)
        if len(self.limits.exclusions) == before:
            self._learn_from_all(late)
        return len(self.limits.exclusions) > before

    def _learn_from_all(self, late: Sequence[Selection]) -> None:
        """Look at every case, where these are few; whatever the routing and the number of pieces."""
        base = next((one for one in late if self.demand_of(one) is not None), None)
        if base is None or self._has_seen_all or not self.by_answers:
            return
        self._has_seen_all = True
        asked = self.demand_of(base)
        kinds = None if asked is None else kinds_of(self._rows, self.kind_of, asked.quantity)
        many = {each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTIONS}
        if not kinds or many & kinds.keys():
            return
        cases = cases_of(kinds)
        demands = [self.demand_of(selection_of(case, kinds, self._rows, base)) for case in cases]
        self._ask([demand for demand in demands if demand is not None])
        is_late = {
            case: demand is not None and self._is_late(demand) for case, demand in zip(cases, demands, strict=True)
        }
        self.limits = replace(
            self.limits, exclusions=(*self.limits.exclusions, *exclusions_of(is_late, kinds, TOGETHER))
        )

    def _learn_from_least(self, late: Sequence[Selection]) -> None:
        """Take in the smallest sets of strands that make it late with all others at their least."""
        for selection in late:
            demand = self.demand_of(selection)
            if (
                demand is None
                or not works_in_rows(demand)
                or any(self._refuses(one, selection) for one in self.limits.exclusions)
            ):
                continue
            levels = {key: self._levels(key, selection) for key in self._keys(demand)}
            slack = Slack(demand, levels, may_rush(self.configurator.model))
            last = last_of(demand)
            if last is None or slack.levels[False, last][1] == NOTHING:
                continue
            for exclusion in self._reasons(slack):
                if len(self.limits.exclusions) < MOST_EXCLUSIONS and exclusion not in self.limits.exclusions:
                    self.limits = replace(self.limits, exclusions=(*self.limits.exclusions, exclusion))

    def _keys(self, demand: Demand) -> list[StrandKey]:
        """Return the strands of a demand, but for materials that are all there: those make nothing late."""
        alone = [Demand((), (replace(need, quantity=need.quantity * demand.quantity),)) for need in demand.materials]
        at_once = Demand(())
        self._ask([at_once, *alone])
        waited_for = [
            need.code
            for need, one in zip(demand.materials, alone, strict=True)
            if self._known[one] != self._known[at_once]
        ]
        return [*((False, load.operation) for load in demand.loads), *((True, code) for code in waited_for)]

    def exclude_material(self, code: str) -> None:
        """Take in that not even the least of a material comes in time."""
        strand = self._strand((True, code))
        if strand is None:
            return
        kinds, refused = together([(strand, lambda level: level[0] > 0)])
        feature, _, option = code.partition(".")
        if refused and set(kinds) == {feature}:
            late = self.limits.unavailable.get(feature, frozenset()) | {option}
            self.limits = replace(self.limits, unavailable={**self.limits.unavailable, feature: late})
        elif refused:
            exclusion = Exclusion(f"material:{code}", kinds, refused)
            self.limits = replace(self.limits, exclusions=(*self.limits.exclusions, exclusion))

    def _refuses(self, exclusion: Exclusion, selection: Selection) -> bool:
        """Return whether an exclusion of plain features refuses a selection already."""
        many = {each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTIONS}
        if many & exclusion.kinds.keys():
            return False
        found = []
        for feature, kinds in exclusion.kinds.items():
            found.append(kinds[row_of(self._rows[feature], selection.answers.get(feature))])
        return tuple(found) in exclusion.refused

    def _ask(self, demands: Sequence[Demand]) -> None:
        new = [demand for demand in dict.fromkeys(demands) if demand not in self._known]
        if new:
            self._known.update(zip(new, self.days_of(new), strict=True))

    def _is_late(self, demand: Demand) -> bool:
        day = self._known[demand]
        return day is None or day > self.by

    def _late_of(self, demands: Sequence[Demand]) -> list[bool]:
        self._ask(demands)
        return [self._is_late(demand) for demand in demands]

    # What makes it late

    def _strand(self, key: StrandKey) -> Strand | None:
        return strand_of(self.configurator, self._rows, key)

    def _levels(self, key: StrandKey, selection: Selection) -> tuple[Level, Level]:
        """Return what a selection comes to on a strand, and what nothing falls below."""
        strand = self._strand(key)
        return (NOTHING, NOTHING) if strand is None else (strand.level(selection.answers, self._rows), strand.least)

    def _reasons(self, slack: Slack) -> list[Exclusion]:
        """Return the smallest sets of strands that make it late with all others at their least."""
        if self._late_of([slack.at(())]) == [True]:
            feature = next(each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTION)
            return [Exclusion(NEED_BY, {feature: (0,) * len(self._rows[feature])}, frozenset({(0,)}))]
        active = slack.active
        for size in range(1, min(MOST_TOGETHER, len(active)) + 1):
            sets = list(combinations(active, size))
            late = self._late_of([slack.at(chosen) for chosen in sets])
            found = [self._exclusion(slack, chosen) for chosen, is_late in zip(sets, late, strict=True) if is_late]
            if found:
                return [exclusion for exclusion in found if exclusion is not None]
        if len(active) <= MOST_TOGETHER or self._late_of([slack.at(active)]) == [False]:
            return []
        needed = list(active)
        for key in active:
            fewer = [other for other in needed if other != key]
            if self._late_of([slack.at(fewer)]) == [True]:
                needed = fewer
        exclusion = self._exclusion(slack, needed)
        return [] if exclusion is None else [exclusion]

    def _exclusion(self, slack: Slack, chosen: Sequence[StrandKey]) -> Exclusion | None:
        """Return that the strands of a set cannot all come to as much as they do."""
        least = {key: slack.levels[key][0] for key in chosen}
        if len(chosen) == 1:
            least = {chosen[0]: self._least_that_is_late(slack, chosen[0])}
        tables = []
        for key in chosen:
            strand = self._strand(key)
            if strand is None:
                return None
            tables.append((strand, _as_much_as(least[key], same=self._by_recipe(slack, key))))
        kinds, refused = together(tables)
        many = {each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTIONS}
        if not refused or len(many & kinds.keys()) > 1:
            return None
        is_material, code = next((key for key in chosen if not key[0]), chosen[0])
        name = f"material:{code}" if is_material else f"capacity:{slack.work_centre(code)}"
        return Exclusion(name, kinds, refused)

    def _least_that_is_late(self, slack: Slack, key: StrandKey) -> Level:
        level, strand = slack.levels[key][0], self._strand(key)
        if strand is None or self._by_recipe(slack, key):
            return level
        lower = sorted({one for one in strand.levels.values() if NOTHING < one < level})
        late = self._late_of([slack.at((key,), {key: one}) for one in lower])
        return next((one for one, is_late in zip(lower, late, strict=True) if is_late), level)

    def _by_recipe(self, slack: Slack, key: StrandKey) -> bool:
        return not key[0] and slack.work_centre(key[1]) in self.batches


def strand_of(configurator: Configurator, rows: RowAnswers, key: StrandKey) -> Strand | None:
    """Return the strand of an operation or a material of a line; ``None`` where it reads too many answers."""
    known = _STRANDS.setdefault(configurator, {})
    if key not in known:
        model, (is_material, code) = configurator.model, key
        if is_material:
            known[key] = material_strand(model, code, rows)
        else:
            operation = next(each for each in model.operations if each.code == code)
            known[key] = operation_strand(model, operation, rows)
    return known[key]


def _as_much_as(least: Level, *, same: bool) -> Callable[[Level], bool]:
    return (lambda level: level == least) if same else (lambda level: level[0] >= least[0])


def works_in_rows(demand: Demand) -> bool:
    """Return whether operations of one work centre always follow each other.

    Then none takes another's room, and less work, or an earlier start, never ends later.
    """
    before: list[set[int]] = []
    for load in demand.loads:
        before.append(set(load.after).union(*(before[at] for at in load.after)))
    return all(
        demand.loads[one].work_centre != demand.loads[other].work_centre or one in before[other]
        for one, other in combinations(range(len(demand.loads)), 2)
    )


def last_of(demand: Demand) -> str | None:
    """Return the operation that waits for all others; ``None`` where there is none.

    The spare bucket is counted at the last operation's work centre: only what ends with the same one can be compared.
    """
    waited_for = {at for load in demand.loads for at in load.after}
    last = [load.operation for at, load in enumerate(demand.loads) if at not in waited_for]
    return last[0] if len(last) == 1 else None


def together(
    tables: Sequence[tuple[Strand, Callable[[Level], bool]]],
) -> tuple[dict[str, tuple[int, ...]], frozenset[tuple[int, ...]]]:
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
