"""Answers one form of a problem by its plan: picks in, least costs with every choice out."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from configurator.engine import NO_WAY, Picks
from configurator.planning.frame import Frame, Leaf
from configurator.planning.leaf_states import (
    NOTHING,
    accepted_bits,
    choice_message,
    empty_message,
    single_message,
)
from configurator.planning.messages import Message
from configurator.planning.multisets import Fronts, ManyState, many_state
from configurator.planning.plan import Component, Plan, pass_down, pass_up
from configurator.problem import BoolArray, IntArray, Problem

Value = TypeVar("Value")
MOST_REMEMBERED = 256


class Remembered(Generic[Value]):
    """The last results by key; safe to share between threads."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._lock = Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """Return what is remembered."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Value) -> Value:
        """Remember a result, forgetting the one not asked for longest."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a core. ``closed`` are rows that may not be taken, as sorted tuples; part of every key."""

    picks: Picks
    closed: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LeafState:
    """A leaf after picks: its message, and for a choose-many leaf how one more piece is judged."""

    message: Message
    many: ManyState | None
    untouched: bool


@dataclass(frozen=True, slots=True)
class Values:
    """Least costs of whole answers: ``best``, and per domain and row (one more of it in choose-many domains).

    ``without[d][row]`` for capped choose-many domains: the least cost without the row.
    """

    best: int
    rows: tuple[IntArray, ...]
    without: Mapping[int, IntArray]
    work: int


