"""Which rules are needed? What breaks one rule and no other is looked for, many rules at a time. See S-8."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from configurator.problem import ProblemRule, TableRule
from configurator.satisfying.clashing import Clashing
from configurator.satisfying.formula import Formula
from configurator.satisfying.solving import OutOfEffort, Solving
from configurator.satisfying.sums import Clause
from configurator.satisfying.turning import Turning

TOGETHER = 128
"""Rules a solver can leave out; it is made anew for the next ones."""

IDLE = 6
MOST_LOOKED_AT = 200
"""Solutions looked at before rules are asked for one by one: until so many in a row showed nothing, or so many in all."""


NEAR = 200
"""Rules near one that are asked first whether they imply it."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to break a rule: assumptions, any of which breaks it; together they are all there are."""

    assumed: tuple[tuple[int, ...], ...]


class Weighing:
    """Weighs the rules of one formula against each other.

    Args:
        formula: The problem as clauses.
        clashing: What finds minimal conflicts in it.
        effort: Conflicts one call of a solver may take.
    """

    def __init__(self, formula: Formula, clashing: Clashing, effort: int) -> None:
        self._formula, self._clashing, self._effort = formula, clashing, effort
        self._own_clauses: list[Clause] = []  # of broken sums, each with its switch
        warning = {part.rule for part in formula.problem.warnings}
        self._rules = [rule for rule in clashing.rules() if rule not in warning]
        parts: dict[str, list[ProblemRule]] = {}
        for part in formula.problem.rules:
            parts.setdefault(part.rule, []).append(part)
        self._parts = parts
        named = {abs(int(one)) for one in formula.layout.literals}
        self._plain = {
            rule for rule in self._rules if all(abs(one) in named for clause in formula.rules[rule] for one in clause)
        }

    def weighed(self) -> dict[str, tuple[str, ...] | None]:
        """Return what ``WeighsRules`` tells, of all rules that can be weighed within the effort."""
        needed, unsure = self._needed()
        found: dict[str, tuple[str, ...] | None] = {}
        near = _Near(self._formula, self._rules)
        for rule in self._rules:
            if rule in needed:
                found[rule] = None
            elif rule not in unsure:
                try:
                    found[rule] = self._implied_by(rule, near)
                except OutOfEffort:
                    continue
        return found

    def _needed(self) -> tuple[set[str], set[str]]:
        """Return the rules that something breaks while all others hold, and those it was not told of."""
        needed = self._seen_needed()
        left = [rule for rule in self._rules if rule not in needed]
        ways = {rule: self._ways(rule) for rule in left}
        unsure: set[str] = set()
        for begin in range(0, len(left), TOGETHER):
            block = left[begin : begin + TOGETHER]
            solver = self._solver_without(block)
            switches = {rule: self._clashing.switch(rule) for rule in block}
            for rule in block:
                others = [switch for other, switch in switches.items() if other != rule]
                try:
                    if any(solver.holds([*way, *others]) for way in ways[rule].assumed):
                        needed.add(rule)
                except OutOfEffort:
                    unsure.add(rule)
        return needed, unsure

    def _seen_needed(self) -> set[str]:
        """Return rules that one other answer in some configuration breaks by themselves."""
        formula = self._formula
        rules = [rule for rule in self._rules if rule in self._plain]
        turning = Turning(formula, rules)
        solver = Solving(formula, self._all_clauses(), self._effort)
        rng = np.random.default_rng(1)
        seen, idle = np.zeros(len(rules), dtype=np.bool_), 0
        for _ in range(MOST_LOOKED_AT):
            solver.prefer(
                np.where(rng.random(formula.variables) < rng.random(), 1, -1) * np.arange(1, formula.variables + 1)
            )
            try:
                if not solver.holds([]):
                    break
            except OutOfEffort:
                break
            now = seen | turning.broken_alone(solver.solution())
            idle = 0 if (now & ~seen).any() else idle + 1
            seen = now
            if idle == IDLE or seen.all():
                break
        return {rule for rule, proven in zip(rules, seen, strict=True) if proven}

    def _ways(self, rule: str) -> _Ways:
        """Return the ways to break a rule; clauses that a broken sum needs are kept for the solvers to come."""
        if rule in self._plain:
            return _Ways(tuple(tuple(-one for one in clause) for clause in self._formula.rules[rule]))
        assumed = []
        for broken in self._broken(rule):
            switch, clauses = self._switched(broken)
            self._own_clauses += clauses
            assumed.append((switch,))
        return _Ways(tuple(assumed))

    def _implied_by(self, rule: str, near: "_Near") -> tuple[str, ...]:
        """Return minimal sets of rules that forbid what a rule forbids, each part of it by itself; all in one."""
        only = self._formula.rules[rule] if rule in self._plain else []
        if len(only) == 1:
            return tuple(sorted(self._clash([-one for one in only[0]], rule, near)))
        involved: set[str] = set()
        for broken in self._broken(rule):
            before = len(self._formula.structure)
            switch, clauses = self._switched(broken)
            self._clashing.add([*self._formula.structure[before:], *clauses])
            involved.update(self._clash([switch], rule, near))
            self._clashing.add([(-switch,)])
        return tuple(sorted(involved))

    def _clash(self, assumed: Sequence[int], rule: str, near: "_Near") -> list[str]:
        """Return other rules that forbid what is assumed, none of which can be left out; near ones where they do."""
        found = self._clashing.needed_against(assumed, near.to(rule))
        if found is None:
            found = self._clashing.needed_against(assumed, [other for other in self._rules if other != rule])
        assert found is not None  # noqa: S101 - the rule is not needed
        return found

    def _broken(self, rule: str) -> Iterator[tuple[ProblemRule, ...]]:
        for part in self._parts[rule]:
            yield from _opposites(part)

    def _switched(self, rules: Sequence[ProblemRule]) -> tuple[int, list[Clause]]:
        """Return a new switch, and clauses by which rules act while it is assumed."""
        said = [clause for rule in rules for clause in self._formula.clauses_of(rule)]
        switch = self._formula.new()
        return switch, [(-switch, *clause) for clause in said]

    def _all_clauses(self) -> list[Clause]:
        formula = self._formula
        return [*formula.structure, *(clause for said in formula.rules.values() for clause in said)]

    def _solver_without(self, block: Sequence[str]) -> Solving:
        """Return a solver in which all rules hold, those of a block only while their switches are assumed."""
        formula, some = self._formula, set(block)
        clauses = [*formula.structure, *self._own_clauses]
        for rule, said in formula.rules.items():
            if rule in some:
                switch = self._clashing.switch(rule)
                clauses += [(-switch, *clause) for clause in said]
            else:
                clauses += said
        return Solving(formula, clauses, self._effort)


