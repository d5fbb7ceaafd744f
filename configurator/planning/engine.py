"""The compiled plan as an ``Engine``."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np

from configurator.engine import Answers, Picks
from configurator.limits import exclusion_rule
from configurator.model import NO_LIMITS, CapacityCap, Limits
from configurator.planning.capping import CapSeconds, cap_rule, cap_seconds, digest_of
from configurator.planning.core import Climbed, Core, Prepared, Question, Remembered, Values, prepared
from configurator.planning.frame import Frame, FrameBuilder, certain_problem
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import DEFAULT_BUDGET, NoPlan, PlanBudget, TooWide
from configurator.planning.messages import kernels_named
from configurator.planning.plan import components_of, plan_of
from configurator.planning.plan_search import Trees, candidate_trees, tree_over
from configurator.planning.rehearsal import Rehearsal, rehearsed
from configurator.planning.wishing import closest
from configurator.problem import BoolArray, Problem, SumRule, TableRule
from configurator.wishes import Wish


@dataclass(frozen=True, slots=True)
class Planned:
    """One form of the problem with its chosen trees, and what random clicks took."""

    prepared: Prepared
    trees: Trees
    rehearsal: Rehearsal


def planned(problem: Problem, budget: PlanBudget, kernels: str = "best") -> Planned:
    """Return one form of a problem with the plan that rehearsed best.

    Raises:
        NoPlan: It is too wide, or clicks would take too long.
    """
    frame = FrameBuilder(problem, budget).build()
    module = kernels_named(kernels)
    tried: list[Planned] = []
    for trees in candidate_trees(frame, module, budget):
        ready = prepared(problem, frame, plan_of(frame, trees, module, budget))
        tried.append(Planned(ready, trees, rehearsed(Core(ready), budget)))
    best = min(tried, key=lambda own: (own.rehearsal.too_wide, own.rehearsal.p95))
    if best.rehearsal.p95 > budget.most_work:
        raise NoPlan(what="clicks", size=best.rehearsal.p95, limit=budget.most_work)
    if best.rehearsal.too_wide * 20 > best.rehearsal.clicks:
        raise NoPlan(what="clicks that are too wide", size=best.rehearsal.too_wide, limit=best.rehearsal.clicks // 20)
    return best


def searched(frame: Frame, kernels: ModuleType, budget: PlanBudget) -> Trees | None:
    """Return the trees of least work, or ``None`` where none is narrow enough."""
    try:
        return candidate_trees(frame, kernels, budget)[0]
    except NoPlan:
        return None


class PlanEngine:
    """Answers a problem by a merge plan found when it was compiled."""

    method = "plan"

    def __init__(self, plan: Planned, certain: Planned | None, budget: PlanBudget, kernels: str = "best") -> None:
        self.plan = plan
        self.certain = certain
        self.budget = budget
        self._core = Core(plan.prepared)
        self._sure = None if certain is None else Core(certain.prepared)
        self._rules = frozenset(rule.rule for rule in plan.prepared.problem.rules)
        self._kernels = kernels
        self._builders: Remembered[FrameBuilder] = Remembered(2)
        self._by_seconds: Remembered[CapSeconds] = Remembered(32)
        self._trees: Remembered[Trees] = Remembered(16)
        self._capped: Remembered[tuple[Core, Core | None] | TooWide] = Remembered(8)
        self._last_cores: tuple[Limits, tuple[Core, Core | None]] | None = None
        self._late: Remembered[tuple[frozenset[str], tuple[int, ...]]] = Remembered(64)
        self._places = {domain.feature: place for place, domain in enumerate(plan.prepared.problem.domains)}

    @property
    def problem(self) -> Problem:
        """The problem answered."""
        return self.plan.prepared.problem

    @property
    def classes(self) -> int:
        """How many kinds of rows the rules tell apart, over all domains."""
        return sum(leaf.classes for leaf in self.plan.prepared.frame.leaves)

    @property
    def is_slow(self) -> bool:
        """Whether rehearsed clicks took more than a plan should: publish it with a warning."""
        plans = [self.plan] if self.certain is None else [self.plan, self.certain]
        return sum(plan.rehearsal.p95 for plan in plans) > self.budget.warn_work

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return the answers for these picks under these limits.

        Raises:
            TooWide: This question needs more than the plan may take; another method has to answer.
        """
        core, certain = self._cores(limits)
        try:
            return self._answers(core, certain, picks, limits)
        except TooWide:
            return self._answers(core.patient(), None if certain is None else certain.patient(), picks, limits)

    def _answers(self, core: Core, certain: Core | None, picks: Picks, limits: Limits) -> Answers:
        question = Question(_meant(picks), self._closed(limits))
        most = NOTHING - 1 if limits.budget_minor is None else limits.budget_minor
        values = core.values(question, most)
        sure = values.rows if certain is None else certain.values(question, most).rows
        witness = core.witness(values.climbed, question) if values.best < NOTHING else None
        forced = self._forced(core, question, values, witness, most)
        return Answers(values.best, values.rows, sure, forced, witness)

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a cheapest completion of the picks, or ``None``; rules and limits named in ``dropped_rules`` do not act.

        Raises:
            TooWide: This question needs more than the plan may take; another method has to answer.
        """
        core, question = self._without(picks, limits, dropped_rules)
        best, climbed = self._best(core, question)
        most = NOTHING - 1
        if limits.budget_minor is not None and "budget" not in dropped_rules:
            most = limits.budget_minor
        return None if best > most else core.witness(climbed, question)

    def least(self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()) -> int:
        """Return the least cost of a completion, ``NO_WAY`` where there is none; no budget is looked at.

        Raises:
            TooWide: This question needs more than the plan may take.
        """
        return self._best(*self._without(picks, limits, dropped_rules))[0]

    def _without(self, picks: Picks, limits: Limits, dropped: frozenset[str]) -> tuple[Core, Question]:
        core, _ = self._cores(limits)
        known = self._rules
        if limits.caps or limits.exclusions:
            known = known.union({cap.rule for cap in limits.caps}, {own.rule for own in limits.exclusions})
        return core, Question(_meant(picks), self._closed(limits, dropped), dropped & known)

    @staticmethod
    def _best(core: Core, question: Question) -> tuple[int, Sequence[Climbed]]:
        try:
            return core.best(question)
        except TooWide:
            return core.patient().best(question)

    def closest(self, picks: Picks, wishes: Sequence[Wish], limits: Limits = NO_LIMITS) -> Picks | None:
        """Return the completion of the picks that gives up wishes of the least penalty, and of those a cheapest.

        A budget is not looked at. ``None``: the picks cannot be completed.

        Raises:
            TooWide: These wishes cannot be weighed in one pass.
        """
        core, _ = self._cores(limits)
        return closest(core, Question(_meant(picks), self._closed(limits)), wishes)

    def lifted(self, picks: Picks, limits: Limits = NO_LIMITS) -> Mapping[int, int]:
        """Return for each picked domain the least cost of a completion of the other picks; no budget is looked at.

        Raises:
            TooWide: This question needs more than the plan may take.
        """
        core, _ = self._cores(limits)
        return core.lifted(Question(_meant(picks), self._closed(limits)))

    def _closed(self, limits: Limits, dropped: frozenset[str] = frozenset()) -> dict[int, tuple[int, ...]]:
        """Return the rows that cannot be had, by domain."""
        found = {}
        for feature, codes in limits.unavailable.items():
            place = self._places.get(feature)
            if place is None or not codes or f"material:{feature}" in dropped:
                continue
            key = (place, id(codes))
            known = self._late.get(key)
            if known is None or known[0] is not codes:
                rows = tuple(row for row, code in enumerate(self.problem.domains[place].rows) if code in codes)
                known = self._late.put(key, (codes, rows))
            if known[1]:
                found[place] = known[1]
        for exclusion in limits.exclusions:
            if len(exclusion.kinds) > 1 or exclusion.rule in dropped:
                continue
            ((feature, kinds),) = exclusion.kinds.items()
            place = self._places[feature]
            late = {row for row, kind in enumerate(kinds) if (kind,) in exclusion.refused}
            found[place] = tuple(sorted(late.union(found.get(place, ()))))
        return {place: rows for place, rows in found.items() if rows}

    def _cores(self, limits: Limits) -> tuple[Core, Core | None]:
        if limits is NO_LIMITS:
            return self._core, self._sure
        last = self._last_cores
        if last is None or last[0] is not limits:
            last = self._last_cores = (limits, self._cores_under(limits))
        return last[1]

    def _cores_under(self, limits: Limits) -> tuple[Core, Core | None]:
        rules: list[SumRule | TableRule] = []
        key: list[tuple[str, int | None, str]] = []
        for exclusion in limits.exclusions:
            table = exclusion_rule(self.problem, exclusion)
            if len(table.scope) > 1 and not table.allowed.all():
                rules.append(table)
                key.append((table.rule, None, digest_of(table)))
        for cap in limits.caps:
            seconds = self._seconds(cap)
            rule = cap_rule(cap, seconds)
            if rule is not None:
                rules.append(rule)
                key.append((rule.rule, rule.upper, seconds.digest))
        if not rules:
            return self._core, self._sure
        known = self._capped.get(tuple(key))
        if known is None:
            known = self._capped.put(tuple(key), self._capped_cores(rules, tuple((name, own) for name, _, own in key)))
        if isinstance(known, TooWide):
            raise known
        return known

    def _capped_cores(
        self, rules: Sequence[SumRule | TableRule], names: Hashable
    ) -> tuple[Core, Core | None] | TooWide:
        """Return the cores under caps, or why there are none: that is remembered too."""
        try:
            sure = None if self.certain is None else self._extended(self.certain, rules, names)
            return self._extended(self.plan, rules, names), sure
        except NoPlan as error:
            return TooWide(**error.facts)

    def _seconds(self, cap: CapacityCap) -> CapSeconds:
        key = tuple((feature, id(own)) for feature, own in cap.seconds.items())
        known = self._by_seconds.get(key)
        if known is None or any(known.given[feature] is not own for feature, own in cap.seconds.items()):
            known = self._by_seconds.put(key, cap_seconds(self.problem, dict(cap.seconds)))
        return known

    def _extended(self, plan: Planned, rules: Sequence[SumRule | TableRule], names: Hashable) -> Core:
        """Return the core under caps: the trees stay, tables are made for the caps only."""
        problem = plan.prepared.problem
        builder = self._builders.get(id(plan)) or self._builders.put(id(plan), FrameBuilder(problem, self.budget))
        frame = builder.extended(rules).build()
        capped = replace(problem, rules=(*problem.rules, *rules))
        module = kernels_named(self._kernels)
        key = (id(plan), names)
        trees = self._trees.get(key) or {leaves: tree_over(leaves, plan.trees) for leaves in components_of(frame)}
        try:
            return Core(prepared(capped, frame, plan_of(frame, trees, module, self.budget)))
        except TooWide:
            if self._trees.get(key) is None:
                quick = replace(self.budget, restarts=self.budget.restarts // 4)
                trees = self._trees.put(key, searched(frame, module, quick) or trees)
        return Core(prepared(capped, frame, plan_of(frame, trees, module, self.budget.patient())))

    def _forced(
        self, core: Core, question: Question, values: Values, witness: Picks | None, most: int
    ) -> tuple[BoolArray | None, ...]:
        """Return for choose-many domains the rows every completion has that costs at most so much.

        Only rows of the witness can be. Most have a twin whose price can be borne; of the others it is worked out.
        """
        found: list[BoolArray | None] = []
        for place, domain in enumerate(self.problem.domains):
            if not domain.many:
                found.append(None)
                continue
            forced = np.zeros(len(domain.rows), dtype=np.bool_)
            found.append(forced)
            if witness is None:
                continue
            picked = question.picks.get(place, {})
            for row, count in witness[place].items():
                if row in picked:
                    forced[row] = True
                elif place in values.without:
                    forced[row] = values.without[place][row] > most
                elif values.best + count * core.twin_costs_more(place, row, question) > most:
                    forced[row] = core.without_row(values, place, row, question) > most
        return tuple(found)


def _meant(picks: Picks) -> Picks:
    return {place: rows for place, rows in picks.items() if rows}


def build_plan_engine(problem: Problem, *, budget: PlanBudget = DEFAULT_BUDGET, kernels: str = "best") -> PlanEngine:
    """Return the compiled plan of a problem.

    Args:
        problem: What to answer.
        budget: How wide a plan may become, and how long it is searched for, in counted work.
        kernels: ``compiled``, ``arrays`` or ``best``.

    Raises:
        NoPlan: The problem is too wide; the facts say what was.
    """
    plan = planned(problem, budget, kernels)
    sure = certain_problem(problem)
    certain = None if sure is None else planned(sure, budget, kernels)
    return PlanEngine(plan, certain, budget, kernels)
