"""Figures from events: exact values of hand-made histories, and the laws that hold for any (docs/algorithms/metrics.md)."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from production.floor.model import EventKind
from production.metrics.figuring import figures_of
from production.metrics.model import (
    Adherence,
    Agreement,
    Figures,
    FirstPass,
    Happening,
    LeadTime,
    MeasurePass,
    Period,
    PieceHistory,
    Share,
    Step,
    Use,
)
from production.metrics.spans import Condition, life_of
from production.metrics.workdays import Workdays, day_period
from production.plants.model import Adjustment, AdjustmentKind, Hours, Plant, WorkCentre, WorkCentreKind

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
SHIFT = Hours(frozenset(range(5)), 8 * 60, 16 * 60)
PLANT = Plant(
    code="small",
    line="toys",
    timezone="UTC",
    country="DE",
    subdivision=None,
    floor_locale="en",
    work_centres=(
        WorkCentre("table", WorkCentreKind.FLOW, 2, (SHIFT,), reserve_percent=10),
        WorkCentre("bath", WorkCentreKind.BATCH, 1, (SHIFT,), load_pieces=4),
        WorkCentre("rack", WorkCentreKind.SLOT, 3, (SHIFT,)),
    ),
)
STEPS = {10: Step("cut", "table"), 20: Step("dye", "bath", (10,)), 30: Step("test", "rack", (20,))}
WEEK = day_period(PLANT, MONDAY, FRIDAY)
HOUR = 3600
DAYS = Workdays(PLANT)


def at(clock: str, day: date = MONDAY) -> int:
    hours, minutes = clock.split(":")
    return int(datetime(day.year, day.month, day.day, int(hours), int(minutes), tzinfo=UTC).timestamp())


def history(*events: tuple[str, str, int | None], **values: object) -> PieceHistory:
    """Return a piece whose events are kind, clock (``2 09:00`` on the second day) and operation."""
    happened = []
    for number, (kind, when, operation) in enumerate(events, start=1):
        day, _, clock = when.rpartition(" ")
        happened.append(
            Happening(
                number, EventKind(kind), at(clock, MONDAY + timedelta(days=int(day) - 1 if day else 0)), operation
            )
        )
    found = PieceHistory("T-1", 1, STEPS, tuple(happened))
    return replace(found, **values)  # type: ignore[arg-type]


def figures(*histories: PieceHistory, period: Period = WEEK, now: int = WEEK.to_s, **values: object) -> Figures:
    return figures_of(histories, Workdays(PLANT, **values) if values else DAYS, period, now_s=now)  # type: ignore[arg-type]


#: Ordered on the Friday before; cut on Monday with a break, dyed after a failed check, tested overnight, built on Tuesday.
WHOLE = history(
    ("released", "08:00", None),
    ("kitted", "08:30", None),
    ("started", "09:00", 10),
    ("paused", "10:00", 10),
    ("resumed", "10:30", 10),
    ("finished", "11:00", 10),
    ("started", "12:00", 20),
    ("failed_check", "13:00", 20),
    ("rework", "13:30", 20),
    ("started", "14:00", 20),
    ("finished", "15:00", 20),
    ("started", "15:30", 30),
    ("finished", "2 09:30", 30),
    agreement=Agreement(at("08:00") - 3 * 24 * HOUR, date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 2)),
)


def test_a_piece_is_kept_late_and_as_asked_by_its_days() -> None:
    """Built on Tuesday: in time for the promise as it stands, a day after the first one and after the day asked for."""
    found = figures(WHOLE)
    assert (found.released, found.built, found.scrapped) == (1, 1, 0)
    assert (found.kept, found.kept_first, found.requested) == (Share(1, 1), Share(0, 1), Share(0, 1))
    assert found.slippage_days == {1: 1}
    assert found.built_on == {TUESDAY: 1}


def test_the_lead_time_falls_apart_without_a_rest() -> None:
    """Three days in the office, an hour on the floor, the failed half hour and the pause stopped, the night at work."""
    found = figures(WHOLE).lead
    assert found == LeadTime(
        pieces=1,
        office_s=72 * HOUR,
        first_wait_s=HOUR,
        between_s=HOUR + HOUR // 2 + HOUR // 2,  # after cutting, after rework was asked for, after dyeing
        work_s=HOUR + HOUR // 2 + HOUR + HOUR + 18 * HOUR,
        stopped_s=HOUR // 2 + HOUR // 2,
    )
    assert found.total_s == at("09:30", TUESDAY) - (at("08:00") - 72 * HOUR)


def test_work_in_process_is_counted_by_the_second_and_at_the_end_of_each_day() -> None:
    """A day and a half hour more on the floor, over one midnight."""
    found = figures(WHOLE)
    assert found.wip_s == 25 * HOUR + HOUR // 2
    assert list(found.wip_at.values()) == [1, 0, 0, 0, 0]


def test_first_pass_yield_judges_the_first_try_only() -> None:
    """Dyeing failed its first check; that it went well the second time makes it no first pass."""
    assert figures(WHOLE).operations == {
        "cut": FirstPass(1, 1, 0),
        "dye": FirstPass(1, 0, 1),
        "test": FirstPass(1, 1, 0),
    }


def test_first_pass_of_a_measure_is_that_of_its_first_reading() -> None:
    """The waist failed at 850, five millimetres over; the hip passed; the second readings do not count."""
    first = Happening(
        4, EventKind.FAILED_CHECK, at("10:00"), 10, "measure:waist", {"hip": 1001, "waist": 850, "unknown": 1}
    )
    again = Happening(7, EventKind.FINISHED, at("11:00"), 10, "", {"hip": 1010, "waist": 845})
    piece = history(("released", "08:00", None), ("started", "09:00", 10), targets_mm={"waist": 845, "hip": 1000})
    found = figures(replace(piece, happenings=(*piece.happenings, first, again)))
    assert found.measures == {"hip": MeasurePass(1, 1, 1), "waist": MeasurePass(1, 0, 5)}
    assert found.measures["waist"].mean_off_tenth_mm == 50


def test_use_is_staffed_time_worked_of_the_places_there_are() -> None:
    """No reserve is taken off; a place in a load counts alone; unattended places run through the night."""
    found = figures(WHOLE)
    assert found.uses["table", MONDAY] == Use(HOUR + HOUR // 2, 2 * 8 * HOUR)
    assert found.uses["bath", MONDAY] == Use(2 * HOUR, 4 * 8 * HOUR)
    assert found.uses["rack", MONDAY] == Use(8 * HOUR + HOUR // 2, 3 * 24 * HOUR)
    assert found.uses["rack", TUESDAY] == Use(9 * HOUR + HOUR // 2, 3 * 24 * HOUR)
    assert found.use_of("rack") == Use(18 * HOUR, 5 * 3 * 24 * HOUR)


def test_a_forgotten_finish_counts_no_night() -> None:
    """Cut from Monday two o'clock to Tuesday nine, as scanned: two hours and one."""
    found = figures(history(("released", "08:00", None), ("started", "14:00", 10), ("finished", "2 09:00", 10)))
    assert [found.uses["table", day].worked_s for day in (MONDAY, TUESDAY)] == [2 * HOUR, HOUR]


