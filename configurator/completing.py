"""Goals: the cheapest, the fastest, or the closest complete configuration.

See docs/algorithms/configuring.md, C-15.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from configurator.assignment import Checker, cost_of
from configurator.compiling.compile import Compiled
from configurator.engine import Picks
from configurator.model import Answer, Limits, Selection
from configurator.problem import Problem
from configurator.wishes import Wish
from modules_catalog.expressions.evaluate import holds
from modules_catalog.judging import scope_of
from modules_catalog.model import Feature, FeatureKind


def wishes_to_be_close(problem: Problem, picks: Picks, wanted: Picks, weights: Mapping[str, int]) -> list[Wish]:
    """Return what a configuration close to another one keeps: its answers, and that the rest is left out."""
    wishes = []
    for index, domain in enumerate(problem.domains):
        if domain.hidden or index in picks:
            continue
        rows = wanted.get(index) or ({} if domain.none_row is None else {domain.none_row: 1})
        if rows:
            wishes.append(Wish(index, rows, weights.get(domain.feature, 1)))
    return wishes


def fastest(
    compiled: Compiled, completion: Callable[[Picks, Limits], Picks | None], picks: Picks, limits: Limits
) -> Picks | None:
    """Return the cheapest completion whose longest supplier's lead time is as short as can be."""
    days = sorted({option.lead_time_days or 0 for feature in compiled.model.features for option in feature.options})
    low, high = 0, len(days) - 1
    found = completion(picks, limits)
    if found is None:
        return None
    while low < high:
        middle = (low + high) // 2
        within = completion(picks, _within(compiled, limits, days[middle]))
        if within is None:
            low = middle + 1
        else:
            found, high = within, middle
    return found


def _within(compiled: Compiled, limits: Limits, days: int) -> Limits:
    late = {
        feature.code: frozenset(option.code for option in feature.options if (option.lead_time_days or 0) > days)
        | limits.unavailable.get(feature.code, frozenset())
        for feature in compiled.model.features
    }
    return replace(limits, unavailable={code: codes for code, codes in late.items() if codes})


def without_needless(problem: Problem, checker: Checker, assignment: Picks, kept: frozenset[int]) -> Picks:
    """Return the assignment without answers nobody asked for: optional features that can be left out at no cost."""
    best = {index: dict(rows) for index, rows in assignment.items() if not problem.domains[index].hidden}
    whole: Picks = assignment
    cost = cost_of(problem, assignment)
    for index, domain in enumerate(problem.domains):
        if domain.hidden or index in kept:
            continue
        for rows in _less(index, domain.none_row, domain.may_be_empty and domain.many, best[index]):
            trial = checker.completed({**best, index: rows})
            if trial is not None and cost_of(problem, trial) <= cost and checker.is_still_valid(trial, whole):
                best[index], whole, cost = rows, trial, cost_of(problem, trial)
                break
    return whole


def _less(index: int, none_row: int | None, may_be_empty: bool, rows: Mapping[int, int]) -> list[dict[int, int]]:
    if none_row is not None and none_row not in rows:
        return [{none_row: 1}]
    return [{}] if may_be_empty and rows else []


def default_selection(compiled: Compiled) -> Selection:
    """Return the model's defaults as a selection, possible or not.

    The default of a feature that the other defaults leave unasked is no wish: it would pull towards being asked.
    """
    model = compiled.model
    answers: dict[str, Answer] = {}
    for feature in model.features:
        answer = default_answer(feature)
        if answer is not None:
            answers[feature.code] = answer
    asked = scope_of(model, {code: given for code, given in answers.items() if _exists(model.feature(code), given)})
    return Selection({code: given for code, given in answers.items() if holds(model.feature(code).shown_when, asked)})


def _exists(feature: Feature, answer: Answer) -> bool:
    """Return whether a default names options the feature has: other tables may stand in for the catalog's own."""
    if feature.kind not in (FeatureKind.OPTION, FeatureKind.OPTIONS):
        return True
    named = set(answer) if isinstance(answer, Mapping) else {answer}
    return named <= {option.code for option in feature.options}


def default_answer(feature: Feature) -> Answer | None:
    """Return a feature's own default as an answer, asked or not; ``None`` when it has none."""
    default = feature.default
    if default is None or default == {}:
        return None
    match feature.kind:
        case FeatureKind.BOOLEAN:
            return default if isinstance(default, str) else "yes" if default else "no"
        case FeatureKind.DECIMAL | FeatureKind.INTEGER if not isinstance(default, str | Mapping):
            return int(default * 10**feature.digits)
        case FeatureKind.OPTIONS if isinstance(default, Mapping):
            return {str(code): count for code, count in default.items()}
        case FeatureKind.OPTIONS:
            return {str(default): 1}
        case _:
            return str(default)
