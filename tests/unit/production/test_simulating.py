"""The simulated floor: days that can be worked out by hand, and what must hold in any."""

import random
from datetime import UTC, date, datetime

import pytest

from production.model import Demand, OperationLoad
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.promise.material import plan_material
from production.promise.promising import Situation, promise
from production.sequencing.booking import Booking
from production.sequencing.working_time import people_time
from production.simulating.measuring import figures_of
from production.simulating.model import EXACT, NOISY, Arrival, Noise, Rule
from production.simulating.playing import play

MONDAY = date(2026, 3, 2)
EIGHT = int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp())
DAY = (Hours(frozenset(range(5)), 8 * 60, 16 * 60),)
PLANT = Plant(
    code="works",
    line="mugs",
    timezone="UTC",
    country="NL",
    subdivision=None,
    floor_locale="en",
    work_centres=(
        WorkCentre("cut", WorkCentreKind.FLOW, 1, DAY, reserve_percent=10),
        WorkCentre("wash", WorkCentreKind.BATCH, 1, DAY, load_pieces=2),
        WorkCentre("test", WorkCentreKind.SLOT, 3, DAY),
        WorkCentre("pack", WorkCentreKind.FLOW, 1, DAY, reserve_percent=10),
    ),
)
PAIR = (
    OperationLoad("cut", "cut", 600),
    OperationLoad("wash", "wash", 3600, (0,), "blue"),
    OperationLoad("pack", "pack", 300, (1,)),
)


def some_arrivals(count: int, seed: int, every_s: int = 900) -> list[Arrival]:
    rng = random.Random(seed)
    at_s = EIGHT
    found = []
    for _ in range(count):
        at_s += round(rng.expovariate(1 / every_s))
        loads = (
            OperationLoad("cut", "cut", rng.randint(60, 900)),
            OperationLoad("wash", "wash", 3600, (0,), rng.choice(["blue", "red"])),
            OperationLoad("test", "test", rng.randint(600, 9000), (0,)),
            OperationLoad("pack", "pack", rng.randint(60, 400), (1, 2)),
        )
        found.append(Arrival(at_s, loads))
    return found


def test_two_pieces_share_a_load_and_start_it_when_it_is_full() -> None:
    """Cut 8:00–8:10 and 8:10–8:20, one load 8:20–9:20, packed at 9:25 and 9:30."""
    run = play(PLANT, [Arrival(EIGHT, PAIR), Arrival(EIGHT, PAIR)])

    assert [fate.finished_s - EIGHT for fate in run.fates] == [85 * 60, 90 * 60]
    assert run.busy_s == {"cut": 0, "wash": 0, "test": 0, "pack": 0}  # counted until the last order comes


def test_a_load_that_never_fills_starts_when_its_reserved_start_has_come() -> None:
    """The reserved buckets of a piece that comes at 8:00 sharp: cut from 7:30 on is over, so 9:00, 10:30, 12:00."""
    run = play(PLANT, [Arrival(EIGHT, PAIR)])

    assert run.fates[0].finished_s - EIGHT == (2 * 60 + 30 + 60 + 5) * 60
    assert run.fates[0].promised_s - EIGHT == (5 * 60 + 30 + 90) * 60


def test_unattended_work_runs_on_after_the_shift() -> None:
    """Begun at 15:00 on Friday, a test of ten hours is over at one at night; packing waits for Monday."""
    friday = EIGHT + 4 * 24 * 3600 + 7 * 3600
    loads = (OperationLoad("test", "test", 36_000), OperationLoad("pack", "pack", 300, (0,)))
    run = play(PLANT, [Arrival(friday, loads)])

    assert run.fates[0].finished_s == EIGHT + 7 * 24 * 3600 + 300


def test_people_leave_work_and_go_on_with_it() -> None:
    late = EIGHT + 8 * 3600 - 300
    run = play(PLANT, [Arrival(late, (OperationLoad("cut", "cut", 600),))])

    assert run.fates[0].finished_s == EIGHT + 24 * 3600 + 300


def test_promises_are_those_of_the_plant() -> None:
    """The simulated promise is the one an inquiry would give for the same demand on the same ledger."""
    booking = Booking(PLANT, MONDAY, 30)
    for arrival in some_arrivals(40, seed=3):
        demand = Demand(arrival.loads)
        material = plan_material((), 1, {}, arrival.at_s)
        situation = Situation(PLANT, booking.ledger, booking.empty, material, arrival.at_s)
        said = promise(demand, situation)
        plan = booking.place(arrival.loads, arrival.at_s)

        assert plan == said.plan
        assert booking.promised_s(plan, PLANT.spare_buckets) == said.promise.finish_at.timestamp()
        booking.take(plan.placements)


def test_giving_back_leaves_what_was() -> None:
    booking, untouched = Booking(PLANT, MONDAY, 30), Booking(PLANT, MONDAY, 30)
    plans = []
    for arrival in some_arrivals(30, seed=5):
        plans.append(booking.place(arrival.loads, arrival.at_s))
        booking.take(plans[-1].placements)
    for placement in random.Random(1).sample([one for plan in plans for one in plan.placements], 120):
        booking.give_back(placement)

    for code, timeline in booking.ledger.items():
        assert timeline.free.tolist() == untouched.ledger[code].free.tolist()
        assert timeline.loads == []


@pytest.mark.parametrize("seed", range(6))
def test_exact_times_keep_every_promise(seed: int) -> None:
    run = play(PLANT, some_arrivals(150, seed), noise=EXACT, seed=seed)

    assert all(fate.is_kept for fate in run.fates)
    assert run.late_unwarned == 0


def test_a_floor_far_worse_than_its_reserve_breaks_promises_most_of_them_warned_of() -> None:
    bad = Noise(cv=0.5, downtime=0.5)
    run = play(PLANT, [Arrival(EIGHT + 650 * each, PAIR[:1]) for each in range(200)], noise=bad)
    broken = sum(not fate.is_kept for fate in run.fates)

    assert broken > 50
    assert run.late_unwarned < broken / 2


def test_the_same_seed_plays_the_same_run() -> None:
    runs = [play(PLANT, some_arrivals(60, 2), noise=NOISY, seed=4) for _ in range(2)]

    assert runs[0] == runs[1]
    assert runs[0] != play(PLANT, some_arrivals(60, 2), noise=NOISY, seed=5)


def test_resync_lets_later_orders_be_promised_sooner() -> None:
    arrivals = some_arrivals(200, 8, every_s=560)
    time = people_time(PLANT, MONDAY, 90)
    follows, stands = (figures_of(play(PLANT, arrivals, rule=Rule(resyncs=each)), time) for each in (True, False))

    assert follows.quoted_lead_s < stands.quoted_lead_s
    assert follows.kept == stands.kept == 1
