"""Messages and how two of them are merged: which rules close, which stay open, which tables say so."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from configurator.planning import array_kernels, kernels
from configurator.planning.frame import Frame
from configurator.planning.limits import PlanBudget, TooWide
from configurator.planning.residuals import IdArray
from configurator.problem import IntArray

Bytes = NDArray[np.uint8]
COMPARED_IN_MERGES = 64
COMPARED_IN_LEAVES = -1
NOT_COMPARED = 0


@dataclass(frozen=True, slots=True)
class Message:
    """All that matters of the answers to a set of leaves: states of one residual a rule, with their least costs.

    ``first`` and ``second`` say which two states each is made of; at a leaf ``first`` is the choice.
    States stand by rising cost.
    """

    cost: IntArray
    ids: IdArray
    first: IdArray
    second: IdArray


@dataclass(frozen=True, slots=True)
class MergeSpec:
    """How two messages with known columns become one."""

    closing: IntArray
    meeting: IntArray
    first_kept: IntArray
    second_kept: IntArray
    columns: IntArray
    rules: tuple[int, ...]  # the rule of each column that comes out


class Pool:
    """Arrays laid one behind the other in one growing array."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self._room: np.ndarray = np.empty(1024, dtype=dtype)
        self._size = 0

    def add(self, values: np.ndarray) -> int:
        """Append an array and return where it starts."""
        start, end = self._size, self._size + values.size
        if end > len(self._room):
            grown = np.empty(max(end, 2 * len(self._room)), dtype=self._room.dtype)
            grown[:start] = self._room[:start]
            self._room = grown
        self._room[start:end] = values.ravel()
        self._size = end
        return start

    @property
    def values(self) -> np.ndarray:
        """Everything so far."""
        return self._room[: self._size]


class Tables:
    """The tables of all merges asked for so far."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._bools = Pool(np.uint8)
        self._nexts = Pool(np.int32)
        self._better = Pool(np.uint8)
        self._closing: dict[tuple[int, int, int], tuple[int, int, int]] = {}
        self._meeting: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._columns: dict[tuple[int, int], tuple[int, int, int]] = {}

    @property
    def bools(self) -> Bytes:
        """Tables of rules that close."""
        return self._bools.values

    @property
    def nexts(self) -> IdArray:
        """Tables of rules that stay open."""
        return self._nexts.values

    @property
    def better(self) -> Bytes:
        """Matrices that say which residual accepts all that another accepts."""
        return self._better.values

    def closing(self, rule: int, first: int, second: int) -> tuple[int, int, int]:
        """Return offset, row length and rows of the table that closes a rule."""
        scope = self._frame.algebras[rule].scope
        key = (rule, first & scope, second & scope)
        if key not in self._closing:
            table = self._frame.algebras[rule].closed(key[1], key[2])
            self._closing[key] = (self._bools.add(table.astype(np.uint8)), table.shape[1], table.shape[0])
        return self._closing[key]

    def meeting(self, rule: int, first: int, second: int) -> tuple[int, int]:
        """Return offset and row length of the table that combines two residuals."""
        scope = self._frame.algebras[rule].scope
        key = (rule, first & scope, second & scope)
        if key not in self._meeting:
            table = self._frame.algebras[rule].combine(key[1], key[2])
            self._meeting[key] = (self._nexts.add(table), table.shape[1])
        return self._meeting[key]

    def column(self, rule: int, leaves: int) -> tuple[int, int, int]:
        """Return kind, offset and size of the comparison of a rule's residuals."""
        key = (rule, leaves & self._frame.algebras[rule].scope)
        if key not in self._columns:
            space = self._frame.algebras[rule].space(key[1])
            if space.chain:
                self._columns[key] = (kernels.CHAIN, 0, space.size)
            elif space.better is None:
                self._columns[key] = (kernels.HARD, 0, space.size)
            else:
                start = self._better.add(space.better.astype(np.uint8))
                self._columns[key] = (kernels.MATRIX, start, space.size)
        return self._columns[key]

    def columns(self, rules: tuple[int, ...], leaves: int) -> IntArray:
        """Return how the states of a set of leaves are compared, one row a rule."""
        rows = [self.column(rule, leaves) for rule in rules]
        return np.array(rows, dtype=np.int64).reshape(len(rows), 3)

    def spec(self, first: int, first_rules: tuple[int, ...], second: int, second_rules: tuple[int, ...]) -> MergeSpec:
        """Return how messages of two disjoint sets of leaves are merged."""
        both = first | second
        closing, meeting, met = [], [], []
        for at, rule in enumerate(first_rules):
            if rule not in second_rules:
                continue
            other = second_rules.index(rule)
            if self._frame.algebras[rule].scope & ~both == 0:
                closing.append((at, other, *self.closing(rule, first, second)))
            else:
                meeting.append((at, other, *self.meeting(rule, first, second)))
                met.append(rule)
        first_kept = [at for at, rule in enumerate(first_rules) if rule not in second_rules]
        second_kept = [at for at, rule in enumerate(second_rules) if rule not in first_rules]
        rules = (*met, *(first_rules[at] for at in first_kept), *(second_rules[at] for at in second_kept))
        closing.sort(key=lambda row: row[4])
        return MergeSpec(
            closing=np.array(closing, dtype=np.int64).reshape(len(closing), 5),
            meeting=np.array(meeting, dtype=np.int64).reshape(len(meeting), 4),
            first_kept=np.array(first_kept, dtype=np.int64),
            second_kept=np.array(second_kept, dtype=np.int64),
            columns=self.columns(rules, both),
            rules=rules,
        )


ONLY = np.zeros(1, dtype=np.int32)
"""The makers of a message of one state made of two such."""


@dataclass(frozen=True, slots=True)
class Merger:
    """Merges messages with one set of tables and kernels."""

    bools: Bytes
    nexts: IdArray
    better: Bytes
    kernels: ModuleType
    budget: PlanBudget

    def merge(self, spec: MergeSpec, first: Message, second: Message, cap: int) -> tuple[Message, int]:
        """Return the message of both, and the counted work.

        Raises:
            TooWide: More states or pairs than the budget has.
        """
        if len(first.cost) == len(second.cost) == 1 and not first.ids.any() and not second.ids.any():
            # Id 0 accepts everything and absorbs whatever is added: mostly rules that do not act.
            ids = np.zeros((1, len(spec.rules)), dtype=np.int32)
            return Message(first.cost + second.cost, ids, ONLY, ONLY), 1
        fits, cost, ids, one, two, work = self.kernels.merged(
            first.cost,
            first.ids,
            second.cost,
            second.ids,
            spec.closing,
            spec.meeting,
            spec.first_kept,
            spec.second_kept,
            self.bools,
            self.nexts,
            spec.columns,
            self.better,
            cap,
            self.budget.most_states,
            self.budget.most_pairs,
        )
        if not fits:
            raise TooWide(what="message", rules=spec.rules, size=len(cost), limit=self.budget.most_states)
        return Message(cost, ids, one, two), work

    def front(self, cost: IntArray, ids: IdArray, columns: IntArray, cap: int = COMPARED_IN_LEAVES) -> IntArray:
        """Return the indices of the states nothing dominates, by rising cost."""
        kept: IntArray = self.kernels.front(cost, ids, columns, self.better, cap)[0]
        return kept


def kernels_named(name: str) -> ModuleType:
    """Return the kernels: ``compiled``, ``arrays``, or ``best`` for what the installation has."""
    if name == "arrays" or (name == "best" and not kernels.COMPILED):
        return array_kernels
    return kernels
