"""The compiled plan as an ``Engine``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from configurator.engine import Answers, Picks
from configurator.model import NO_LIMITS, CapacityCap, Limits
from configurator.planning.core import Core, Prepared, Question, Remembered, prepared
from configurator.planning.frame import FrameBuilder, certain_problem
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import DEFAULT_BUDGET, NoPlan, PlanBudget, TooWide
from configurator.planning.messages import kernels_named
from configurator.planning.plan import components_of, plan_of
from configurator.planning.plan_search import Trees, candidate_trees, tree_over
from configurator.planning.rehearsal import Rehearsal, rehearsed
from configurator.problem import BoolArray, IntArray, Problem, SumRule


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
        self._capped: Remembered[tuple[Core, Core | None]] = Remembered(8)

    @property
    def problem(self) -> Problem:
        """The problem answered."""
        return self.plan.prepared.problem

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return the answers for these picks under these limits.

        Raises:
            TooWide: This question needs more than the plan may take; another method has to answer.
        """
        core, certain = self._cores(limits.caps)
        question = Question(_meant(picks), self._closed(limits))
        most = NOTHING - 1 if limits.budget_minor is None else limits.budget_minor
        values = core.values(question, most)
        sure = values.rows if certain is None else certain.values(question, most).rows
        witness = core.witness(values.climbed, question) if values.best < NOTHING else None
        forced = self._forced(core, question, values.without, witness, limits.budget_minor)
        return Answers(values.best, values.rows, sure, forced, witness)

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a cheapest completion of the picks, or ``None``; rules and limits named in ``dropped_rules`` do not act.

        Raises:
            TooWide: This question needs more than the plan may take; another method has to answer.
        """
        caps = tuple(cap for cap in limits.caps if f"capacity:{cap.work_centre}" not in dropped_rules)
        core, _ = self._cores(caps)
        closed = self._closed(limits, dropped_rules)
        question = Question(_meant(picks), closed, dropped_rules & self._rules)
        best, climbed = core.best(question)
        most = NOTHING - 1
        if limits.budget_minor is not None and "budget" not in dropped_rules:
            most = limits.budget_minor
        return None if best > most else core.witness(climbed, question)

    def _closed(self, limits: Limits, dropped: frozenset[str] = frozenset()) -> dict[int, tuple[int, ...]]:
        found = {}
        for place, domain in enumerate(self.problem.domains):
            late = limits.unavailable.get(domain.feature)
            if late and f"material:{domain.feature}" not in dropped:
                found[place] = tuple(row for row, code in enumerate(domain.rows) if code in late)
        return found

    def _cores(self, caps: tuple[CapacityCap, ...]) -> tuple[Core, Core | None]:
        rules = tuple(cap_rule(self.problem, cap) for cap in caps)
        binding = tuple(rule for rule in rules if _may_bind(self.problem, rule))
        if not binding:
            return self._core, self._sure
        key = tuple((rule.rule, rule.upper, tuple(a.tobytes() for a in rule.amounts)) for rule in binding)
        known = self._capped.get(key)
        if known is None:
            sure = None if self.certain is None else self._extended(self.certain, binding)
            known = self._capped.put(key, (self._extended(self.plan, binding), sure))
        return known

    def _extended(self, plan: Planned, rules: tuple[SumRule, ...]) -> Core:
        """Return the core under caps: the trees stay, tables are made for the caps only."""
        problem = plan.prepared.problem
        builder = self._builders.get(id(plan)) or self._builders.put(id(plan), FrameBuilder(problem, self.budget))
        frame = builder.extended(rules).build()
        capped = replace(problem, rules=(*problem.rules, *rules))
        module = kernels_named(self._kernels)
        trees = {leaves: tree_over(leaves, plan.trees) for leaves in components_of(frame)}
        try:
            return Core(prepared(capped, frame, plan_of(frame, trees, module, self.budget)))
        except TooWide:
            trees = candidate_trees(frame, module, self.budget)[0]
            return Core(prepared(capped, frame, plan_of(frame, trees, module, self.budget)))

    def _forced(
        self,
        core: Core,
        question: Question,
        without: Mapping[int, IntArray],
        witness: Picks | None,
        budget: int | None,
    ) -> tuple[BoolArray | None, ...]:
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
            for row in witness[place]:
                if row in picked:
                    forced[row] = True
                elif place in without:
                    forced[row] = without[place][row] > (NOTHING - 1 if budget is None else budget)
                elif budget is not None or not core.has_twin(place, row, question):
                    closed = tuple(sorted({*question.closed.get(place, ()), row}))
                    best, _ = core.best(replace(question, closed={**question.closed, place: closed}))
                    forced[row] = best > (NOTHING - 1 if budget is None else budget)
        return tuple(found)


def _meant(picks: Picks) -> Picks:
    return {place: rows for place, rows in picks.items() if rows}


def cap_rule(problem: Problem, cap: CapacityCap) -> SumRule:
    """Return the cap of a work centre as a rule over its domains."""
    scope, amounts = [], []
    for place, domain in enumerate(problem.domains):
        seconds = cap.seconds.get(domain.feature)
        if seconds is None:
            continue
        own = np.zeros(len(domain.rows), dtype=np.int64)
        options = np.array([row for row in range(len(domain.rows)) if row != domain.none_row], dtype=np.int64)
        own[options] = np.array(seconds, dtype=np.int64)
        if not own.any():
            continue
        scope.append(place)
        amounts.append(own)
    return SumRule(f"capacity:{cap.work_centre}", tuple(scope), tuple(amounts), None, cap.available_s - cap.fixed_s)


def _may_bind(problem: Problem, rule: SumRule) -> bool:
    """Return whether some answer could break a cap."""
    assert rule.upper is not None
    most = 0
    for place, amounts in zip(rule.scope, rule.amounts, strict=True):
        domain = problem.domains[place]
        most += int(amounts.max(initial=0)) * (domain.most if domain.many else 1)
    return most > rule.upper


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
