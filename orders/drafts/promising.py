"""The promise of a draft: its choices completed, exploded and asked of the plant. Nothing is reserved."""

from collections.abc import Callable, Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.errors import NoCompletion
from configurator.model import Answer, FeatureState, Goal, Limits, Repair, Selection, Status
from configurator.states import options_with
from modules_catalog.expressions.tree import features_read
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from orders.drafts.alike import Alike, alike
from orders.drafts.bounding import weakest_demand
from orders.drafts.days import Days, DaysDelta, Sooner
from orders.drafts.fitting import FitView
from orders.drafts.following import after_dropping, after_press, asked_features
from orders.drafts.model import Draft, DraftView
from orders.drafts.variants import added_by_fit, variant_of
from orders.pricing.service import customer_groups
from production.errors import BeyondHorizon, PlantNotFound, SelectionIncomplete
from production.exploding import Exploder
from production.model import Binding, BindingKind, Demand, Promise, demand_of
from production.promise import service as promises

#: How many kinds of options of a page the plant is asked about, and for how many more only from which day on.
MOST_KINDS, MOST_BOUNDS = 80, 60
#: How many other answers to one feature are looked at for what would be ready sooner, and how many features are told.
MOST_OTHERS, MOST_SOONER = 12, 3
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
    shown: Mapping[str, Sequence[str]] = MappingProxyType({}),
    now: datetime,
) -> Days:
    """Return what options of a step, and each repair on offer, do to the date of a complete draft.

    What is promised is what a press would make of the draft: with this one answer changed, and with the answers that
    follow from it (orders/drafts/following). Options the plant makes no difference between are asked about once.

    Args:
        db: A session; reading is enough.
        configurator: The draft's.
        view: The draft as it stands.
        step: Whose features are looked at.
        repairs: What is on offer after a press that was refused.
        shown: {feature: its options to look at, the first ones first}; all, as listed, of a feature it does not name.
        now: The present moment, UTC.
    """
    if view.promise is None or not configurator.is_complete(view.draft.selection):
        return Days()
    groups = customer_groups(db, view.draft.customer_id)
    demand_after = _Demands(view, groups)
    free = _free_options(view, step, shown)
    told = alike(db, configurator, view.draft.line, free, quantity=view.draft.quantity, now=now)
    exact = _asked(configurator, view, free, told, demand_after)
    bounds = _bounded(configurator, view, free, exact.kinds, told, demand_after)
    repaired = [demand_after(repair.selection) for repair in repairs]
    others = {
        key: demand for key, after in _other_answers(configurator, view) if (demand := demand_after(after)) is not None
    }
    demands = list(
        dict.fromkeys([*exact.demands.values(), *bounds.demands.values(), *others.values(), *filter(None, repaired)])
    )
    days = dict(zip(demands, promises.inquire_each(db, view.draft.line, demands, now=now), strict=True))
    base = view.promise.date
    options = {
        **_deltas(exact, days, base, proven=True),
        **_deltas(bounds, days, base, proven=False),
    }
    sooner = [
        Sooner(feature, option, day)
        for (feature, option), demand in others.items()
        if (day := days[demand]) and day < base
    ]
    by_repair = {
        number: (day - base).days
        for number, demand in enumerate(repaired)
        if demand is not None and (day := days[demand])
    }
    return Days(options, by_repair, _best_of_each(sooner))


class _Demands:
    """What the plant is asked for after a press: of many, only what differs is exploded anew."""

    def __init__(self, view: DraftView, groups: frozenset[str]) -> None:
        self._view, self._groups = view, groups
        self._exploder = Exploder(view.model)

    def __call__(self, selection: Selection) -> Demand | None:
        answers, fit = selection.answers, self._view.fit
        try:
            variant = self._exploder.variant(answers, added_by_fit(answers, fit))
        except SelectionIncomplete:
            return None
        return demand_of(variant, self._view.draft.quantity, self._groups)


@dataclass(slots=True)
class _Looked:
    """Options looked at: the kind of each, {(feature, option): kind}, and one demand for each kind."""

    kinds: dict[tuple[str, str], Hashable] = field(default_factory=dict)
    demands: dict[Hashable, Demand] = field(default_factory=dict)


