"""Answers one form of a problem by its plan: picks in, least costs with every choice out."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from configurator.engine import Picks
from configurator.planning.frame import Frame, Leaf
from configurator.planning.leaf_states import (
    NOTHING,
    LeafTables,
    accepted_bits,
    choice_message,
    closing_of,
    empty_message,
    single_message,
)
from configurator.planning.messages import Merger, Message
from configurator.planning.multisets import Fronts
from configurator.planning.one_more import ManyState, many_state
from configurator.planning.passes import UNCHANGED, Passed, Passing, Start, nothing_below, pass_down, pass_up, start_of
from configurator.planning.plan import Plan
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
class EitherState:
    """A choose-many leaf with wished picks or, at a penalty, without: its message has the states of both by cost.

    ``first`` of the message counts through the states with the picks, then through those without.
    """

    message: Message
    wished: ManyState
    picks: Mapping[int, int]
    other: ManyState

    def rows_of(self, state: int, picks: Mapping[int, int]) -> dict[int, int]:
        """Return the pieces of one state of the message; ``picks`` are those that are kept in any case."""
        at, count = int(self.message.first[state]), len(self.wished.message.cost)
        return self.wished.rows_of(at, self.picks) if at < count else self.other.rows_of(at - count, picks)


@dataclass(frozen=True, slots=True)
class LeafState:
    """A leaf after picks: its message, which choices may be taken, and for a choose-many leaf how one more is judged."""

    passing: Passing
    alive: BoolArray
    many: ManyState | None
    either: EitherState | None = None  # instead of ``many``, where the picks are only wished for


@dataclass(frozen=True, slots=True)
class Climbed:
    """A component after the pass up."""

    states: Sequence[LeafState]
    up: Passed
    best: int

    @property
    def ups(self) -> Sequence[Passing]:
        """The message of each node."""
        return self.up.found

    @property
    def work(self) -> int:
        """The counted work."""
        return sum(self.up.works)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of the choices of a leaf, and what it was said from."""

    state: LeafState
    rest: Passing
    others: int
    most: int
    values: IntArray


@dataclass(frozen=True, slots=True)
class Kept:
    """A component's last pass down, the pass up it began from, and the values of its leaves."""

    ups: Sequence[Passing]
    down: Passed
    judged: Mapping[int, Judged]


@dataclass(frozen=True, slots=True)
class Values:
    """Least costs of whole answers: ``best``, and per domain and row (one more of it in choose-many domains).

    ``without[d][row]`` for capped choose-many domains: the least cost without the row. ``work`` is counted.
    """

    best: int
    rows: tuple[IntArray, ...]
    without: Mapping[int, IntArray]
    climbed: Sequence[Climbed]
    work: int


UNTOUCHED: tuple[frozenset[int], tuple[int, ...], tuple[str, ...]] = (frozenset(), (), ())
"""The rest of a leaf's key when no rule is dropped and no row is closed."""


def alive_choices(leaf: Leaf, question: Question) -> BoolArray:
    """Return which choices of a leaf may be taken, by its own filters and what is closed."""
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


def many_leaf_state(fronts: Fronts, picks: Mapping[int, int]) -> LeafState:
    """Return the state of a choose-many leaf."""
    many = many_state(fronts, picks)
    return LeafState(Passing(many.message, None), fronts.alive, many)


def open_leaf_state(
    leaf: Leaf,
    tables: LeafTables,
    merger: Merger,
    alive: BoolArray,
    picks: Mapping[int, int],
    dropped: frozenset[int],
) -> LeafState:
    """Return the state of a leaf without a choice; of a capped row picks are how many there are at least."""
    taken = alive
    if leaf.item is not None:
        taken = alive & (np.arange(leaf.choices) >= picks.get(leaf.item, 0))
    return LeafState(Passing(choice_message(leaf, tables, merger, taken, dropped), None), alive, None)