def test_work_outside_all_shifts_counts_whole() -> None:
    """Somebody was there from 18 to 19 o'clock, whatever the calendar says."""
    found = figures(history(("released", "08:00", None), ("started", "18:00", 10), ("finished", "19:00", 10)))
    assert found.uses["table", MONDAY] == Use(HOUR, 2 * 8 * HOUR)


def test_adjustments_change_what_could_have_been_worked() -> None:
    """One of two places is down until noon, and one works on until 18 o'clock."""
    changes = [
        Adjustment("table", AdjustmentKind.DOWN, MONDAY, 8 * 60, 12 * 60),
        Adjustment("table", AdjustmentKind.OVERTIME, MONDAY, 16 * 60, 18 * 60),
    ]
    late = history(("released", "08:00", None), ("started", "15:00", 10), ("finished", "17:30", 10))
    found = figures(late, adjustments=changes)
    assert found.uses["table", MONDAY] == Use(2 * HOUR + HOUR // 2, (16 - 4 + 2) * HOUR)


@pytest.mark.parametrize(
    ("planned", "found"),
    [("09:00", Adherence(within=1)), ("07:30", Adherence(behind=1)), ("10:30", Adherence(ahead=1))],
)
def test_schedule_adherence_is_judged_by_the_bucket(planned: str, found: Adherence) -> None:
    """Started at nine; the bucket of 7:30 ended at that second."""
    steps = {10: replace(STEPS[10], planned_s=at(planned))}
    piece = history(("released", "08:00", None), ("started", "09:00", 10), steps=steps)
    assert figures(piece).adherence == {"table": found}
    assert found.share == Share(1 - found.behind, 1)


def test_a_held_piece_does_not_work() -> None:
    """Held for an hour while it was cut: the hour is stopped, and the table did not work it."""
    piece = history(
        ("released", "08:00", None),
        ("started", "09:00", 10),
        ("held", "10:00", None),
        ("continued", "11:00", None),
        ("finished", "12:00", 10),
    )
    assert [one[2] for one in life_of(piece).conditions] == [
        Condition.FIRST_WAIT,
        Condition.WORK,
        Condition.STOPPED,
        Condition.WORK,
        Condition.BETWEEN,
    ]
    assert figures(piece).uses["table", MONDAY].worked_s == 2 * HOUR


def test_a_scrapped_piece_leaves_the_floor_and_is_never_built() -> None:
    """It counts where it was scrapped, and as first tries as far as it came."""
    found = figures(history(("released", "08:00", None), ("started", "09:00", 10), ("scrapped", "10:00", 10)))
    assert (found.released, found.built, found.scrapped, found.wip_s) == (1, 0, 1, 2 * HOUR)
    assert found.operations == {}


def test_a_scan_that_came_late_stands_where_it_happened() -> None:
    """The start was uploaded after the finish: the hour between them is work all the same."""
    late = (
        Happening(1, EventKind.RELEASED, at("08:00")),
        Happening(2, EventKind.FINISHED, at("10:00"), 10),
        Happening(3, EventKind.STARTED, at("09:00"), 10),
    )
    assert figures(history(happenings=late)).uses["table", MONDAY].worked_s == HOUR


def test_what_is_not_over_counts_until_now() -> None:
    """At ten on Monday: an hour of cutting, two on the floor, no end of a day yet."""
    found = figures(history(("released", "08:00", None), ("started", "09:00", 10)), now=at("10:00"))
    assert (found.wip_s, found.uses["table", MONDAY].worked_s, dict(found.wip_at)) == (2 * HOUR, HOUR, {})


def test_the_share_of_all_is_a_thousand_and_of_nothing_none() -> None:
    """Rounded down: 999 of 1,000 and one lost is never shown as all."""
    assert (Share(3, 3).per_mille, Share(0, 0).per_mille, Share(9999, 10000).per_mille) == (1000, None, 999)


# --- laws -----------------------------------------------------------------------------------------

KINDS = [kind for kind in EventKind if kind not in (EventKind.SHIPPED, EventKind.CHANGED)]


@st.composite
def pieces(draw: st.DrawFn) -> PieceHistory:
    """Any events at all, in any order: what a floor could not have done is as good for these laws."""
    events = draw(
        st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5 * 24 * 4), st.sampled_from([None, 10, 20, 30])))
    )
    happened = [Happening(0, EventKind.RELEASED, WEEK.from_s)]
    for number, (kind, quarter, operation) in enumerate(events, start=1):
        needs_operation = kind in (EventKind.STARTED, EventKind.RESUMED, EventKind.FINISHED, EventKind.REWORK)
        measured = {"waist": 800 + number} if kind is EventKind.FAILED_CHECK else {}
        happened.append(
            Happening(
                number,
                kind,
                WEEK.from_s + 900 * quarter,
                operation or (10 if needs_operation else None),
                measured_mm=measured,
            )
        )
    day = draw(st.integers(-3, 9))
    agreed = Agreement(WEEK.from_s - day * HOUR, MONDAY + timedelta(days=day), MONDAY + timedelta(days=day + 1))
    return PieceHistory("T", 1, STEPS, tuple(happened), {"waist": 805}, draw(st.sampled_from([None, agreed])))


