"""Ways out: which choices to change so that the pressed option can be had.

Fewest changed features first; among equals the latest choices are kept (each choice outweighs all older ones);
then the least price. See docs/algorithms/configuring.md, C-14.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.cpsat.engine import CpSatEngine
from configurator.cpsat.question import OutOfTime, Question, Wish
from configurator.engine import Picks
from configurator.limits import BUDGET
from configurator.model import Limits

PIECES = 64
"""Penalties are multiples of it, so that single pieces that lack count less than any choice."""


@dataclass(frozen=True, slots=True, eq=False)
class WayOut:
    """Domains whose wishes are not granted, and a cheapest complete assignment that grants all others."""

    changed: tuple[int, ...]
    assignment: Picks


def ways_out(
    engine: CpSatEngine, fixed: Picks, wishes: Sequence[tuple[int, Mapping[int, int]]], limits: Limits, most: int
) -> list[WayOut]:
    """Return up to ``most`` ways to keep as many wishes as possible, best first, none including another.

    Args:
        engine: CP-SAT for the problem.
        fixed: Picks that must be kept.
        wishes: (domain, rows) the customer has chosen, oldest first.
        limits: What bounds the answer.
        most: How many ways to look for.
    """
    weighed = [Wish(index, rows, PIECES * (2 ** len(wishes) + 2**age)) for age, (index, rows) in enumerate(wishes)]
    found: list[WayOut] = []
    forbidden: list[tuple[int, ...]] = []
    while len(found) < most:
        granted = best_wishes(engine, fixed, weighed, tuple(forbidden), limits)
        if granted is None:
            break
        lost = tuple(position for position, wish in enumerate(weighed) if not _granted(wish, granted))
        assignment = cheapest_with(engine, fixed, weighed, lost, granted, limits)
        found.append(WayOut(tuple(weighed[position].domain for position in lost), assignment))
        if not lost:
            break
        forbidden.append(lost)
    return found


def best_wishes(
    engine: CpSatEngine, fixed: Picks, wishes: Sequence[Wish], forbidden: tuple[tuple[int, ...], ...], limits: Limits
) -> Picks | None:
    """Return an assignment with the least penalty, or ``None`` when the fixed picks cannot be completed."""
    network = engine.network(limits, frozenset(), certain=False)
    living = engine.living(fixed, limits)
    many = {index: rows for index, rows in fixed.items() if engine.problem.domains[index].many}
    question = Question(
        network, living, many, wishes=tuple(wishes), forbidden=forbidden, cost_limit=limits.budget_minor
    )
    try:
        found = question.ask(engine.effort)
    except OutOfTime:
        return None
    return None if found is None else found.assignment


def cheapest_with(
    engine: CpSatEngine, fixed: Picks, wishes: Sequence[Wish], lost: tuple[int, ...], granted: Picks, limits: Limits
) -> Picks:
    """Return a cheapest assignment that grants what this one grants; pieces that are left of a lost wish stay."""
    picks: dict[int, Mapping[int, int]] = dict(fixed)
    for position, wish in enumerate(wishes):
        own = dict(picks.get(wish.domain, {}))
        if position not in lost:
            picks[wish.domain] = {**own, **{row: max(n, own.get(row, 0)) for row, n in wish.rows.items()}}
        elif engine.problem.domains[wish.domain].many:
            left = {row: min(n, granted[wish.domain].get(row, 0)) for row, n in wish.rows.items()}
            kept = {**own, **{row: max(n, own.get(row, 0)) for row, n in left.items() if n}}
            if kept:
                picks[wish.domain] = kept
    return engine.completion(picks, limits) or granted


def _granted(wish: Wish, assignment: Picks) -> bool:
    return all(assignment[wish.domain].get(row, 0) >= pieces for row, pieces in wish.rows.items())


__all__ = ["BUDGET", "WayOut", "best_wishes", "cheapest_with", "ways_out"]
