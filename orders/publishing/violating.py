"""Breaking one rule on purpose: problems whose solutions are what the rule forbids.

A rule that cannot be broken while the others hold is not needed; one that cannot be broken at all never matters.
See docs/algorithms/publish-gate.md, G-4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from configurator.assignment import Checker
from configurator.explaining import Element, Explaining
from configurator.problem import Problem, ProblemRule, SumRule, TableRule
from configurator.subproblems import background_of

VIOLATED = "(violated)"
"""Id of the rules that break a rule; no rule of a catalog has it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A way to break a rule: rules that hold exactly when it is broken, and a piece that must be there."""

    rules: tuple[ProblemRule, ...]
    piece: tuple[Element, ...] = ()


def implied_by(problem: Problem, rule: str) -> tuple[str, ...] | None:
    """Return the rules that together already forbid all that a rule forbids, or None when it is needed.

    The empty tuple says that nothing ever breaks the rule. The rule may block or warn.
    """
    parts = [part for part in (*problem.rules, *problem.warnings) if part.rule == rule]
    others = tuple(part for part in problem.rules if part.rule != rule)
    involved: set[str] = set()
    for part in parts:
        for violation in _violations(problem, part):
            broken = replace(problem, rules=(*others, *violation.rules), warnings=(), missing=())
            clash = Explaining(broken, background_of(broken), Checker(broken), ()).clash(violation.piece)
            if clash is None:
                return None
            involved.update(rule_id for rule_id in clash.rules if rule_id != VIOLATED)
    return tuple(sorted(involved))


def _violations(problem: Problem, part: ProblemRule) -> Iterator[Violation]:
    if isinstance(part, SumRule):
        yield from _of_sum(part)
    else:
        yield from _of_table(problem, part)


def _of_sum(part: SumRule) -> Iterator[Violation]:
    """Yield the two sides a sum can leave its bounds on, where no row makes the rule say nothing."""
    speaking: tuple[ProblemRule, ...] = ()
    if part.free is not None:
        speaking = tuple(
            TableRule(VIOLATED, (index,), (np.arange(len(free), dtype=np.int64),), ~free)
            for index, free in zip(part.scope, part.free, strict=True)
            if free.any()
        )
    amounts = SumRule(VIOLATED, part.scope, part.amounts, None, None)
    if part.lower is not None:
        yield Violation((*speaking, replace(amounts, upper=part.lower - 1)))
    if part.upper is not None:
        yield Violation((*speaking, replace(amounts, lower=part.upper + 1)))


def _of_table(problem: Problem, part: TableRule) -> Iterator[Violation]:
    """Yield the cells the table forbids; with a feature of several options, one row of it at a time."""
    forbidden = ~part.allowed
    if not forbidden.any():
        return
    axis = next((at for at, index in enumerate(part.scope) if problem.domains[index].many), None)
    if axis is None:
        yield Violation((replace(part, rule=VIOLATED, allowed=forbidden, certain=None),))
        return
    others = [at for at in range(len(part.scope)) if at != axis]
    for row, cell in enumerate(part.ids[axis]):
        at_row = np.take(forbidden, int(cell), axis=axis)
        if not at_row.any():
            continue
        piece = (Element(part.scope[axis], row, 1),)
        if not others:
            yield Violation((), piece)
            continue
        scope = tuple(part.scope[at] for at in others)
        ids = tuple(part.ids[at] for at in others)
        yield Violation((TableRule(VIOLATED, scope, ids, at_row),), piece)
