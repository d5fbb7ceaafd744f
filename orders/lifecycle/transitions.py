"""The life of an order: which state may follow which, and what brings it about."""

from enum import StrEnum

from kernel.errors import NotPossible


class OrderState(StrEnum):
    """Where an order is."""

    PLACED = "placed"  # agreed; the release job is queued
    RELEASED = "released"  # exploded, reserved for good, sheet issued
    IN_PRODUCTION = "in_production"
    BUILT = "built"
    SHIPPED = "shipped"  # or handed over in store
    DELIVERED = "delivered"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class OrderEvent(StrEnum):
    """What moves an order."""

    RELEASE = "release"
    START = "start"
    FINISH = "finish"
    SHIP = "ship"
    DELIVER = "deliver"
    CLOSE = "close"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    RETURN = "return"
    REMAKE = "remake"  # a piece is made again: what was built, or had left, is in the making once more


class TransitionNotPossible(NotPossible):
    """The order is not in a state this can happen in."""


_S, _E = OrderState, OrderEvent

TRANSITIONS: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (_S.PLACED, _E.RELEASE): _S.RELEASED,
    (_S.PLACED, _E.HOLD): _S.ON_HOLD,
    (_S.PLACED, _E.CANCEL): _S.CANCELLED,
    (_S.RELEASED, _E.START): _S.IN_PRODUCTION,
    (_S.RELEASED, _E.HOLD): _S.ON_HOLD,
    (_S.RELEASED, _E.CANCEL): _S.CANCELLED,
    (_S.IN_PRODUCTION, _E.FINISH): _S.BUILT,
    (_S.IN_PRODUCTION, _E.HOLD): _S.ON_HOLD,
    (_S.BUILT, _E.SHIP): _S.SHIPPED,
    (_S.BUILT, _E.HOLD): _S.ON_HOLD,
    (_S.SHIPPED, _E.DELIVER): _S.DELIVERED,
    (_S.SHIPPED, _E.RETURN): _S.RETURNED,
    (_S.DELIVERED, _E.RETURN): _S.RETURNED,
    (_S.DELIVERED, _E.CLOSE): _S.CLOSED,
    (_S.RETURNED, _E.CLOSE): _S.CLOSED,
    (_S.BUILT, _E.REMAKE): _S.IN_PRODUCTION,
    (_S.SHIPPED, _E.REMAKE): _S.IN_PRODUCTION,
    (_S.DELIVERED, _E.REMAKE): _S.IN_PRODUCTION,
}
"""Every transition there is, but resuming: an order on hold goes back to the state it was held in, and is
cancelled only where it could have been."""

REMADE_STATES = frozenset(state for state, event in TRANSITIONS if event is OrderEvent.REMAKE)
"""Where a remake sends an order back; one still in the making stays where it is."""
HOLDABLE_STATES = frozenset(state for state, event in TRANSITIONS if event is OrderEvent.HOLD)
RUNNING_STATES = frozenset({_S.PLACED, _S.RELEASED, _S.IN_PRODUCTION, _S.ON_HOLD})
"""Ordered, and not built yet."""
OPEN_STATES = frozenset(OrderState) - {OrderState.CANCELLED, OrderState.CLOSED}


def next_state(state: OrderState, event: OrderEvent, *, held_from: OrderState | None = None) -> OrderState:
    """Return the state after the event.

    Args:
        state: Where the order is.
        event: What happens.
        held_from: For an order on hold, the state it was held in.

    Raises:
        TransitionNotPossible: the event cannot happen in this state.
    """
    if state is OrderState.ON_HOLD and held_from in HOLDABLE_STATES:
        if event is OrderEvent.RESUME:
            return held_from
        if event is OrderEvent.CANCEL and (held_from, event) in TRANSITIONS:
            return OrderState.CANCELLED
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise TransitionNotPossible(state=state.value, event=event.value)
    return following
