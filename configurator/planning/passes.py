"""One pass up and one down over the tree of a component, doing only what the picks have changed.

A message that differs from the one of the start state (no pick) by a constant cost is *shifted*: what is made of
shifted messages only is shifted too and is not made again. Rules that tie features loosely, like delivery and
packaging, are crossed by one or two states; so most of the tree is shifted after most picks. What the question before
made of the very same messages is taken from there: the next question mostly differs in one pick.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from configurator.planning.messages import COMPARED_IN_MERGES, NOT_COMPARED, Message
from configurator.planning.plan import Component, Plan


@dataclass(frozen=True, slots=True)
class Start:
    """The messages of a component without any pick: upwards and downwards by node."""

    ups: tuple[Message, ...]
    downs: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Passing:
    """A message on its way: ``shift`` is its cost above the start message, ``None`` where it is another one."""

    message: Message | None
    shift: int | None

    def made(self, start: Message) -> Message:
        """Return the message itself."""
        if self.message is not None:
            return self.message
        return start if not self.shift else Message(start.cost + self.shift, start.ids, start.first, start.second)


UNCHANGED = Passing(None, 0)


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass found, by node, and the counted work behind each step, done now or by the question before."""

    found: Sequence[Passing]
    works: Sequence[int]


def compared(plan: Plan, message: Message, start: Message | None) -> Passing:
    """Return a message with its shift against the start message."""
    if start is None:
        return Passing(message, None)
    same, shift = plan.merger.kernels.shifted(message.cost, message.ids, start.cost, start.ids)
    return Passing(message, shift if same else None)


def pass_up(
    plan: Plan, component: Component, leaves: Sequence[Passing], start: Start | None, before: Passed | None = None
) -> Passed:
    """Return the messages of all nodes; ``before`` are those of another question."""
    found = list(leaves)
    works: list[int] = []
    for number, step in enumerate(component.steps):
        left, right = found[step.left], found[step.right]
        known = None if before is None else before.found[len(component.leaves) + number]
        if start is not None and left.shift is not None and right.shift is not None:
            found.append(_shifted(left.shift + right.shift, known))
            works.append(0)
            continue
        if before is not None and known and left is before.found[step.left] and right is before.found[step.right]:
            found.append(known)
            works.append(before.works[number])
            continue
        first, second = _made(left, start, step.left), _made(right, start, step.right)
        message, done = plan.merger.merge(step.up, first, second, COMPARED_IN_MERGES)
        works.append(done)
        found.append(compared(plan, message, None if start is None else start.ups[len(component.leaves) + number]))
    return Passed(found, works)


def _shifted(shift: int, known: Passing | None) -> Passing:
    """Return a shifted message, the same one again where it was shifted as much before."""
    if not shift:
        return UNCHANGED
    return known if known is not None and known.message is None and known.shift == shift else Passing(None, shift)


def _made(passing: Passing, start: Start | None, node: int) -> Message:
    if start is None:
        if passing.message is None:
            raise ValueError(node)
        return passing.message
    return passing.made(start.ups[node])


def nothing_below() -> Message:
    """Return the message of no leaves: one state without cost."""
    none = np.zeros(1, dtype=np.int32)
    return Message(np.zeros(1, dtype=np.int64), np.zeros((1, 0), dtype=np.int32), none, none)


def pass_down(
    plan: Plan,
    component: Component,
    ups: Sequence[Passing],
    start: Start | None,
    before: tuple[Sequence[Passing], Passed] | None = None,
) -> Passed:
    """Return for every node the message of all outside it, the work by child; ``before`` is another question's pass up and down."""
    count = len(component.leaves)
    if not component.steps:
        return Passed([Passing(nothing_below(), 0)], [0])
    downs: list[Passing] = [UNCHANGED] * (count + len(component.steps))
    works = [0] * len(downs)
    old_ups, old = before if before is not None else ((), Passed((), ()))
    for number in reversed(range(len(component.steps))):
        step = component.steps[number]
        node = count + number
        above = downs[node]
        for child, sibling, spec in ((step.left, step.right, step.down_left), (step.right, step.left, step.down_right)):
            beside = ups[sibling]
            if start is not None and beside.shift is not None and (spec is None or above.shift is not None):
                shift = beside.shift + (0 if spec is None or above.shift is None else above.shift)
                downs[child] = _shifted(shift, old.found[child] if old.found else None)
                continue
            if old.found and beside is old_ups[sibling] and (spec is None or above is old.found[node]):
                downs[child], works[child] = old.found[child], old.works[child]
                continue
            message = _made(beside, start, sibling)
            if spec is not None:
                outer = above.message if start is None else above.made(start.downs[node])
                if outer is None:
                    raise ValueError(node)
                cap = NOT_COMPARED if child < count else COMPARED_IN_MERGES
                message, works[child] = plan.merger.merge(spec, outer, message, cap)
            if child < count and component.ordered[child]:
                message = in_order(message, component.order[child])
            downs[child] = compared(plan, message, None if start is None else start.downs[child])
    return Passed(downs, works)


def in_order(message: Message, order: tuple[int, ...]) -> Message:
    """Return the message with its columns in another order."""
    return Message(message.cost, np.ascontiguousarray(message.ids[:, order]), message.first, message.second)


def start_of(plan: Plan, component: Component, leaves: Sequence[Message]) -> Start:
    """Return all messages without any pick."""
    ups = pass_up(plan, component, [Passing(message, None) for message in leaves], None).found
    downs = pass_down(plan, component, ups, None).found
    none = nothing_below()
    return Start(
        tuple(none if up.message is None else up.message for up in ups),
        tuple(none if down.message is None else down.message for down in downs),
    )
