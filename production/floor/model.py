"""Work orders, what happens to them, and what they are once it has happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kernel.errors import NotFound, NotPossible, NotValid


class EventKind(StrEnum):
    """Something that happened on the floor; never changed or removed once written."""

    RELEASED = "released"
    KITTED = "kitted"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    FAILED_CHECK = "failed_check"
    REWORK = "rework"  # back to an operation, which and what follows is to be done again
    SCRAPPED = "scrapped"
    HELD = "held"
    CONTINUED = "continued"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"
    CHANGED = "changed"  # the order has a new revision: other steps wait, what was done stays done


class Action(StrEnum):
    """What a scan asks for. ``NEXT`` starts what waits, resumes what rests and finishes what runs."""

    NEXT = "next"
    KIT = "kit"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    FAIL = "fail"
    REWORK = "rework"
    SCRAP = "scrap"
    HOLD = "hold"
    CONTINUE = "continue"
    CANCEL = "cancel"
    SHIP = "ship"


class OperationState(StrEnum):
    """What one operation of one piece is now."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"  # a check failed: rework or scrap decides
    FINISHED = "finished"


class WorkState(StrEnum):
    """What one piece is now."""

    RELEASED = "released"
    IN_PRODUCTION = "in_production"
    BUILT = "built"
    SHIPPED = "shipped"
    HELD = "held"
    SCRAPPED = "scrapped"
    CANCELLED = "cancelled"


OPEN_WORK = frozenset({WorkState.RELEASED, WorkState.IN_PRODUCTION})
ENDED_WORK = frozenset({WorkState.SHIPPED, WorkState.SCRAPPED, WorkState.CANCELLED})


@dataclass(frozen=True, slots=True)
class WorkOperation:
    """One operation of a work order; ``planned_start_at`` is the start of the bucket reserved for it.

    ``measures`` are the finished measures that must be taken before it is finished.
    ``setup_s`` of its ``seconds`` fall away when the same recipe, or ``setup_for``, was done just before.
    ``turn_at`` is when its turn came in the sequence improved last, None before that.
    """

    number: int
    code: str
    work_centre: str
    seconds: int
    after: tuple[int, ...]
    recipe: str
    is_cut_off: bool
    planned_start_at: datetime | None = None
    measures: tuple[str, ...] = ()
    setup_s: int = 0
    setup_for: str = ""
    turn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeasureLimit:
    """A finished measure and how far it may be off."""

    target_mm: int
    tolerance_mm: int


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One piece to be made: its own production order.

    ``reservation`` is the key under which the ledger holds its room, ``slot`` which piece of it this is, from 0.
    ``remake_of`` is the piece it is made instead of, 0 for a first one.
    """

    order_number: str
    piece: int
    revision: str
    line: str
    due_at: datetime
    operations: tuple[WorkOperation, ...]
    measures: Mapping[str, MeasureLimit] = field(default_factory=dict)
    pieces: int = 1
    reservation: str = ""
    slot: int = 0
    remake_of: int = 0

    def operation(self, number: int) -> WorkOperation:
        """Return one operation.

        Raises:
            OperationNotFound: it has none of this number.
        """
        for operation in self.operations:
            if operation.number == number:
                return operation
        raise OperationNotFound(order=self.order_number, operation=number)


@dataclass(frozen=True, slots=True)
class WorkEvent:
    """One event; ``operation`` is None for what concerns the whole piece. ``scan_id`` makes it happen once.

    ``at`` is when it happened; ``written_at`` when it was written, later for a scan sent late.
    """

    scan_id: str
    kind: EventKind
    at: datetime
    operation: int | None = None
    operator: str = ""
    reason: str = ""
    good: int = 0
    scrap: int = 0
    measured_mm: Mapping[str, int] = field(default_factory=dict)
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """What a piece is after all its events."""

    state: WorkState
    operations: Mapping[int, OperationState]
    is_kitted: bool = False


@dataclass(frozen=True, slots=True)
class OpenPiece:
    """One piece on the floor with work left: what it is, and when each running operation was started."""

    order: WorkOrder
    status: WorkStatus
    started_at: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an order, by what it is now and what it is made instead of.

    ``is_served``: its material has left the stock. ``is_replaced``: another is made instead of it.
    """

    number: int
    state: WorkState
    reservation: str
    slot: int
    remake_of: int
    is_served: bool
    is_replaced: bool

    @property
    def is_holder(self) -> bool:
        """Whether a share of its reservation's material is its own: it was taken out, or will be."""
        return self.is_served or self.state not in (WorkState.SCRAPPED, WorkState.CANCELLED)

    @property
    def waits_for_remake(self) -> bool:
        """Whether it was spoilt and nothing is made instead of it yet."""
        return self.state is WorkState.SCRAPPED and not self.is_replaced


@dataclass(frozen=True, slots=True)
class SequencedOperation:
    """When, and at which place of its work centre, an operation is to be done next; from the near-term sequence."""

    order_number: str
    piece: int
    number: int
    place: int
    start_at: datetime


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """What a scan did. ``is_repeat``: it had been written before, and nothing was changed."""

    order_number: str
    piece: int
    revision: str
    operation: int | None
    kind: EventKind
    operation_state: OperationState | None
    work_state: WorkState
    before: WorkState
    is_repeat: bool = False
    out_of_tolerance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One operation waiting or running at a work centre; ``waits_for`` names operations not finished yet."""

    order_number: str
    piece: int
    revision: str
    number: int
    code: str
    work_centre: str
    seconds: int
    recipe: str
    state: OperationState
    due_at: datetime
    planned_start_at: datetime | None
    waits_for: tuple[int, ...]
    sequenced_start_at: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it may be started now."""
        return not self.waits_for


class WorkOrderNotFound(NotFound):
    """Nothing of this order is on the floor; facts: ``order``, ``piece``."""


class OperationNotFound(NotFound):
    """The order has no such operation; facts: ``order``, ``operation``."""


class RemakeNotPossible(NotPossible):
    """The piece is not spoilt and has not left, another is made instead of it, or its money was paid back (state ``paid_back``);
    facts: ``order``, ``piece``, ``state``.
    """


class SheetObsolete(NotPossible):
    """The scanned sheet is of another revision; facts: ``order``, ``scanned``, ``current``, and ``changes``
    (feature, from, to) where the caller knows the order.
    """


class CutOffPassed(NotPossible):
    """Too late to change the order: its cut-off operation was started; facts: ``order``, ``piece``, ``operation``,
    ``code``, ``work_centre``, ``started_at``.
    """


class OutOfSequence(NotPossible):
    """Operations before it are not finished; facts: ``order``, ``operation``, ``waits_for``."""


class ActionNotPossible(NotPossible):
    """Not in its present state; facts: ``order``, ``operation``, ``action``, ``state``.

    After a scan also ``last_event``, ``last_at`` and ``last_operator``: what happened to it meanwhile, for one sent late.
    """


class MeasuresMissing(NotValid):
    """The step is finished with all its measures in whole millimetres; facts: ``order``, ``operation``, ``measures``."""


class MeasureNotValid(NotValid):
    """No measure of this piece, or no length; facts: ``order``, ``measure``, ``value_mm``."""


class ScanTimeNotValid(NotValid):
    """A scan of the future, or from longer ago than scans are taken; facts: ``at``, ``earliest``, ``latest``."""


class ScanIdReused(NotValid):
    """The scan id belongs to another event; facts: ``scan_id``."""
