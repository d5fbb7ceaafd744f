"""Why not? Rules switched by literals of their own, and the assumptions that clash. See docs/algorithms/satisfying.md, S-6."""

from collections.abc import Sequence

from configurator.engine import Core
from configurator.model import Limits
from configurator.problem import BoolArray
from configurator.satisfying.asked import late_rows
from configurator.satisfying.errors import NotEncodable
from configurator.satisfying.formula import Formula
from configurator.satisfying.solving import Solving
from configurator.satisfying.sums import Clause


class Clashing:
    """A second solver for one formula, made when first needed: every named rule acts only while its switch is assumed."""

    def __init__(self, formula: Formula, effort: int) -> None:
        self._formula = formula
        self._effort = effort
        self._made: Solving | None = None
        self._switch: dict[str, int] = {}

    def solution(self, assumptions: Sequence[int], dropped: frozenset[str]) -> BoolArray | None:
        """Return the classes of some solution under all rules but the dropped ones, ``None`` when there is none."""
        solver = self._solver()
        on = [switch for rule, switch in self._switch.items() if rule not in dropped]
        always_off = dropped & self._formula.rules.keys() - self._switch.keys()
        if always_off:
            raise NotEncodable(what="background rules", rules=sorted(always_off))
        solver.prefer(self._formula.layout.usual)
        if not solver.holds([*on, *assumptions]):
            return None
        return self._formula.layout.classes_in(solver.solution())

    def core(self, choices: Sequence[tuple[int, int]], limits: Limits) -> Core | None:
        """Return a minimal conflict among choices, rules and late parts, ``None`` where there is none."""
        if limits.caps or limits.exclusions or (limits.budget_minor is not None and limits.budget_minor < 0):
            raise NotEncodable(what="limits")
        layout = self._formula.layout
        late = late_rows(self._formula, limits)
        groups: dict[int | str, list[int]] = {}
        for rule in self.rules():
            groups[rule] = [self._switch[rule]]
        for index, rows in late.items():
            lost = layout.lost(index, rows)
            groups[f"material:{self._formula.problem.domains[index].feature}"] = [
                -int(one) for one in layout.literals[lost]
            ]
        for position, (index, row) in enumerate(choices):
            if index in late and late[index][row]:
                rule = f"material:{self._formula.problem.domains[index].feature}"
                return Core(() if late[index].all() else (position,), (rule,))
            groups[position] = [int(layout.literals[layout.class_of(index, row)])]
        needed = self._needed(groups)
        if needed is None:
            return None
        chosen = tuple(sorted(one for one in needed if isinstance(one, int)))
        return Core(chosen, tuple(one for one in needed if isinstance(one, str)))

    def rules(self) -> list[str]:
        """Return the named rules."""
        self._solver()
        return list(self._switch)

    def switch(self, rule: str) -> int:
        """Return the literal under which a rule acts."""
        return self._switch[rule]

    def add(self, clauses: Sequence[Clause]) -> None:
        """Add clauses for good."""
        for clause in clauses:
            self._solver().add(clause)

    def needed_against(self, assumed: Sequence[int], rules: Sequence[str]) -> list[str] | None:
        """Return those of some rules that clash with what is assumed, none of which can be left out; ``None`` if none do.

        Raises:
            OutOfEffort: Not told within the effort.
        """
        groups: dict[int | str, list[int]] = {0: list(assumed)}
        groups.update({rule: [self._switch[rule]] for rule in rules})
        needed = self._needed(groups)
        return None if needed is None else [one for one in needed if isinstance(one, str)]

    def _needed(self, groups: dict[int | str, list[int]]) -> list[int | str] | None:
        """Return groups that clash, none of which can be left out; rules are left out first, then the oldest choices."""
        kept = self._clash_of(groups, list(groups))
        if kept is None:
            return None
        for _ in range(4):
            fewer = self._clash_of(groups, kept[::-1])
            if fewer is None or len(fewer) >= len(kept):
                break
            kept = fewer
        place = {one: at for at, one in enumerate(groups)}
        kept.sort(key=lambda one: place[one])
        for one in list(kept):
            if one not in kept:
                continue
            fewer = self._clash_of(groups, [other for other in kept if other != one])
            if fewer is not None:
                kept = [other for other in kept if other in set(fewer)]
        return kept

    def _clash_of(self, groups: dict[int | str, list[int]], some: Sequence[int | str]) -> list[int | str] | None:
        """Return those of some groups that clash, in their order; ``None`` where they do not."""
        solver = self._solver()
        if solver.holds([literal for one in some for literal in groups[one]]):
            return None
        core = set(solver.core())
        return [one for one in some if not core.isdisjoint(groups[one])]

    def _solver(self) -> Solving:
        if self._made is None:
            formula = self._formula
            clauses = list(formula.structure)
            for rule, said in formula.rules.items():
                if rule.startswith("#"):
                    clauses += said
                    continue
                switch = self._switch[rule] = formula.new()
                clauses += [(-switch, *clause) for clause in said]
            self._made = Solving(formula, clauses, self._effort)
        return self._made