def class_values(
    leaf: Leaf, bits: tuple[IntArray, np.ndarray] | None, state: LeafState, rest: Message, merger: Merger
) -> IntArray:
    """Return for each class of a leaf the least cost of all else in its component that goes with it."""
    kernels = merger.kernels
    if state.many is None:
        offsets, marks = bits if bits is not None else (None, None)
        values: IntArray = kernels.swept(rest.cost, rest.ids, offsets, marks, leaf.classes, NOTHING)
        return values
    more, spec = state.many.one_more, state.many.one_more.spec
    _, cost, ids, _, _, _ = kernels.merged(
        rest.cost, rest.ids, more.extra.cost, more.extra.ids,
        spec.closing, spec.meeting, spec.first_kept, spec.second_kept, more.bools, more.nexts,
        spec.columns, merger.better, 0, 2**40, 2**40,
    )  # fmt: skip
    judged: IntArray = kernels.swept(cost, ids, more.offsets, more.bits, leaf.classes, NOTHING)
    return judged


@dataclass(frozen=True, slots=True)
class Prepared:
    """All a core works from: the problem, its leaves, its plan, and everything about the start state (no pick)."""

    problem: Problem
    frame: Frame
    plan: Plan
    states: tuple[LeafState, ...]
    starts: tuple[Start, ...]
    bits: tuple[tuple[IntArray, np.ndarray] | None, ...]
    classes: tuple[IntArray, ...]


def prepared(problem: Problem, frame: Frame, plan: Plan) -> Prepared:
    """Return what a core works from, with the start state worked out.

    Raises:
        TooWide: The start state is wider than the budget of the plan.
    """
    question = Question({})
    first: list[LeafState] = []
    bits: list[tuple[IntArray, np.ndarray] | None] = []
    order = {leaf: own for part in plan.components for leaf, own in zip(part.leaves, part.order, strict=True)}
    for at, (leaf, tables) in enumerate(zip(frame.leaves, plan.leaf_tables, strict=True)):
        alive = alive_choices(leaf, question)
        if leaf.pieces is not None:
            bits.append(None)
            first.append(many_leaf_state(Fronts(leaf, tables, plan.merger, frozenset(), alive), {}))
        else:
            bits.append(accepted_bits(leaf, tables, order[at]))
            first.append(open_leaf_state(leaf, tables, plan.merger, alive, {}, frozenset()))
    starts = []
    classes: list[IntArray] = [np.zeros(0, dtype=np.int64)] * len(frame.leaves)
    for component in plan.components:
        start = start_of(plan, component, [first[leaf].passing.made(nothing_below()) for leaf in component.leaves])
        starts.append(start)
        for place, at in enumerate(component.leaves):
            classes[at] = class_values(frame.leaves[at], bits[at], first[at], start.downs[place], plan.merger)
    states = tuple(LeafState(UNCHANGED, state.alive, state.many) for state in first)
    return Prepared(problem, frame, plan, states, tuple(starts), tuple(bits), tuple(classes))


