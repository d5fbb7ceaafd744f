"""Goals of a draft: the cheapest, what is ready soonest, or the closest to what stands, under all limits.

See docs/algorithms/configuring.md, C-15.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Goal, Limits, Selection
from orders.drafts.deadlines import Deadline
from orders.drafts.model import Draft
from orders.drafts.settling import settled_completion

MOST_DAYS = 400
"""Nothing beyond the horizon of a plant is looked for."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What a goal came to; ``proven``: nothing better keeps all choices and limits."""

    selection: Selection
    proven: bool


@dataclass(frozen=True, slots=True)
class Aim:
    """What is best, what it should be close to, and how much each feature matters (1 where nothing is said).

    ``standing`` is what the draft has: it stays where that costs the same, and takes the place of what cannot be kept.
    """

    goal: Goal
    standing: Selection
    to: Selection | None = None
    weights: Mapping[str, int] | None = None


DeadlineBy = Callable[[date], Deadline | None]
"""Answers what a need-by date means for the draft; ``None`` where no plant makes the line."""

DayOf = Callable[[Selection], date | None]
"""Answers the day a complete selection would be promised."""


def reached(
    configurator: Configurator,
    draft: Draft,
    aim: Aim,
    limits: Limits,
    deadline_by: DeadlineBy,
    day_of: DayOf,
    *,
    today: date,
) -> Completed:
    """Return the best complete selection that keeps all choices.

    Raises:
        NoCompletion: there is none.
    """
    deadline = None if draft.need_by is None else deadline_by(draft.need_by)
    asking = _Asking(configurator, draft.selection, limits, deadline)
    first = asking.complete(draft.selection, aim.goal, aim.to or aim.standing, aim.weights)
    if aim.goal is Goal.CHEAPEST:
        return asking.nearest_of_its_price(first, aim.standing)
    if aim.goal is Goal.CLOSEST:
        return first if aim.to is None else asking.else_what_stands(first, aim.to, aim.standing)
    day, best = _soonest(draft, first, deadline_by, day_of, today=today)
    asking = _Asking(configurator, draft.selection, limits, None if day is None else deadline_by(day))
    return best if asking.deadline is None else asking.nearest_of_its_price(best, aim.standing)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Completions of what stays under the limits, in time where there is a date."""

    configurator: Configurator
    kept: Selection
    limits: Limits
    deadline: Deadline | None

    def complete(
        self, kept: Selection, goal: Goal, to: Selection, weights: Mapping[str, int] | None = None
    ) -> Completed:
        if self.deadline is None:
            return Completed(self.configurator.complete(kept, goal, self.limits, to=to, weights=weights), True)
        return Completed(*settled_completion(self.deadline, kept, goal, to, weights))

    def nearest_of_its_price(self, cheapest: Completed, standing: Selection) -> Completed:
        """Return, of all that cost as little, what is nearest to what stands: nobody's payment changes for nothing."""
        price = self.configurator.state(cheapest.selection).total_minor
        if not price or standing.answers.keys() <= self.kept.answers.keys():
            return cheapest
        if self.deadline is None:
            limits = replace(self.limits, budget_minor=price)
            near = self.configurator.complete(self.kept, Goal.CLOSEST, limits, to=standing)
            return replace(cheapest, selection=near)
        with self.deadline.within(price):
            near, is_settled = settled_completion(self.deadline, self.kept, Goal.CLOSEST, standing)
        return replace(cheapest, selection=near) if is_settled else cheapest

    def else_what_stands(self, closest: Completed, to: Selection, standing: Selection) -> Completed:
        """Return something as close, in which what stands is kept where it can be instead of what was wanted and cannot."""
        found = closest.selection
        lost = [code for code, answer in to.answers.items() if found.answers.get(code) != answer]
        wished = {code: standing.answers[code] for code in lost if code in standing.answers}
        if all(found.answers.get(code) == answer for code, answer in wished.items()):
            return closest
        as_close = {code: answer for code, answer in to.answers.items() if found.answers.get(code) == answer}
        second = self.complete(Selection({**as_close, **self.kept.answers}), Goal.CLOSEST, Selection(wished))
        return replace(closest, selection=second.selection) if second.proven else closest


def _soonest(
    draft: Draft, first: Completed, deadline_by: DeadlineBy, day_of: DayOf, *, today: date
) -> tuple[date | None, Completed]:
    """Return the first day anything is ready, and the cheapest selection of that day, looking for the day by halves.

    The first one, by suppliers' lead times alone, says by when at the latest. Whether something is ready by a day is what a
    need-by date asks; where that is not settled, a sooner one may have been missed.
    """
    latest = day_of(first.selection)
    if latest is None or latest > today + timedelta(days=MOST_DAYS):
        return None, Completed(first.selection, False)
    best, proven = first.selection, True
    low, high = today, latest
    while low < high:
        day = low + (high - low) // 2
        found, is_settled = _by(draft, deadline_by, day)
        proven = proven and is_settled
        if found is None:
            low = day + timedelta(days=1)
        else:
            best, high = found, min(day, day_of(found) or day)
    if best is first.selection:  # ready on the first day there is, but perhaps not the cheapest of that day
        found, is_settled = _by(draft, deadline_by, high)
        best, proven = found or best, proven and is_settled
    return high, Completed(best, proven)


def _by(draft: Draft, deadline_by: DeadlineBy, day: date) -> tuple[Selection | None, bool]:
    """Return the cheapest completion ready by a day, ``None`` for none, and whether that is settled."""
    deadline = deadline_by(day)
    if deadline is None:
        return None, False
    try:
        found, is_settled = settled_completion(deadline, draft.selection, Goal.CHEAPEST, None)
    except NoCompletion:
        return None, True
    return (found, True) if is_settled else (None, False)


def reopened(draft: Draft, features: frozenset[str]) -> Draft:
    """Return the draft without its answers to some features."""
    kept = {code: answer for code, answer in draft.selection.answers.items() if code not in features}
    return replace(draft, selection=Selection(kept))