class _Near:
    """Rules in the order of how near they are to one: first those that read the same features, then those next to them."""

    def __init__(self, formula: Formula, rules: Sequence[str]) -> None:
        self._reads: dict[str, list[int]] = {rule: [] for rule in rules}
        self._readers: dict[int, list[str]] = {}
        for part in formula.problem.rules:
            if part.rule in self._reads:
                self._reads[part.rule] += part.scope
        for rule, scope in self._reads.items():
            for index in dict.fromkeys(scope):
                self._readers.setdefault(index, []).append(rule)
        for rule, scope in self._reads.items():
            self._reads[rule] = sorted(dict.fromkeys(scope), key=lambda index: len(self._readers[index]))

    def to(self, rule: str) -> list[str]:
        """Return some rules near one, the nearest first; what reads a feature that many read is not near by that."""
        found = {rule: None}
        waiting = [rule]
        for one in waiting:
            for index in self._reads[one]:
                if len(self._readers[index]) > NEAR:
                    continue
                new = [other for other in self._readers[index] if other not in found]
                found.update(dict.fromkeys(new))
                waiting += new
                if len(found) > NEAR:
                    return list(found)[1:]
        return list(found)[1:]


def _opposites(part: ProblemRule) -> Iterator[tuple[ProblemRule, ...]]:
    """Yield the ways to break a rule, each as rules that then hold."""
    if isinstance(part, TableRule):
        yield (replace(part, allowed=~part.allowed),)
        return
    speaking: tuple[ProblemRule, ...] = ()
    if part.free is not None:
        speaking = tuple(
            TableRule(part.rule, (index,), (free.astype(np.int64),), np.array([True, False]))
            for index, free in zip(part.scope, part.free, strict=True)
        )
    if part.lower is not None:
        yield (*speaking, replace(part, lower=None, upper=part.lower - 1, free=None))
    if part.upper is not None:
        yield (*speaking, replace(part, lower=part.upper + 1, upper=None, free=None))
