"""The promise of a draft: its choices completed, exploded and asked of the plant. Nothing is reserved."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, FeatureState, Goal, Limits, Repair, Selection, Status
from modules_catalog.expressions.tree import features_read
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from orders.drafts.bounding import weakest_demand
from orders.drafts.days import Days, DaysDelta, Sooner
from orders.drafts.fitting import FitView
from orders.drafts.following import after_dropping, after_press, asked_features
from orders.drafts.model import Draft, DraftView
from orders.drafts.variants import variant_of
from orders.pricing.service import customer_groups
from production.errors import BeyondHorizon, PlantNotFound, SelectionIncomplete
from production.model import Binding, BindingKind, Demand, Promise, demand_of
from production.promise import service as promises

#: How many options of a page are looked at; a longer list shows days on what the reader finds by searching.
MOST_OPTIONS = 80
#: How many other answers to one feature are looked at for what would be ready sooner, and how many features are told.
MOST_OTHERS, MOST_SOONER = 12, 3
#: How many more options of a page get a day no product with them is ready before.
MOST_BOUNDS = 60
#: How many options of one feature are looked at whose press changes other answers too.
MOST_UNSTEADY = 4


def inquired_promise(
    db: Session,
    configurator: Configurator,
    draft: Draft,
    fit: FitView | None,
    limits: Limits,
    *,
    now: datetime,
) -> Promise | None:
    """Return the earliest date for the draft's choices, open ones completed at least cost; a need-by date is not looked at.

    ``None`` where the choices cannot be completed, the line has no plant, or no date lies within its horizon.
    """
    answers = draft.selection
    if not configurator.is_complete(answers, limits):
        try:
            answers = configurator.complete(answers, Goal.CHEAPEST, limits)
        except NoCompletion:
            return None
    groups = customer_groups(db, draft.customer_id)
    demand = draft_demand(configurator.model, answers, fit, draft.quantity, groups)
    try:
        return promises.inquire(db, draft.line, demand, now=now)
    except (PlantNotFound, BeyondHorizon):
        return None


def draft_demand(
    model: ConfigurationModel,
    selection: Selection,
    fit: FitView | None,
    quantity: int,
    groups: frozenset[str] = frozenset(),
) -> Demand:
    """Return what the plant is asked for: the variant of a complete selection, so many times, for a customer of some groups."""
    return demand_of(variant_of(model, selection.answers, fit), quantity, groups)


def days_of_step(
    db: Session,
    configurator: Configurator,
    view: DraftView,
    step: str,
    *,
    repairs: Sequence[Repair] = (),
    now: datetime,
) -> Days:
    """Return what each option of a step, and each repair on offer, does to the date of a complete draft.

    What is promised is what a press would make of the draft: with this one answer changed, and with the answers that
    follow from it (orders/drafts/following).
    """
    if view.promise is None or not configurator.is_complete(view.draft.selection):
        return Days()
    model = view.model
    groups = customer_groups(db, view.draft.customer_id)
    features = next((each.features for each in model.steps if each.code == step), ())
    asked: dict[tuple[str, str], Demand] = {}
    shown = asked_features(model, view.draft.selection)
    for code in (each for each in features if each in shown):
        for option, after in _presses(configurator, view, model.feature(code)):
            demand = _demand_or_none(view, after, groups) if len(asked) < MOST_OPTIONS else None
            if demand is not None:
                asked[code, option] = demand
    repaired = [_demand_or_none(view, repair.selection, groups) for repair in repairs]
    others = {
        key: demand
        for key, after in _other_answers(configurator, view)
        if (demand := _demand_or_none(view, after, groups))
    }
    bounds = dict(
        islice(_bounds(configurator, view, [each for each in features if each in shown], asked, groups), MOST_BOUNDS)
    )
    demands = [*asked.values(), *(each for each in repaired if each is not None), *others.values(), *bounds.values()]
    days = promises.inquire_each(db, view.draft.line, demands, now=now)
    base = view.promise.date
    options = {
        key: DaysDelta((day - base).days, day) for key, day in zip(asked, days[: len(asked)], strict=True) if day
    }
    from_days = days[len(demands) - len(bounds) :]
    options.update(
        (key, DaysDelta((day - base).days, day, proven=False))
        for key, day in zip(bounds, from_days, strict=True)
        if day
    )
    numbers = [number for number, each in enumerate(repaired) if each is not None]
    end = len(asked) + len(numbers)
    found = zip(numbers, days[len(asked) : end], strict=True)
    sooner = [
        Sooner(feature, option, day)
        for (feature, option), day in zip(others, days[end : end + len(others)], strict=True)
        if day and day < base
    ]
    return Days(options, {number: (day - base).days for number, day in found if day}, _best_of_each(sooner))


def _best_of_each(sooner: Sequence[Sooner]) -> tuple[Sooner, ...]:
    """Return for each feature the answer that is ready soonest, the first of equals, soonest feature first."""
    best: dict[str, Sooner] = {}
    for each in sooner:
        if each.feature not in best or each.date < best[each.feature].date:
            best[each.feature] = each
    return tuple(sorted(best.values(), key=lambda each: each.date))[:MOST_SOONER]


def _other_answers(configurator: Configurator, view: DraftView) -> Iterator[tuple[tuple[str, str | None], Selection]]:
    """Yield other answers to the features behind what sets the date, all else kept: doing without, then the cheapest first."""
    if view.promise is None:
        return
    selection = view.draft.selection
    for code in _features_behind(view.model, view.promise.binding):
        feature = view.model.feature(code)
        if code not in selection.answers or feature.kind is FeatureKind.OPTIONS:
            continue
        without = after_dropping(configurator, selection, code)
        if without is not None:
            yield (code, None), without
        prices = configurator.steady_prices(selection, code, view.limits)
        for option in sorted(prices, key=lambda each: prices[each])[:MOST_OTHERS]:
            if option != selection.answers[code]:
                yield (code, option), selection.with_answer(code, option)


def _features_behind(model: ConfigurationModel, binding: Binding) -> list[str]:
    """Return the features read by what sets a date: a work centre's operations, or the bill line of a part."""
    read: set[str] = set()
    if binding.kind is BindingKind.WORK_CENTRE:
        parts = [
            part
            for each in model.operations
            if each.work_centre == binding.code
            for part in (each.when, each.run_s, each.recipe)
        ]
        read = {code for part in parts if part is not None for code in features_read(part)}
    elif binding.kind is BindingKind.PART:
        owner = binding.code.partition(".")[0]
        lines = [line for line in model.bom if line.part == binding.code or line.feature == owner]
        read = {owner} if any(line.feature == owner for line in lines) else set()
        read |= {code for line in lines if line.when is not None for code in features_read(line.when)}
    return [each.code for each in model.features if each.code in read]


