"""Answers under a need-by date: ask, look which completions come too late, learn from them, ask again.

What is returned rests on completions that were promised in time. See docs/algorithms/need-by.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, Chosen, Goal, Limits, Refused, Selection, State, Status
from modules_catalog.model import Feature, FeatureKind
from orders.drafts.deadlines import NEED_BY, Deadline
from orders.drafts.following import after_press, chosen_with_followers, state_with_followers

Result = TypeVar("Result")

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

    def ask(limits: Limits) -> State:
        return state_with_followers(configurator, selection, limits)

    def rests_on(state: State, limits: Limits) -> Sequence[Selection]:
        base = _base(configurator, selection, state, limits)
        if base is not None and deadline.late([base]):
            return [base]
        found = list(_completions(configurator, selection, base, state, limits, deadline))
        return found[:MOST_COMPLETIONS]

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
    return selection if state.complete else configurator.complete(selection, Goal.CHEAPEST, limits)


def _completions(
    configurator: Configurator,
    selection: Selection,
    base: Selection | None,
    state: State,
    limits: Limits,
    deadline: Deadline,
) -> Iterator[Selection]:
    """Yield a cheapest completion with each answer that is shown as possible; one for all of a kind."""
    for feature in configurator.model.features:
        told = state.features[feature.code]
        free = {code: each for code, each in told.options.items() if each.status in FREE}
        steady = configurator.steady_prices(base, feature.code, limits) if free and base is not None else {}
        seen: set[object] = set()
        for code, option in free.items():
            if base is None or code not in steady or steady[code] != option.price_delta_minor:
                yield from _completed(configurator, [_pressed(configurator, selection, feature, code, limits)], limits)
                continue
            kind = deadline.kind_of(feature.code, code)
            if kind not in seen:
                seen.add(kind)
                yield base.with_answer(feature.code, _one_more(base, feature, code))
        for value in _values(configurator, told.ranges, feature):
            kind = deadline.kind_of(feature.code, value)
            if kind not in seen:
                seen.add(kind)
                yield from _completed(configurator, [selection.with_answer(feature.code, value)], limits)


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
    configurator: Configurator, selection: Selection, feature: Feature, code: str, limits: Limits
) -> Selection:
    answer = _one_more(selection, feature, code)
    after = after_press(configurator, selection, feature.code, answer, limits)
    return selection.with_answer(feature.code, answer) if after is None else after


def _completed(configurator: Configurator, selections: Sequence[Selection], limits: Limits) -> Iterator[Selection]:
    for selection in selections:
        try:
            yield configurator.complete(selection, Goal.CHEAPEST, limits)
        except NoCompletion:
            continue
