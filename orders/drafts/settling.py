"""Answers under a need-by date: ask, look which completions come too late, learn from them, ask again.

What is returned rests on completions that were promised in time. See docs/algorithms/need-by.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from configurator.around import Around
from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, Chosen, Goal, Limits, Refused, Selection, State, Status
from configurator.states import statuses_and_prices
from modules_catalog.model import Feature, FeatureKind
from orders.drafts.deadlines import Deadline
from orders.drafts.following import chosen_with_followers, state_with_followers, without_pointless
from orders.drafts.learning import NEED_BY

Result = TypeVar("Result")

Asked = tuple[str, str]
"""A feature and an answer to it, as text."""

OF_TIME = frozenset({"capacity", "material", NEED_BY})
FREE = frozenset({Status.AVAILABLE, Status.NOT_KNOWN, Status.IMPLIED})
MOST_COMPLETIONS = 400
"""How many completions one round asks the plant about; what is left is shown as not proven."""


def until_in_time(
    deadline: Deadline, ask: Callable[[Limits], Result], rests_on: Callable[[Result, Limits], Sequence[Selection]]
) -> tuple[Result, bool]:
    """Return an answer all of whose completions are promised in time, and whether that is so.

    Args:
        deadline: What is known of the date so far; it learns.
        ask: Answers under limits.
        rests_on: The complete selections an answer rests on.
    """
    while True:
        result = ask(deadline.limits)
        late = deadline.late(rests_on(result, deadline.limits))
        if not late or not deadline.learn(late):
            return result, not late


def settled_state(deadline: Deadline, selection: Selection) -> tuple[State, bool]:
    """Return the state under the date, and whether every option shown as available has a promise in time."""
    configurator = deadline.configurator
    in_time: set[Asked] = set()  # what was a cheapest completion in time stays one under more limits

    def ask(limits: Limits) -> State:
        return state_with_followers(configurator, selection, limits)

    def rests_on(state: State, limits: Limits) -> Sequence[Selection]:
        base = _base(configurator, selection, state, limits)
        if base is not None and deadline.late([base]):
            return [base]
        asked = _completions(configurator, selection, base, state, limits, deadline, in_time)
        found = dict(islice(asked, MOST_COMPLETIONS))
        late = deadline.late(list(found.values()))
        in_time.update(key for key, completion in found.items() if completion not in late)
        return late

    return until_in_time(deadline, ask, rests_on)


def settled_choice(
    deadline: Deadline, selection: Selection, feature: str, answer: Answer
) -> tuple[Chosen | Refused, bool]:
    """Return what comes of a press under the date, and whether it rests on promises in time."""
    configurator = deadline.configurator

    def ask(limits: Limits) -> Chosen | Refused:
        return chosen_with_followers(configurator, selection, feature, answer, limits)

    def rests_on(outcome: Chosen | Refused, limits: Limits) -> Sequence[Selection]:
        if isinstance(outcome, Chosen):
            return list(_completed(configurator, [outcome.selection], limits))
        return list(_completed(configurator, [repair.selection for repair in outcome.repairs], limits))

    outcome, is_proven = until_in_time(deadline, ask, rests_on)
    return (outcome if isinstance(outcome, Chosen) else dated(outcome, deadline)), is_proven


def dated(refused: Refused, deadline: Deadline) -> Refused:
    """Return a refusal whose reasons of time know the date."""
    rules = tuple(
        replace(rule, values={**rule.values, "by": deadline.by.isoformat()})
        if rule.id.partition(":")[0] in OF_TIME
        else rule
        for rule in refused.conflict.rules
    )
    return replace(refused, conflict=replace(refused.conflict, rules=rules))


def settled_completion(
    deadline: Deadline, selection: Selection, goal: Goal, to: Selection | None, weights: Mapping[str, int] | None = None
) -> tuple[Selection, bool]:
    """Return the best complete selection that is promised in time.

    Raises:
        NoCompletion: there is none.
    """

    def ask(limits: Limits) -> Selection:
        return deadline.configurator.complete(selection, goal, limits, to=to, weights=weights)

    return until_in_time(deadline, ask, lambda found, limits: [found])


def _base(configurator: Configurator, selection: Selection, state: State, limits: Limits) -> Selection | None:
    if not state.valid:
        return None
    if state.complete:
        return selection
    return configurator.complete(selection, Goal.CHEAPEST, limits, with_texts=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """A cheapest completion with some answer, what it costs more than the state's own, and its neighbours."""

    around: Around
    more_minor: int | None

    @property
    def selection(self) -> Selection:
        return self.around.selection


