"""Wishes: what is to be kept where it can be, and what giving it up weighs. See docs/algorithms/configuring.md, C-14."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from configurator.engine import Picks
from configurator.model import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Wish:
    """Rows with counts one domain should keep, and what it costs to change them."""

    domain: int
    rows: Mapping[int, int]
    penalty: int

    def is_kept(self, assignment: Picks) -> bool:
        """Return whether an assignment has all the rows."""
        own = assignment[self.domain]
        return all(own.get(row, 0) >= count for row, count in self.rows.items())


def by_age(wishes: Iterable[tuple[int, Mapping[int, int]]]) -> list[Wish]:
    """Return wishes, oldest first, so weighed that fewer changes go before anything, then keeping the latest."""
    given = list(wishes)
    return [Wish(index, rows, 2 ** len(given) + 2**age) for age, (index, rows) in enumerate(given)]


def with_wishes(fixed: Picks, wishes: Iterable[Wish]) -> dict[int, dict[int, int]]:
    """Return picks that keep both."""
    picks = {index: dict(rows) for index, rows in fixed.items()}
    for wish in wishes:
        own = picks.setdefault(wish.domain, {})
        for row, count in wish.rows.items():
            own[row] = max(count, own.get(row, 0))
    return picks


@runtime_checkable
class Weighing(Protocol):
    """An engine that also weighs wishes, lifts choices and tells least costs, each in one pass."""

    def closest(self, picks: Picks, wishes: Sequence[Wish], limits: Limits = NO_LIMITS) -> Picks | None:
        """Return the completion of the picks that gives up wishes of the least penalty, and of those a cheapest.

        A budget is not looked at: whoever asks compares the price. ``None``: the picks cannot be completed.

        Raises:
            NotAvailable: these wishes cannot be weighed in one pass.
        """
        ...

    def lifted(self, picks: Picks, limits: Limits = NO_LIMITS) -> Mapping[int, int]:
        """Return for each picked domain the least cost of a completion of the other picks, ``NO_WAY`` where there is none.

        A budget is not looked at.
        """
        ...

    def least(self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()) -> int:
        """Return the least cost of a completion, ``NO_WAY`` where there is none; rules and limits dropped do not act.

        A budget is not looked at.

        Raises:
            NotAvailable: this question is beyond it.
        """
        ...
