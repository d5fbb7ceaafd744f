"""What bounds a draft besides its rules: a budget, and a need-by date as the plant sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import floor

from sqlmodel import Session

from configurator.configurator import Configurator
from configurator.model import Answer, CapacityCap, Limits, Selection
from modules_catalog.expressions.evaluate import Missing, amount, holds
from modules_catalog.expressions.tree import features_read
from modules_catalog.judging import scope_of
from modules_catalog.model import ConfigurationModel, FeatureKind, Operation
from orders.customers.model import MeasurementProfile
from orders.drafts.deadlines import Deadline
from orders.drafts.fitting import fit_view
from orders.drafts.model import Draft
from orders.drafts.panels import shelf_limits
from orders.drafts.variants import variant_of
from orders.pricing.service import customer_groups
from production.errors import PlantNotFound, SelectionIncomplete
from production.model import Demand, MaterialNeed, demand_of
from production.plants.model import Plant, WorkCentreKind
from production.promise import service as promises


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

    def demand(selection: Selection) -> Demand | None:
        fit = fit_view(model, selection.answers, profile, model.components)
        try:
            return demand_of(variant_of(model, selection.answers, fit), draft.quantity, groups)
        except SelectionIncomplete:
            return None

    def days_of(demands: Sequence[Demand]) -> Sequence[date | None]:
        return promises.inquire_each(db, draft.line, demands, now=now)

    needs = option_needs(model, draft.quantity)
    ready = promises.material_dates(db, draft.line, needs, now=now) if needs else {}
    free = promises.free_capacity(db, draft.line, now=now, by=draft.need_by)
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
        by_answers=profile is None and not model.components,
    )
    if any(operation.when is None and operation.setup_s for operation in model.operations):
        for code in (code for code, day in ready.items() if day > draft.need_by):
            deadline.exclude_material(code)
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
    for centre in plant.work_centres:
        operations = [each for each in configurator.model.operations if each.work_centre == centre.code]
        if centre.kind is WorkCentreKind.BATCH or not operations:
            continue
        fixed_s = 0
        seconds: dict[str, list[int]] = {}
        for operation in operations:
            always_s, by_option = least_seconds(configurator, operation)
            fixed_s += always_s
            for feature, own in by_option.items():
                before = seconds.get(feature, [0] * len(own))
                seconds[feature] = [a + b for a, b in zip(before, own, strict=True)]
        given = {feature: tuple(own) for feature, own in seconds.items() if any(own)}
        free_s = free.get(centre.code, 0) // quantity
        if given and free_s >= fixed_s:  # without room for what every piece needs, the first promise tells
            caps.append(CapacityCap(str(centre.code), free_s, fixed_s, given))
    return tuple(caps)


def least_seconds(configurator: Configurator, operation: Operation) -> tuple[int, dict[str, list[int]]]:
    """Return the seconds an operation takes always, and those each option of a feature adds at least.

    ``run_s`` is a sum of terms of one feature each, and ``when`` reads at most one feature: so they add up.
    """
    model = configurator.model
    many = frozenset(each.code for each in model.features if each.kind is FeatureKind.OPTIONS)
    bare = amount(operation.run_s, scope_of(model, {}))
    base_s = operation.setup_s + (0 if isinstance(bare, Missing) else floor(bare))
    asks = features_read(operation.when) if operation.when is not None else frozenset()
    if asks & many or isinstance(bare, Missing):
        return 0, {}
    added: dict[str, list[int]] = {}
    for feature in sorted(features_read(operation.run_s) | asks):
        own: list[int] = []
        for answer in configurator.row_answers(feature):
            if answer is None:
                continue
            own.append(_seconds_with(model, operation, feature, answer, base_s, asks=feature in asks))
        if min(own, default=0) < 0:
            return 0, {}
        if not asks or feature in asks:
            added[feature] = own
    return (0 if asks else base_s), added


def _seconds_with(
    model: ConfigurationModel, operation: Operation, feature: str, answer: Answer, base_s: int, *, asks: bool
) -> int:
    scope = scope_of(model, {feature: answer})
    if asks and not holds(operation.when, scope):
        return 0
    found = amount(operation.run_s, scope)
    if isinstance(found, Missing):
        return 0
    whole_s = operation.setup_s + floor(found)
    return whole_s if asks else whole_s - base_s