class Core:
    """One form of a problem with its plan."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.problem = prepared.problem
        self.frame = prepared.frame
        self.plan = prepared.plan
        self._remembered: Remembered[LeafState] = Remembered()
        self._picked_states: Remembered[LeafState] = Remembered(MOST_REMEMBERED * 16)
        self._climbed: dict[int, Climbed] = {}  # the last by component; whoever comes later takes what is the same
        self._kept: dict[int, Kept] = {}
        self._fronts: Remembered[Fronts] = Remembered(32)
        self._leaves_of: list[list[int]] = [[] for _ in self.problem.domains]
        for at, leaf in enumerate(self.frame.leaves):
            self._leaves_of[leaf.domain].append(at)
            many = prepared.states[at].many
            if many is not None:
                self._fronts.put((at, *UNTOUCHED), many.fronts)
        self._names = [
            frozenset(own.rule for own in leaf.filters).union(
                *(self.frame.scopes[rule].rules for rule in leaf.columns),
                *(self.frame.scopes[column.rule].rules for column in leaf.pieces or ()),
            )
            for leaf in self.frame.leaves
        ]
        self._rules_of = [
            frozenset(leaf.columns if leaf.pieces is None else (column.rule for column in leaf.pieces))
            for leaf in self.frame.leaves
        ]
        self._off: tuple[frozenset[str], frozenset[int]] = (frozenset(), frozenset())
        self._closings = {
            at: closing_of(tables)
            for at, (leaf, tables) in enumerate(zip(self.frame.leaves, self.plan.leaf_tables, strict=True))
            if leaf.pieces is not None
        }
        self._place = {
            leaf: (number, place)
            for number, component in enumerate(self.plan.components)
            for place, leaf in enumerate(component.leaves)
        }

    def patient(self) -> "Core":
        """Return a core that goes on where this one gives up."""
        merger = self.plan.merger
        wider = replace(self.plan, merger=replace(merger, budget=merger.budget.patient()))
        return Core(replace(self.prepared, plan=wider))

    # Leaves

    def start_message(self, at: int) -> Message:
        """Return the message of a leaf without any pick."""
        component, place = self._place[at]
        return self.prepared.starts[component].ups[place]

    def _dropped(self, at: int, question: Question) -> frozenset[int]:
        """Return which of a leaf's rules do not act; what is off is told once for all leaves of a question."""
        asked, off = self._off
        if asked is not question.dropped:
            scopes = enumerate(self.frame.scopes)
            off = frozenset(number for number, scope in scopes if scope.rules <= question.dropped)
            self._off = (question.dropped, off)
        return off & self._rules_of[at]

    def state(self, at: int, question: Question) -> LeafState:
        """Return a leaf after the picks."""
        leaf, untouched = self.frame.leaves[at], self.prepared.states[at]
        picks = question.picks.get(leaf.domain, {})
        closed = question.closed.get(leaf.domain, ())
        if self._names[at].isdisjoint(question.dropped):
            if not (picks or closed):
                return untouched
            if leaf.pieces is None and leaf.item is None and not closed:
                ((row, count),) = picks.items()
                known = self._picked_states.get((at, row, count))
                return known or self._picked_states.put((at, row, count), self._picked(leaf, picks, untouched.alive))
            dropped, filters = UNTOUCHED[0], UNTOUCHED[2]
        else:
            dropped = self._dropped(at, question)
            filters = tuple(own.rule for own in leaf.filters if own.rule in question.dropped)
        key = (at, tuple(sorted(picks.items())), closed, dropped, filters)
        state = self._remembered.get(key)
        if state is None:
            state = self._remembered.put(key, self._made(at, picks, question, dropped, filters))
        return state

    def _picked(
        self, leaf: Leaf, picks: Mapping[int, int], alive: BoolArray, dropped: frozenset[int] = frozenset()
    ) -> LeafState:
        ((row, count),) = picks.items()
        if count != 1 or not alive[row]:
            return LeafState(Passing(empty_message(len(leaf.columns)), None), alive, None)
        return LeafState(Passing(single_message(leaf, row, dropped), None), alive, None)

    def _made(
        self, at: int, picks: Mapping[int, int], question: Question, dropped: frozenset[int], filters: tuple[str, ...]
    ) -> LeafState:
        leaf, tables, merger = self.frame.leaves[at], self.plan.leaf_tables[at], self.plan.merger
        alive = alive_choices(leaf, question)
        if leaf.pieces is not None:
            key = (at, dropped, question.closed.get(leaf.domain, ()), filters)
            fronts = self._fronts.get(key)
            if fronts is None:
                fronts = self._fronts.put(key, Fronts(leaf, tables, merger, dropped, alive))
            return many_leaf_state(fronts, picks)
        if leaf.item is None and picks:
            return self._picked(leaf, picks, alive, dropped)
        return open_leaf_state(leaf, tables, merger, alive, picks, dropped)

    # Passes

    def climbed(self, at: int, question: Question) -> Climbed:
        """Return a component after the pass up."""
        return self.climbed_from(at, [self.state(leaf, question) for leaf in self.plan.components[at].leaves])

    def climbed_from(self, at: int, states: Sequence[LeafState]) -> Climbed:
        """Return a component after the pass up from these states of its leaves."""
        component, start, last = self.plan.components[at], self.prepared.starts[at], self._climbed.get(at)
        before = None if last is None else last.up
        up = pass_up(self.plan, component, [state.passing for state in states], start, before)
        root = up.found[component.root].made(start.ups[component.root])
        climbed = Climbed(states, up, int(root.cost[0]) if len(root.cost) else NOTHING)
        self._climbed[at] = climbed
        return climbed

    def values(self, question: Question, most: int = NOTHING - 1) -> Values:
        """Return the least costs of answers with each row of each domain; those above ``most`` are no way."""
        climbed = [self.climbed(at, question) for at in range(len(self.plan.components))]
        work = sum(part.work for part in climbed)
        bests = [part.best for part in climbed]
        blocked = sum(best >= NOTHING for best in bests)
        if self.frame.impossible - question.dropped:
            blocked += 2
        total = sum(best for best in bests if best < NOTHING)
        leaf_values: list[IntArray] = [np.zeros(0, dtype=np.int64)] * len(self.frame.leaves)
        for at, component in enumerate(self.plan.components):
            part, best = climbed[at], bests[at]
            if blocked - (best >= NOTHING):
                for leaf in component.leaves:
                    leaf_values[leaf] = np.full(self.frame.leaves[leaf].choices, NOTHING, dtype=np.int64)
                continue
            last = self._kept.get(at)
            before = None if last is None else (last.ups, last.down)
            down = pass_down(self.plan, component, part.ups, self.prepared.starts[at], before)
            work += sum(down.works)
            others = total - (best if best < NOTHING else 0)
            judged = {}
            for place, leaf in enumerate(component.leaves):
                known = None if last is None else last.judged.get(leaf)
                judged[leaf] = self._judged_again(leaf, part.states[place], down.found[place], others, most, known)
                leaf_values[leaf] = judged[leaf].values
            self._kept[at] = Kept(part.ups, down, judged)
        rows, without = self._by_domain(leaf_values, question)
        best = NOTHING if blocked or total > most else total
        return Values(best, rows, without, climbed, work)

    def _judged_again(
        self, at: int, state: LeafState, rest: Passing, others: int, most: int, known: Judged | None
    ) -> Judged:
        """Return what is said of a leaf's choices, as it was said before where it is said from the same."""
        same = known is not None and known.state is state and known.rest is rest
        if known is not None and same and (known.others, known.most) == (others, most):
            return known
        values = self._judged(at, state, rest, others, most)
        values.setflags(write=False)
        return Judged(state, rest, others, most, values)

    def _judged(self, at: int, state: LeafState, rest: Passing, others: int, most: int) -> IntArray:
        """Return for each choice of a leaf the least cost of a whole answer with it."""
        leaf = self.frame.leaves[at]
        if rest.shift is not None and (state.many is None or state is self.prepared.states[at]):
            classes, added = self.prepared.classes[at], others + rest.shift
        else:
            component, place = self._place[at]
            message = rest.made(self.prepared.starts[component].downs[place])
            classes = class_values(leaf, self.prepared.bits[at], state, message, self.plan.merger)
            added = others
        values: IntArray = self.plan.merger.kernels.spread(
            classes, leaf.class_of, leaf.cost, state.alive, added, NOTHING, most
        )
        return values

    def lifted(self, question: Question) -> dict[int, int]:
        """Return for each picked domain the least cost without its picks, the others kept; ``NOTHING``: there is no way."""
        climbed = [self.climbed(at, question) for at in range(len(self.plan.components))]
        blocked = [at for at, part in enumerate(climbed) if part.best >= NOTHING]
        total = sum(part.best for part in climbed if part.best < NOTHING)
        found = dict.fromkeys(question.picks, NOTHING)
        if self.frame.impossible - question.dropped:
            return found
        for at, component in enumerate(self.plan.components):
            if set(blocked) - {at}:
                continue
            part = climbed[at]
            downs: Sequence[Passing] | None = None
            for place, number in enumerate(component.leaves):
                leaf = self.frame.leaves[number]
                if leaf.domain not in question.picks or leaf.item is not None:
                    continue
                if downs is None:
                    downs = pass_down(self.plan, component, part.ups, self.prepared.starts[at]).found
                others = total - (part.best if part.best < NOTHING else 0)
                if part.states[place].many is None:
                    values = self._judged(number, part.states[place], downs[place], others, NOTHING - 1)
                    found[leaf.domain] = int(values.min(initial=NOTHING))
                    continue
                rest = downs[place].made(self.prepared.starts[at].downs[place])
                cost = self._without_picks(number, rest, question)
                found[leaf.domain] = NOTHING if cost >= NOTHING else others + cost
        return found | self._lifted_items(question)

    def _without_picks(self, at: int, rest: Message, question: Question) -> int:
        """Return the least cost of the rest with a choose-many leaf as if nothing of it were picked."""
        picks = {place: rows for place, rows in question.picks.items() if place != self.frame.leaves[at].domain}
        open_state = self.state(at, replace(question, picks=picks))
        own = open_state.passing.made(self.start_message(at))
        spec, bools = self._closings[at]
        none = np.zeros(0, dtype=np.int32)
        _, cost, _, _, _, _ = self.plan.merger.kernels.merged(
            rest.cost, rest.ids, own.cost, own.ids,
            spec.closing, spec.meeting, spec.first_kept, spec.second_kept, bools, none,
            spec.columns, self.plan.merger.better, 0, 2**40, 2**40,
        )  # fmt: skip
        return int(cost[0]) if len(cost) else NOTHING

    def _lifted_items(self, question: Question) -> dict[int, int]:
        """Return the same for capped choose-many domains, which are several leaves: each by a pass of its own."""
        found = {}
        for place in question.picks:
            if self.frame.leaves[self._leaves_of[place][0]].item is not None:
                picks = {other: rows for other, rows in question.picks.items() if other != place}
                found[place] = self.best(replace(question, picks=picks))[0]
        return found

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
        same = (leaf.class_of == leaf.class_of[row]) & alive_choices(leaf, question)
        return bool(same.sum() > 1)

    def best(self, question: Question) -> tuple[int, Sequence[Climbed]]:
        """Return the least cost of a completion, and the components after the pass up."""
        climbed = [self.climbed(at, question) for at in range(len(self.plan.components))]
        if self.frame.impossible - question.dropped or any(part.best >= NOTHING for part in climbed):
            return NOTHING, climbed
        return sum(part.best for part in climbed), climbed

    def witness(self, climbed: Sequence[Climbed], question: Question) -> Picks:
        """Return a completion of least cost; there is one."""
        found: dict[int, dict[int, int]] = {place: {} for place in range(len(self.problem.domains))}
        for at, component in enumerate(self.plan.components):
            pending = [(component.root, 0)]
            while pending:
                node, state = pending.pop()
                message = climbed[at].ups[node].message or self.prepared.starts[at].ups[node]
                if node >= len(component.leaves):
                    step = component.steps[node - len(component.leaves)]
                    pending.append((step.left, int(message.first[state])))
                    pending.append((step.right, int(message.second[state])))
                    continue
                leaf = self.frame.leaves[component.leaves[node]]
                own = climbed[at].states[node]
                rows, many = found[leaf.domain], own.either or own.many
                if many is not None:
                    rows.update(many.rows_of(state, question.picks.get(leaf.domain, {})))
                elif leaf.item is None:
                    rows[int(message.first[state])] = 1
                elif message.first[state]:
                    rows[leaf.item] = int(message.first[state])
        return found
