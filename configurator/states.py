"""The state after a click: statuses, price deltas, ranges and notes of every option.

Options of large features are told from arrays and become ``OptionState`` values only when they are read.
See docs/algorithms/configuring.md, C-10.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from configurator.assignment import Assignment
from configurator.compiling.compile import Compiled
from configurator.engine import NO_WAY, Answers, Picks
from configurator.model import Answer, FeatureState, Note, OptionState, Status
from configurator.notes import DueNote, Noting
from configurator.problem import Domain, IntArray
from modules_catalog.model import FeatureKind

STATUSES = (Status.AVAILABLE, Status.CHOSEN, Status.IMPLIED, Status.RULED_OUT, Status.NOT_KNOWN)
_AVAILABLE, _CHOSEN, _IMPLIED, _RULED_OUT, _NOT_KNOWN = range(5)


@dataclass(slots=True, eq=False)
class OptionStates(Mapping[str, OptionState]):
    """The options of one feature by code, made when they are read.

    ``statuses[row]`` are positions in ``STATUSES``, ``deltas[row]`` minor units (meaningless where ruled out);
    ``codes`` are the rows' options in order, so large answers can be written without a value per option.
    """

    codes: tuple[str, ...]
    statuses: IntArray
    deltas: IntArray
    _by_code: Mapping[str, int]
    _offset: int  # rows before the first option
    _notes: Callable[[], list[DueNote]]
    _note: Callable[[DueNote, int], Note]
    _due: list[DueNote] | None = None

    def __getitem__(self, code: str) -> OptionState:
        row = self._by_code[code] - self._offset
        if row < 0:
            raise KeyError(code)
        return self._state(row)

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def status(self, code: str) -> Status:
        """Return the status alone."""
        return STATUSES[int(self.statuses[self._by_code[code] - self._offset])]

    def in_order(self, ranks: Mapping[str, int]) -> list[str]:
        """Return the codes by the rank of their status, those of one rank as they stand."""
        of_status = np.array([ranks[status] for status in STATUSES])
        return [self.codes[at] for at in np.argsort(of_status[self.statuses], kind="stable").tolist()]

    def can_be_had(self) -> list[bool]:
        """Return for each option whether it is not ruled out."""
        free: list[bool] = (self.statuses != _RULED_OUT).tolist()
        return free

    def due_notes(self) -> list[DueNote]:
        """Return the feature's notes with the rows they are due for."""
        if self._due is None:
            self._due = self._notes()
        return self._due

    def noted(self) -> frozenset[str]:
        """Return the options that have notes."""
        found: set[str] = set()
        for due in self.due_notes():
            found.update(self.codes[int(row)] for row in np.flatnonzero(due.due[self._offset :]))
        return frozenset(found)

    def _state(self, row: int) -> OptionState:
        status = STATUSES[int(self.statuses[row])]
        notes: tuple[Note, ...] = tuple(
            self._note(due, row + self._offset) for due in self.due_notes() if due.due[row + self._offset]
        )
        return OptionState(status, None if status is Status.RULED_OUT else int(self.deltas[row]), notes)


def statuses_and_prices(options: Mapping[str, OptionState]) -> Iterator[tuple[str, Status, int | None]]:
    """Yield each option with its status and price difference alone: for thousands of options, whose notes nobody reads."""
    if not isinstance(options, OptionStates):
        yield from ((code, each.status, each.price_delta_minor) for code, each in options.items())
        return
    for code, number, delta in zip(options.codes, options.statuses.tolist(), options.deltas.tolist(), strict=True):
        status = STATUSES[number]
        yield code, status, None if status is Status.RULED_OUT else delta


def options_with(options: Mapping[str, OptionState], statuses: Collection[Status]) -> list[str]:
    """Return the options that have one of some statuses, in their order."""
    if not isinstance(options, OptionStates):
        return [code for code, each in options.items() if each.status in statuses]
    numbers = [number for number, status in enumerate(STATUSES) if status in statuses]
    return [options.codes[int(row)] for row in np.flatnonzero(np.isin(options.statuses, numbers))]


@dataclass(frozen=True, slots=True, eq=False)
class StateMaker:
    """Makes feature states from an engine's answers."""

    compiled: Compiled
    noting: Noting
    answers: Answers
    picks: Picks
    standing: Assignment
    base_minor: int

    def feature_state(self, index: int, chosen: Answer | None) -> FeatureState:
        """Return the state of one feature."""
        domain = self.compiled.problem.domains[index]
        feature = self.compiled.rows[domain.feature].feature
        assert feature is not None  # noqa: S101 - helpers have no state
        cost = self.answers.with_row[index]
        possible = cost < NO_WAY
        statuses = self._statuses(index, possible)
        options: Mapping[str, OptionState] = {}
        ranges: tuple[tuple[int, int], ...] = ()
        if feature.kind in (FeatureKind.OPTION, FeatureKind.OPTIONS, FeatureKind.BOOLEAN):
            options = self._options(index, domain, statuses, cost)
        else:
            ranges = value_ranges(domain, possible)
        return FeatureState(domain.feature, self._needed(index, domain, possible), chosen, options, ranges)

    def _needed(self, index: int, domain: Domain, possible: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> bool:
        if domain.many:
            if not domain.may_be_empty:
                return True
            forced = self.answers.forced[index]
            return forced is not None and bool(forced.any()) and index not in self.picks
        return domain.none_row is None or not possible[domain.none_row]

    def _statuses(self, index: int, possible: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> IntArray:
        domain = self.compiled.problem.domains[index]
        if self.answers.certain_row is self.answers.with_row:
            certain, statuses = possible, np.where(possible, _AVAILABLE, _RULED_OUT)
        else:
            certain = self.answers.certain_row[index] < NO_WAY
            statuses = np.where(possible, np.where(certain, _AVAILABLE, _NOT_KNOWN), _RULED_OUT)
        forced = self.answers.forced[index]
        if forced is not None:
            statuses[forced & (statuses != _NOT_KNOWN)] = _IMPLIED
        elif np.count_nonzero(possible) == 1 and (domain.none_row is None or not possible[domain.none_row]):
            statuses[possible & certain] = _IMPLIED
        for row, count in self.picks.get(index, {}).items():
            if count:
                statuses[row] = _CHOSEN
        return statuses

    def _options(self, index: int, domain: Domain, statuses: IntArray, cost: IntArray) -> OptionStates:
        offset = 0 if domain.none_row is None else 1
        deltas = cost - self.base_minor
        deltas[statuses == _CHOSEN] = 0
        forced = self.answers.forced[index]
        if forced is not None:
            deltas[forced] = 0  # the best completion has it
        noting, standing, feature = self.noting, self.standing, domain.feature
        return OptionStates(
            codes=domain.rows[offset:],
            statuses=statuses[offset:],
            deltas=deltas[offset:],
            _by_code=self.compiled.rows[feature].by_code,
            _offset=offset,
            _notes=lambda: noting.due(index, standing),
            _note=lambda due, row: noting.note(due, feature, row, standing),
        )


def value_ranges(domain: Domain, possible: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> tuple[tuple[int, int], ...]:
    """Return the possible values of a number (or lengths of a text) as ranges, both ends included."""
    offset = 0 if domain.none_row is None else 1
    flags = possible[offset:].astype(np.int8)
    edges = np.diff(np.concatenate(([0], flags, [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return tuple(
        (int(domain.rows[offset + int(start)]), int(domain.rows[offset + int(end)]))
        for start, end in zip(starts, ends, strict=True)
    )
