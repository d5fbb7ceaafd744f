"""Unit tests of kernel/ids.py."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import fixed_clock, ticking_clock
from kernel.ids import ID_LENGTH, id_maker

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@given(seed=st.integers(0, 2**32), step_ms=st.integers(-5, 5), count=st.integers(2, 60))
def test_ids_sort_in_the_order_they_were_made(seed: int, step_ms: int, count: int) -> None:
    """Also in one millisecond, and while the clock goes back."""
    make = id_maker(ticking_clock(START, timedelta(milliseconds=step_ms)), random.Random(seed))

    made = [make() for _ in range(count)]

    assert made == sorted(set(made))
    assert {len(each) for each in made} == {ID_LENGTH}


def test_the_same_seed_and_clock_make_the_same_ids() -> None:
    first, second = (id_maker(fixed_clock(START), random.Random(7)) for _ in range(2))

    assert [first() for _ in range(3)] == [second() for _ in range(3)]


def test_two_makers_do_not_meet() -> None:
    makers = [id_maker(fixed_clock(START), random.Random(seed)) for seed in range(200)]

    assert len({make() for make in makers for _ in range(5)}) == 1_000


def test_a_later_day_sorts_after_any_earlier_id() -> None:
    early = id_maker(fixed_clock(START), random.Random(1))
    late = id_maker(fixed_clock(START + timedelta(days=1)), random.Random(2))

    assert max(early() for _ in range(50)) < late()
