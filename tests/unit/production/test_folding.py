"""What a piece is, from what happened to it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.floor.folding import after, event_of, fold, out_of_tolerance
from production.floor.model import (
    Action,
    ActionNotPossible,
    EventKind,
    MeasureLimit,
    OperationState,
    OutOfSequence,
    WorkEvent,
    WorkOperation,
    WorkOrder,
    WorkState,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def operation(number: int, *waits: int, is_cut_off: bool = False) -> WorkOperation:
    return WorkOperation(number, f"op{number}", "sewing", 60, waits, "", is_cut_off)


ORDER = WorkOrder(
    order_number="JE-2026-000001",
    piece=1,
    revision="A",
    line="jeans",
    due_at=NOW,
    operations=(operation(10, is_cut_off=True), operation(20, 10), operation(30, 10), operation(40, 20, 30)),
    measures={"waist": MeasureLimit(842, 13)},
)


def events(*steps: tuple[EventKind, int | None]) -> list[WorkEvent]:
    return [WorkEvent(f"s{index}", kind, NOW, number) for index, (kind, number) in enumerate(steps)]


def done(*numbers: int) -> list[tuple[EventKind, int | None]]:
    return [step for number in numbers for step in ((EventKind.STARTED, number), (EventKind.FINISHED, number))]


def test_a_released_piece_waits() -> None:
    status = fold(ORDER, [])

    assert status.state is WorkState.RELEASED
    assert set(status.operations.values()) == {OperationState.WAITING}


def test_a_piece_is_built_when_every_operation_is_finished() -> None:
    assert fold(ORDER, events(*done(10, 20, 30))).state is WorkState.IN_PRODUCTION
    assert fold(ORDER, events(*done(10, 30, 20, 40))).state is WorkState.BUILT
    assert fold(ORDER, events(*done(10, 20, 30, 40), (EventKind.SHIPPED, None))).state is WorkState.SHIPPED


def test_an_operation_starts_after_all_it_waits_for() -> None:
    status = fold(ORDER, events(*done(10, 20)))
    with pytest.raises(OutOfSequence) as refused:
        after(ORDER, status, EventKind.STARTED, 40)

    assert refused.value.facts["waits_for"] == [30]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (EventKind.FINISHED, 10),
        (EventKind.PAUSED, 10),
        (EventKind.RESUMED, 10),
        (EventKind.SHIPPED, None),
        (EventKind.REWORK, 10),
        (EventKind.CONTINUED, None),
    ],
)
def test_what_has_not_begun_cannot_go_on(kind: EventKind, number: int | None) -> None:
    with pytest.raises(ActionNotPossible):
        after(ORDER, fold(ORDER, []), kind, number)


def test_rework_sends_back_the_operation_and_all_that_follows() -> None:
    status = fold(ORDER, events(*done(10, 20, 30), (EventKind.STARTED, 40), (EventKind.FAILED_CHECK, 40)))
    assert status.operations[40] is OperationState.FAILED

    back = after(ORDER, status, EventKind.REWORK, 20)

    assert dict(back.operations) == {
        10: OperationState.FINISHED,
        20: OperationState.WAITING,
        30: OperationState.FINISHED,
        40: OperationState.WAITING,
    }
    assert back.state is WorkState.IN_PRODUCTION


def test_nothing_moves_while_held() -> None:
    held = fold(ORDER, events((EventKind.STARTED, 10), (EventKind.HELD, None)))
    with pytest.raises(ActionNotPossible):
        after(ORDER, held, EventKind.FINISHED, 10)

    assert held.state is WorkState.HELD
    assert after(ORDER, held, EventKind.CONTINUED, None).state is WorkState.IN_PRODUCTION


@pytest.mark.parametrize("end", [EventKind.SCRAPPED, EventKind.CANCELLED])
def test_an_ended_piece_stays_ended(end: EventKind) -> None:
    status = fold(ORDER, events((EventKind.STARTED, 10), (end, None)))
    for kind in (EventKind.FINISHED, EventKind.STARTED, EventKind.REWORK):
        with pytest.raises(ActionNotPossible):
            after(ORDER, status, kind, 10)


def test_the_next_action_follows_the_state() -> None:
    waiting = fold(ORDER, [])
    running = fold(ORDER, events((EventKind.STARTED, 10)))
    paused = fold(ORDER, events((EventKind.STARTED, 10), (EventKind.PAUSED, 10)))
    finished = fold(ORDER, events(*done(10)))

    assert event_of(Action.NEXT, waiting, 10, ORDER) is EventKind.STARTED
    assert event_of(Action.NEXT, running, 10, ORDER) is EventKind.FINISHED
    assert event_of(Action.NEXT, paused, 10, ORDER) is EventKind.RESUMED
    with pytest.raises(ActionNotPossible):
        event_of(Action.NEXT, finished, 10, ORDER)


@pytest.mark.parametrize(("waist", "out"), [(829, ()), (855, ()), (828, ("waist",)), (856, ("waist",))])
def test_tolerance_includes_its_limits(waist: int, out: tuple[str, ...]) -> None:
    assert out_of_tolerance(ORDER, {"waist": waist, "unknown": 1}) == out


@given(st.lists(st.tuples(st.sampled_from(list(EventKind)), st.sampled_from([None, 10, 20, 30, 40])), max_size=40))
def test_no_history_finishes_an_operation_before_what_it_waits_for(
    steps: list[tuple[EventKind, int | None]],
) -> None:
    """Whatever is tried, in whatever order: refused events change nothing, and built means all done in sequence."""
    status = fold(ORDER, [])
    for kind, number in steps:
        try:
            status = after(ORDER, status, kind, number)
        except (ActionNotPossible, OutOfSequence):
            continue
        for one in ORDER.operations:
            if status.operations[one.number] is not OperationState.WAITING:
                assert all(status.operations[before] is OperationState.FINISHED for before in one.after)
        if status.state in (WorkState.BUILT, WorkState.SHIPPED):
            assert set(status.operations.values()) == {OperationState.FINISHED}
