"""Caps of work centres as sums over the domains they read; their bounds change from hour to hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from configurator.model import CapacityCap
from configurator.problem import IntArray, Problem, SumRule, TableRule


@dataclass(frozen=True, slots=True)
class CapSeconds:
    """What the rows of each domain add on one work centre; ``given`` keeps the mapping it was read from alive."""

    given: Mapping[str, tuple[int, ...]]
    scope: tuple[int, ...]
    amounts: tuple[IntArray, ...]
    most: int
    digest: str


def cap_seconds(problem: Problem, given: Mapping[str, tuple[int, ...]]) -> CapSeconds:
    """Return the seconds of a cap by domain and row; the row of *not chosen* adds none."""
    scope: list[int] = []
    amounts: list[IntArray] = []
    most = 0
    for place, domain in enumerate(problem.domains):
        seconds = given.get(domain.feature)
        if seconds is None:
            continue
        own = np.zeros(len(domain.rows), dtype=np.int64)
        options = np.arange(len(domain.rows))
        if domain.none_row is not None:
            options = np.delete(options, domain.none_row)
        own[options] = np.array(seconds, dtype=np.int64)
        if not own.any():
            continue
        scope.append(place)
        amounts.append(own)
        most += max(0, int(own.max())) * (domain.most if domain.many else 1)
    content = sha256(repr(scope).encode() + b"".join(own.tobytes() for own in amounts))
    return CapSeconds(given, tuple(scope), tuple(amounts), most, content.hexdigest())


def cap_rule(cap: CapacityCap, seconds: CapSeconds) -> SumRule | None:
    """Return the cap as a rule, or ``None`` where no answer could break it."""
    upper = cap.available_s - cap.fixed_s
    if seconds.most <= upper:
        return None
    return SumRule(cap.rule, seconds.scope, seconds.amounts, None, upper)


def digest_of(rule: TableRule) -> str:
    """Return the name of a table's content."""
    content = sha256(repr((rule.scope, rule.allowed.shape)).encode() + rule.allowed.tobytes())
    for ids in rule.ids:
        content.update(ids.tobytes())
    return content.hexdigest()
