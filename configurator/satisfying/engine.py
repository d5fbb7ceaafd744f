"""Satisfiability as an engine: exact answers for models of thousands of yes / no features.

See docs/algorithms/satisfying.md.
"""

from collections.abc import Sequence
from threading import Lock

from configurator.engine import Answers, Core, Picks
from configurator.model import NO_LIMITS, Limits
from configurator.problem import BoolArray, Problem, SumRule
from configurator.satisfying.answering import Answering
from configurator.satisfying.asked import Asked
from configurator.satisfying.changing import Changing
from configurator.satisfying.clashing import Clashing
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.formula import Formula, formula_of
from configurator.satisfying.mixing import Mixing
from configurator.satisfying.solving import OutOfEffort, Solving
from configurator.satisfying.weighing import Weighing
from configurator.satisfying.witnesses import Kept, Witnesses

KEPT_SOLUTIONS = 2_000
EFFORT = 300_000


class SatEngine:
    """Answers for one problem without prices by one satisfiability solver; safe to share between threads.

    Args:
        formula: The problem as clauses.
        effort: Conflicts one call of the solver may take; an answer beyond is given as not proven.
    """

    method = "sat"

    def __init__(self, formula: Formula, effort: int = EFFORT) -> None:
        self.formula = formula
        self._lock = Lock()
        clauses = [*formula.structure, *(clause for those in formula.rules.values() for clause in those)]
        self._solver = Solving(formula, clauses, effort)
        sums = [rule for rule in formula.problem.rules if isinstance(rule, SumRule)]
        self._kept = Kept(
            formula.layout,
            Changing(formula, formula.tables, sums),
            Mixing(formula, sums),
            Witnesses(formula.layout.classes, KEPT_SOLUTIONS),
        )
        self._effort = effort
        self._clashing = Clashing(formula, effort)
        self._wanted = ~formula.layout.hidden
        self._learn_what_never_is()

    @property
    def problem(self) -> Problem:
        """The problem answered."""
        return self.formula.problem

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return the answers for these picks under these limits; see ``Engine``.

        Raises:
            NotEncodable: There are work centres or exclusions among the limits; another method has to answer.
        """
        asked = Asked(self.formula, picks, limits)
        with self._lock:
            return Answering(self.formula, self._solver, self._kept, asked, self._wanted).answers()

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a completion of the picks, or ``None``; rules and limits named in ``dropped_rules`` do not act.

        Raises:
            NotEncodable: There are work centres or exclusions among the limits, or it is not told within the effort.
        """
        asked = Asked(self.formula, picks, limits, dropped_rules)
        if asked.is_broken:
            return None
        with self._lock:
            try:
                if dropped_rules & self.formula.rules.keys():
                    solution = self._clashing.solution(asked.assumptions, dropped_rules)
                else:
                    solution = self._completed(asked)
            except OutOfEffort:
                raise NotEncodable(what="effort") from None
        return None if solution is None else asked.assignment(solution)

    def core(self, choices: Sequence[tuple[int, int]], limits: Limits = NO_LIMITS) -> Core | None:
        """Return a minimal conflict among choices and rules; see ``FindsCores``.

        Raises:
            NotEncodable: The limits, or the effort, are beyond this method.
        """
        with self._lock:
            try:
                return self._clashing.core(choices, limits)
            except OutOfEffort:
                raise NotEncodable(what="effort") from None

    def weighed(self) -> dict[str, tuple[str, ...] | None]:
        """Return which rules are needed, and by which the others are implied; see ``WeighsRules``."""
        with self._lock:
            return Weighing(self.formula, self._clashing, self._effort).weighed()

    def _completed(self, asked: Asked) -> BoolArray | None:
        self._solver.prefer(self.formula.layout.usual)
        if not self._solver.holds(asked.assumptions):
            return None
        return self._kept.seen(self._solver)[0]

    def _learn_what_never_is(self) -> None:
        """Tell the solver for good which classes no completion has."""
        layout = self.formula.layout
        nothing = Asked(self.formula, {}, NO_LIMITS)
        answering = Answering(self.formula, self._solver, self._kept, nothing, self._wanted)
        possible = answering.classes_possible()
        if answering.proven and possible.any():
            for literal in layout.literals[self._wanted & ~possible]:
                self._solver.add((-int(literal),))
            self._wanted = self._wanted & possible


def build_sat_engine(problem: Problem) -> SatEngine:
    """Return the engine of a problem.

    Raises:
        NotEncodable: It has prices, or what clauses do not say well; the facts say what.
    """
    for domain in problem.domains:
        if domain.cost_minor.any():
            raise NotEncodable(what="prices", features=[domain.feature])
    return SatEngine(formula_of(problem))
