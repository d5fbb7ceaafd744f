"""Working time against counting second by second."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from production.plants.loading import load_plant
from production.sequencing.working_time import WorkingTime, centre_time, people_time

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


def seconds_of(given_spans: list[tuple[int, int]]) -> list[int]:
    return sorted({second for from_s, to_s in given_spans for second in range(from_s, to_s)})


@given(given_spans=spans, at_s=st.integers(-5, 70))
def test_counts_the_seconds_before_a_moment(given_spans: list[tuple[int, int]], at_s: int) -> None:
    time = WorkingTime(given_spans)
    worked = seconds_of(given_spans)

    assert time.total_s == len(worked)
    assert time.worked_s(at_s) == sum(second < at_s for second in worked)
    assert time.is_at_work(at_s) == (at_s in worked)
    assert time.next_s(at_s) == next((second for second in worked if second >= at_s), None)


@given(given_spans=spans.filter(lambda each: bool(seconds_of(each))), share=st.integers(0, 100))
def test_finds_the_moment_after_so_many_seconds(given_spans: list[tuple[int, int]], share: int) -> None:
    time = WorkingTime(given_spans)
    worked = seconds_of(given_spans)
    done = share * len(worked) // 100

    assert time.begins_s(done) == (worked[done] if done < len(worked) else worked[-1] + 1)
    assert time.ends_s(done) == (worked[done - 1] + 1 if done else worked[0])


@given(given_spans=spans, gaps=spans)
def test_less_some_gaps(given_spans: list[tuple[int, int]], gaps: list[tuple[int, int]]) -> None:
    left = WorkingTime(given_spans).without(gaps)

    assert seconds_of(left.spans) == sorted(set(seconds_of(given_spans)) - set(seconds_of(gaps)))


def test_a_shift_of_a_demo_plant() -> None:
    """Monday 2026-03-02 in Lisbon: 06:00 to 14:30 with half an hour's break, UTC."""
    plant = load_plant("jeans")
    day = centre_time(plant, plant.work_centre("cutting"), date(2026, 3, 2), 1)

    assert day.total_s == 8 * 3600
    assert [to_s - from_s for from_s, to_s in day.spans] == [4 * 3600 + 1800, 3 * 3600 + 1800]


def test_people_time_leaves_out_what_machines_do_alone() -> None:
    """People are there until 18:00; the laundry's machines until 22:30."""
    plant = load_plant("jeans")

    assert people_time(plant, date(2026, 3, 2), 1).total_s == (4 * 60 + 30 + 7 * 60) * 60
