"""From events to what a piece is, and from an action to the event it makes. Pure."""

from collections.abc import Iterable, Mapping

from production.floor.model import (
    Action,
    ActionNotPossible,
    EventKind,
    OperationState,
    OutOfSequence,
    WorkEvent,
    WorkOrder,
    WorkState,
    WorkStatus,
)

#: What an event makes of an operation, by the state it must be in.
OPERATION_STEPS: Mapping[EventKind, tuple[frozenset[OperationState], OperationState]] = {
    EventKind.STARTED: (frozenset({OperationState.WAITING}), OperationState.RUNNING),
    EventKind.PAUSED: (frozenset({OperationState.RUNNING}), OperationState.PAUSED),
    EventKind.RESUMED: (frozenset({OperationState.PAUSED}), OperationState.RUNNING),
    EventKind.FINISHED: (frozenset({OperationState.RUNNING}), OperationState.FINISHED),
    EventKind.FAILED_CHECK: (frozenset({OperationState.RUNNING}), OperationState.FAILED),
}
#: What an event makes of the whole piece, by the state it must be in; None: what its operations say.
WORK_STEPS: Mapping[EventKind, tuple[frozenset[WorkState], WorkState | None]] = {
    EventKind.KITTED: (frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION}), None),
    EventKind.HELD: (frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION, WorkState.BUILT}), WorkState.HELD),
    EventKind.CONTINUED: (frozenset({WorkState.HELD}), None),
    EventKind.SCRAPPED: (
        frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION, WorkState.BUILT, WorkState.HELD}),
        WorkState.SCRAPPED,
    ),
    EventKind.CANCELLED: (
        frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION, WorkState.BUILT, WorkState.HELD}),
        WorkState.CANCELLED,
    ),
    EventKind.SHIPPED: (frozenset({WorkState.BUILT}), WorkState.SHIPPED),
}
EVENT_OF: Mapping[Action, EventKind] = {
    Action.KIT: EventKind.KITTED,
    Action.START: EventKind.STARTED,
    Action.PAUSE: EventKind.PAUSED,
    Action.RESUME: EventKind.RESUMED,
    Action.FINISH: EventKind.FINISHED,
    Action.FAIL: EventKind.FAILED_CHECK,
    Action.REWORK: EventKind.REWORK,
    Action.SCRAP: EventKind.SCRAPPED,
    Action.HOLD: EventKind.HELD,
    Action.CONTINUE: EventKind.CONTINUED,
    Action.CANCEL: EventKind.CANCELLED,
    Action.SHIP: EventKind.SHIPPED,
}
NEXT_ACTION: Mapping[OperationState, Action] = {
    OperationState.WAITING: Action.START,
    OperationState.RUNNING: Action.FINISH,
    OperationState.PAUSED: Action.RESUME,
}
ALWAYS_POSSIBLE = frozenset({EventKind.RELEASED, EventKind.CHANGED})
"""What the order's life decides, not the floor."""
_WORKED_ON = frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION})
_REWORKED = _WORKED_ON | {WorkState.BUILT}


def fold(order: WorkOrder, events: Iterable[WorkEvent]) -> WorkStatus:
    """Return what the piece is after the events, in the order they were written.

    They were judged when they happened, perhaps on the steps of an earlier revision: here they are only added up, and
    those of steps that a change has dropped count no more.
    """
    status = WorkStatus(WorkState.RELEASED, {one.number: OperationState.WAITING for one in order.operations})
    for event in events:
        if event.operation is None or event.operation in status.operations:
            status = _added(order, status, event.kind, event.operation)
    return status


def after(order: WorkOrder, status: WorkStatus, kind: EventKind, operation: int | None) -> WorkStatus:
    """Return what the piece is after one more event.

    Raises:
        OperationNotFound: there is no such operation.
        OutOfSequence: it is started before what it waits for is finished.
        ActionNotPossible: the event does not fit the present state.
    """
    _require_possible(order, status, kind, operation)
    return _added(order, status, kind, operation)


