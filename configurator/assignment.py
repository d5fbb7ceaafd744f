"""Complete assignments: do they keep the rules, and what do they cost?

Written against the problem's rules one by one, without any solver, so that every solver's solution can be checked.
"""

from collections.abc import Mapping

import numpy as np

from configurator.problem import BoolArray, Problem, ProblemRule, SumRule, TableRule

Assignment = Mapping[int, Mapping[int, int]]
"""Domain index → {row: count}; every domain is in it, a ``many`` domain without pieces as an empty mapping."""


def cost_of(problem: Problem, assignment: Assignment) -> int:
    """Return the price of an assignment."""
    return sum(
        int(problem.domains[index].cost_minor[row]) * count
        for index, rows in assignment.items()
        for row, count in rows.items()
    )


def fits_counts(problem: Problem, assignment: Assignment) -> bool:
    """Return whether every ``many`` domain takes as many pieces as it may."""
    for index, domain in enumerate(problem.domains):
        if not domain.many:
            continue
        pieces = sum(assignment[index].values())
        if pieces == 0:
            if not domain.may_be_empty:
                return False
        elif not domain.least <= pieces <= domain.most or max(assignment[index].values()) > domain.most_each:
            return False
    return True


def holds(rule: ProblemRule, assignment: Assignment, certain: bool = False) -> bool:
    """Return whether one rule holds; with ``certain`` also that nothing is *not known* under ``ask``."""
    if isinstance(rule, TableRule):
        table = rule.certain if certain and rule.certain is not None else rule.allowed
        if all(len(assignment[index]) == 1 for index in rule.scope):
            cells = [(ids, next(iter(assignment[at].items()))) for ids, at in zip(rule.ids, rule.scope, strict=True)]
            if all(count for _, (_, count) in cells):
                return bool(table[tuple([ids[row] for ids, (row, _) in cells])])
        for axis, index in enumerate(rule.scope):
            rows = [row for row, count in assignment[index].items() if count]
            table = np.take(table, np.unique(rule.ids[axis][rows]) if rows else np.zeros(0, dtype=np.intp), axis=axis)
        return bool(table.all())
    total, free, unsure = summed(rule, assignment)
    if certain and unsure:
        return False
    if free:
        return True
    return (rule.lower is None or total >= rule.lower) and (rule.upper is None or total <= rule.upper)


def summed(rule: SumRule, assignment: Assignment, without: int | None = None) -> tuple[int, bool, bool]:
    """Return the sum, whether a chosen row frees the rule, and whether one makes it *not known*."""
    total, free, unsure = 0, False, False
    for axis, index in enumerate(rule.scope):
        if index == without:
            continue
        for row, count in assignment[index].items():
            if not count:
                continue
            total += int(rule.amounts[axis][row]) * count
            free = free or (rule.free is not None and bool(rule.free[axis][row]))
            unsure = unsure or (rule.unsure is not None and bool(rule.unsure[axis][row]))
    return total, free, unsure


def rows_that_fit(
    problem: Problem, rules: tuple[ProblemRule, ...], assignment: Assignment, domain: int, certain: bool = False
) -> BoolArray:
    """Return the rows one domain may take while all other domains keep theirs.

    For a ``many`` domain: which row may be added as one more piece to those it has. ``rules`` are those that read the domain.
    """
    fit = np.ones(len(problem.domains[domain].rows), dtype=bool)
    many = problem.domains[domain].many
    for rule in rules:
        axis = rule.scope.index(domain)
        if isinstance(rule, TableRule):
            table = rule.certain if certain and rule.certain is not None else rule.allowed
            for other, index in enumerate(rule.scope):
                if other == axis:
                    continue
                rows = [row for row, count in assignment[index].items() if count]
                ids = np.unique(rule.ids[other][rows]) if rows else np.zeros(0, dtype=np.intp)
                table = np.asarray(np.take(table, ids, axis=other).all(axis=other, keepdims=True))
            fit[~table.reshape(-1)[rule.ids[axis]]] = False
            continue
        total, free, unsure = summed(rule, assignment, without=None if many else domain)
        sums = rule.amounts[axis] + total
        inside: BoolArray = np.ones(len(sums), dtype=bool)
        if rule.lower is not None:
            inside[sums < rule.lower] = False
        if rule.upper is not None:
            inside[sums > rule.upper] = False
        if free:
            inside[:] = True
        if rule.free is not None:
            inside[rule.free[axis]] = True
        if certain and rule.unsure is not None:
            inside[rule.unsure[axis] | unsure] = False
        fit[~inside] = False
    return fit


class Checker:
    """Checks whole configurations of one problem, finding the rows of hidden helpers itself."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._reading: list[list[ProblemRule]] = [[] for _ in problem.domains]
        for rule in problem.rules:
            for index in rule.scope:
                self._reading[index].append(rule)
        # A helper is tied by background rules that read it last; helpers it reads come before it.
        self._ties = {
            index: [rule for rule in self._reading[index] if rule.scope[-1] == index and rule.rule.startswith("#")]
            for index, domain in enumerate(problem.domains)
            if domain.hidden
        }

    def reading(self, domain: int) -> tuple[ProblemRule, ...]:
        """Return the rules that read a domain."""
        return tuple(self._reading[domain])

    def completed(self, visible: Assignment) -> dict[int, Mapping[int, int]] | None:
        """Return the assignment with the rows of all helpers, or ``None`` when there are none that fit."""
        assignment: dict[int, Mapping[int, int]] = dict(visible)
        for index, ties in self._ties.items():
            for row in range(len(self._problem.domains[index].rows)):
                assignment[index] = {row: 1}
                if all(holds(rule, assignment) for rule in ties):
                    break
            else:
                return None
        return assignment

    def following(self, picks: Assignment) -> Assignment:
        """Return the picks with the rows of those helpers that read picked features only."""
        known: dict[int, Mapping[int, int]] = dict(picks)
        for index, ties in self._ties.items():
            if any(part != index and part not in known for rule in ties for part in rule.scope):
                continue
            for row in range(len(self._problem.domains[index].rows)):
                if all(holds(rule, {**known, index: {row: 1}}) for rule in ties):
                    known[index] = {row: 1}
                    break
        return known

    def broken(self, assignment: Assignment, rules: tuple[ProblemRule, ...], certain: bool = False) -> list[str]:
        """Return the ids of the rules that do not hold for a completed assignment, each once."""
        return list(dict.fromkeys(rule.rule for rule in rules if not holds(rule, assignment, certain)))

    def is_valid(self, assignment: Assignment, extra: tuple[ProblemRule, ...] = (), certain: bool = False) -> bool:
        """Return whether a completed assignment keeps every rule."""
        return fits_counts(self._problem, assignment) and all(
            holds(rule, assignment, certain) for rule in (*self._problem.rules, *extra)
        )

    def is_still_valid(self, assignment: Assignment, valid: Assignment) -> bool:
        """Return whether an assignment keeps every rule, given a valid one: only what differs is looked at."""
        changed = [index for index, rows in assignment.items() if rows != valid[index]]
        rules = {id(rule): rule for index in changed for rule in self._reading[index]}
        return fits_counts(self._problem, assignment) and all(holds(rule, assignment) for rule in rules.values())
