"""From recorded events to a reserve: exact values, and what must hold whatever was measured."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.calibrating.model import LEAST_TIMES, OperationEvent, RecordedOperation, TimedOperation, Verdict
from production.calibrating.proposing import reserve_of
from production.calibrating.timing import timed
from production.floor.model import EventKind
from production.plants.model import Hours, Plant, WorkCentre, WorkCentreKind
from production.sequencing.working_time import WorkingTime, centre_time

DAY_S = 28_800


def times(*worked_s: int, stopped_s: int = 0, repeat: int = 20) -> list[TimedOperation]:
    return [TimedOperation(1_000, one, stopped_s) for one in worked_s for _ in range(repeat)]


@pytest.mark.parametrize(
    ("measured", "percent"),
    [
        (times(1_000, 1_000), 0),
        (times(900, 900), 0),
        (times(1_100, 1_100), 10),  # 1 - 1/1.1 = 9.09 %
        (times(1_250, 1_250), 20),
        (times(950, 950, stopped_s=50), 0),  # faster than planned by as much as it stands still
        (times(1_000, 1_000, stopped_s=50), 5),  # 50 of 1,050 s
        (times(900, 1_100), 6),  # v = 10.256, swing 0.0583
        (times(500, 1_500), 26),  # v = 256.4, swing 0.2916
    ],
)
def test_a_reserve_is_what_the_times_ask_for(measured: list[TimedOperation], percent: int) -> None:
    """C-3, C-4."""
    verdict, evidence, found = reserve_of(measured, DAY_S)

    assert (verdict, found) == (Verdict.PROPOSED, percent)
    assert (evidence.count, evidence.left_out) == (40, 0)


def test_the_evidence_says_what_was_seen() -> None:
    """C-3: n, mean, cv, share of standing still, and the share of days it aims for."""
    _, evidence, _ = reserve_of([*times(900, 1_300, stopped_s=110), TimedOperation(1_000, 3)], DAY_S, kept_permille=990)

    assert (evidence.count, evidence.left_out, evidence.kept_permille) == (40, 1, 990)
    assert (evidence.mean_percent, evidence.cv_percent, evidence.stopped_percent) == (110, 18, 9)


def test_too_few_times_and_times_beyond_belief_give_no_figure() -> None:
    """C-2, C-5."""
    assert reserve_of(times(1_000, repeat=LEAST_TIMES - 1), DAY_S)[0] is Verdict.TOO_FEW
    forgotten = times(99, 10_001, repeat=LEAST_TIMES)
    verdict, evidence, percent = reserve_of(forgotten, DAY_S)
    assert (verdict, evidence.left_out, percent) == (Verdict.TOO_FEW, 2 * LEAST_TIMES, None)
    assert reserve_of(times(3_000, repeat=LEAST_TIMES), DAY_S)[0] is Verdict.TOO_MUCH


@given(
    worked=st.lists(st.integers(700, 1_400), min_size=30, max_size=60),
    stopped=st.integers(0, 150),
    day_s=st.integers(20_000, 200_000),
)
def test_more_stops_longer_work_and_shorter_days_never_ask_for_less(
    worked: list[int], stopped: int, day_s: int
) -> None:
    """C-4: monotone, and never less than the share of time that stands still when work takes as long as planned."""
    plain = [TimedOperation(1_000, one, stopped) for one in worked]
    percent = reserve_of(plain, day_s)[2]
    assert percent is not None
    worse = (
        reserve_of([TimedOperation(1_000, one, stopped + 40) for one in worked], day_s)[2],
        reserve_of([TimedOperation(1_000, one + 60, stopped) for one in worked], day_s)[2] if not stopped else percent,
        reserve_of(plain, day_s // 2)[2],
    )
    assert all(one is not None and one >= percent for one in worse)
    if sum(worked) >= 1_000 * len(worked):
        assert percent >= 100 * stopped * len(worked) // (sum(worked) + stopped * len(worked))


def test_nights_breaks_and_pauses_are_not_work_and_work_done_again_is() -> None:
    """C-1: half an hour before the night, a pause of ten minutes, and again after a failed check."""
    staffed = WorkingTime([(0, 3_600), (90_000, 100_000)])
    kinds = (
        (EventKind.STARTED, 1_800),
        (EventKind.PAUSED, 91_000),
        (EventKind.RESUMED, 91_600),
        (EventKind.FAILED_CHECK, 92_000),
        (EventKind.STARTED, 95_000),
        (EventKind.FINISHED, 95_300),
    )
    events = tuple(OperationEvent(kind, at_s) for kind, at_s in kinds)

    assert timed(RecordedOperation("saw", 2_000, events), staffed) == TimedOperation(2_000, 3_500, 600)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 12, 31), 24)]
)
def test_a_shift_around_the_clock_is_as_long_as_its_day(day: date, hours: int) -> None:
    """C-1: the nights that lose and gain an hour, and the last day of a year of 53 weeks."""
    centre = WorkCentre("saw", WorkCentreKind.FLOW, 1, (Hours(frozenset(range(7)), 0, 1_440),))
    plant = Plant("p", "toys", "Europe/Berlin", "DE", None, "en", (centre,))

    assert centre_time(plant, centre, day, 1).total_s == hours * 3_600
