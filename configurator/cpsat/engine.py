"""CP-SAT as an engine: exact answers for any problem, the judge of faster methods and the last resort.

See docs/algorithms/configuring.md, C-9.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np

from configurator.assignment import rows_that_fit
from configurator.cpsat.network import Network, rules_without
from configurator.cpsat.question import Found, OutOfTime, Question
from configurator.cpsat.statuses import Statuses
from configurator.engine import NO_WAY, Answers, Picks
from configurator.limits import BUDGET, limit_rules
from configurator.model import NO_LIMITS, Limits
from configurator.problem import BoolArray, IntArray, Problem, ProblemRule, SumRule

_KEPT_NETWORKS = 8


@dataclass(slots=True)
class CpSatEngine:
    """Answers for one problem by CP-SAT on interchangeability classes; safe to share between threads.

    ``effort`` bounds each call in the solver's deterministic seconds; an answer beyond it is given as not proven.
    ``most_priced``: the least price of every option is found for models of so many classes; of larger ones only the
    statuses are exact, unless a budget asks for prices (``Answers.priced``). ``None``: always.
    """

    problem: Problem
    effort: float = 60.0
    most_priced: int | None = None
    method: str = "cp-sat"
    _networks: "OrderedDict[str, Network]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return exact answers for the picks; see ``Engine``."""
        asking = _Answering(self, picks, limits)
        witness = asking.best(certain=False)
        best = NO_WAY if witness is None else witness.value
        priced = limits.budget_minor is not None or self.most_priced is None or self._classes() <= self.most_priced
        tell = asking.with_rows if priced else asking.statuses
        with_row = tell(certain=False)
        certain = tell(certain=True) if self._asks_staff() else with_row
        return Answers(
            best_minor=int(best),
            with_row=with_row,
            certain_row=certain,
            forced=asking.forced(witness),
            witness=None if witness is None else witness.assignment,
            proven=asking.proven,
            priced=priced,
        )

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a cheapest completion; see ``Engine``."""
        found = _Answering(self, picks, limits, dropped_rules).best(certain=False)
        return None if found is None else found.assignment

    def living(self, picks: Picks, limits: Limits) -> list[BoolArray]:
        """Return for every domain the rows that may be taken with these picks, looking at one domain at a time."""
        return _Answering(self, picks, limits).living(certain=False, lifted=None)

    def network(self, limits: Limits, dropped: frozenset[str], certain: bool) -> Network:
        """Return the model for the rules and those limits that are no price, from the last few used."""
        late = sorted((feature, sorted(codes)) for feature, codes in limits.unavailable.items())
        late_together = [(own.rule, sorted(own.kinds.items()), sorted(own.refused)) for own in limits.exclusions]
        key = repr((limits.caps, late, late_together, sorted(dropped), certain))
        with self._lock:
            if key in self._networks:
                self._networks.move_to_end(key)
                return self._networks[key]
        extra = limit_rules(self.problem, replace(limits, budget_minor=None))
        network = Network(self.problem, rules_without((*self.problem.rules, *extra), dropped), certain)
        with self._lock:
            self._networks[key] = network
            while len(self._networks) > _KEPT_NETWORKS:
                self._networks.popitem(last=False)
        return network

    def _classes(self) -> int:
        return sum(own.count for own in self.network(NO_LIMITS, frozenset(), False).classes)

    def _asks_staff(self) -> bool:
        return any(
            rule.unsure is not None if isinstance(rule, SumRule) else rule.certain is not None
            for rule in self.problem.rules
        )


class _Answering:
    """One set of picks under one set of limits."""

    def __init__(
        self, engine: CpSatEngine, picks: Picks, limits: Limits, dropped: frozenset[str] = frozenset()
    ) -> None:
        self.engine, self.problem = engine, engine.problem
        self.picks: Picks = {index: rows for index, rows in picks.items() if any(rows.values())}
        self.limits, self.dropped = limits, dropped
        self.budget = None if BUDGET in dropped else limits.budget_minor
        self.proven = True

    def best(self, certain: bool) -> Found | None:
        """Return a cheapest completion of all picks within the budget."""
        found = self._ask(certain, self.living(certain, None))
        if found is None or (self.budget is not None and found.value > self.budget):
            return None
        return found

    def with_rows(self, certain: bool) -> tuple[IntArray, ...]:
        """Return the least cost with each row of each domain."""
        network = self.engine.network(self.limits, self.dropped, certain)
        reading: list[list[ProblemRule]] = [[] for _ in self.problem.domains]
        for rule in network.rules:
            for index in rule.scope:
                reading[index].append(rule)
        return tuple(
            np.full(len(domain.rows), NO_WAY)
            if domain.hidden
            else self._with_row(index, tuple(reading[index]), certain)
            for index, domain in enumerate(self.problem.domains)
        )

    def statuses(self, certain: bool) -> tuple[IntArray, ...]:
        """Return for each row of each domain what some completion with it costs: whether there is one is exact."""
        network = self.engine.network(self.limits, self.dropped, certain)
        reading: list[list[ProblemRule]] = [[] for _ in self.problem.domains]
        for rule in network.rules:
            for index in rule.scope:
                reading[index].append(rule)
        known = Statuses(self.problem, [tuple(rules) for rules in reading], certain)
        first = self._ask(certain, self.living(certain, None))
        if first is not None:
            known.learn(first.assignment, self.picks, [own.copy() for own in network.allowed_rows])

        def ask(index: int, living: list[BoolArray], left: BoolArray) -> Found | None:
            if self.problem.domains[index].many:
                return self._ask(certain, living, index, left, priceless=True)
            return self._ask(certain, [left if at == index else own for at, own in enumerate(living)], priceless=True)

        for index, domain in enumerate(self.problem.domains):
            if not domain.hidden:
                known.prove(index, self.living(certain, index), self.picks, ask)
        return tuple(known.values)

    def _with_row(self, index: int, reading: tuple[ProblemRule, ...], certain: bool) -> IntArray:
        """Return the least cost with each row of one domain, by sweeping the remainders from the cheapest upwards.

        The remainder is everything but the row asked about. A cheapest remainder over the rows still open settles every
        row it fits, for no cheaper one fits any of them.
        """
        domain = self.problem.domains[index]
        cost = domain.cost_minor
        settled = np.full(len(domain.rows), NO_WAY)
        living = self.living(certain, index)
        pending = living[index].copy()
        if domain.many:
            given = self.picks.get(index, {})
            for row, count in given.items():
                pending[row] &= count < domain.most_each
        while pending.any():
            if not domain.many:
                living[index] = pending
            found = self._ask(certain, living, index, pending)
            if found is None:
                break
            rest = {at: dict(rows) for at, rows in found.assignment.items()}
            fits = rows_that_fit(self.problem, reading, rest, index, certain) & pending
            if domain.many:
                full = [row for row, count in rest[index].items() if count >= domain.most_each]
                fits[full] = False
                fits[found.ghost if found.ghost is not None else 0] |= found.ghost is not None
            else:
                fits[next(iter(found.assignment[index]))] = True
            settled[fits] = found.value + cost[fits]
            pending &= ~fits
        if self.budget is not None:
            settled[settled > self.budget] = NO_WAY
        return settled

    def forced(self, witness: Found | None) -> tuple[BoolArray | None, ...]:
        """Return which rows of ``many`` domains every completion has."""
        return tuple(
            self._forced(index, witness) if domain.many else None for index, domain in enumerate(self.problem.domains)
        )

    def _forced(self, index: int, witness: Found | None) -> BoolArray:
        forced = np.zeros(len(self.problem.domains[index].rows), dtype=bool)
        picked = self.picks.get(index, {})
        if witness is None:
            return forced
        open_rows = set(witness.assignment[index]) - set(picked)
        forced[[row for row, count in picked.items() if count]] = True
        while open_rows:
            row = open_rows.pop()
            living = self.living(False, None)
            living[index] = living[index].copy()
            living[index][row] = False
            found = self._ask(False, living)
            if found is None or (self.budget is not None and found.value > self.budget):
                forced[row] = True
            else:
                open_rows &= set(found.assignment[index])
        return forced

    def living(self, certain: bool, lifted: int | None) -> list[BoolArray]:
        """Return the rows that may be taken: picked ones only where a single domain is picked and not lifted."""
        network = self.engine.network(self.limits, self.dropped, certain)
        living = []
        for index, (domain, allowed) in enumerate(zip(self.problem.domains, network.allowed_rows, strict=True)):
            picked = self.picks.get(index)
            if picked is None or domain.many or index == lifted:
                living.append(allowed)
                continue
            only = np.zeros_like(allowed)
            for row, count in picked.items():
                only[row] = bool(count) and allowed[row]
            living.append(only)
        return living

    def _ask(
        self,
        certain: bool,
        living: list[BoolArray],
        free: int | None = None,
        ghosts: BoolArray | None = None,
        *,
        priceless: bool = False,
    ) -> Found | None:
        network = self.engine.network(self.limits, self.dropped, certain)
        many: Mapping[int, Mapping[int, int]] = {
            index: rows for index, rows in self.picks.items() if self.problem.domains[index].many
        }
        try:
            found = Question(network, living, many, free, ghosts, priceless).ask(self.engine.effort)
        except OutOfTime:
            self.proven = False
            return None
        if found is not None and not found.proven:
            self.proven = False
        return found