def event_of(action: Action, status: WorkStatus, operation: int | None, order: WorkOrder) -> EventKind:
    """Return the event an action makes; ``NEXT`` depends on what the operation is now.

    Raises:
        ActionNotPossible: nothing comes next.
    """
    if action is Action.NEXT:
        state = status.operations.get(operation) if operation is not None else None
        chosen = NEXT_ACTION.get(state) if state is not None else None
        if chosen is None:
            raise ActionNotPossible(
                order=order.order_number,
                operation=operation,
                action=action.value,
                state=(state or status.state).value,
            )
        action = chosen
    return EVENT_OF[action]


def waits_for(order: WorkOrder, operations: Mapping[int, OperationState], number: int) -> tuple[int, ...]:
    """Return the operations that must still be finished before one may start."""
    return tuple(one for one in order.operation(number).after if operations[one] is not OperationState.FINISHED)


def out_of_tolerance(order: WorkOrder, measured_mm: Mapping[str, int]) -> tuple[str, ...]:
    """Return the measures that are further off than they may be, in order of their codes."""
    return tuple(
        code
        for code, value_mm in sorted(measured_mm.items())
        if code in order.measures and abs(value_mm - order.measures[code].target_mm) > order.measures[code].tolerance_mm
    )


def _require_possible(order: WorkOrder, status: WorkStatus, kind: EventKind, operation: int | None) -> None:
    if kind in ALWAYS_POSSIBLE:
        return
    if kind in WORK_STEPS:
        if status.state not in WORK_STEPS[kind][0]:
            raise _not_possible(order, status, kind, None)
        return
    if operation is None:
        raise ActionNotPossible(order=order.order_number, operation=None, action=kind.value, state=status.state.value)
    order.operation(operation)
    state = status.operations[operation]
    if kind is EventKind.REWORK:
        if status.state not in _REWORKED or state is OperationState.WAITING:
            raise _not_possible(order, status, kind, operation)
        return
    if status.state not in _WORKED_ON or state not in OPERATION_STEPS[kind][0]:
        raise _not_possible(order, status, kind, operation)
    missing = waits_for(order, status.operations, operation)
    if kind is EventKind.STARTED and missing:
        raise OutOfSequence(order=order.order_number, operation=operation, waits_for=list(missing))


def _added(order: WorkOrder, status: WorkStatus, kind: EventKind, operation: int | None) -> WorkStatus:
    """Return the status with one more event, which was possible when it happened."""
    if kind is EventKind.RELEASED:
        return status
    if kind is EventKind.CHANGED:
        return WorkStatus(status.state, status.operations, is_kitted=False)
    if kind in WORK_STEPS:
        then = WORK_STEPS[kind][1]
        state = _work_state(status.operations) if then is None else then
        return WorkStatus(state, status.operations, status.is_kitted or kind is EventKind.KITTED)
    assert operation is not None  # noqa: S101 - such an event is of an operation
    operations = dict(status.operations)
    if kind is EventKind.REWORK:
        for number in (operation, *_followers(order, operation)):
            operations[number] = OperationState.WAITING
    else:
        operations[operation] = OPERATION_STEPS[kind][1]
    is_cut = kind is EventKind.STARTED and order.operation(operation).is_cut_off
    return WorkStatus(_work_state(operations), operations, status.is_kitted or is_cut)


def _work_state(operations: Mapping[int, OperationState]) -> WorkState:
    states = set(operations.values())
    if states == {OperationState.FINISHED}:
        return WorkState.BUILT
    return WorkState.RELEASED if states <= {OperationState.WAITING} else WorkState.IN_PRODUCTION


def _followers(order: WorkOrder, number: int) -> set[int]:
    """Return every operation that waits for this one, directly or not."""
    found: set[int] = set()
    for operation in order.operations:
        if found.union({number}).intersection(operation.after):
            found.add(operation.number)
    return found


def _not_possible(order: WorkOrder, status: WorkStatus, kind: EventKind, operation: int | None) -> ActionNotPossible:
    state = status.state if operation is None or status.state not in _WORKED_ON else status.operations[operation]
    return ActionNotPossible(order=order.order_number, operation=operation, action=kind.value, state=state.value)