def _presses(configurator: Configurator, view: DraftView, feature: Feature) -> Iterator[tuple[str, Selection]]:
    """Yield each option that may be pressed and the choices after the press.

    Where a press changes other answers too, only the first few are worked out: each asks the solver.
    """
    state = view.state.features[feature.code]
    free = [code for code, each in state.options.items() if each.status in (Status.AVAILABLE, Status.NOT_KNOWN)]
    steady = configurator.steady_options(view.draft.selection, feature.code) if free else frozenset()
    unsteady = 0
    for code in free:
        answer = _one_more(feature, state, code)
        if code in steady:
            yield code, view.draft.selection.with_answer(feature.code, answer)
        elif unsteady < MOST_UNSTEADY:
            unsteady += 1
            after = after_press(configurator, view.draft.selection, feature.code, answer, view.limits)
            if after is not None:
                yield code, after


def _bounds(
    configurator: Configurator,
    view: DraftView,
    features: Sequence[str],
    asked: Container[tuple[str, str]],
    groups: frozenset[str],
) -> Iterator[tuple[tuple[str, str], Demand]]:
    """Yield for each possible option nobody looks at what any product with it asks of the plant at least."""
    rows: dict[str, Sequence[Answer | None]] = {
        feature.code: configurator.row_answers(feature.code) for feature in view.model.features
    }
    for code in features:
        state, feature = view.state.features[code], view.model.feature(code)
        for option, each in state.options.items():
            if (code, option) in asked or each.status not in (Status.AVAILABLE, Status.NOT_KNOWN):
                continue
            answer = _one_more(feature, state, option)
            demand = _demand_or_none(view, view.draft.selection.with_answer(code, answer), groups)
            least = None if demand is None else weakest_demand(configurator, rows, demand, code, answer, option)
            if least is not None:
                yield (code, option), least


def _one_more(feature: Feature, state: FeatureState, option: str) -> Answer:
    """Return the answer a press of an option comes to: one more piece where the feature takes several."""
    if feature.kind is not FeatureKind.OPTIONS:
        return option
    chosen = dict(state.chosen) if isinstance(state.chosen, Mapping) else {}
    return {**chosen, option: chosen.get(option, 0) + 1}


def _demand_or_none(view: DraftView, selection: Selection, groups: frozenset[str]) -> Demand | None:
    try:
        return draft_demand(view.model, selection, view.fit, view.draft.quantity, groups)
    except SelectionIncomplete:
        return None


def usual_demand(configurator: Configurator, quantity: int = 1) -> Demand:
    """Return what so many pieces of the line's defaults ask of the plant: the usual work, to judge the plant by."""
    return draft_demand(configurator.model, configurator.defaults(), None, quantity)
