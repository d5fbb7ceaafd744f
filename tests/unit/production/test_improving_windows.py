"""Windows of the sequence: what may move, what CP-SAT is told and says, and what is believed of it."""

import itertools
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from production.sequencing.improving import improved, improved_sequence
from production.sequencing.judging import Worth, flaws, worth
from production.sequencing.model import Step, Work
from production.sequencing.narrowing import narrowed, widened
from production.sequencing.searching import sequence
from production.sequencing.solving import solved
from production.sequencing.stating import Stated
from production.sequencing.window import Piece, Place, Schedule, Slot, Task, Window
from production.sequencing.windowing import cut_out, windows_of
from tests.floors import EIGHT, HOUR, PLANT, assert_workable, floors

NOTHING = Window((), (), (), ())


def one_machine(*jobs: tuple[int, int], **more: object) -> Window:
    """Return jobs of (seconds, due) at one machine, given in that order."""
    given, end_s = [], 0
    for seconds, _ in jobs:
        given.append(Slot(0, end_s, end_s + seconds))
        end_s += seconds
    tasks = tuple(Task(index, ((0, seconds),)) for index, (seconds, _) in enumerate(jobs))
    return Window(tuple(Piece(due_s) for _, due_s in jobs), (Place(**more),), tasks, tuple(given))  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(works=floors(), data=st.data())
def test_every_sequence_is_workable_as_the_window_it_is_cut_into(works: tuple[Work, ...], data: st.DataObject) -> None:
    """W-1, W-2: whatever pieces may move, the sequence itself keeps to all rules of their window."""
    found = sequence(PLANT, works, EIGHT)
    pieces = data.draw(st.frozensets(st.sampled_from([work.key for work in works]), min_size=1))
    cut = cut_out(PLANT, works, found, EIGHT, pieces)

    assert flaws(cut.window, cut.window.given) == []
    assert {key for key, _ in cut.steps} <= pieces
    assert cut.put_back(found, cut.window.given) == found
    assert Window.from_json(cut.window.to_json()) == cut.window


@settings(max_examples=25, deadline=None)
@given(works=floors(5))
def test_the_hint_is_the_given_schedule_to_the_second(works: tuple[Work, ...]) -> None:
    """W-4: with every variable fixed to its hint the model still has a solution, and it is the schedule given."""
    from ortools.sat.python import cp_model

    window = cut_out(PLANT, works, sequence(PLANT, works, EIGHT), EIGHT, frozenset(work.key for work in works)).window
    stated = Stated(window)
    stated.hint(window.given)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = True

    assert solver.solve(stated.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    assert stated.schedule(solver.value) == window.given
    assert len(stated.model.proto.solution_hint.vars) == len(set(stated.model.proto.solution_hint.vars))
    goals = [goal if isinstance(goal, int) else solver.value(goal) for goal in stated.goals()]
    assert tuple(goals) == worth(window, window.given)


@settings(max_examples=25, deadline=None)
@given(works=floors(4))
def test_a_solved_window_is_workable_never_worse_and_nobody_pays(works: tuple[Work, ...]) -> None:
    """W-2, W-3: judged by the window's own rules and by those of the floor."""
    before = sequence(PLANT, works, EIGHT)
    cut = cut_out(PLANT, works, before, EIGHT, frozenset(work.key for work in works))
    found = solved(cut.window, time_s=1.0)
    after = cut.put_back(before, found.schedule)

    assert flaws(cut.window, found.schedule) == []
    assert worth(cut.window, found.schedule) <= worth(cut.window, cut.window.given)
    assert_workable(works, after)
    assert after.late(works) <= before.late(works)
    due = {work.key: work.due_s for work in works}
    assert all(end_s <= max(due[key], before.finished_s[key]) for key, end_s in after.finished_s.items())


@settings(max_examples=20, deadline=None)
@given(jobs=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 30)), min_size=1, max_size=5))
def test_one_machine_against_all_orders_of_its_jobs(jobs: list[tuple[int, int]]) -> None:
    """W-3: the least seconds late, then the least sum of ends, of all permutations in which nobody pays; and proven."""
    window = one_machine(*jobs)
    possible = []
    for order in itertools.permutations(range(len(jobs))):
        slots: list[Slot] = [Slot(0, 0, 0)] * len(jobs)
        end_s = 0
        for index in order:
            slots[index] = Slot(0, end_s, end_s + jobs[index][0])
            end_s += jobs[index][0]
        if not flaws(window, tuple(slots)):
            possible.append(worth(window, tuple(slots)))
    found = solved(window, time_s=10.0)

    assert found.is_proven
    assert worth(window, found.schedule) == min(possible)


