"""A window of the near-term sequence: the steps that may move, where each can be done, and what stands fast around them.

Times are seconds after the window's own origin. Pure values; as JSON they go to the process that improves them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from production.sequencing.spans import Span


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a work centre.

    ``closed`` are spans in which nothing of the window can be done: breaks, and what is sequenced there and stays.
    ``begins`` are the spans in which unattended work is begun, which may go on beyond them; None where work ends in the
    span it is begun in. ``load_pieces`` above 0 makes it a machine that takes loads.
    """

    closed: tuple[Span, ...] = ()
    begins: tuple[Span, ...] | None = None
    load_pieces: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """One step that may move. ``choices`` are (place, seconds); ``after`` positions of tasks in the window.

    It begins at ``ready_s`` at the earliest and ends by ``until_s``. ``setup_s`` of its seconds fall away where it follows
    its own recipe at a place without a pause.
    """

    piece: int
    choices: tuple[tuple[int, int], ...]
    after: tuple[int, ...] = ()
    ready_s: int = 0
    until_s: int | None = None
    recipe: str = ""
    setup_s: int = 0

    def seconds_at(self, place: int) -> int | None:
        """Return the seconds at a place, None where it cannot be done."""
        return next((seconds for where, seconds in self.choices if where == place), None)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: when it is due, and when what does not move of it has ended."""

    due_s: int
    fixed_end_s: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """Where and when one task is done."""

    place: int
    start_s: int
    end_s: int


Schedule = tuple[Slot, ...]
"""One slot a task, in the order of the window's tasks."""


@dataclass(frozen=True, slots=True)
class Window:
    """What may move, and the sequence it was given, which keeps to all its rules."""

    pieces: tuple[Piece, ...]
    places: tuple[Place, ...]
    tasks: tuple[Task, ...]
    given: Schedule

    def ends(self, schedule: Sequence[Slot]) -> list[int]:
        """Return when each piece is done."""
        ends = [piece.fixed_end_s for piece in self.pieces]
        for task, slot in zip(self.tasks, schedule, strict=True):
            ends[task.piece] = max(ends[task.piece], slot.end_s)
        return ends

    def to_json(self) -> dict[str, Any]:
        """Return the window as JSON can say it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Window":
        """Return what ``to_json`` gave."""

        def spans(value: Sequence[Sequence[int]]) -> tuple[Span, ...]:
            return tuple((from_s, to_s) for from_s, to_s in value)

        return cls(
            pieces=tuple(Piece(**one) for one in document["pieces"]),
            places=tuple(
                Place(spans(one["closed"]), None if one["begins"] is None else spans(one["begins"]), one["load_pieces"])
                for one in document["places"]
            ),
            tasks=tuple(
                Task(**one | {"choices": spans(one["choices"]), "after": tuple(one["after"])})
                for one in document["tasks"]
            ),
            given=tuple(Slot(**one) for one in document["given"]),
        )
