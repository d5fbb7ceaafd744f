"""The slow, obvious answers to a ``Problem``: every assignment is written down and looked at.

Small problems only: the number of assignments is the product of the candidates of all domains.
"""

import itertools
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from configurator.engine import NO_WAY, Answers, Picks
from configurator.model import NO_LIMITS, CapacityCap, Exclusion, Limits
from configurator.problem import BoolArray, Domain, IntArray, Problem, ProblemRule, SumRule, TableRule

Pieces = dict[int, int]  # row → how often it is chosen


def candidates(domain: Domain) -> list[Pieces]:
    """Return every way to answer one domain."""
    rows = range(len(domain.rows))
    if not domain.many:
        return [{row: 1} for row in rows]
    found: list[Pieces] = [{}] if domain.may_be_empty else []
    for total in range(max(domain.least, 1), domain.most + 1):
        for chosen in itertools.combinations_with_replacement(rows, total):
            pieces = {row: chosen.count(row) for row in chosen}
            if max(pieces.values()) <= domain.most_each:
                found.append(pieces)
    return found


def table_holds(rule: TableRule, pieces: tuple[Pieces, ...], *, certain: bool) -> bool:
    """Return whether every combination of chosen rows stands in the table."""
    allowed = rule.certain if certain and rule.certain is not None else rule.allowed
    for rows in itertools.product(*pieces):
        if not allowed[tuple(int(ids[row]) for ids, row in zip(rule.ids, rows, strict=True))]:
            return False
    return True


def sum_holds(rule: SumRule, pieces: tuple[Pieces, ...], *, certain: bool) -> bool:
    """Return whether the total is within its bounds, or nothing is said."""
    chosen = [(place, row, count) for place, part in enumerate(pieces) for row, count in part.items()]
    if certain and rule.unsure is not None and any(rule.unsure[place][row] for place, row, _ in chosen):
        return False
    if rule.free is not None and any(rule.free[place][row] for place, row, _ in chosen):
        return True
    total = sum(int(rule.amounts[place][row]) * count for place, row, count in chosen)
    return (rule.lower is None or rule.lower <= total) and (rule.upper is None or total <= rule.upper)


def cap_holds(cap: CapacityCap, problem: Problem, pieces: tuple[Pieces, ...]) -> bool:
    """Return whether the seconds fit what the work centre has left."""
    used = cap.fixed_s
    for domain, part in zip(problem.domains, pieces, strict=True):
        if domain.feature not in cap.seconds:
            continue
        options = [row for row in range(len(domain.rows)) if row != domain.none_row]
        used += sum(cap.seconds[domain.feature][options.index(row)] * n for row, n in part.items() if row in options)
    return used <= cap.available_s


def exclusion_holds(exclusion: Exclusion, problem: Problem, pieces: tuple[Pieces, ...]) -> bool:
    """Return whether no combination of chosen rows is refused."""
    rows = [[row for row, n in pieces[problem.index[feature]].items() if n] for feature in exclusion.kinds]
    return not any(
        tuple(kinds[row] for kinds, row in zip(exclusion.kinds.values(), one, strict=True)) in exclusion.refused
        for one in itertools.product(*rows)
    )


