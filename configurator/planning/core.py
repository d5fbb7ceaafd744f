"""Answers one form of a problem by its plan: picks in, least costs with every choice out."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from configurator.engine import Picks
from configurator.planning import kernels
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
from configurator.planning.whole_passes import Passings, WholePasses
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
    """What was said of the choices of a choose-many leaf, and what it was said from."""

    state: LeafState
    rest: Passing | tuple[int, ...]
    others: int
    most: int
    values: IntArray

    def is_for(self, state: LeafState, rest: Passing | tuple[int, ...], others: int, most: int) -> bool:
        """Return whether the same would be said again."""
        if self.state is not state or (self.others, self.most) != (others, most):
            return False
        return self.rest is rest or (isinstance(rest, tuple) and self.rest == rest)


@dataclass(frozen=True, slots=True)
class Kept:
    """A component's last pass down, the pass up it began from, and the values of its leaves."""

    ups: Sequence[Passing]
    down: Passed
    judged: Mapping[int, Judged]


@dataclass(frozen=True, slots=True)
class Values:
    """Least costs of whole answers: ``best``, and per domain and row (one more of it in choose-many domains).

    ``without[d][row]`` for capped choose-many domains: the least cost without the row. ``downs``: what came down to the
    nodes of each component; empty where another component has no way. ``work`` is counted.
    """

    best: int
    rows: tuple[IntArray, ...]
    without: Mapping[int, IntArray]
    climbed: Sequence[Climbed]
    downs: Sequence[Sequence[Passing]]
    work: int


