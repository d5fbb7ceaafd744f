"""Ways out: which choices to change so that the rest can be kept.

Fewest changed features first; among equals the latest choices are kept (each choice outweighs all older ones);
then the least price. ``lightest_ways_out`` asks an engine that weighs wishes, ``ways_out`` hits conflicts, cheapest set
first. See docs/algorithms/configuring.md, C-14.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from configurator.engine import Picks
from configurator.explaining import Element
from configurator.wishes import Wish, with_wishes

Completion = Callable[[Picks], Picks | None]
"""Returns a cheapest completion of picks."""

Explain = Callable[[Sequence[Element]], Sequence[Element] | None]
"""Returns choices that clash, as few as can be, of choices given oldest first; ``None`` where all can be kept."""

Closest = Callable[[Picks, Sequence[Wish]], Picks | None]
"""Returns a completion of picks that gives up wishes of the least penalty, whatever it costs."""

MOST_LOOKED_AT = 3_000
"""Sets of changes looked at before the search gives up on more alternatives."""


@dataclass(frozen=True, slots=True, eq=False)
class WayOut:
    """Domains whose wishes are given up, and a cheapest complete assignment that keeps all others."""

    changed: tuple[int, ...]
    assignment: Picks


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
            conflict = _positions(clash or (), fixed, wishes)
            conflicts.append(conflict)
        for position in sorted(conflict):
            more = changed | {position}
            if more not in seen:
                seen.add(more)
                heappush(heap, (penalty + wishes[position].penalty, len(seen), more))
        if not conflict:
            break  # no change of wishes helps
    return [way for _, way in found]


@dataclass(frozen=True, slots=True)
class _Region:
    """Sets of changes still to be looked at: those without what is kept, with all that is given up."""

    kept: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()


def lightest_ways_out(
    fixed: Picks,
    wishes: Sequence[Wish],
    closest: Closest,
    completion: Completion,
    explain: Callable[[Sequence[Element]], Sequence[Element]],
    is_affordable: Callable[[Picks], bool],
    most: int,
) -> list[WayOut]:
    """Return what ``ways_out`` returns, by an engine that finds the lightest set of changes in one pass.

    A region of sets is asked for its lightest. Where that includes a way already found, or was found just now, the region
    is cut by keeping one of its changes; where it is too dear, by giving up one more of the choices that clash.

    Args:
        fixed: Picks that must be kept.
        wishes: What should be kept, oldest first.
        closest: Answers what is given up at least, a budget left aside.
        completion: Answers whether picks can be completed, and how at the least price.
        explain: Finds choices that clash among choices that are known to.
        is_affordable: Whether a completion is within the budget.
        most: How many ways to look for.
    """
    found: list[tuple[frozenset[int], WayOut]] = []
    conflicts: list[frozenset[int]] = []
    waiting: list[tuple[int, int, _Region, frozenset[int] | None, Picks]] = [(0, 0, _Region(), None, {})]
    seen = {_Region()}

    def weight(positions: Iterable[int]) -> int:
        return sum(wishes[position].penalty for position in positions)

    def look_later(least: int, region: _Region) -> None:
        if region not in seen and not region.kept & region.given:
            seen.add(region)
            heappush(waiting, (least, len(seen), region, None, {}))

    looked = 0
    while waiting and len(found) < most and looked < MOST_LOOKED_AT:
        least, number, region, changed, assignment = heappop(waiting)
        if changed is None:
            looked += 1
            kept = with_wishes(fixed, (wishes[position] for position in sorted(region.kept)))
            asked = [at for at in range(len(wishes)) if at not in region.kept and at not in region.given]
            answer = closest(kept, [wishes[position] for position in asked])
            if answer is not None:
                lost = region.given.union(at for at in asked if not wishes[at].is_kept(answer))
                heappush(waiting, (max(least, weight(lost)), number, region, lost, answer))
            continue
        known = next((best for best, _ in found if best <= changed), None)
        if known is None and not is_affordable(assignment):
            clash = next((one for one in conflicts if not one & changed), None)
            if clash is None:
                stays = [wishes[position] for position in range(len(wishes)) if position not in changed]
                clash = _positions(explain(_elements(fixed, stays)), fixed, wishes)
                conflicts.append(clash)
            before: set[int] = set()
            for position in sorted(clash - region.kept):
                given = region.given | {position}
                look_later(max(least, weight(given)), _Region(region.kept | before, given))
                before.add(position)
            continue
        if known is None:
            lost_wishes = [wishes[position] for position in sorted(changed)]
            picks = with_wishes(fixed, (wishes[at] for at in range(len(wishes)) if at not in changed))
            whole = _with_pieces_left(picks, lost_wishes, assignment, completion)
            found.append((changed, WayOut(tuple(wish.domain for wish in lost_wishes), whole)))
            known = changed
        for position in sorted(known - region.given):
            look_later(least, _Region(region.kept | {position}, region.given))
    return [way for _, way in found]


def _elements(fixed: Picks, wishes: Sequence[Wish]) -> list[Element]:
    """Return wishes and fixed picks as choices; what is fixed stands last, so that it is kept in the conflict."""
    picked = [Element(wish.domain, row, count) for wish in wishes for row, count in wish.rows.items()]
    return picked + [Element(index, row, count) for index, rows in fixed.items() for row, count in rows.items()]


def _positions(clash: Sequence[Element], fixed: Picks, wishes: Sequence[Wish]) -> frozenset[int]:
    """Return the wishes that take part in a conflict."""
    part = {(choice.domain, choice.row) for choice in clash}
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
