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
    """What is best, what it should be close to, and how much each feature matters (1 where nothing is said)."""

    goal: Goal
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
    if deadline is None:
        found = configurator.complete(draft.selection, aim.goal, limits, to=aim.to, weights=aim.weights)
        first = Completed(_nearest_of_its_price(configurator, draft.selection, found, aim, limits), True)
    else:
        first = Completed(*settled_completion(deadline, draft.selection, aim.goal, aim.to, aim.weights))
    return _soonest(draft, first, deadline_by, day_of, today=today) if aim.goal is Goal.FASTEST else first


def _nearest_of_its_price(
    configurator: Configurator, kept: Selection, cheapest: Selection, aim: Aim, limits: Limits
) -> Selection:
    """Return, of all that cost as little as the cheapest, what is nearest to what stands: nobody's payment changes for nothing."""
    given_up = aim.to is not None and not aim.to.answers.keys() <= kept.answers.keys()
    price = configurator.state(cheapest, limits).total_minor if aim.goal is Goal.CHEAPEST and given_up else None
    if not price:
        return cheapest
    return configurator.complete(kept, Goal.CLOSEST, replace(limits, budget_minor=price), to=aim.to)


def _soonest(draft: Draft, first: Completed, deadline_by: DeadlineBy, day_of: DayOf, *, today: date) -> Completed:
    """Return the cheapest selection ready on the first day any is, looking for that day by halves.

    The first one, by suppliers' lead times alone, says by when at the latest. Whether something is ready by a day is what a
    need-by date asks; where that is not settled, a sooner one may have been missed.
    """
    latest = day_of(first.selection)
    if latest is None or latest > today + timedelta(days=MOST_DAYS):
        return Completed(first.selection, False)
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
    return Completed(best, proven)


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