@settings(max_examples=40)
@given(st.lists(pieces(), max_size=4), st.integers(0, 5 * 24 * 2))
def test_two_halves_add_up_to_the_whole(found: Sequence[PieceHistory], half_hours: int) -> None:
    """M-1: cut the week at any moment, within a shift and a bucket too."""
    middle = WEEK.from_s + 1800 * half_hours
    halves = figures(*found, period=Period(WEEK.from_s, middle)) + figures(*found, period=Period(middle, WEEK.to_s))
    whole = figures(*found)
    for one in fields(Figures):
        assert getattr(halves, one.name) == getattr(whole, one.name), one.name


@settings(max_examples=40)
@given(st.lists(pieces(), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(found: Sequence[PieceHistory], rng: random.Random) -> None:
    """M-2: events and pieces come in any order."""
    shuffled = [replace(one, happenings=tuple(rng.sample(one.happenings, len(one.happenings)))) for one in found]
    assert figures(*rng.sample(shuffled, len(shuffled))) == figures(*found)


@settings(max_examples=40)
@given(pieces())
def test_the_parts_of_a_lead_time_are_the_whole(found: PieceHistory) -> None:
    """M-4: nothing of the time between order and last operation is lost or counted twice."""
    agreed = Agreement(WEEK.from_s - HOUR, MONDAY, MONDAY)
    lead = figures(replace(found, agreement=agreed)).lead
    built_s = life_of(found).built_s
    is_counted = built_s is not None and WEEK.holds(built_s)
    assert lead.total_s == (built_s - agreed.ordered_s if is_counted and built_s is not None else 0)
    assert min(lead.office_s, lead.first_wait_s, lead.between_s, lead.work_s, lead.stopped_s) >= 0


@settings(max_examples=40)
@given(st.lists(pieces(), max_size=4))
def test_work_in_process_is_the_time_pieces_spend_on_the_floor(found: Sequence[PieceHistory]) -> None:
    """Little's law, exactly: the sum over time is the sum over pieces."""
    spent = sum(
        WEEK.common_s(from_s, WEEK.to_s if to_s is None else to_s)
        for one in found
        for from_s, to_s in life_of(one).on_floor
    )
    assert figures(*found).wip_s == spent
