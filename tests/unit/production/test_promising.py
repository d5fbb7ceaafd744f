"""The walk and the promise on ledgers in memory, against a slow, obvious walk."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.errors import BeyondHorizon
from production.model import BindingKind, Demand, OperationLoad
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.promise.calendar import BUCKET_S
from production.promise.material import MaterialPlan, MaterialTake, SupplyKind
from production.promise.promising import Situation, promise
from production.promise.timeline import FreeBucket, OpenLoad, Timeline
from production.promise.walking import walk, walk_relieved

HORIZON = 60
CENTRES = ("cut", "sew", "pack")


def timeline(
    free: Mapping[int, int] | list[int],
    kind: WorkCentreKind = WorkCentreKind.FLOW,
    *,
    loads: tuple[OpenLoad, ...] = (),
    attended: frozenset[int] | None = None,
    load_pieces: int = 3,
) -> Timeline:
    """Return a timeline with ``{bucket number: free seconds}``."""
    seconds = dict(enumerate(free)) if isinstance(free, list) else free
    buckets = [
        FreeBucket(number * BUCKET_S, (number + 1) * BUCKET_S, free_s, attended is None or number in attended)
        for number, free_s in sorted(seconds.items())
    ]
    known = Timeline(kind, BUCKET_S, load_pieces)
    known.learn(buckets, loads)
    return known


def numbers(plan: object) -> list[list[int]]:
    """Return the bucket numbers of each placement's takes."""
    return [[take.start_s // BUCKET_S for take in one.takes] for one in plan.placements]  # type: ignore[attr-defined]


def chain(*needs: tuple[str, int]) -> Demand:
    return Demand(
        tuple(
            OperationLoad(f"op{index}", centre, seconds, (index - 1,) if index else ())
            for index, (centre, seconds) in enumerate(needs)
        )
    )


def test_consecutive_operations_never_share_a_bucket() -> None:
    ledger = {"cut": timeline([BUCKET_S] * 9), "sew": timeline([BUCKET_S] * 9)}
    plan = walk(chain(("cut", 60), ("sew", 60), ("cut", 60)), ledger, 0)

    assert numbers(plan) == [[0], [1], [2]]
    assert plan.finish_s == 3 * BUCKET_S


def test_a_bucket_that_has_begun_is_not_used() -> None:
    plan = walk(chain(("cut", 60)), {"cut": timeline([BUCKET_S] * 9)}, 1)

    assert numbers(plan) == [[1]]


def test_operations_that_wait_for_the_same_one_run_side_by_side() -> None:
    """P-3: fronts and backs both follow the pockets; the legs wait for the later of them."""
    loads = (
        OperationLoad("pockets", "cut", 60),
        OperationLoad("fronts", "sew", 60, (0,)),
        OperationLoad("backs", "pack", 60, (0,)),
        OperationLoad("legs", "sew", 60, (1, 2)),
    )
    ledger = {"cut": timeline([BUCKET_S] * 9), "sew": timeline([BUCKET_S] * 9), "pack": timeline({4: BUCKET_S})}

    assert numbers(walk(Demand(loads), ledger, 0)) == [[0], [1], [4], [5]]


def test_long_work_goes_on_in_later_buckets() -> None:
    """P-4: two and a half buckets of work take three, and skip the one that is full."""
    ledger = {"cut": timeline([BUCKET_S, 10, BUCKET_S, BUCKET_S]), "sew": timeline([BUCKET_S] * 9)}
    plan = walk(chain(("cut", 5 * BUCKET_S // 2), ("sew", 1)), ledger, 0)

    assert numbers(plan) == [[0, 2, 3], [4]]


def test_an_unattended_run_needs_buckets_without_a_gap_and_somebody_to_start_it() -> None:
    """P-5: three buckets in a row; not from bucket 0 (a full one comes), not from 2 (nobody there)."""
    rack = timeline(
        {0: BUCKET_S, 1: BUCKET_S, 3: BUCKET_S, 4: BUCKET_S, 5: BUCKET_S, 6: BUCKET_S},
        WorkCentreKind.SLOT,
        attended=frozenset({0, 1, 4}),
    )
    plan = walk(chain(("rack", 2 * BUCKET_S + 1)), {"rack": rack}, 0)

    assert numbers(plan) == [[4, 5, 6]]
    assert [take.seconds for take in plan.placements[0].takes] == [BUCKET_S, BUCKET_S, 1]


def test_a_piece_joins_an_open_load_of_its_recipe() -> None:
    load = OperationLoad("wash", "bath", 3600, (), "stone")
    open_load = OpenLoad(2 * BUCKET_S, 3 * BUCKET_S, load.batch_recipe, 1, 1)
    other = OpenLoad(1 * BUCKET_S, 2 * BUCKET_S, "acid/3600", 1, 2)
    bath = timeline({5: BUCKET_S, 6: BUCKET_S}, WorkCentreKind.BATCH, loads=(open_load, other))
    plan = walk(Demand((load,), (), 2), {"bath": bath}, 0)

    assert [(one.start_s // BUCKET_S, len(one.takes)) for one in plan.placements] == [(2, 0), (5, 1)]
    assert [one.load.is_new for one in plan.placements if one.load] == [False, True]


def test_a_new_load_is_opened_when_it_can_start_sooner() -> None:
    load = OperationLoad("wash", "bath", 3600, (), "stone")
    later = OpenLoad(7 * BUCKET_S, 8 * BUCKET_S, load.batch_recipe, 1, 3)
    bath = timeline({5: BUCKET_S, 7: BUCKET_S}, WorkCentreKind.BATCH, loads=(later,))
    plan = walk(Demand((load,), (), 5), {"bath": bath}, 0)

    assert [one.start_s // BUCKET_S for one in plan.placements] == [5, 5, 5, 7, 7]


def test_beyond_the_horizon_there_is_no_plan() -> None:
    with pytest.raises(BeyondHorizon):
        walk(chain(("cut", 60)), {"cut": timeline([10, 10])}, 0)


# --- against a slow, obvious walk ------------------------------------------------------------------

free_seconds = st.lists(st.integers(0, BUCKET_S), min_size=HORIZON, max_size=HORIZON)
ledgers = st.fixed_dictionaries(dict.fromkeys(CENTRES, free_seconds))
needs = st.lists(st.tuples(st.sampled_from(CENTRES), st.integers(1, BUCKET_S)), min_size=1, max_size=8)


def obvious_walk(steps: list[tuple[str, int]], free: Mapping[str, list[int]]) -> list[int] | None:
    found: list[int] = []
    for centre, seconds in steps:
        after = found[-1] + 1 if found else 0
        fitting = [number for number in range(after, HORIZON) if free[centre][number] >= seconds]
        if not fitting:
            return None
        found.append(fitting[0])
    return found


@given(steps=needs, free=ledgers)
def test_the_walk_is_the_obvious_one(steps: list[tuple[str, int]], free: Mapping[str, list[int]]) -> None:
    expected = obvious_walk(steps, free)
    ledger = {centre: timeline(seconds) for centre, seconds in free.items()}
    if expected is None:
        with pytest.raises(BeyondHorizon):
            walk(chain(*steps), ledger, 0)
        return
    plan = walk(chain(*steps), ledger, 0)

    assert numbers(plan) == [[number] for number in expected]


@given(steps=needs, free=ledgers, pieces=st.integers(1, 4))
def test_no_bucket_gives_more_than_it_has(
    steps: list[tuple[str, int]], free: Mapping[str, list[int]], pieces: int
) -> None:
    """Also for several pieces, which take room from each other; and each piece keeps its own sequence."""
    demand = Demand(chain(*steps).loads, (), pieces)
    try:
        plan = walk(demand, {centre: timeline(seconds) for centre, seconds in free.items()}, 0)
    except BeyondHorizon:
        return
    taken: dict[tuple[str, int], int] = {}
    for placement in plan.placements:
        for take in placement.takes:
            key = (take.work_centre, take.start_s // BUCKET_S)
            taken[key] = taken.get(key, 0) + take.seconds
    assert all(seconds <= free[centre][number] for (centre, number), seconds in taken.items())
    for piece in range(pieces):
        starts = [placement.start_s for placement in plan.placements if placement.piece == piece]
        assert starts == sorted(set(starts))


@given(
    steps=needs,
    free=ledgers,
    more=st.fixed_dictionaries(
        dict.fromkeys(CENTRES, st.lists(st.integers(0, 900), min_size=HORIZON, max_size=HORIZON))
    ),
)
def test_adding_capacity_never_makes_a_promise_later(
    steps: list[tuple[str, int]], free: Mapping[str, list[int]], more: Mapping[str, list[int]]
) -> None:
    ledger = {centre: timeline(seconds) for centre, seconds in free.items()}
    try:
        before = walk(chain(*steps), ledger, 0)
    except BeyondHorizon:
        return
    wider = {
        centre: timeline([one + two for one, two in zip(seconds, more[centre], strict=True)])
        for centre, seconds in free.items()
    }

    assert walk(chain(*steps), wider, 0).finish_s <= before.finish_s


@st.composite
def any_routing(draw: st.DrawFn) -> tuple[OperationLoad, ...]:
    """Return operations with any waiting that come to work centres once or again."""
    return tuple(
        OperationLoad(f"op{at}", centre, seconds, tuple(before for before in range(at) if draw(st.booleans())))
        for at, (centre, seconds) in enumerate(draw(needs))
    )


@given(
    loads=any_routing(),
    pieces=st.integers(1, 2),
    free=ledgers,
    relieved=st.sampled_from(CENTRES),
    instead=free_seconds,
)
def test_walking_on_from_a_plan_is_walking_anew(
    loads: tuple[OperationLoad, ...],
    pieces: int,
    free: Mapping[str, list[int]],
    relieved: str,
    instead: list[int],
) -> None:
    """P-8: what stands before anything has moved is not placed again, and nothing is other for it."""
    demand = Demand(loads, (), pieces)
    try:
        plan = walk(demand, {centre: timeline(seconds) for centre, seconds in free.items()}, 0)
    except BeyondHorizon:
        return
    other = {centre: timeline(seconds) for centre, seconds in {**free, relieved: instead}.items()}
    try:
        anew = walk(demand, other, 0)
    except BeyondHorizon:
        with pytest.raises(BeyondHorizon):
            walk_relieved(demand, plan, other, relieved, 0)
        return

    assert walk_relieved(demand, plan, other, relieved, 0) == anew


@st.composite
def once_each(draw: st.DrawFn) -> tuple[OperationLoad, ...]:
    """Return a routing that comes to each of some flow work centres once, in any order, with any waiting."""
    centres = draw(st.permutations(CENTRES))[: draw(st.integers(1, len(CENTRES)))]
    return tuple(
        OperationLoad(
            f"op{at}",
            centre,
            draw(st.integers(1, 2 * BUCKET_S)),
            tuple(before for before in range(at) if draw(st.booleans())),
        )
        for at, centre in enumerate(centres)
    )


@given(
    loads=once_each(),
    pieces=st.integers(1, 4),
    free=ledgers,
    more=st.fixed_dictionaries(
        dict.fromkeys(CENTRES, st.lists(st.integers(0, 900), min_size=HORIZON, max_size=HORIZON))
    ),
)
def test_adding_capacity_makes_no_piece_later_where_a_routing_comes_to_each_work_centre_once(
    loads: tuple[OperationLoad, ...], pieces: int, free: Mapping[str, list[int]], more: Mapping[str, list[int]]
) -> None:
    """P-9, for any number of pieces."""
    demand = Demand(loads, (), pieces)
    try:
        before = walk(demand, {centre: timeline(seconds) for centre, seconds in free.items()}, 0)
    except BeyondHorizon:
        return
    wider = {
        centre: timeline([one + two for one, two in zip(seconds, more[centre], strict=True)])
        for centre, seconds in free.items()
    }

    assert walk(demand, wider, 0).finish_s <= before.finish_s


def test_pieces_that_come_back_to_a_work_centre_may_be_later_with_more_capacity() -> None:
    """P-9 holds no further: the first of three pieces comes back sooner, and takes room the others stood in."""
    demand = Demand(chain(("wash", 1200), ("wash", 1800)).loads, (), 3)
    free = [600, 2400, 5400, 600, 2400, 2400, 1800, 1800]
    more = [600, 0, 0, 0, 600, 1200, 1200, 3600]
    wider = [one + two for one, two in zip(free, more, strict=True)]

    assert walk(demand, {"wash": timeline(free)}, 0).finish_s == 5 * BUCKET_S
    assert walk(demand, {"wash": timeline(wider)}, 0).finish_s == 6 * BUCKET_S


# --- what binds ------------------------------------------------------------------------------------

PLANT = Plant(
    code="p",
    line="toys",
    timezone="UTC",
    country="DE",
    subdivision=None,
    floor_locale="en",
    spare_buckets=1,
    work_centres=(WorkCentre("cut", WorkCentreKind.FLOW, 1, (Hours(frozenset(range(7)), 0, 1440),)),),
)
DAY_BUCKETS = 16


def situation(cut: list[int], sew: list[int], ready: int = 0, latest: str | None = None) -> Situation:
    empty = {centre: timeline([BUCKET_S] * 200) for centre in ("cut", "sew")}
    material = MaterialPlan((), ready * BUCKET_S, latest)
    return Situation(PLANT, {"cut": timeline(cut), "sew": timeline(sew)}, empty, material, 0)


FREE = [BUCKET_S] * 200
STEPS = chain(("cut", 600), ("sew", 600))


def test_an_empty_plant_is_bound_by_the_calendar_only() -> None:
    """Two operations and the spare bucket: 4:30 in the morning of the first day."""
    promised = promise(STEPS, situation(FREE, FREE)).promise

    assert (promised.finish_at.isoformat(), promised.date) == ("1970-01-01T04:30:00+00:00", date(1970, 1, 1))
    assert promised.binding.kind is BindingKind.CALENDAR


def test_the_full_work_centre_is_named_with_what_it_costs() -> None:
    full_until = [0] * (3 * DAY_BUCKETS) + FREE
    binding = promise(STEPS, situation(FREE, full_until)).promise.binding

    assert (binding.kind, binding.code, binding.sooner) == (BindingKind.WORK_CENTRE, "sew", date(1970, 1, 1))


def test_the_part_that_comes_last_is_named() -> None:
    promised = promise(STEPS, situation(FREE, FREE, ready=40, latest="dye")).promise

    assert promised.date == date(1970, 1, 3)
    assert (promised.binding.kind, promised.binding.code) == (BindingKind.PART, "dye")
    assert promised.binding.sooner == date(1970, 1, 1)


def test_of_two_parts_equally_late_one_is_named_though_its_absence_alone_gains_nothing() -> None:
    """Waiting for parts is never told as the work's own length."""
    late_s = 40 * BUCKET_S
    takes = tuple(MaterialTake(code, SupplyKind.RECEIPT, 1, late_s) for code in ("dye", "zip"))
    waiting = replace(situation(FREE, FREE), material=MaterialPlan(takes, late_s, "dye"))
    binding = promise(STEPS, waiting).promise.binding

    assert (binding.kind, binding.code, binding.sooner) == (BindingKind.PART, "dye", None)


def test_of_two_reasons_the_one_that_helps_more_is_named() -> None:
    """The part is late by three days, the full work centre by one: only the part's absence brings the date forward."""
    full_until = [0] * DAY_BUCKETS + FREE
    binding = promise(STEPS, situation(FREE, full_until, ready=3 * DAY_BUCKETS, latest="dye")).promise.binding

    assert (binding.kind, binding.code, binding.sooner) == (BindingKind.PART, "dye", date(1970, 1, 2))


@given(by=st.integers(0, 10), full=st.integers(0, 60))
def test_a_requested_day_is_met_whenever_the_earliest_is_in_time(by: int, full: int) -> None:
    """P-7: never after the day asked for if it can be met, and never sooner than need be by a whole day."""
    asked = date(1970, 1, 1 + by)
    here = situation(FREE, [0] * full + FREE)
    earliest = promise(STEPS, here).promise
    given_promise = promise(STEPS, here, by=asked).promise

    assert given_promise.date == (asked if earliest.date <= asked else earliest.date)
    assert given_promise.is_on_time == (earliest.date <= asked)
