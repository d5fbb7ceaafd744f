"""The promise: material date, walk, spare bucket, and what binds. Pure.

Source: docs/algorithms/promise.md.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from production.model import Binding, BindingKind, Demand, Promise
from production.plants.model import Plant
from production.promise.calendar import ONE_DAY, local_date, utc, wall_clock_s
from production.promise.material import MaterialPlan
from production.promise.timeline import Ledger
from production.promise.walking import Plan, delayed_centres, spare_end_s, walk, walk_relieved


@dataclass(frozen=True, slots=True)
class Situation:
    """What a promise is made from.

    ``ledger`` holds the room left, ``empty`` the same work centres with nothing reserved.
    """

    plant: Plant
    ledger: Ledger
    empty: Ledger
    material: MaterialPlan
    now_s: int


@dataclass(frozen=True, slots=True)
class PromisedPlan:
    """A promise and the placements that keep it."""

    promise: Promise
    plan: Plan


def promise(demand: Demand, situation: Situation, *, by: date | None = None) -> PromisedPlan:
    """Return the earliest promise, or with ``by`` the one that starts as late as that day allows.

    When ``by`` cannot be met the earliest promise is returned, marked as not on time.

    Raises:
        BeyondHorizon: there is no room within the horizon.
    """
    earliest_s = max(situation.now_s, situation.material.ready_s)
    plan, finish_s = _finish(demand, situation, situation.ledger, earliest_s)
    day = _day(situation, finish_s)
    if by is None or day > by:
        binding = _binding(demand, situation, plan, finish_s)
        return PromisedPlan(_promise(situation, plan, finish_s, binding, is_on_time=by is None), plan)
    if day == by:
        binding = _binding(demand, situation, plan, finish_s)
        return PromisedPlan(_promise(situation, plan, finish_s, binding), plan)
    plan, finish_s = _latest_start(demand, situation, earliest_s, by)
    return PromisedPlan(_promise(situation, plan, finish_s, Binding(BindingKind.REQUESTED, sooner=day)), plan)


def earliest_day(demand: Demand, situation: Situation) -> date:
    """Return the day of the earliest promise, without asking what binds it.

    Raises:
        BeyondHorizon: as ``promise``.
    """
    earliest_s = max(situation.now_s, situation.material.ready_s)
    return _day(situation, _finish(demand, situation, situation.ledger, earliest_s)[1])


def _finish(demand: Demand, situation: Situation, ledger: Ledger, earliest_s: int) -> tuple[Plan, int]:
    if not demand.loads:
        return Plan((), earliest_s), earliest_s
    plan = walk(demand, ledger, earliest_s)
    return plan, _with_spare_s(situation, plan)


def _with_spare_s(situation: Situation, plan: Plan) -> int:
    last = situation.empty[plan.last.work_centre]
    return spare_end_s(last, plan.finish_s, situation.plant.spare_buckets)


def _promise(situation: Situation, plan: Plan, finish_s: int, binding: Binding, *, is_on_time: bool = True) -> Promise:
    return Promise(
        date=_day(situation, finish_s),
        finish_at=utc(finish_s),
        start_at=utc(plan.start_s if plan.placements else finish_s),
        material_at=utc(situation.material.ready_s),
        binding=binding,
        is_on_time=is_on_time,
    )


def _day(situation: Situation, finish_s: int) -> date:
    """Return the plant's day a bucket's end belongs to: midnight still belongs to the day before."""
    return local_date(finish_s - 1, situation.plant.timezone)


def _latest_start(demand: Demand, situation: Situation, earliest_s: int, by: date) -> tuple[Plan, int]:
    """Return the plan of the latest starting day that still ends by ``by`` (P-7); the earliest start always does."""
    first = local_date(earliest_s, situation.plant.timezone)
    low, high = 0, (by - first).days
    best = _finish(demand, situation, situation.ledger, earliest_s)
    while low < high:
        middle = (low + high + 1) // 2
        start_s = max(earliest_s, wall_clock_s(first + timedelta(days=middle), 0, situation.plant.timezone))
        tried = _finish(demand, situation, situation.ledger, start_s)
        if _day(situation, tried[1]) <= by:
            low, best = middle, tried
        else:
            high = middle - 1
    return best


def _binding(demand: Demand, situation: Situation, plan: Plan, finish_s: int) -> Binding:
    """Return the one thing whose absence would bring the end forward most (P-8): a part, a work centre, or nothing."""
    candidates: list[tuple[int, int, Binding]] = []
    material = situation.material
    if material.latest is not None:
        without_s = max(situation.now_s, material.ready_without(material.latest, situation.now_s))
        sooner_s = _finish(demand, situation, situation.ledger, without_s)[1]
        waits = Binding(BindingKind.PART, material.latest, utc(material.ready_s), _day(situation, sooner_s))
        candidates.append((sooner_s, 0, waits))
    earliest_s = max(situation.now_s, material.ready_s)
    delayed = delayed_centres(demand, plan, situation.empty, earliest_s)
    for order, code in enumerate(delayed, start=1):
        relieved = {**situation.ledger, code: situation.empty[code]}
        sooner_s = _with_spare_s(situation, walk_relieved(demand, plan, relieved, code, earliest_s))
        if sooner_s < finish_s:
            room_s = max(placement.start_s for placement in plan.placements if placement.work_centre == code)
            full = Binding(BindingKind.WORK_CENTRE, code, utc(room_s), _day(situation, sooner_s))
            candidates.append((sooner_s, order, full))
    best = min(candidates, default=None, key=lambda candidate: candidate[:2])
    if best is None or best[0] >= finish_s:
        ideal_s = _finish(demand, situation, situation.empty, earliest_s)[1] if delayed else finish_s
        return _fallback(demand, situation, plan, finish_s, ideal_s)
    day = _day(situation, finish_s)
    binding = best[2]
    return binding if binding.sooner is not None and binding.sooner < day else replace(binding, sooner=None)


def _fallback(demand: Demand, situation: Situation, plan: Plan, finish_s: int, ideal_s: int) -> Binding:
    """Return what binds when no single thing brings the end forward.

    Several parts come equally late, several work centres are full, or nothing waits at all.
    """
    material = situation.material
    if material.latest is not None and _finish(demand, situation, situation.ledger, situation.now_s)[1] < finish_s:
        return Binding(BindingKind.PART, material.latest, utc(material.ready_s))
    if ideal_s == finish_s or not plan.placements:
        return Binding(BindingKind.CALENDAR)
    return Binding(BindingKind.WORK_CENTRE, plan.last.work_centre, utc(plan.last.start_s))


def days_between(plant: Plant, from_s: int, to_s: int) -> int:
    """Return calendar days between two moments in the plant's own time."""
    return (local_date(to_s, plant.timezone) - local_date(from_s, plant.timezone)) // ONE_DAY