class Core:
    """One form of a problem with its plan."""

    def __init__(self, problem: Problem, frame: Frame, plan: Plan) -> None:
        self.problem = problem
        self.frame = frame
        self.plan = plan
        self._states: Remembered[LeafState] = Remembered()
        self._fronts: Remembered[Fronts] = Remembered(32)
        self._bits = [
            None if leaf.pieces is not None else accepted_bits(leaf, plan.leaf_tables[at])
            for at, leaf in enumerate(frame.leaves)
        ]
        self._leaves_of: list[list[int]] = [[] for _ in problem.domains]
        for at, leaf in enumerate(frame.leaves):
            self._leaves_of[leaf.domain].append(at)
        self._start: list[dict[int, Message]] = [{} for _ in plan.components]
        self.remember_start()

    def remember_start(self) -> None:
        """Make the messages of all nodes without any pick once."""
        question = Question({})
        for at, component in enumerate(self.plan.components):
            states = [self._state(leaf, question) for leaf in component.leaves]
            ups, _ = pass_up(self.plan, component, [state.message for state in states], {})
            self._start[at] = dict(enumerate(ups))

    # Leaves

    def _alive(self, at: int, question: Question) -> BoolArray:
        leaf = self.frame.leaves[at]
        alive = np.ones(leaf.choices, dtype=np.bool_)
        for own in leaf.filters:
            if own.rule not in question.dropped:
                alive &= own.keeps
        closed = question.closed.get(leaf.domain, ())
        if leaf.item is None:
            alive[list(closed)] = False
        elif leaf.item in closed:
            alive[1:] = False
        return alive

    def _dropped(self, leaf: Leaf, question: Question) -> frozenset[int]:
        if not question.dropped:
            return frozenset()
        rules = {column.rule for column in leaf.pieces} if leaf.pieces is not None else set(leaf.columns)
        return frozenset(rule for rule in rules if self.frame.algebras[rule].rules <= question.dropped)

    def _state(self, at: int, question: Question) -> LeafState:
        leaf = self.frame.leaves[at]
        picks = question.picks.get(leaf.domain, {})
        closed = question.closed.get(leaf.domain, ())
        dropped = self._dropped(leaf, question)
        filters = frozenset(own.rule for own in leaf.filters if own.rule in question.dropped)
        key = (at, tuple(sorted(picks.items())), closed, dropped, filters)
        known = self._states.get(key)
        if known is None:
            alive = self._alive(at, question)
            known = self._states.put(key, self._made(at, picks, closed, dropped, filters, alive))
        return known

    def _made(
        self,
        at: int,
        picks: Mapping[int, int],
        closed: tuple[int, ...],
        dropped: frozenset[int],
        filters: frozenset[str],
        alive: BoolArray,
    ) -> LeafState:
        leaf, tables, merger = self.frame.leaves[at], self.plan.leaf_tables[at], self.plan.merger
        untouched = not (picks or closed or dropped or filters)
        if leaf.pieces is not None:
            key = (at, closed, dropped, filters)
            fronts = self._fronts.get(key)
            if fronts is None:
                fronts = self._fronts.put(key, Fronts(leaf, tables, merger, dropped, alive))
            many = many_state(fronts, picks)
            return LeafState(many.message, many, untouched)
        if leaf.item is not None:
            least = picks.get(leaf.item, 0)
            alive = alive & (np.arange(leaf.choices) >= least)
            untouched = not (least or closed or dropped or filters)
        elif picks:
            ((row, count),) = picks.items()
            if count != 1 or not alive[row]:
                return LeafState(empty_message(len(leaf.columns)), None, False)
            return LeafState(single_message(leaf, row, dropped), None, False)
        return LeafState(choice_message(leaf, tables, merger, alive, dropped), None, untouched)

    # Passes

    def _up(self, at: int, question: Question) -> tuple[list[LeafState], list[Message], int]:
        component = self.plan.components[at]
        states = [self._state(leaf, question) for leaf in component.leaves]
        untouched = [state.untouched for state in states]
        known: dict[int, Message] = {}
        for number, step in enumerate(component.steps):
            same = untouched[step.left] and untouched[step.right]
            untouched.append(same)
            if same and self._start[at]:
                known[len(component.leaves) + number] = self._start[at][len(component.leaves) + number]
        ups, work = pass_up(self.plan, component, [state.message for state in states], known)
        return states, ups, work

    def values(self, question: Question) -> Values:
        """Return the least costs of answers with each row of each domain."""
        bests: list[int] = []
        leaf_values: list[IntArray] = [np.zeros(0, dtype=np.int64)] * len(self.frame.leaves)
        total_work = 0
        for at, component in enumerate(self.plan.components):
            states, ups, work = self._up(at, question)
            root = ups[component.root]
            bests.append(int(root.cost[0]) if len(root.cost) else NOTHING)
            downs, more = pass_down(self.plan, component, ups)
            total_work += work + more
            for place, leaf in enumerate(component.leaves):
                leaf_values[leaf] = self._judged(leaf, states[place], downs[place], question)
        if self.frame.impossible - question.dropped:
            bests.extend([NOTHING, NOTHING])
        blocked = sum(best >= NOTHING for best in bests)
        total = sum(best for best in bests if best < NOTHING)
        for component, best in zip(self.plan.components, bests, strict=False):
            others = NOTHING if blocked - (best >= NOTHING) else total - (best if best < NOTHING else 0)
            for leaf in component.leaves:
                values = leaf_values[leaf]
                if others >= NOTHING:
                    values[:] = NOTHING
                else:
                    np.add(values, others, out=values, where=values < NOTHING)
        rows, without = self._by_domain(leaf_values, question)
        return Values(NOTHING if blocked else total, rows, without, total_work)

    def _judged(self, at: int, state: LeafState, rest: Message, question: Question) -> IntArray:
        """Return for each choice of a leaf the least cost of its component with it."""
        leaf = self.frame.leaves[at]
        kernels = self.plan.merger.kernels
        if state.many is not None:
            more = state.many.one_more
            spec = more.spec
            fits, cost, ids, _, _, _ = kernels.merged(
                rest.cost, rest.ids, more.extra.cost, more.extra.ids,
                spec.closing, spec.meeting, spec.first_kept, spec.second_kept, more.bools, more.nexts,
                spec.columns, self.plan.merger.better, 0, 2**40, 2**40,
            )  # fmt: skip
            del fits
            classes = kernels.swept(cost, ids, more.offsets, more.bits, leaf.classes, NOTHING)
        else:
            own = self._bits[at]
            assert own is not None
            offsets, bits = own
            classes = kernels.swept(rest.cost, rest.ids, offsets, bits, leaf.classes, NOTHING)
        values: IntArray = classes[leaf.class_of]
        np.add(values, leaf.cost, out=values, where=values < NOTHING)
        values[~self._alive(at, question)] = NOTHING
        return values

    def _by_domain(
        self, leaf_values: list[IntArray], question: Question
    ) -> tuple[tuple[IntArray, ...], dict[int, IntArray]]:
        rows: list[IntArray] = []
        without: dict[int, IntArray] = {}
        for place, leaves in enumerate(self._leaves_of):
            if len(leaves) == 1 and self.frame.leaves[leaves[0]].item is None:
                rows.append(leaf_values[leaves[0]])
                continue
            picks = question.picks.get(place, {})
            more = [leaf_values[leaf][picks.get(row, 0) + 1 :].min(initial=NOTHING) for row, leaf in enumerate(leaves)]
            rows.append(np.array(more, dtype=np.int64))
            without[place] = np.array([leaf_values[leaf][0] for leaf in leaves], dtype=np.int64)
        return tuple(rows), without

    # Witnesses

    def has_twin(self, place: int, row: int, question: Question) -> bool:
        """Return whether another row of a choose-many domain can stand for this one wherever cost does not matter."""
        (at,) = self._leaves_of[place]
        leaf = self.frame.leaves[at]
        same = (leaf.class_of == leaf.class_of[row]) & self._alive(at, question)
        return bool(same.sum() > 1)

    def witness(self, question: Question) -> tuple[int, Picks | None]:
        """Return the least cost and a completion of that cost."""
        total = 0
        if self.frame.impossible - question.dropped:
            return NOTHING, None
        found: dict[int, dict[int, int]] = {place: {} for place in range(len(self.problem.domains))}
        for at, component in enumerate(self.plan.components):
            states, ups, _ = self._up(at, question)
            root = ups[component.root]
            if not len(root.cost):
                return NOTHING, None
            total += int(root.cost[0])
            self._collect(component, states, ups, component.root, 0, question, found)
        return total, found

    def _collect(
        self,
        component: Component,
        states: list[LeafState],
        ups: list[Message],
        node: int,
        state: int,
        question: Question,
        found: dict[int, dict[int, int]],
    ) -> None:
        count = len(component.leaves)
        if node >= count:
            step = component.steps[node - count]
            self._collect(component, states, ups, step.left, int(ups[node].first[state]), question, found)
            self._collect(component, states, ups, step.right, int(ups[node].second[state]), question, found)
            return
        leaf = self.frame.leaves[component.leaves[node]]
        many = states[node].many
        rows = found[leaf.domain]
        if many is not None:
            rows.update(many.rows_of(state, question.picks.get(leaf.domain, {})))
        elif leaf.item is None:
            rows[int(ups[node].first[state])] = 1
        elif ups[node].first[state]:
            rows[leaf.item] = int(ups[node].first[state])


assert NOTHING == int(NO_WAY)