def test_like_follows_like_where_the_gap_search_did_not() -> None:
    """Red, blue, red, blue, all due late: two set-ups of four, and everybody done by the time the last one was."""
    works = tuple(
        Work(f"p{n}", EIGHT + 8 * HOUR, (Step(10, "pack", 600, EIGHT + n * 3 * HOUR, (), recipe, 120),))
        for n, recipe in enumerate(["red", "blue", "red", "blue"])
    )
    before = sequence(PLANT, works, EIGHT)
    after, (window,) = improved_sequence(PLANT, works, before, EIGHT, time_s=10.0)

    assert (window.before.setups, window.after.setups) == (4, 2)
    assert window.is_proven
    assert window.trouble == ""
    assert max(after.finished_s.values()) == EIGHT + 2400 - 240


def test_what_runs_and_what_others_hang_on_stays() -> None:
    """A runs; B follows its like A; C may move; the load of D and E stays, for E is of another window."""
    running = Step(10, "pack", 600, EIGHT, (), "red", 0, is_running=True)
    like = Step(10, "pack", 600, EIGHT + 1, (), "red", 60)
    works = (
        Work("a", EIGHT + HOUR, (running,)),
        Work("b", EIGHT + HOUR, (like,)),
        Work("c", EIGHT + 9 * HOUR, (Step(10, "pack", 600, EIGHT + 5 * HOUR),)),
        Work("d", EIGHT + 9 * HOUR, (Step(10, "wash", 600, EIGHT, (), "stone"),)),
        Work("e", EIGHT + 9 * HOUR, (Step(10, "wash", 600, EIGHT, (), "stone"),)),
    )
    found = sequence(PLANT, works, EIGHT)
    cut = cut_out(PLANT, works, found, EIGHT, frozenset("abcd"))

    assert cut.steps == (("c", 10),)
    assert (0, 1140) in cut.window.places[0].closed
    assert [len(pieces) for pieces in windows_of(found, most=2)] == [2, 2, 1]


@settings(max_examples=25, deadline=None)
@given(works=floors(6), data=st.data())
def test_a_gain_in_a_small_window_is_the_same_gain_in_the_large_one(
    works: tuple[Work, ...], data: st.DataObject
) -> None:
    """W-8."""
    cut = cut_out(PLANT, works, sequence(PLANT, works, EIGHT), EIGHT, frozenset(work.key for work in works))
    pieces = data.draw(st.frozensets(st.integers(0, len(works) - 1), min_size=1, max_size=3))
    small, positions = narrowed(cut.window, cut.window.given, pieces)
    assert flaws(small, small.given) == []
    if not small.tasks:
        return
    found = solved(small, time_s=0.5).schedule
    whole = widened(cut.window.given, positions, found)

    assert flaws(cut.window, whole) == []
    gain = [a - b for a, b in zip(worth(small, small.given), worth(small, found), strict=True)]
    whole_gain = [a - b for a, b in zip(worth(cut.window, cut.window.given), worth(cut.window, whole), strict=True)]
    assert whole_gain == gain


LIKE = Task(0, ((0, 100),), recipe="red", setup_s=20)