def _completions(
    configurator: Configurator,
    selection: Selection,
    base: Selection | None,
    state: State,
    limits: Limits,
    deadline: Deadline,
    known: Set[Asked],
) -> Iterator[tuple[Asked, Selection]]:
    """Yield a cheapest completion with each answer that is shown as possible and not known yet; one for all of a kind.

    Mostly it is one found before with this one answer changed, which is far quicker than a completion: the base, or where
    several features are only asked together (a monogram's place, thread and text) the first that answers them.
    """
    around = None if base is None else configurator.around(base, limits)
    found = [] if around is None else [_Found(around, 0)]
    for feature in configurator.model.features:
        told = state.features[feature.code]
        free = {
            code: delta_minor
            for code, status, delta_minor in statuses_and_prices(told.options)
            if status in FREE and (feature.code, code) not in known
        }
        steady = around.steady_prices(feature.code) if free and around is not None else {}
        seen: set[object] = set()
        asked: list[tuple[str, Answer, int | None]] = []
        for code, delta_minor in free.items():
            if base is None or code not in steady or steady[code] != delta_minor:
                asked.append((code, _one_more(selection, feature, code), delta_minor))
                continue
            kind = deadline.kind_of(feature.code, code)
            if kind not in seen:
                seen.add(kind)
                yield (feature.code, code), base.with_answer(feature.code, _one_more(base, feature, code))
        for value in _values(configurator, told.ranges, feature):
            kind = deadline.kind_of(feature.code, value)
            if kind not in seen and (feature.code, str(value)) not in known:
                seen.add(kind)
                asked.append((str(value), value, None))
        for code, answer, delta_minor in asked:
            completion = _neighbour(found, selection, feature, answer, delta_minor)
            if completion is None:
                completion = _pressed(configurator, selection, feature, answer, limits)
                new = None if completion is None else configurator.around(completion, limits)
                found += [] if new is None else [_Found(new, delta_minor)]
            if completion is not None:
                yield (feature.code, code), completion


def _neighbour(
    found: Sequence[_Found], selection: Selection, feature: Feature, answer: Answer, delta_minor: int | None
) -> Selection | None:
    """Return a completion found before with one answer changed, where that is a cheapest one with this answer.

    Of a number or a text, which have no price of their own, any completion shows that it is possible.
    """
    if feature.kind is FeatureKind.OPTIONS:  # what was found may have other pieces than were chosen
        return None
    for each in sorted(found, key=lambda each: feature.code not in each.selection.answers):
        if any(
            each.selection.answers.get(code) != kept for code, kept in selection.answers.items() if code != feature.code
        ):
            continue
        more = each.around.price_with(feature.code, answer)
        if more is None:
            continue
        is_cheapest = each.more_minor is not None and each.more_minor + more == delta_minor
        if is_cheapest or feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL, FeatureKind.TEXT):
            return each.selection.with_answer(feature.code, answer)
    return None


def _values(configurator: Configurator, ranges: Sequence[tuple[int, int]], feature: Feature) -> Iterator[Answer]:
    for answer in configurator.row_answers(feature.code) if ranges else ():
        at = len(answer) if isinstance(answer, str) else answer
        if isinstance(at, int) and answer is not None and any(low <= at <= high for low, high in ranges):
            yield answer


def _one_more(base: Selection, feature: Feature, code: str) -> Answer:
    if feature.kind is not FeatureKind.OPTIONS:
        return code
    had = base.answers.get(feature.code, {})
    counts = dict(had) if isinstance(had, Mapping) else {}
    return {**counts, code: counts.get(code, 0) + 1}


def _pressed(
    configurator: Configurator, selection: Selection, feature: Feature, answer: Answer, limits: Limits
) -> Selection | None:
    """Return a cheapest completion with an answer; those it makes pointless are dropped where they stand in its way."""
    bare = without_pointless(configurator.model, selection, feature.code, answer)
    found = [selection.with_answer(feature.code, answer), bare.with_answer(feature.code, answer)]
    return next(_completed(configurator, found if bare != selection else found[:1], limits), None)


def _completed(configurator: Configurator, selections: Sequence[Selection], limits: Limits) -> Iterator[Selection]:
    for selection in selections:
        try:
            yield configurator.complete(selection, Goal.CHEAPEST, limits, with_texts=True)
        except NoCompletion:
            continue