UNTOUCHED: tuple[frozenset[int], tuple[int, ...], int] = (frozenset(), (), 0)
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
    more = state.many.judging()
    spec = more.spec
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
    """One form of a problem with its plan.

    ``leaves_of[d]``: the leaves of a domain; ``place[leaf]``: its component and its place there; ``price_unit``: a power of
    two above the difference of any two prices.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.problem = prepared.problem
        self.frame = prepared.frame
        self.plan = prepared.plan
        self._remembered: Remembered[LeafState] = Remembered()
        self._fronts: Remembered[Fronts] = Remembered(32)
        self._alive: Remembered[BoolArray] = Remembered(64)
        self._picked_states: Remembered[LeafState] = Remembered(MOST_REMEMBERED * 16)
        self._climbed: dict[int, Climbed] = {}  # the last by component; whoever comes later takes what is the same
        self._kept: dict[int, Kept] = {}
        self._bare: Remembered[tuple[LeafState, ...]] = Remembered(128)
        self.leaves_of: list[list[int]] = [[] for _ in self.problem.domains]
        for at, leaf in enumerate(self.frame.leaves):
            self.leaves_of[leaf.domain].append(at)
            many = prepared.states[at].many
            if many is not None:
                self._fronts.put((at, *UNTOUCHED), many.fronts)
        named = {name for scope in self.frame.scopes for name in scope.rules}
        named.update(own.rule for leaf in self.frame.leaves for own in leaf.filters)
        self._bits = {name: 1 << place for place, name in enumerate(sorted(named))}
        self._scope_bits = [self._bits_of(scope.rules) for scope in self.frame.scopes]
        self._filters = [self._bits_of({own.rule for own in leaf.filters}) for leaf in self.frame.leaves]
        rules = [{*leaf.columns, *(column.rule for column in leaf.pieces or ())} for leaf in self.frame.leaves]
        self._rules_of = [sum(1 << rule for rule in own) for own in rules]
        self._names = [
            filters | self._bits_of({name for rule in own for name in self.frame.scopes[rule].rules})
            for filters, own in zip(self._filters, rules, strict=True)
        ]
        self._leaf_states = [tuple(prepared.states[at] for at in part.leaves) for part in self.plan.components]
        self._whole: list[WholePasses | None] = [None] * len(self.plan.components)
        self._in_whole = self.plan.merger.kernels is kernels
        spans = [
            int(np.abs(domain.cost_minor).max(initial=0)) * (domain.most if domain.many else 1)
            for domain in self.problem.domains
        ]
        self.price_unit = 1 << (2 * sum(spans) + 1).bit_length()
        self._off: tuple[frozenset[str], int, int] = (frozenset(), 0, 0)
        self._closings = {
            at: closing_of(tables)
            for at, (leaf, tables) in enumerate(zip(self.frame.leaves, self.plan.leaf_tables, strict=True))
            if leaf.pieces is not None
        }
        self.place = {
            leaf: (number, place)
            for number, component in enumerate(self.plan.components)
            for place, leaf in enumerate(component.leaves)
        }

    def _bits_of(self, names: Iterable[str]) -> int:
        return sum(self._bits[name] for name in names)

    def patient(self) -> "Core":
        """Return a core that goes on where this one gives up."""
        merger = self.plan.merger
        wider = replace(self.plan, merger=replace(merger, budget=merger.budget.patient()))
        return Core(replace(self.prepared, plan=wider))

    # Leaves

    def start_message(self, at: int) -> Message:
        """Return the message of a leaf without any pick."""
        component, place = self.place[at]
        return self.prepared.starts[component].ups[place]

    def _masks(self, dropped: frozenset[str]) -> tuple[frozenset[str], int, int]:
        """Return what is dropped, its names as bits, and the rules that do not act as bits; told once for all leaves."""
        known = self._off
        if known[0] is not dropped:
            names = sum(self._bits.get(name, 0) for name in dropped)
            off = sum(1 << at for at, own in enumerate(self._scope_bits) if own & ~names == 0)
            known = self._off = (dropped, names, off)
        return known

    def state(self, at: int, question: Question, given: Mapping[int, int] | None = None) -> LeafState:
        """Return a leaf after the picks; ``given``: after these of its domain instead."""
        leaf, untouched = self.frame.leaves[at], self.prepared.states[at]
        picks = question.picks.get(leaf.domain, {}) if given is None else given
        closed = question.closed.get(leaf.domain, ())
        _, names, off = self._masks(question.dropped)
        if self._names[at] & names == 0:
            if not (picks or closed):
                return untouched
            if leaf.pieces is None and leaf.item is None and not closed:
                return self._picked_alone(at, picks, untouched.alive)
        dropped, filters = off & self._rules_of[at], names & self._filters[at]
        key = (at, tuple(sorted(picks.items())), closed, dropped, filters)
        state = self._remembered.get(key)
        if state is None:
            state = self._remembered.put(key, self._made(at, picks, question, dropped, filters))
        return state

    def _picked_alone(self, at: int, picks: Mapping[int, int], alive: BoolArray) -> LeafState:
        """Return a single leaf after its pick, all rules acting and nothing closed."""
        ((row, count),) = picks.items()
        known = self._picked_states.get((at, row, count))
        return known or self._picked_states.put((at, row, count), self._picked(self.frame.leaves[at], picks, alive))

    def _picked(
        self, leaf: Leaf, picks: Mapping[int, int], alive: BoolArray, dropped: frozenset[int] = frozenset()
    ) -> LeafState:
        ((row, count),) = picks.items()
        if count != 1 or not alive[row]:
            return LeafState(Passing(empty_message(len(leaf.columns)), None), alive, None)
        return LeafState(Passing(single_message(leaf, row, dropped), None), alive, None)

    def _made(self, at: int, picks: Mapping[int, int], question: Question, dropped: int, filters: int) -> LeafState:
        leaf, tables, merger = self.frame.leaves[at], self.plan.leaf_tables[at], self.plan.merger
        off = frozenset(
            rule for rule in (*leaf.columns, *(own.rule for own in leaf.pieces or ())) if dropped >> rule & 1
        )
        key = (at, off, question.closed.get(leaf.domain, ()), filters)
        if leaf.pieces is not None:
            fronts = self._fronts.get(key)
            if fronts is None:
                fronts = self._fronts.put(key, Fronts(leaf, tables, merger, off, alive_choices(leaf, question)))
            return many_leaf_state(fronts, picks)
        alive = self._alive.get(key)
        if alive is None:
            alive = self._alive.put(key, alive_choices(leaf, question))
        if leaf.item is None and picks:
            return self._picked(leaf, picks, alive, off)
        return open_leaf_state(leaf, tables, merger, alive, picks, off)

    # Passes

    def whole(self, at: int) -> WholePasses | None:
        """Return the passes of a component as single calls; ``None`` where they are made merge by merge."""
        component, known = self.plan.components[at], self._whole[at]
        if known is None and self._in_whole and component.steps:
            ready, leaves = self.prepared, component.leaves
            known = self._whole[at] = WholePasses(
                self.plan,
                component,
                ready.starts[at],
                [self.frame.leaves[leaf] for leaf in leaves],
                [ready.bits[leaf] for leaf in leaves],
                [ready.classes[leaf] for leaf in leaves],
                [ready.states[leaf].alive for leaf in leaves],
            )
        return known

    def climbed(self, at: int, question: Question) -> Climbed:
        """Return a component after the pass up."""
        return self.climbed_from(at, self.states(at, question))

    def states(self, at: int, question: Question) -> list[LeafState]:
        """Return the leaves of a component after the picks."""
        states = list(self._unpicked(at, question.dropped))
        for domain in question.picks.keys() | question.closed.keys():
            for leaf in self.leaves_of[domain]:
                component, place = self.place[leaf]
                if component == at:
                    states[place] = self.state(leaf, question)
        return states

    def _unpicked(self, at: int, dropped: frozenset[str]) -> Sequence[LeafState]:
        """Return the leaves of a component without some rules, nothing picked or closed."""
        _, names, _ = self._masks(dropped)
        if not names:
            return self._leaf_states[at]
        known = self._bare.get((at, names))
        if known is None:
            question = Question({}, {}, dropped)
            states = tuple(self.state(leaf, question) for leaf in self.plan.components[at].leaves)
            known = self._bare.put((at, names), states)
        return known

    def climbed_from(self, at: int, states: Sequence[LeafState]) -> Climbed:
        """Return a component after the pass up from these states of its leaves."""
        component, start, last = self.plan.components[at], self.prepared.starts[at], self._climbed.get(at)
        before, whole = None if last is None else last.up, self.whole(at)
        passings = [state.passing for state in states]
        if whole is not None:
            up = whole.up(passings, before)
        else:
            up = pass_up(self.plan, component, passings, start, before)
        root = up.found[component.root].made(start.ups[component.root])
        climbed = Climbed(states, up, int(root.cost[0]) if len(root.cost) else NOTHING)
        self._climbed[at] = climbed
        return climbed

    def _down(self, at: int, ups: Sequence[Passing], last: Kept | None) -> Passed:
        """Return what comes down to each node of a component."""
        before, whole = None if last is None else (last.ups, last.down), self.whole(at)
        if whole is not None and isinstance(ups, Passings):
            return whole.down(ups, before)
        return pass_down(self.plan, self.plan.components[at], ups, self.prepared.starts[at], before)

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
        all_downs: list[Sequence[Passing]] = [()] * len(self.plan.components)
        for at, component in enumerate(self.plan.components):
            part, best = climbed[at], bests[at]
            if blocked - (best >= NOTHING):
                for leaf in component.leaves:
                    leaf_values[leaf] = np.full(self.frame.leaves[leaf].choices, NOTHING, dtype=np.int64)
                continue
            last = self._kept.get(at)
            down = self._down(at, part.ups, last)
            work += sum(down.works)
            all_downs[at] = down.found
            others = total - (best if best < NOTHING else 0)
            judged: dict[int, Judged] = {}
            for place, values in self._judged_all(at, part, down.found, others, most, last, judged):
                leaf_values[component.leaves[place]] = values
            self._kept[at] = Kept(part.ups, down, judged)
        rows, without = self._by_domain(leaf_values, question)
        best = NOTHING if blocked or total > most else total
        return Values(best, rows, without, climbed, all_downs, work)

    def _judged_all(
        self,
        at: int,
        part: Climbed,
        downs: Sequence[Passing],
        others: int,
        most: int,
        last: Kept | None,
        judged: dict[int, Judged],
    ) -> Iterator[tuple[int, IntArray]]:
        """Yield for each leaf of a component the least cost of a whole answer with each of its choices.

        What is told leaf by leaf goes to ``judged``, and is what it was where it is told from the same as before.
        """
        whole, leaves = self.whole(at), self.plan.components[at].leaves
        left: Sequence[int] = range(len(leaves))
        if whole is not None and isinstance(downs, Passings):
            yield from whole.values(downs, [state.alive for state in part.states], others, most)
            left = whole.left
        for place in left:
            leaf, state = leaves[place], part.states[place]
            rest = downs.content(place) if isinstance(downs, Passings) else downs[place]
            known = None if last is None else last.judged.get(leaf)
            if known is None or not known.is_for(state, rest, others, most):
                values = self._judged(leaf, state, downs[place], others, most)
                values.setflags(write=False)
                known = Judged(state, rest, others, most, values)
            judged[leaf] = known
            yield place, known.values

    def _judged(self, at: int, state: LeafState, rest: Passing, others: int, most: int) -> IntArray:
        """Return for each choice of a leaf the least cost of a whole answer with it."""
        leaf = self.frame.leaves[at]
        if rest.shift is not None and (state.many is None or state is self.prepared.states[at]):
            classes, added = self.prepared.classes[at], others + rest.shift
        else:
            component, place = self.place[at]
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
                    downs = self._down(at, part.ups, None).found
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
        return self._closed_with(at, rest, self.state(at, question, {}))

    def without_row(self, values: Values, place: int, row: int, question: Question) -> int:
        """Return the least cost of an answer without one row of a choose-many domain that is one leaf.

        What came down to the leaf when the question was answered is closed with the leaf as it is without the row.
        """
        (at,) = self.leaves_of[place]
        component, node = self.place[at]
        closed = tuple(sorted({*question.closed.get(place, ()), row}))
        state = self.state(at, replace(question, closed={**question.closed, place: closed}))
        rest = values.downs[component][node].made(self.prepared.starts[component].downs[node])
        cost = self._closed_with(at, rest, state)
        others = sum(part.best for part in values.climbed) - values.climbed[component].best
        return NOTHING if cost >= NOTHING else others + cost

    def _closed_with(self, at: int, rest: Message, state: LeafState) -> int:
        """Return the least cost of what came down to a choose-many leaf together with a state of the leaf."""
        own = state.passing.made(self.start_message(at))
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
            if self.frame.leaves[self.leaves_of[place][0]].item is not None:
                picks = {other: rows for other, rows in question.picks.items() if other != place}
                found[place] = self.best(replace(question, picks=picks))[0]
        return found

    def _by_domain(
        self, leaf_values: list[IntArray], question: Question
    ) -> tuple[tuple[IntArray, ...], dict[int, IntArray]]:
        rows: list[IntArray] = []
        without: dict[int, IntArray] = {}
        for place, leaves in enumerate(self.leaves_of):
            if len(leaves) == 1 and self.frame.leaves[leaves[0]].item is None:
                rows.append(leaf_values[leaves[0]])
                continue
            picks = question.picks.get(place, {})
            more = [leaf_values[leaf][picks.get(row, 0) + 1 :].min(initial=NOTHING) for row, leaf in enumerate(leaves)]
            rows.append(np.array(more, dtype=np.int64))
            without[place] = np.array([leaf_values[leaf][0] for leaf in leaves], dtype=np.int64)
        return tuple(rows), without

    # Witnesses

    def twin_costs_more(self, place: int, row: int, question: Question) -> int:
        """Return how much dearer a piece of the cheapest row is that can stand for this one of a choose-many domain.

        ``NOTHING``: none can, as far as is seen at once.
        """
        (at,) = self.leaves_of[place]
        leaf = self.frame.leaves[at]
        same = (leaf.class_of == leaf.class_of[row]) & alive_choices(leaf, question)
        same[row] = False
        return int(leaf.cost[same].min() - leaf.cost[row]) if same.any() else NOTHING

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
            for place, state in enumerate(self._states_of(at, climbed[at])):
                leaf, own = self.frame.leaves[component.leaves[place]], climbed[at].states[place]
                rows, many = found[leaf.domain], own.either or own.many
                if many is not None:
                    rows.update(many.rows_of(state, question.picks.get(leaf.domain, {})))
                    continue
                message = own.passing.message or self.prepared.starts[at].ups[place]
                chosen = int(message.first[state])
                if leaf.item is None:
                    rows[chosen] = 1
                elif chosen:
                    rows[leaf.item] = chosen
        return found

    def _states_of(self, at: int, part: Climbed) -> list[int]:
        """Return of which state of each leaf a component's cheapest answer is made."""
        component, whole = self.plan.components[at], self.whole(at)
        if whole is not None and isinstance(part.ups, Passings):
            return whole.traced(part.ups)
        starts = self.prepared.starts[at].ups
        states = [0] * (len(component.leaves) + len(component.steps))
        for number in reversed(range(len(component.steps))):
            step, node = component.steps[number], len(component.leaves) + number
            message = part.ups[node].message or starts[node]
            states[step.left] = int(message.first[states[node]])
            states[step.right] = int(message.second[states[node]])
        return states[: len(component.leaves)]
