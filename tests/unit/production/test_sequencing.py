"""The gap search: days that can be worked out by hand, and what must hold in any."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from production.errors import BeyondHorizon
from production.sequencing.model import Sequence, Step, Work
from production.sequencing.searching import searched, sequence
from tests.floors import EIGHT, HOUR, PLANT, assert_workable, floors


def one(key: str, centre: str, seconds: int, rank_s: int = EIGHT, **more: object) -> Work:
    step = Step(10, centre, seconds, rank_s, **more)  # type: ignore[arg-type]
    return Work(key, EIGHT + 100 * HOUR, (step,))


def spans(found: Sequence) -> dict[str, tuple[int, int, int]]:
    """Return place, start and end after eight, in minutes, of each piece's last step."""
    return {each.key: (each.place, (each.start_s - EIGHT) // 60, (each.end_s - EIGHT) // 60) for each in found.placed}


def test_two_people_share_the_work_in_the_order_reserved() -> None:
    works = [one("late", "cut", 1800, EIGHT + HOUR), one("a", "cut", 3600), one("b", "cut", 1800, EIGHT + 60)]

    assert spans(searched(PLANT, works, EIGHT, like_within_s=0)) == {
        "a": (0, 0, 60),
        "b": (1, 0, 30),
        "late": (1, 30, 60),
    }


def test_a_later_piece_fills_the_gap_an_earlier_one_leaves() -> None:
    """The first piece is packed at 9:00, after its cut; a second one fits before it."""
    chain = Work("a", EIGHT + 9 * HOUR, (Step(10, "cut", HOUR, EIGHT), Step(20, "pack", 600, EIGHT, (10,))))
    works = [chain, one("b", "pack", 1200, EIGHT + 2 * HOUR), one("c", "pack", 3000, EIGHT + 3 * HOUR)]

    assert spans(searched(PLANT, works, EIGHT, like_within_s=0)) == {
        "a": (0, 60, 70),
        "b": (0, 0, 20),
        "c": (0, 70, 120),
    }


def test_like_follows_like_and_saves_the_set_up() -> None:
    works = [
        one("blue 1", "pack", 600, EIGHT, recipe="blue", setup_s=120),
        one("red", "pack", 600, EIGHT + 60, recipe="red", setup_s=120),
        one("blue 2", "pack", 600, EIGHT + 120, recipe="blue", setup_s=120),
    ]
    grouped, plain = sequence(PLANT, works, EIGHT), searched(PLANT, works, EIGHT, like_within_s=0)

    assert spans(grouped) == {"blue 1": (0, 0, 10), "blue 2": (0, 10, 18), "red": (0, 18, 28)}
    assert (grouped.changeovers, plain.changeovers) == (2, 3)


def test_like_does_not_follow_like_where_a_piece_would_be_late_for_it() -> None:
    urgent = Work("red", EIGHT + 20 * 60, (Step(10, "pack", 600, EIGHT + 60, recipe="red"),))
    works = [one("blue 1", "pack", 600, recipe="blue"), urgent, one("blue 2", "pack", 600, EIGHT + 120, recipe="blue")]

    assert spans(sequence(PLANT, works, EIGHT))["red"] == (0, 10, 20)


def test_pieces_of_one_recipe_share_a_load_not_before_the_first_reserved_start() -> None:
    works = [one(key, "wash", HOUR, EIGHT + HOUR, recipe="stone") for key in ("a", "b", "c")]

    assert spans(sequence(PLANT, works, EIGHT)) == {"a": (0, 60, 120), "b": (0, 60, 120), "c": (0, 120, 180)}


def test_people_do_not_begin_what_they_cannot_end_today() -> None:
    at_half_past_three = EIGHT + 7 * HOUR + 1800

    assert spans(sequence(PLANT, [one("a", "pack", HOUR)], at_half_past_three)) == {"a": (0, 24 * 60, 25 * 60)}


def test_work_longer_than_a_shift_is_gone_on_with() -> None:
    assert spans(sequence(PLANT, [one("a", "pack", 10 * HOUR)], EIGHT)) == {"a": (0, 0, 26 * 60)}


def test_unattended_work_runs_through_the_night() -> None:
    works = [one(key, "test", 20 * HOUR) for key in ("a", "b", "c")]

    assert spans(sequence(PLANT, works, EIGHT)) == {"a": (0, 0, 1200), "b": (1, 0, 1200), "c": (0, 1440, 2640)}


def test_more_work_than_sixty_days_is_refused() -> None:
    with pytest.raises(BeyondHorizon):
        sequence(PLANT, [one("a", "wash", 9 * HOUR)], EIGHT)


@settings(max_examples=150)
@given(works=floors(), grouping=st.sampled_from([0, HOUR, 4 * HOUR]))
def test_every_sequence_can_be_worked(works: tuple[Work, ...], grouping: int) -> None:
    """Q-1: after what it waits for, never two at one place, within the shift, set-up saved only after its like."""
    found = searched(PLANT, works, EIGHT, like_within_s=grouping)

    assert_workable(works, found)


@settings(max_examples=100)
@given(works=floors())
def test_grouping_makes_no_piece_late(works: tuple[Work, ...]) -> None:
    """Q-4: whoever is late in the chosen sequence is late in the plain one too."""
    assert sequence(PLANT, works, EIGHT).late(works) <= searched(PLANT, works, EIGHT, like_within_s=0).late(works)


@settings(max_examples=60)
@given(works=floors())
def test_loads_hold_no_more_than_fits_and_one_recipe(works: tuple[Work, ...]) -> None:
    found = searched(PLANT, works, EIGHT, like_within_s=0)
    by_key = {(work.key, step.number): step for work in works for step in work.steps}
    loads: dict[int, list[str]] = {}
    for each in found.placed:
        if each.work_centre == "wash":
            loads.setdefault(each.start_s, []).append(by_key[each.key, each.number].load_recipe)

    assert all(len(recipes) <= 2 and len(set(recipes)) == 1 for recipes in loads.values())
