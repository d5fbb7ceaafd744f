"""Ways out: which choices to change so that the rest can be kept.

Fewest changed features first; among equals the latest choices are kept (each choice outweighs all older ones);
then the least price. Found by hitting conflicts, cheapest set first. See docs/algorithms/configuring.md, C-14.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from configurator.engine import Picks
from configurator.explaining import Clash, Element

Completion = Callable[[Picks], Picks | None]
"""Returns a cheapest completion of picks."""

Explain = Callable[[Sequence[Element]], Clash | None]
"""Returns a minimal conflict among choices, oldest first."""

MOST_LOOKED_AT = 3_000
"""Sets of changes looked at before the search gives up on more alternatives."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Rows with counts one domain should keep, and what it costs to change them."""

    domain: int
    rows: Mapping[int, int]
    penalty: int


@dataclass(frozen=True, slots=True, eq=False)
class WayOut:
    """Domains whose wishes are given up, and a cheapest complete assignment that keeps all others."""

    changed: tuple[int, ...]
    assignment: Picks


def by_age(wishes: Iterable[tuple[int, Mapping[int, int]]]) -> list[Wish]:
    """Return wishes, oldest first, so weighed that fewer changes go before anything, then keeping the latest."""
    given = list(wishes)
    return [Wish(index, rows, 2 ** len(given) + 2**age) for age, (index, rows) in enumerate(given)]


def ways_out(fixed: Picks, wishes: Sequence[Wish], completion: Completion, explain: Explain, most: int) -> list[WayOut]:
    """Return up to ``most`` ways to keep what can be kept, least penalty first, none including another.

    A set of changes that leaves some conflict untouched cannot help, so sets grow along conflicts only; taken in the
    order of their penalty, the first that helps is the best.

    Args:
        fixed: Picks that must be kept.
        wishes: What should be kept, oldest first.
        completion: Answers whether picks can be completed, and how at the least price.
        explain: Finds a conflict where they cannot.
        most: How many ways to look for.
    """
    found: list[tuple[frozenset[int], WayOut]] = []
    conflicts: list[frozenset[int]] = []
    heap: list[tuple[int, int, frozenset[int]]] = [(0, 0, frozenset())]
    seen = {frozenset[int]()}
    looked = 0
    while heap and len(found) < most and looked < MOST_LOOKED_AT:
        penalty, _, changed = heappop(heap)
        looked += 1
        if any(best <= changed for best, _ in found):
            continue
        conflict = next((one for one in conflicts if not one & changed), None)
        if conflict is None:
            kept = [wish for position, wish in enumerate(wishes) if position not in changed]
            picks = with_wishes(fixed, kept)
            assignment = completion(picks)
            if assignment is not None:
                lost = [wishes[position] for position in sorted(changed)]
                whole = _with_pieces_left(picks, lost, assignment, completion)
                found.append((changed, WayOut(tuple(wish.domain for wish in lost), whole)))
                continue
            clash = explain(_elements(fixed, kept))
            conflict = frozenset() if clash is None else _positions(clash, fixed, wishes)
            conflicts.append(conflict)
        for position in sorted(conflict):
            more = changed | {position}
            if more not in seen:
                seen.add(more)
                heappush(heap, (penalty + wishes[position].penalty, len(seen), more))
        if not conflict:
            break  # no change of wishes helps
    return [way for _, way in found]


def with_wishes(fixed: Picks, wishes: Iterable[Wish]) -> dict[int, dict[int, int]]:
    """Return picks that keep both."""
    picks = {index: dict(rows) for index, rows in fixed.items()}
    for wish in wishes:
        own = picks.setdefault(wish.domain, {})
        for row, count in wish.rows.items():
            own[row] = max(count, own.get(row, 0))
    return picks


def _elements(fixed: Picks, wishes: Sequence[Wish]) -> list[Element]:
    """Return wishes and fixed picks as choices; what is fixed stands last, so that it is kept in the conflict."""
    picked = [Element(wish.domain, row, count) for wish in wishes for row, count in wish.rows.items()]
    return picked + [Element(index, row, count) for index, rows in fixed.items() for row, count in rows.items()]


def _positions(clash: Clash, fixed: Picks, wishes: Sequence[Wish]) -> frozenset[int]:
    """Return the wishes that take part in a conflict."""
    part = {(choice.domain, choice.row) for choice in clash.choices}
    part -= {(index, row) for index, rows in fixed.items() for row in rows}
    return frozenset(
        position for position, wish in enumerate(wishes) if any((wish.domain, row) in part for row in wish.rows)
    )


def _with_pieces_left(
    picks: Mapping[int, Mapping[int, int]], lost: Sequence[Wish], assignment: Picks, completion: Completion
) -> Picks:
    """Return the assignment with as many pieces as can be of wishes that ask for several; one piece goes at a time."""
    left = {index: dict(rows) for index, rows in picks.items()}
    for wish in lost:
        if sum(wish.rows.values()) < 2:
            continue
        for row, count in wish.rows.items():
            for pieces in range(count, 0, -1):
                trial = {**left, wish.domain: {**left.get(wish.domain, {}), row: pieces}}
                better = completion(trial)
                if better is not None:
                    left, assignment = trial, better
                    break
    return assignment