@pytest.mark.parametrize(
    ("window", "schedule", "flaw"),
    [
        (one_machine((5, 9)), (), "0 slots for 1 tasks"),
        (one_machine((5, 9)), (Slot(1, 0, 5),), "task 0 cannot be done at place 1"),
        (one_machine((5, 9)), (Slot(0, 0, 4),), "task 0 in other than its time"),
        (one_machine((5, 9), closed=((3, 4),)), (Slot(0, 0, 5),), "task 0 in closed time"),
        (one_machine((5, 9), begins=((3, 4),)), (Slot(0, 4, 9),), "task 0 begun out of hours"),
        (one_machine((5, 4)), (Slot(0, 1, 6),), "piece 0 later than it is due and was"),
        (one_machine((5, 9), (5, 9)), (Slot(0, 0, 5), Slot(0, 4, 9)), "task 1 while another is done there"),
        (
            one_machine((5, 9), (5, 9), (5, 9), load_pieces=2),
            (Slot(0, 0, 5), Slot(0, 0, 5), Slot(0, 0, 5)),
            "load at 0 of 3 pieces",
        ),
        (
            one_machine((5, 9), (5, 9), load_pieces=2),
            (Slot(0, 0, 5), Slot(0, 4, 9)),
            "a load at 4 while another is done there",
        ),
        (
            Window(
                (Piece(999),), (Place(),), (LIKE, replace(LIKE, recipe="blue")), (Slot(0, 0, 100), Slot(0, 100, 200))
            ),
            (Slot(0, 0, 100), Slot(0, 100, 180)),
            "task 1 in other than its time",
        ),
        (
            Window((Piece(999),), (Place(),), (LIKE, replace(LIKE, after=(0,))), (Slot(0, 0, 100), Slot(0, 100, 180))),
            (Slot(0, 100, 180), Slot(0, 0, 100)),
            "task 1 before what it waits for",
        ),
        (
            Window((Piece(999),), (Place(),), (replace(LIKE, until_s=150),), (Slot(0, 0, 100),)),
            (Slot(0, 60, 160),),
            "task 0 outside its time",
        ),
    ],
)
def test_the_judge_names_the_flaw(window: Window, schedule: Schedule, flaw: str) -> None:
    assert flaw in flaws(window, schedule)


SAYS = "import sys, time; sys.stdin.read(); print({!r}, flush=True); time.sleep({})"


def told(answer: str, sleeps: int = 0, start_s: float = 20.0) -> tuple[Schedule, Worth, str]:
    window = one_machine((9, 9), (2, 2))
    found = improved(window, time_s=0.1, start_s=start_s, program=(sys.executable, "-c", SAYS.format(answer, sleeps)))
    assert found.before == (9, 0, 20)
    if found.trouble:
        assert found.proven == 0
    return found.schedule, found.after, found.trouble


GIVEN = (Slot(0, 0, 9), Slot(0, 9, 11))


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ("", "no answer"),
        ("not JSON", "no answer"),
        ('{"slots": [[0, 0, 2], [0, 2, 4]], "proven": 3}', "the answer does not hold: task 0 in other than its time"),
        ('{"slots": [[0, 0, 9], [0, 10, 12]], "proven": 3}', "the answer does not hold: piece 1 later"),
        ('{"slots": [[0, 2, 11], [0, 0, 2]], "proven": 3}', "the answer does not hold: piece 0 later"),
    ],
)
def test_no_answer_or_one_that_does_not_hold_leaves_the_sequence(
    answer: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    """W-7: the given sequence stays, nothing is claimed proven, and the log says so."""
    schedule, after, said = told(answer)

    assert (schedule, after) == (GIVEN, (9, 0, 20))
    assert said.startswith(trouble)
    assert "stays as it was" in caplog.text


def test_a_process_that_dies_leaves_the_sequence() -> None:
    window = one_machine((9, 9), (2, 2))
    found = improved(window, time_s=1.0, program=(sys.executable, "-c", "import os; os.abort()"))

    assert found.schedule == window.given
    assert found.trouble.startswith("the process ended")


def test_a_process_out_of_time_is_ended_and_what_it_had_found_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """W-7: its last whole line counts, the one cut off does not; it would have slept for ten minutes."""
    better = '{"slots": [[0, 0, 9], [0, 9, 11]], "proven": 0}\n{"slots": [[0, 2'
    schedule, _, trouble = told(better, sleeps=600, start_s=1.5)

    assert schedule == GIVEN
    assert trouble == "the process took too long and was ended"
    assert "what it had found is kept" in caplog.text


def test_a_sequence_that_breaks_the_rules_is_not_begun_with() -> None:
    window = replace(one_machine((5, 9)), given=(Slot(0, 0, 4),))
    found = improved(window, time_s=1.0, program=("/nowhere",))

    assert found.schedule == window.given
    assert found.trouble == "not a sequence to begin with: task 0 in other than its time"


def test_an_empty_window_is_nothing() -> None:
    assert flaws(NOTHING, ()) == []
    assert worth(NOTHING, ()) == (0, 0, 0)
