"""What bounds a draft besides its rules: a budget, and a need-by date as the plant sees it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import CapacityCap, Limits, Selection
from modules_catalog.model import ConfigurationModel, FeatureKind
from orders.customers.model import MeasurementProfile
from orders.drafts.deadlines import Deadline
from orders.drafts.fit_by_answers import FitByAnswers
from orders.drafts.model import Draft
from orders.drafts.panels import shelf_limits
from orders.drafts.remembering import mark_of, memory_of
from orders.drafts.strands import least_seconds
from orders.drafts.variants import added_by_fit
from orders.pricing.service import customer_groups
from production.errors import PlantNotFound, SelectionIncomplete
from production.exploding import Exploder
from production.model import Demand, MaterialNeed, demand_of
from production.plants.model import Plant, WorkCentreKind
from production.promise import service as promises

Kept = TypeVar("Kept")

#: What follows from a release alone is kept as long as its configurator is.
_KEPT: WeakKeyDictionary[Configurator, dict[Hashable, object]] = WeakKeyDictionary()


def limits_for(configurator: Configurator, draft: Draft, profile: MeasurementProfile | None) -> Limits:
    """Return the budget of the draft as a limit of one piece, and for what the shelf has no panels.

    What a need-by date means says ``deadline_for``.
    """
    return Limits(budget_minor=draft.budget_minor, exclusions=shelf_limits(configurator, profile))


def deadline_for(
    db: Session, configurator: Configurator, draft: Draft, profile: MeasurementProfile | None, *, now: datetime
) -> Deadline | None:
    """Return the need-by date of a draft with what the plant has free until then; ``None`` without date or plant."""
    if draft.need_by is None:
        return None
    try:
        plant = promises.plant_of(db, draft.line)
    except PlantNotFound:
        return None
    model = configurator.model
    groups = customer_groups(db, draft.customer_id)
    fits = None if profile is None else FitByAnswers(model, profile)
    exploder = _kept_for(configurator, "exploder", lambda: Exploder(model))

    def demand(selection: Selection) -> Demand | None:
        fit = None if fits is None else fits.view(selection.answers)
        try:
            variant = exploder.variant(selection.answers, added_by_fit(selection.answers, fit))
            return demand_of(variant, draft.quantity, groups)
        except SelectionIncomplete:
            return None

    def days_of(demands: Sequence[Demand]) -> Sequence[date | None]:
        return promises.inquire_each(db, draft.line, demands, now=now)

    needs = _kept_for(configurator, ("needs", draft.quantity), lambda: option_needs(model, draft.quantity))
    ready = promises.material_dates(db, draft.line, needs, now=now) if needs else {}
    free = promises.free_capacity(db, draft.line, now=now, by=draft.need_by)
    memory = memory_of(db)
    key = (draft.line, draft.release, draft.need_by, draft.quantity, groups, draft.profile_id)
    deadline = Deadline(
        configurator=configurator,
        limits=replace(
            limits_for(configurator, draft, profile), caps=caps_for(configurator, plant, free, draft.quantity)
        ),
        by=draft.need_by,
        demand_of=demand,
        days_of=days_of,
        batches=frozenset(str(each.code) for each in plant.work_centres if each.kind is WorkCentreKind.BATCH),
        ready=ready,
        fits=fits,
        learned=memory.recall(key, lambda learned: mark_of(db, draft.line, learned, now=now)),
        keep=lambda learned: memory.remember(key, learned, mark_of(db, draft.line, learned, now=now)),
    )
    if any(operation.when is None and operation.setup_s for operation in model.operations):
        late: dict[str, set[str]] = {}
        for feature, option in (code.split(".", 1) for code, day in ready.items() if day > draft.need_by):
            late.setdefault(feature, set()).add(option)
        deadline.exclude_options(late)
    return deadline


def option_needs(model: ConfigurationModel, quantity: int) -> list[MaterialNeed]:
    """Return what a draft needs of each option that is taken one at a time."""
    return [
        MaterialNeed(f"{feature.code}.{option.code}", quantity, option.lead_time_days)
        for line in model.bom
        if line.feature is not None and line.quantity is None
        for feature in (model.feature(line.feature),)
        if feature.kind in (FeatureKind.OPTION, FeatureKind.OPTIONS)
        for option in feature.options
    ]


def caps_for(
    configurator: Configurator, plant: Plant, free: Mapping[str, int], quantity: int
) -> tuple[CapacityCap, ...]:
    """Return what one piece may take of each work centre, where options make a difference.

    Loads of a batch are shared, so they bound nobody.
    """
    caps = []
    model = configurator.model
    for centre in plant.work_centres:
        if centre.kind is WorkCentreKind.BATCH or all(each.work_centre != centre.code for each in model.operations):
            continue
        fixed_s, given = _kept_for(configurator, ("work", centre.code), partial(_work_at, configurator, centre.code))
        free_s = free.get(centre.code, 0) // quantity
        if given and free_s >= fixed_s:  # without room for what every piece needs, the first promise tells
            caps.append(CapacityCap(str(centre.code), free_s, fixed_s, given))
    return tuple(caps)


def _work_at(configurator: Configurator, work_centre: str) -> tuple[int, Mapping[str, tuple[int, ...]]]:
    """Return the seconds a piece always takes of a work centre, and those each option of a feature adds at least."""
    model = configurator.model
    rows = {str(feature.code): configurator.row_answers(feature.code) for feature in model.features}
    fixed_s = 0
    seconds: dict[str, list[int]] = {}
    for operation in (each for each in model.operations if each.work_centre == work_centre):
        always_s, by_option = least_seconds(model, operation, rows)
        fixed_s += always_s
        for feature, own in by_option.items():
            before = seconds.get(feature, [0] * len(own))
            seconds[feature] = [a + b for a, b in zip(before, own, strict=True)]
    return fixed_s, {feature: tuple(own) for feature, own in seconds.items() if any(own)}


def _kept_for(configurator: Configurator, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """Return what follows from a release alone, made once and kept as long as its configurator is."""
    known = _KEPT.setdefault(configurator, {})
    if key not in known:
        known[key] = make()
    return cast(Kept, known[key])
