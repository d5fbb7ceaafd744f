"""What can be made by a need-by date: limits learned from the plant's own promises.

The plant is asked what it promises for completions of the draft. One that comes too late is looked into: which operations
and materials make it late, whatever else is chosen? They become limits, which hold for every answer that comes to as much, and
the configurator is asked again. So an option is shown as available only with a promise in time, and is ruled out only where
there is none. See docs/algorithms/need-by.md.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from weakref import WeakKeyDictionary

from configurator.configurator import Configurator
from configurator.model import Answer, CapacityCap, Exclusion, Limits, Selection
from modules_catalog.expressions.evaluate import evaluate
from modules_catalog.expressions.tree import Expression, features_read
from modules_catalog.judging import scope_of
from modules_catalog.likeness import Read, likeness, read_of
from modules_catalog.model import ConfigurationModel, FeatureKind
from orders.drafts.every_case import cases_of, exclusions_of, kinds_of, selection_of
from orders.drafts.fit_by_answers import FitByAnswers
from orders.drafts.learning import Learner
from orders.drafts.refusing import passes, together
from orders.drafts.remembering import NOTHING_LEARNED, Learned, with_learned
from orders.drafts.slack import Slack, last_of, works_in_rows
from orders.drafts.strands import (
    NOT_RUSHED,
    NOTHING,
    Level,
    RowAnswers,
    StrandKey,
    atoms_of,
    may_rush,
    row_of,
)
from production.exploding import RUSH
from production.model import Demand

MOST_LIMITS = 80
"""How many limits one page may learn before it says that not all is proven."""

DaysOf = Callable[[Sequence[Demand]], Sequence[date | None]]
"""Answers the day each demand would be promised; ``None``: not within the horizon."""

DemandOf = Callable[[Selection], Demand | None]
"""Answers what a complete selection asks of the plant; ``None`` where a time or a quantity is not known."""

TOGETHER = "need_by:together"

#: What answers mean follows from a release alone; it is kept as long as its configurator is.
_MEANINGS: WeakKeyDictionary[Configurator, dict[str, "_Formulas"]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Formulas:
    """The parts of all formulas of operations and bill about one feature, what they read of it, whether it is a material.

    ``meanings`` are kept by answer, ``alike`` by what is read of it.
    """

    atoms: tuple[Expression, ...]
    read: Read
    is_material: bool
    meanings: dict[Hashable, tuple[Hashable, Hashable]] = field(default_factory=dict)
    alike: dict[Hashable, Hashable] = field(default_factory=dict)

    def meaning_of(self, model: ConfigurationModel, feature: str, answer: Answer | None) -> Hashable:
        """Return what an answer comes to in the formulas."""
        scope = scope_of(model, {} if answer is None else {feature: answer})
        asked, code = model.feature(feature), str(answer)
        is_rush = asked.has_option(code) and asked.option(code).attributes.get(RUSH) is True
        return (*(repr(evaluate(atom, scope)) for atom in self.atoms), is_rush)


@dataclass(slots=True)
class Deadline:
    """A need-by date for one draft; its limits grow as late completions are met.

    ``batches`` are the work centres that work in batches: what they make is compared by recipe, not by time. ``ready`` says when
    options that are taken one at a time are there, {material: day}; others are asked about one by one. ``fits`` is what
    somebody's measures add to a demand. ``learned`` is what was known before, and grows; ``keep`` is told when it has grown.
    """

    configurator: Configurator
    limits: Limits
    by: date
    demand_of: DemandOf
    days_of: DaysOf
    batches: frozenset[str] = frozenset()
    ready: Mapping[str, date] = field(default_factory=dict)
    fits: FitByAnswers | None = None
    learned: Learned = NOTHING_LEARNED
    keep: Callable[[Learned], None] | None = None
    _has_seen_all: bool = field(init=False, default=False)
    _rows: RowAnswers = field(init=False)
    _known: dict[Demand, date | None] = field(init=False, default_factory=dict)
    _kinds: dict[tuple[str, Hashable], Hashable] = field(init=False, default_factory=dict)
    _late: dict[tuple[Hashable, ...], bool] = field(init=False, default_factory=dict)
    _learner: Learner = field(init=False)

    def __post_init__(self) -> None:
        model = self.configurator.model
        self._rows = {feature.code: self.configurator.row_answers(feature.code) for feature in model.features}
        self.limits = with_learned(self.limits, self.learned)
        self._learner = Learner(self.configurator, self._rows, self._late_of, self.batches, self.fits)

    def kind_of(self, feature: str, answer: Answer | None) -> Hashable:
        """Return what an answer means to the plant: answers of one kind are promised for the same day."""
        key = (feature, _hashable(answer))
        if key not in self._kinds:
            meant = meaning_of(self.configurator, feature, answer)
            own = self.ready.get(f"{feature}.{answer}", meant[1]) if meant[1] is not None else None
            fit = self.fits.kind_of(feature, answer) if self.fits else None
            self._kinds[key] = (meant[0], own, fit)
        return self._kinds[key]

    @contextmanager
    def within(self, budget_minor: int) -> Iterator[None]:
        """Have another budget meanwhile; what is learned of the date holds under any."""
        before = self.limits.budget_minor
        self.limits = replace(self.limits, budget_minor=budget_minor)
        try:
            yield
        finally:
            self.limits = replace(self.limits, budget_minor=before)

    def late(self, selections: Sequence[Selection]) -> list[Selection]:
        """Return those complete selections that would not be ready by the date."""
        keys = [self._key(selection) for selection in selections]
        new = {key: each for key, each in zip(keys, selections, strict=True) if key not in self._late}
        demands = {key: self.demand_of(selection) for key, selection in new.items()}
        self._ask([demand for demand in demands.values() if demand is not None])
        self._late.update((key, demand is None or self._is_late(demand)) for key, demand in demands.items())
        return [selection for key, selection in zip(keys, selections, strict=True) if self._late[key]]

    def _key(self, selection: Selection) -> tuple[Hashable, ...]:
        """Return what a selection means to the plant."""
        return tuple(self.kind_of(feature, selection.answers.get(feature)) for feature in self._rows)

    def learn(self, late: Iterable[Selection]) -> bool:
        """Take in what makes late selections late; return whether anything new was learned."""
        before = self.limits
        late = list(late)
        self._learn_from_least(late)
        if self.limits is before:
            self._learn_from_all(late)
        elif self.keep is not None:
            self.keep(self.learned)
        return self.limits is not before

    def _learn_from_all(self, late: Sequence[Selection]) -> None:
        """Look at every case, where these are few; whatever the routing and the number of pieces."""
        base = next((one for one in late if self.demand_of(one) is not None), None)
        if base is None or self._has_seen_all:
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
        found = tuple(exclusions_of(is_late, kinds, TOGETHER))
        if found:
            self.limits = replace(self.limits, exclusions=(*self.limits.exclusions, *found))

    def _learn_from_least(self, late: Sequence[Selection]) -> None:
        """Take in the smallest sets of strands that make it late with all others at their least."""
        for selection in late:
            demand = self.demand_of(selection)
            if demand is None or not works_in_rows(demand) or self._refuses(selection):
                continue
            slack = Slack(demand, self._levels(demand))
            last = last_of(demand)
            if last is None or slack.levels[False, last][1] == NOTHING:
                continue
            for found in self._learner.reasons(slack, selection):
                self._take_in(found)

    def _take_in(self, found: Exclusion | CapacityCap) -> None:
        limits = self.limits
        if len(limits.exclusions) + len(limits.caps) >= MOST_LIMITS or found in (*limits.exclusions, *limits.caps):
            return
        self.learned = replace(self.learned, limits=(*self.learned.limits, found))
        self.limits = with_learned(limits, Learned((found,)))

    def _levels(self, demand: Demand) -> dict[StrandKey, tuple[Level, Level]]:
        """Return what each strand of a demand comes to, and what it never falls below; materials that are all there are no
        strands, for they make nothing late.
        """
        alone = [Demand((), (replace(need, quantity=need.quantity * demand.quantity),)) for need in demand.materials]
        at_once = Demand(())
        self._late_of([at_once, *alone])
        own: dict[StrandKey, Level] = {
            (False, load.operation): (load.seconds, load.recipe or "") for load in demand.loads
        }
        own.update(
            ((True, need.code), (need.quantity, ""))
            for need, one in zip(demand.materials, alone, strict=True)
            if self._known[one] != self._known[at_once]
        )
        if may_rush(self.configurator, self._rows):
            own[NOT_RUSHED] = (int(not demand.is_rush), "")
        strands = {key: self._learner.strand(key) for key in own}
        return {key: (level, NOTHING if (one := strands[key]) is None else one.least) for key, level in own.items()}

    def exclude_options(self, late: Mapping[str, Collection[str]]) -> None:
        """Take in that of options which are taken one at a time, {feature: codes}, not even one piece comes in time."""
        for feature, codes in late.items():
            lines = [line for line in self.configurator.model.bom if line.feature == feature]
            if any(line.when is None and line.quantity is None for line in lines):
                self._exclude(feature, codes)
                continue
            parts = [part for line in lines for part in (line.when, line.quantity) if part is not None]
            are_alike = not any(feature in features_read(part) for part in parts)
            for together_late in [codes] if are_alike else [[code] for code in codes]:
                self._exclude_under_conditions(feature, together_late)

    def _exclude_under_conditions(self, feature: str, late: Collection[str]) -> None:
        """Take in that some options, of which one means the same as another but for its name, are not there when they are taken."""
        code = min(late)
        strand = self._learner.strand((True, f"{feature}.{code}"))
        if strand is None:
            return
        kinds, refused = together([(strand, lambda level: level[0] > 0)])
        if not refused:
            return
        if set(kinds) == {feature}:
            self._exclude(feature, late)
            return
        rows, own = self._rows[feature], kinds[feature]
        taken = own[row_of(rows, code, code)]
        other = next((kind for kind in own if kind != taken), taken)
        is_late = [any(one in late for one in (row if isinstance(row, Mapping) else [row])) for row in rows]
        of_all = {**kinds, feature: tuple(taken if each else other for each in is_late)}
        name = f"material:{feature}.{code}" if len(late) == 1 else f"material:{feature}"
        self.limits = replace(self.limits, exclusions=(*self.limits.exclusions, Exclusion(name, of_all, refused)))

    def _exclude(self, feature: str, codes: Collection[str]) -> None:
        late = self.limits.unavailable.get(feature, frozenset()).union(codes)
        self.limits = replace(self.limits, unavailable={**self.limits.unavailable, feature: late})

    def _refuses(self, selection: Selection) -> bool:
        """Return whether what is known refuses a selection already; exclusions of plain features and caps are looked at."""
        if not all(passes(cap, self._rows, selection) for cap in self.limits.caps):
            return True
        many = {each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTIONS}
        return any(
            tuple(kinds[row_of(self._rows[code], selection.answers.get(code))] for code, kinds in one.kinds.items())
            in one.refused
            for one in self.limits.exclusions
            if not many & one.kinds.keys()
        )

    def _ask(self, demands: Sequence[Demand]) -> None:
        new = [demand for demand in dict.fromkeys(demands) if demand not in self._known]
        if new:
            self._known.update(zip(new, self.days_of(new), strict=True))

    def _is_late(self, demand: Demand) -> bool:
        day = self._known[demand]
        return day is None or day > self.by

    def _late_of(self, demands: Sequence[Demand]) -> list[bool]:
        self._ask(demands)
        self.learned = self.learned.asked(demands)
        return [self._is_late(demand) for demand in demands]


def _hashable(answer: Answer | None) -> Hashable:
    if type(answer) is str:
        return answer
    return tuple(sorted(answer.items())) if isinstance(answer, Mapping) else (type(answer), answer)


def meaning_of(configurator: Configurator, feature: str, answer: Answer | None) -> tuple[Hashable, Hashable]:
    """Return what an answer comes to in the formulas of operations and bill, and itself where it is a material."""
    known = _MEANINGS.get(configurator)
    if known is None:
        known = _MEANINGS.setdefault(configurator, {})
    about = known.get(feature)
    if about is None:
        about = known.setdefault(feature, _formulas_about(configurator.model, feature))
    key = _hashable(answer)
    meant = about.meanings.get(key)
    if meant is None:
        alike = likeness(configurator.model.feature(feature), answer, about.read)
        meaning = about.alike.get(alike)
        if meaning is None:
            meaning = about.alike.setdefault(alike, about.meaning_of(configurator.model, feature, answer))
        meant = (meaning, key if answer is not None and about.is_material else None)
        about.meanings[key] = meant
    return meant


def _formulas_about(model: ConfigurationModel, feature: str) -> _Formulas:
    parts = [part for one in model.operations for part in (one.when, one.run_s, one.recipe)]
    parts += [part for line in model.bom for part in (line.when, line.quantity)]
    atoms = tuple(dict.fromkeys(atom for part in parts if part is not None for atom in atoms_of(part, feature)))
    read = read_of(feature, atoms) | Read(frozenset({RUSH}))
    return _Formulas(atoms, read, any(line.feature == feature for line in model.bom))
