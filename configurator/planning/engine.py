"""The compiled plan as an ``Engine``."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from configurator.engine import Answers, Picks
from configurator.model import NO_LIMITS, CapacityCap, Limits
from configurator.planning.core import Core, Question, Remembered
from configurator.planning.frame import FrameBuilder, certain_problem
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import DEFAULT_BUDGET, NoPlan, PlanBudget
from configurator.planning.messages import kernels_named
from configurator.planning.plan import Tree, plan_of
from configurator.planning.plan_search import best_trees
from configurator.problem import BoolArray, IntArray, Problem, SumRule

Trees = Mapping[tuple[int, ...], Tree]


def build_core(problem: Problem, budget: PlanBudget, kernels: str = "best") -> Core:
    """Return one form of a problem with the best plan found.

    Raises:
        NoPlan: It is too wide.
    """
    frame = FrameBuilder(problem, budget).build()
    module = kernels_named(kernels)
    trees = best_trees(frame, module, budget)
    return Core(problem, frame, plan_of(frame, trees, module, budget))


class PlanEngine:
    """Answers a problem by a merge plan found when it was compiled."""

    method = "plan"

    def __init__(self, core: Core, certain: Core | None, budget: PlanBudget, kernels: str = "best") -> None:
        self.core = core
        self.certain = certain
        self._budget = budget
        self._kernels = kernels
        self._capped: Remembered[tuple[Core, Core | None]] = Remembered(8)

    @property
    def problem(self) -> Problem:
        """The problem answered."""
        return self.core.problem

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

    @property
    def _rules(self) -> frozenset[str]:
        return frozenset(rule.rule for rule in self.problem.rules)

    def _closed(self, limits: Limits, dropped: frozenset[str] = frozenset()) -> dict[int, tuple[int, ...]]:
        found = {}
        for place, domain in enumerate(self.problem.domains):
            late = limits.unavailable.get(domain.feature)
            if late and f"material:{domain.feature}" not in dropped:
                found[place] = tuple(row for row, code in enumerate(domain.rows) if code in late)
        return found

    def _cores(self, caps: tuple[CapacityCap, ...]) -> tuple[Core, Core | None]:
        if not caps:
            return self.core, self.certain
        rules = tuple(cap_rule(self.problem, cap) for cap in caps)
        binding = tuple(rule for rule in rules if _may_bind(self.problem, rule))
        if not binding:
            return self.core, self.certain
        key = tuple((rule.rule, rule.upper, tuple(a.tobytes() for a in rule.amounts)) for rule in binding)
        known = self._capped.get(key)
        if known is None:
            known = self._capped.put(key, self._with_caps(binding))
        return known

    def _with_caps(self, rules: tuple[SumRule, ...]) -> tuple[Core, Core | None]:
        def extended(core: Core) -> Core:
            problem = replace(core.problem, rules=(*core.problem.rules, *rules))
            return build_core(problem, self._budget, self._kernels)

        return extended(self.core), None if self.certain is None else extended(self.certain)

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
    core = build_core(problem, budget, kernels)
    sure = certain_problem(problem)
    certain = None if sure is None else build_core(sure, budget, kernels)
    return PlanEngine(core, certain, budget, kernels)
