"""A problem's rules as a CP-SAT model over classes, built once and copied for every question.

See docs/algorithms/configuring.md, C-8.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from configurator.cpsat.classes import Classes, classes_of
from configurator.cpsat.lean import copied, new_model, weighted_sum
from configurator.problem import BoolArray, Problem, ProblemRule, SumRule, TableRule


class Network:
    """The model all questions about one set of rules start from.

    ``used[d][c]`` says that a row of class ``c`` of domain ``d`` is taken; ``pieces[d][c]`` how many, for ``many``
    domains. Variables are kept as positions in the model, so that copies share them.
    """

    def __init__(self, problem: Problem, rules: Sequence[ProblemRule], certain: bool) -> None:
        self.problem = problem
        self.rules = tuple(rules)
        self.certain = certain
        self.classes: tuple[Classes, ...] = classes_of(problem, rules)
        self.allowed_rows = [np.ones(len(domain.rows), dtype=bool) for domain in problem.domains]
        self.model: Any = new_model()
        self._used: list[list[Any]] = []
        self._pieces: list[list[Any] | None] = []
        for index in range(len(problem.domains)):
            self._add_domain(index)
        for rule in self.rules:
            if isinstance(rule, TableRule):
                self._add_table(rule)
            else:
                self._add_sum(rule)
        self.used = [[literal.index for literal in literals] for literals in self._used]
        self.pieces = [None if counts is None else [count.index for count in counts] for counts in self._pieces]

    def _add_domain(self, index: int) -> None:
        domain, model = self.problem.domains[index], self.model
        used = [model.new_bool_var(f"{domain.feature}={domain.rows[int(row)]}") for row in self.classes[index].sample]
        self._used.append(used)
        if not domain.many:
            model.add_exactly_one(used)
            self._pieces.append(None)
            return
        counts = [model.new_int_var(0, domain.most, f"pieces {literal.name}") for literal in used]
        for literal, count in zip(used, counts, strict=True):
            model.add(count >= 1).only_enforce_if(literal)
            model.add(count == 0).only_enforce_if(~literal)
        total = weighted_sum([(count, 1) for count in counts])
        if domain.may_be_empty:
            filled = model.new_bool_var(f"{domain.feature} filled")
            model.add(total >= domain.least).only_enforce_if(filled)
            model.add(total == 0).only_enforce_if(~filled)
            model.add(total <= domain.most)
        else:
            model.add_linear_constraint(total, domain.least, domain.most)
        self._pieces.append(counts)

    def _add_table(self, rule: TableRule) -> None:
        table = rule.certain if self.certain and rule.certain is not None else rule.allowed
        if len(rule.scope) == 1:
            self.allowed_rows[rule.scope[0]] &= table[rule.ids[0]]
            return
        axes = sorted(
            range(len(rule.scope)), key=lambda a: (not self.problem.domains[rule.scope[a]].many, table.shape[a])
        )
        literals = [self._id_literals(rule, axis) for axis in axes]
        table = np.transpose(table, axes)
        for ids in product(*(range(len(part)) for part in literals[:-1])):
            supported = table[ids]
            if supported.all():
                continue
            given = [literals[axis][at] for axis, at in enumerate(ids)]
            if any(literal is None for literal in given):
                continue
            self.model.add_bool_or(
                [~literal for literal in given]
                + [literal for literal, yes in zip(literals[-1], supported, strict=True) if yes and literal is not None]
            )

    def _id_literals(self, rule: TableRule, axis: int) -> list[Any]:
        """Return a literal for each id of a table's axis: some class with this id is taken."""
        index = rule.scope[axis]
        of_class = rule.ids[axis][self.classes[index].sample]
        groups: list[list[Any]] = [[] for _ in range(rule.allowed.shape[axis])]
        for literal, at in zip(self._used[index], of_class, strict=True):
            groups[int(at)].append(literal)
        return [self._any(group, exclusive=not self.problem.domains[index].many) for group in groups]

    def _any(self, literals: list[Any], exclusive: bool) -> Any:
        if len(literals) <= 1:
            return literals[0] if literals else None
        joined = self.model.new_bool_var("")
        if exclusive:
            self.model.add(weighted_sum([(literal, 1) for literal in literals]) == joined)
        else:
            self.model.add_max_equality(joined, literals)
        return joined

    def _add_sum(self, rule: SumRule) -> None:
        terms: list[tuple[Any, int]] = []
        frees: list[Any] = []
        for axis, index in enumerate(rule.scope):
            sample = self.classes[index].sample
            variables = self._pieces[index] or self._used[index]
            for variable, amount in zip(variables, rule.amounts[axis][sample], strict=True):
                if amount:
                    terms.append((variable, int(amount)))
            frees += self._flagged(rule.free, axis, index)
            if self.certain and rule.unsure is not None:
                self.allowed_rows[index] &= ~rule.unsure[axis]
        low = -(2**62) if rule.lower is None else rule.lower
        high = 2**62 if rule.upper is None else rule.upper
        if not terms:
            if low <= 0 <= high:
                return
            self.model.add_bool_or(frees)
            return
        from ortools.sat.python import cp_model

        domain = cp_model.Domain(low, high)
        constraint = self.model.add_linear_expression_in_domain(weighted_sum(terms), domain)
        if frees:
            relieved = self.model.new_bool_var(f"{rule.rule} says nothing")
            self.model.add_bool_or([~relieved, *frees])
            constraint.only_enforce_if(~relieved)

    def _flagged(self, flags: tuple[BoolArray, ...] | None, axis: int, index: int) -> list[Any]:
        if flags is None:
            return []
        marked = flags[axis][self.classes[index].sample]
        return [literal for literal, flag in zip(self._used[index], marked, strict=True) if flag]

    def copy(self) -> Any:
        """Return a model of its own for one question."""
        return copied(self.model)


def rules_without(rules: Iterable[ProblemRule], dropped: frozenset[str]) -> tuple[ProblemRule, ...]:
    """Return the rules whose ids are not dropped."""
    return tuple(rule for rule in rules if rule.rule not in dropped)
