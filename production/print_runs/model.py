"""A print run: what is printed for which day, and how far it came."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from kernel.blobs import BlobName
from kernel.errors import NotFound, NotPossible

PrintRunId = NewType("PrintRunId", str)
PieceId = tuple[str, int]
"""Order number and piece, from 1."""


class PrintKind(StrEnum):
    """What is printed."""

    SHEETS = "sheets"
    LABELS = "labels"
    TICKETS = "tickets"
    DIFFS = "diffs"  # what revisions change, of the orders that have one


@dataclass(frozen=True, slots=True)
class PrintRun:
    """One print run. ``pieces`` are those to be begun on the day, when it was asked for; ``pdf`` is there once it is done.

    ``missing`` are pieces whose sheet had not been issued.
    """

    id: PrintRunId
    line: str
    day: date
    kind: PrintKind
    pieces: tuple[PieceId, ...]
    by: str
    at: datetime
    done: int = 0
    missing: tuple[PieceId, ...] = ()
    pdf: BlobName | None = None
    is_over: bool = False


class PrintRunNotFound(NotFound):
    """There is no such print run; facts: ``run``."""


class NothingToPrint(NotPossible):
    """No piece is to be begun on this day, or none of a cloth; facts: ``line``, ``day``."""


class PrintRunNotReady(NotPossible):
    """It is still being drawn, or there was nothing to draw; facts: ``run``, ``done``, ``total``."""
