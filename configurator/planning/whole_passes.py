"""A component laid out flat, so that a pass over it, or the values of all its choices, is one call of a kernel.

It gives the same messages as ``passes``, which works merge by merge where numba is not installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import overload

import numpy as np

from configurator.planning.frame import Leaf
from configurator.planning.leaf_states import NOTHING
from configurator.planning.limits import TooWide
from configurator.planning.messages import COMPARED_IN_MERGES, Merger, MergeSpec, Message
from configurator.planning.pass_kernels import (
    CONTENT,
    HAS,
    NODE,
    PLACE,
    SHIFT,
    SHIFTED,
    STATE,
    STATES,
    WIDTH,
    WORK,
    judged,
    passed_down,
    passed_up,
    traced,
)
from configurator.planning.passes import UNCHANGED, Passed, Passing, Start
from configurator.planning.plan import Component, Plan
from configurator.planning.residuals import IdArray
from configurator.problem import BoolArray, IntArray

NO_COST: IntArray = np.zeros(0, dtype=np.int64)
NO_IDS = np.zeros(0, dtype=np.int32)


NUMBERS = count(0, 4096)
"""Where the next pass begins to number its messages: no plan has so many nodes, and no message of any pass has the number of another."""


class Passings(Sequence[Passing]):
    """What one pass made, node by node; a message is cut out when it is asked for.

    ``nodes`` is as in ``pass_kernels``, the arrays hold all messages one behind the other; ``given`` are those of the leaves.
    """

    def __init__(
        self,
        nodes: IntArray,
        cost: IntArray = NO_COST,
        ids: IdArray = NO_IDS,
        first: IdArray = NO_IDS,
        second: IdArray = NO_IDS,
        given: Sequence[Passing] = (),
    ) -> None:
        self.nodes, self.cost, self.ids, self.first, self.second, self.given = nodes, cost, ids, first, second, given

    @property
    def works(self) -> list[int]:
        """The counted work behind each message, done now or by the question before."""
        works: list[int] = self.nodes[:, WORK].tolist()
        return works

    def content(self, at: int) -> tuple[int, ...]:
        """Return what is the same in another pass only where the message is."""
        has, shift, number = self.nodes[at, [HAS, SHIFT, CONTENT]].tolist()
        return (has, number if has else shift)

    def __len__(self) -> int:
        return len(self.nodes)

    @overload
    def __getitem__(self, at: int) -> Passing: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Passing]: ...
    def __getitem__(self, at: int | slice) -> Passing | Sequence[Passing]:
        """Return what was made for a node."""
        if isinstance(at, slice):
            return [self[node] for node in range(*at.indices(len(self)))]
        if at < len(self.given):
            return self.given[at]
        has, is_shifted, shift, state, states, place, width, _, _ = self.nodes[at].tolist()
        told = shift if is_shifted else None
        if not has:
            return Passing(None, told) if shift else UNCHANGED
        own = slice(state, state + states)
        ids = self.ids[place : place + states * width].reshape(states, width)
        return Passing(Message(self.cost[own], ids, self.first[own], self.second[own]), told)


@dataclass(frozen=True, slots=True)
class _Starts:
    """Start messages of nodes, one behind the other."""

    nodes: IntArray
    cost: IntArray
    ids: IdArray
    first: IdArray
    second: IdArray


class WholePasses:
    """The passes of one component of a plan.

    Args:
        plan: The plan.
        component: One of its components, with at least one step.
        start: The component's messages without any pick.
        leaves: The component's leaves.
        bits: Which classes of each the residuals of the rest accept; ``None`` for choose-many leaves.
        classes: Values of each leaf's classes without any pick.
        alive: Which choices of each may be taken without any pick.

    ``left`` are the places of the choose-many leaves, of which ``values`` does not tell.
    """

    def __init__(
        self,
        plan: Plan,
        component: Component,
        start: Start,
        leaves: Sequence[Leaf],
        bits: Sequence[tuple[IntArray, np.ndarray] | None],
        classes: Sequence[IntArray],
        alive: Sequence[BoolArray],
    ) -> None:
        self._merger: Merger = plan.merger
        self._none = Passings(np.zeros((0, NODE), dtype=np.int64))
        self._count = len(component.leaves)
        self._lists: list[IntArray] = []
        self._size = 0
        self._rules: list[tuple[int, ...]] = []
        self._specs_told: list[list[int]] = []
        steps = [
            (step.left, step.right, self._spec(step.up), self._spec(step.down_left), self._spec(step.down_right))
            for step in component.steps
        ]
        self._steps = np.array(steps, dtype=np.int64).reshape(len(steps), 5)
        self._specs = np.array(self._specs_told, dtype=np.int64).reshape(len(self._specs_told), 10)
        orders = [
            self._list(np.array(order, dtype=np.int64)) if turned else -1
            for order, turned in zip(component.order, component.ordered, strict=True)
        ]
        self._orders = np.array(orders, dtype=np.int64)
        told = _laid([*start.ups, *start.downs])
        self._starts = replace(told, nodes=told.nodes[: len(start.ups)])
        self._downs = replace(told, nodes=told.nodes[len(start.ups) :])
        self._unchanged: IntArray = np.zeros((len(start.ups), NODE), dtype=np.int64)
        self._unchanged[:, SHIFTED] = 1
        self._unchanged[:, WIDTH] = self._starts.nodes[:, WIDTH]
        self._unchanged_down = self._unchanged.copy()
        self._unchanged_down[:, WIDTH] = self._downs.nodes[:, WIDTH]
        self._singles = [place for place, own in enumerate(bits) if own is not None]
        self.left = [place for place, own in enumerate(bits) if own is None]
        self._lay_leaves(leaves, bits, classes, alive)
        self._numbers = np.concatenate([np.zeros(0, dtype=np.int64), *self._lists])

    def _list(self, values: IntArray) -> int:
        """Lay a list behind the others and return where it begins."""
        begun = self._size
        self._lists.append(values.ravel())
        self._size += values.size
        return begun

    def _spec(self, spec: MergeSpec | None) -> int:
        if spec is None:
            return -1
        told: list[int] = []
        for own in (spec.closing, spec.meeting, spec.first_kept, spec.second_kept, spec.columns):
            told += [self._list(own), len(own)]
        self._specs_told.append(told)
        self._rules.append(spec.rules)
        return len(self._rules) - 1

    def _lay_leaves(
        self,
        leaves: Sequence[Leaf],
        bits: Sequence[tuple[IntArray, np.ndarray] | None],
        classes: Sequence[IntArray],
        alive: Sequence[BoolArray],
    ) -> None:
        rows: list[tuple[int, ...]] = []
        choices, kinds, words = 0, 0, 0
        for place in self._singles:
            leaf, own = leaves[place], bits[place]
            if own is None:
                continue
            offsets, marks = own
            rows.append(
                (
                    place,
                    choices,
                    leaf.choices,
                    kinds,
                    len(classes[place]),
                    self._list(offsets),
                    len(offsets),
                    words,
                    *marks.shape,
                )
            )
            choices, kinds, words = choices + leaf.choices, kinds + len(classes[place]), words + marks.size
        self._leaves = np.array(rows, dtype=np.int64).reshape(len(rows), 10)
        self._cuts = [(place, slice(first, first + size)) for place, first, size, *_ in rows]
        none = np.zeros(0, dtype=np.int64)
        self._class_of = np.concatenate([none, *(leaves[place].class_of for place in self._singles)])
        self._own = np.concatenate([none, *(leaves[place].cost for place in self._singles)])
        self._classes = np.concatenate([none, *(classes[place] for place in self._singles)])
        self._bits = np.concatenate(
            [np.zeros(0, dtype=np.uint64), *(own[1].ravel() for own in bits if own is not None)]
        )
        self._usual = [alive[place] for place in self._singles]
        self._alive: BoolArray = np.concatenate([np.zeros(0, dtype=np.bool_), *self._usual])

    def up(self, leaves: Sequence[Passing], before: Passed | None = None) -> Passed:
        """Return the messages of all nodes, and the counted work; see ``passes.pass_up``.

        Raises:
            TooWide: A message is wider than the budget.
        """
        nodes = self._unchanged.copy()
        if all(passing is UNCHANGED for passing in leaves):
            return Passed(Passings(nodes, given=leaves), ())
        cost, ids = [NO_COST], [NO_IDS]
        size, place = 0, 0
        for at, passing in enumerate(leaves):
            if passing is UNCHANGED:
                continue
            message, shift = passing.message, passing.shift
            nodes[at, SHIFTED], nodes[at, SHIFT] = shift is not None, shift or 0
            if message is not None:
                nodes[at, HAS], nodes[at, STATE], nodes[at, STATES] = 1, size, len(message.cost)
                # Both passes hold their leaves' messages while they are compared, so equal ids are the same object.
                nodes[at, PLACE], nodes[at, CONTENT] = place, id(passing)
                cost.append(message.cost)
                ids.append(message.ids.ravel())
                size, place = size + len(message.cost), place + message.ids.size
        known = None if before is None else before.found
        old, merger = known if isinstance(known, Passings) else self._none, self._merger
        failed, states, all_cost, all_ids, first, second = passed_up(
            nodes, np.concatenate(cost), np.concatenate(ids), old.nodes, old.cost, old.ids, old.first, old.second,
            next(NUMBERS), self._steps, self._specs, self._numbers,
            self._starts.nodes, self._starts.cost, self._starts.ids, merger.bools, merger.nexts, merger.better,
            COMPARED_IN_MERGES, merger.budget.most_states, merger.budget.most_pairs,
        )  # fmt: skip
        if failed >= 0:
            self._give_up(int(self._steps[failed, 2]), states)
        found = Passings(nodes, all_cost, all_ids, first, second, leaves)
        return Passed(found, found.works)

    def traced(self, ups: Passings) -> list[int]:
        """Return of which state of each leaf the cheapest answer is made."""
        states: IntArray = traced(
            ups.nodes, ups.first, ups.second, self._steps, self._starts.nodes, self._starts.first, self._starts.second
        )
        return [int(state) for state in states]

    def down(self, ups: Passings, before: tuple[Sequence[Passing], Passed] | None = None) -> Passed:
        """Return for every node the message of all outside it, and the counted work; see ``passes.pass_down``.

        Raises:
            TooWide: A message is wider than the budget.
        """
        nodes, merger = self._unchanged_down.copy(), self._merger
        if not ups.nodes[:, HAS].any() and not ups.nodes[:, SHIFT].any():
            return Passed(Passings(nodes), ())
        old_ups, old = self._none, self._none
        if before is not None and isinstance(before[0], Passings) and isinstance(before[1].found, Passings):
            old_ups, old = before[0], before[1].found
        failed, states, cost, ids = passed_down(
            nodes, ups.nodes, ups.cost, ups.ids, old_ups.nodes, old.nodes, old.cost, old.ids,
            next(NUMBERS), self._steps, self._specs, self._numbers, self._orders,
            self._starts.nodes, self._downs.nodes, self._downs.cost, self._downs.ids,
            merger.bools, merger.nexts, merger.better,
            COMPARED_IN_MERGES, merger.budget.most_states, merger.budget.most_pairs,
        )  # fmt: skip
        if failed >= 0:
            self._give_up(failed, states)
        found = Passings(nodes, cost, ids)
        return Passed(found, found.works)

    def values(self, downs: Passings, alive: Sequence[BoolArray], others: int, most: int) -> list[tuple[int, IntArray]]:
        """Return for each leaf that takes one choice the least cost of a whole answer with each of its choices.

        Args:
            downs: What comes down.
            alive: Which choices of each leaf may be taken.
            others: The cost of all other components.
            most: Values above are no way.
        """
        marks = self._alive
        for (place, cut), usual in zip(self._cuts, self._usual, strict=True):
            if alive[place] is not usual:
                if marks is self._alive:
                    marks = marks.copy()
                marks[cut] = alive[place]
        found = judged(
            self._leaves, downs.nodes, downs.cost, downs.ids, self._downs.nodes, self._downs.cost, self._downs.ids,
            self._numbers, self._bits, self._classes, self._class_of, self._own, marks, others, NOTHING, most,
        )  # fmt: skip
        return [(place, found[cut]) for place, cut in self._cuts]

    def _give_up(self, spec: int, states: int) -> None:
        raise TooWide(what="message", rules=self._rules[spec], size=states, limit=self._merger.budget.most_states)


def _laid(messages: Sequence[Message]) -> _Starts:
    nodes = np.zeros((len(messages), NODE), dtype=np.int64)
    size, place = 0, 0
    for at, message in enumerate(messages):
        nodes[at] = (1, 0, 0, size, len(message.cost), place, message.ids.shape[1], 0, 0)
        size, place = size + len(message.cost), place + message.ids.size
    return _Starts(
        nodes,
        np.concatenate([NO_COST, *(message.cost for message in messages)]),
        np.concatenate([NO_IDS, *(message.ids.ravel() for message in messages)]),
        np.concatenate([NO_IDS, *(message.first for message in messages)]),
        np.concatenate([NO_IDS, *(message.second for message in messages)]),
    )