def _deltas(
    looked: _Looked, days: Mapping[Demand, date | None], base: date, *, proven: bool
) -> dict[tuple[str, str], DaysDelta]:
    of_kind = {
        kind: DaysDelta((day - base).days, day, proven)
        for kind, demand in looked.demands.items()
        if (day := days[demand])
    }
    return {key: of_kind[kind] for key, kind in looked.kinds.items() if kind in of_kind}


def _free_options(view: DraftView, step: str, shown: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the options of a step that may be pressed, {feature: options}, those to look at first before the others."""
    features = next((each.features for each in view.model.steps if each.code == step), ())
    asked = asked_features(view.model, view.draft.selection)
    found: dict[str, list[str]] = {}
    for code in (each for each in features if each in asked):
        free = options_with(view.state.features[code].options, (Status.AVAILABLE, Status.NOT_KNOWN))
        known = frozenset(free)
        found[code] = [option for option in shown[code] if option in known] if code in shown else free
    return found


def _asked(
    configurator: Configurator,
    view: DraftView,
    free: Mapping[str, Sequence[str]],
    told: Alike,
    demand_after: Callable[[Selection], Demand | None],
) -> _Looked:
    """Return the options whose press is known, and what each kind of them asks of the plant.

    Where a press changes other answers too, only the first few of a feature are worked out: each asks the solver.
    """
    looked, selection = _Looked(), view.draft.selection
    for code, options in free.items():
        feature, state = view.model.feature(code), view.state.features[code]
        steady = configurator.steady_options(selection, code) if options else frozenset()
        unsteady = 0
        for option in options:
            answer = _one_more(feature, state, option)
            kind: Hashable = (code, option)
            if option in steady:
                more = isinstance(answer, Mapping) and answer[option] > 1  # a second piece may be there later
                kind = kind if more else (code, told.kind_of(code, option))
            if kind not in looked.demands:
                if len(looked.demands) >= MOST_KINDS:
                    continue
                after = None
                if option in steady:
                    after = selection.with_answer(code, answer)
                elif unsteady < MOST_UNSTEADY:
                    unsteady += 1
                    after = after_press(configurator, selection, code, answer, view.limits)
                demand = None if after is None else demand_after(after)
                if demand is None:
                    continue
                looked.demands[kind] = demand
            looked.kinds[code, option] = kind
    return looked


def _bounded(
    configurator: Configurator,
    view: DraftView,
    free: Mapping[str, Sequence[str]],
    known: Container[tuple[str, str]],
    told: Alike,
    demand_after: Callable[[Selection], Demand | None],
) -> _Looked:
    """Return the possible options nobody worked out a press of, and what any product with one asks of the plant at least."""
    looked = _Looked()
    rows: dict[str, Sequence[Answer | None]] = {
        feature.code: configurator.row_answers(feature.code) for feature in view.model.features
    }
    for code, options in free.items():
        state, feature = view.state.features[code], view.model.feature(code)
        for option in options:
            if (code, option) in known:
                continue
            answer = _one_more(feature, state, option)
            kind = (code, told.kind_of(code, option), isinstance(answer, Mapping) and answer[option])
            if kind not in looked.demands and len(looked.demands) < MOST_BOUNDS:
                demand = demand_after(view.draft.selection.with_answer(code, answer))
                least = None if demand is None else weakest_demand(configurator, rows, demand, code, answer, option)
                if least is not None:
                    looked.demands[kind] = least
            if kind in looked.demands:
                looked.kinds[code, option] = kind
    return looked


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


def _one_more(feature: Feature, state: FeatureState, option: str) -> Answer:
    """Return the answer a press of an option comes to: one more piece where the feature takes several."""
    if feature.kind is not FeatureKind.OPTIONS:
        return option
    chosen = dict(state.chosen) if isinstance(state.chosen, Mapping) else {}
    return {**chosen, option: chosen.get(option, 0) + 1}


def usual_demand(configurator: Configurator, quantity: int = 1) -> Demand:
    """Return what so many pieces of the line's defaults ask of the plant: the usual work, to judge the plant by."""
    return draft_demand(configurator.model, configurator.defaults(), None, quantity)
