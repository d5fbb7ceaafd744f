"""Small random problems with everything a problem may have, and random questions to them."""

import numpy as np

from configurator.engine import NO_WAY, Picks
from configurator.model import CapacityCap, Exclusion, Limits
from configurator.problem import BoolArray, Domain, IntArray, Problem, ProblemRule, SumRule, TableRule
from tests.oracles.problem import Oracle

MOST_ASSIGNMENTS = 20_000


def random_domain(rng: np.random.Generator, number: int) -> Domain:
    """Return a single domain, perhaps with a none row or discounts, or a choose-many domain, perhaps capped."""
    size = int(rng.integers(1, 5))
    rows = [f"o{row}" for row in range(size)]
    if rng.random() < 0.3:
        most = int(rng.integers(1, 4))
        least = int(rng.integers(1, most + 1))
        most_each = most if rng.random() < 0.6 else int(rng.integers(1, most + 1))
        return Domain(
            feature=f"f{number}",
            rows=tuple(rows),
            cost_minor=rng.integers(0, 60, size=size).astype(np.int64),
            many=True,
            least=least,
            most=most,
            most_each=most_each,
            may_be_empty=bool(rng.random() < 0.5) or most_each * size < least,
        )
    cost = rng.integers(-20 if rng.random() < 0.15 else 0, 60, size=size).astype(np.int64)
    none = int(rng.integers(0, size)) if rng.random() < 0.3 else None
    if none is not None:
        rows[none] = ""
        cost[none] = 0
    return Domain(f"f{number}", tuple(rows), cost, none_row=none)


def random_table(rng: np.random.Generator, name: str, domains: list[Domain], scope: list[int]) -> TableRule:
    """Return a table over the scope, but for all choose-many domains except the last."""
    while sum(domains[place].many for place in scope) > 1:
        scope.remove(next(place for place in scope if domains[place].many))
    sizes = [int(rng.integers(1, len(domains[place].rows) + 1)) for place in scope]
    ids = tuple(
        rng.integers(0, size, size=len(domains[place].rows)).astype(np.int64)
        for place, size in zip(scope, sizes, strict=True)
    )
    allowed: BoolArray = rng.random(sizes) < rng.choice([0.4, 0.7, 0.9])
    certain = allowed & (rng.random(sizes) < 0.7) if rng.random() < 0.25 else None
    return TableRule(name, tuple(scope), ids, allowed, certain)


def random_sum(rng: np.random.Generator, name: str, domains: list[Domain], scope: list[int]) -> SumRule:
    """Return a sum over the scope, with one bound or two near the middle."""
    lowest = -4 if rng.random() < 0.4 else 0
    amounts: list[IntArray] = [
        rng.integers(lowest, 8, size=len(domains[place].rows)).astype(np.int64) for place in scope
    ]
    middle = int(sum(own.mean() for own in amounts))
    lower = None if rng.random() < 0.6 else middle + int(rng.integers(-6, 4))
    upper = None
    if lower is None or rng.random() < 0.4:
        upper = (middle if lower is None else max(middle, lower)) + int(rng.integers(-3, 7))
    free = tuple(rng.random(len(own)) < 0.2 for own in amounts) if rng.random() < 0.4 else None
    unsure = tuple(rng.random(len(own)) < 0.15 for own in amounts) if rng.random() < 0.2 else None
    return SumRule(name, tuple(scope), tuple(amounts), lower, upper, free, unsure)


def random_problem(rng: np.random.Generator) -> Problem:
    """Return a problem of up to five domains and six rules; some rules share a name."""
    while True:
        domains = [random_domain(rng, number) for number in range(int(rng.integers(1, 6)))]
        rules: list[ProblemRule] = []
        for number in range(int(rng.integers(0, 7))):
            width = int(rng.integers(1, min(len(domains), 4) + 1))
            scope = sorted(int(place) for place in rng.choice(len(domains), size=width, replace=False))
            name = f"r{int(rng.integers(0, 6))}" if rng.random() < 0.5 else f"q{number}"
            make = random_table if rng.random() < 0.5 else random_sum
            rules.append(make(rng, name, domains, scope))
        problem = Problem(tuple(domains), tuple(rules), index={d.feature: at for at, d in enumerate(domains)})
        if Oracle(problem).size <= MOST_ASSIGNMENTS:
            return problem


def random_picks(rng: np.random.Generator, problem: Problem) -> Picks:
    """Return picks in about a third of the domains, possible or not."""
    picks: dict[int, dict[int, int]] = {}
    for place, domain in enumerate(problem.domains):
        if rng.random() >= 0.35:
            continue
        rows: dict[int, int] = {}
        for _ in range(int(rng.integers(0, domain.most + 1)) if domain.many else 1):
            row = int(rng.integers(0, len(domain.rows)))
            rows[row] = rows.get(row, 0) + 1
        picks[place] = rows
    return picks


def random_limits(rng: np.random.Generator, problem: Problem, best: int) -> Limits:
    """Return limits near what the problem needs, often none."""
    budget = None
    caps: list[CapacityCap] = []
    unavailable: dict[str, frozenset[str]] = {}
    if rng.random() < 0.4:
        budget = int(best + rng.integers(-5, 60)) if best < NO_WAY else 100
    if rng.random() < 0.2:
        for number in range(int(rng.integers(1, 3))):
            seconds = {
                domain.feature: tuple(
                    int(own) for own in rng.integers(0, 9, size=len(domain.rows) - (domain.none_row is not None))
                )
                for domain in problem.domains
                if rng.random() < 0.7
            }
            caps.append(CapacityCap(f"w{number}", int(rng.integers(0, 20)), int(rng.integers(0, 4)), seconds))
    if rng.random() < 0.25:
        unavailable = {
            domain.feature: frozenset(code for code in domain.rows if code and rng.random() < 0.3)
            for domain in problem.domains
            if rng.random() < 0.4
        }
    exclusions = tuple(random_exclusion(rng, f"x{number}", problem) for number in range(int(rng.random() < 0.3)))
    return Limits(budget, tuple(caps), unavailable, exclusions)


def random_exclusion(rng: np.random.Generator, name: str, problem: Problem) -> Exclusion:
    """Return combinations of up to three features that cannot be had, at most one of them choose-many."""
    width = int(rng.integers(1, min(len(problem.domains), 3) + 1))
    scope = [int(place) for place in rng.choice(len(problem.domains), size=width, replace=False)]
    while sum(problem.domains[place].many for place in scope) > 1:
        scope.remove(next(place for place in scope if problem.domains[place].many))
    kinds = {
        problem.domains[place].feature: tuple(
            int(kind) for kind in rng.integers(0, 3, size=len(problem.domains[place].rows))
        )
        for place in scope
    }
    refused = frozenset(tuple(int(rng.integers(0, 3)) for _ in scope) for _ in range(int(rng.integers(1, 5))))
    most = [max(own) for own in kinds.values()]
    return Exclusion(
        name, kinds, frozenset(one for one in refused if all(k <= m for k, m in zip(one, most, strict=True)))
    )
