"""The life of an order: every pair of state and event is either in the table or refused."""

import itertools

import pytest

from orders.lifecycle.transitions import (
    HOLDABLE_STATES,
    TRANSITIONS,
    OrderEvent,
    OrderState,
    TransitionNotPossible,
    next_state,
)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(OrderState, OrderEvent)))
def test_every_pair_is_answered_by_the_table_or_refused(state: OrderState, event: OrderEvent) -> None:
    """What the table does not allow is refused, naming state and event."""
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
        return
    with pytest.raises(TransitionNotPossible) as refused:
        next_state(state, event)
    assert refused.value.facts == {"state": state.value, "event": event.value}


@pytest.mark.parametrize("held_from", sorted(HOLDABLE_STATES))
def test_resuming_goes_back_to_where_the_order_was_held(held_from: OrderState) -> None:
    """Holding never loses the place."""
    held = next_state(held_from, OrderEvent.HOLD)

    assert held is OrderState.ON_HOLD
    assert next_state(held, OrderEvent.RESUME, held_from=held_from) is held_from
    if (held_from, OrderEvent.CANCEL) in TRANSITIONS:
        assert next_state(held, OrderEvent.CANCEL, held_from=held_from) is OrderState.CANCELLED
    else:
        with pytest.raises(TransitionNotPossible):
            next_state(held, OrderEvent.CANCEL, held_from=held_from)


def test_nothing_is_cancelled_once_it_is_being_made() -> None:
    """From the first start on there is no way back to cancelled."""
    can_cancel = {state for (state, event) in TRANSITIONS if event is OrderEvent.CANCEL}

    assert can_cancel == {OrderState.PLACED, OrderState.RELEASED}


def test_every_state_but_the_ends_leads_somewhere() -> None:
    """No order is stuck: only closed and cancelled have no following state."""
    ends = {state for state in OrderState if not any(before is state for before, _event in TRANSITIONS)}

    assert ends == {OrderState.CLOSED, OrderState.CANCELLED, OrderState.ON_HOLD}