class Oracle:
    """All assignments of a small problem, with their costs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.candidates = [candidates(domain) for domain in problem.domains]
        self.shape = tuple(len(ways) for ways in self.candidates)
        self.cost: IntArray = np.zeros(self.shape, dtype=np.int64)
        for place, domain in enumerate(problem.domains):
            costs = [sum(int(domain.cost_minor[row]) * n for row, n in way.items()) for way in self.candidates[place]]
            self.cost = self.cost + self._along((place,), np.array(costs, dtype=np.int64))
        self.size = int(np.prod(self.shape))
        self._told: dict[tuple[int, bool], tuple[object, BoolArray]] = {}  # by identity; what is told of stays alive

    def _along(self, scope: tuple[int, ...], values: np.ndarray) -> np.ndarray:
        shape = [1] * len(self.shape)
        for place in scope:
            shape[place] = self.shape[place]
        return values.reshape(shape)

    def _ways(self, scope: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[Pieces, ...]]]:
        for way in itertools.product(*(range(self.shape[place]) for place in scope)):
            yield way, tuple(self.candidates[place][at] for place, at in zip(scope, way, strict=True))

    def _once(self, rule: object, tell: Callable[[], BoolArray], *, certain: bool = False) -> BoolArray:
        key = (id(rule), certain)
        if key not in self._told:
            self._told[key] = (rule, tell())
        return self._told[key][1]

    def _whole(self, holds: Callable[[tuple[Pieces, ...]], bool]) -> BoolArray:
        told = [holds(pieces) for _, pieces in self._ways(tuple(range(len(self.shape))))]
        return np.array(told, dtype=np.bool_).reshape(self.shape)

    def _rule(self, rule: ProblemRule, *, certain: bool) -> BoolArray:
        holds = np.zeros(tuple(self.shape[place] for place in rule.scope), dtype=np.bool_)
        for way, pieces in self._ways(rule.scope):
            if isinstance(rule, TableRule):
                holds[way] = table_holds(rule, pieces, certain=certain)
            else:
                holds[way] = sum_holds(rule, pieces, certain=certain)
        return self._along(rule.scope, holds)

    def valid(self, limits: Limits, *, certain: bool = False, dropped: frozenset[str] = frozenset()) -> BoolArray:
        """Return for every assignment whether it keeps all rules and limits that are not dropped."""
        keeps: BoolArray = np.ones(self.shape, dtype=np.bool_)
        for rule in self.problem.rules:
            if rule.rule not in dropped:
                keeps = keeps & self._once(rule, partial(self._rule, rule, certain=certain), certain=certain)
        for place, domain in enumerate(self.problem.domains):
            late = limits.unavailable.get(domain.feature, frozenset())
            if f"material:{domain.feature}" not in dropped:
                fits = [not any(domain.rows[row] in late for row in way) for way in self.candidates[place]]
                keeps = keeps & self._along((place,), np.array(fits, dtype=np.bool_))
        for cap in limits.caps:
            if f"capacity:{cap.work_centre}" not in dropped:
                keeps = keeps & self._once(cap, partial(self._whole, partial(cap_holds, cap, self.problem)))
        for exclusion in limits.exclusions:
            if exclusion.rule not in dropped:
                apart = partial(exclusion_holds, exclusion, self.problem)
                keeps = keeps & self._once(exclusion, partial(self._whole, apart))
        if limits.budget_minor is not None and "budget" not in dropped:
            keeps = keeps & (self.cost <= limits.budget_minor)
        return keeps

    def _picked(self, picks: Picks, *, lifted: int | None = None) -> BoolArray:
        keeps: BoolArray = np.ones(self.shape, dtype=np.bool_)
        for place, rows in picks.items():
            if place == lifted:
                continue
            fits = [all(way.get(row, 0) >= n for row, n in rows.items()) for way in self.candidates[place]]
            keeps = keeps & self._along((place,), np.array(fits, dtype=np.bool_))
        return keeps

    def _least(self, keeps: BoolArray) -> np.int64:
        return np.int64(np.where(keeps, self.cost, NO_WAY).min(initial=NO_WAY))

    def _with_rows(self, valid: BoolArray, picks: Picks) -> tuple[IntArray, ...]:
        values: list[IntArray] = []
        for place, domain in enumerate(self.problem.domains):
            least = np.full(len(domain.rows), NO_WAY, dtype=np.int64)
            kept = valid & self._picked(picks, lifted=None if domain.many else place)
            for row in range(len(domain.rows)):
                need = 1 + (picks.get(place, {}).get(row, 0) if domain.many else 0)
                fits = np.array([way.get(row, 0) >= need for way in self.candidates[place]], dtype=np.bool_)
                least[row] = self._least(kept & self._along((place,), fits))
            values.append(least)
        return tuple(values)

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        """Return the answers by looking at every assignment; ``witness`` is any of the cheapest."""
        valid = self.valid(limits)
        kept = valid & self._picked(picks)
        best = self._least(kept)
        forced: list[BoolArray | None] = []
        for place, domain in enumerate(self.problem.domains):
            if not domain.many:
                forced.append(None)
                continue
            has = np.zeros(len(domain.rows), dtype=np.bool_)
            for row in range(len(domain.rows)):
                without = np.array([row not in way for way in self.candidates[place]], dtype=np.bool_)
                has[row] = best < NO_WAY and not (kept & self._along((place,), without)).any()
            forced.append(has)
        return Answers(
            best_minor=int(best),
            with_row=self._with_rows(valid, picks),
            certain_row=self._with_rows(self.valid(limits, certain=True), picks),
            forced=tuple(forced),
            witness=self.completion(picks, limits),
        )

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        """Return a cheapest completion, or ``None``."""
        kept = self.valid(limits, dropped=dropped_rules) & self._picked(picks)
        if not kept.any():
            return None
        at = np.unravel_index(int(np.where(kept, self.cost, NO_WAY).argmin()), self.shape)
        return {place: dict(self.candidates[place][int(way)]) for place, way in enumerate(at)}

    def cost_of(self, completion: Picks) -> int:
        """Return the cost of a complete answer, each piece counted."""
        domains = self.problem.domains
        return sum(
            int(domains[place].cost_minor[row]) * n for place, rows in completion.items() for row, n in rows.items()
        )

    def keeps(self, completion: Picks, limits: Limits = NO_LIMITS, dropped: frozenset[str] = frozenset()) -> bool:
        """Return whether a complete answer keeps every rule and limit that is not dropped."""
        places = []
        for place, ways in enumerate(self.candidates):
            if dict(completion[place]) not in ways:
                return False
            places.append(ways.index(dict(completion[place])))
        return bool(self.valid(limits, dropped=dropped)[tuple(places)])
