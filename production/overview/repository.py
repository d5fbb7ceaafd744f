"""Reading the ledger and the floor together for the planner, in statements of its own. Nothing here changes anything."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session

from kernel.schema import UtcDateTime
from production.floor.model import OPEN_WORK, OperationState
from production.model import ACTIVE_RESERVATIONS, ReservationState
from production.overview.model import DayLoad, PlannedOperation, Take
from production.promise.calendar import local_date, utc

_BUCKETS = text("""
    SELECT work_centre, start_s, capacity_s, free_s, short_s FROM production_bucket
    WHERE line = :line AND start_s >= :from_s AND start_s < :to_s
""")
_TAKES = text("""
    SELECT load.key, load.operation, load.start_s, load.seconds, held.state
    FROM production_reservation_load AS load JOIN production_reservation AS held ON held.key = load.key
    WHERE held.line = :line AND load.work_centre = :work_centre AND load.start_s >= :from_s AND load.start_s < :to_s
        AND held.state IN :states
    ORDER BY load.start_s, load.key, load.piece, load.position
""").bindparams(bindparam("states", expanding=True))
_PLANNED = text("""
    SELECT work.order_number, work.piece, step.code, step.work_centre, step.planned_start_at, step.seconds, step.state,
        work.due_at
    FROM production_work_operation AS step JOIN production_work_order AS work ON work.id = step.work_order_id
    WHERE step.line = :line AND work.state IN :states
        AND step.planned_start_at >= :from_at AND step.planned_start_at < :to_at
    ORDER BY step.work_centre, step.planned_start_at, work.due_at, work.id, step.number
    LIMIT :most
""").bindparams(
    bindparam("states", expanding=True),
    bindparam("from_at", type_=UtcDateTime),
    bindparam("to_at", type_=UtcDateTime),
)


def day_loads(db: Session, line: str, timezone: str, from_s: int, to_s: int) -> dict[tuple[str, date], DayLoad]:
    """Return the load of each work centre on each of the plant's days within ``[from_s, to_s)``."""
    rows = db.connection().execute(_BUCKETS, {"line": line, "from_s": from_s, "to_s": to_s})
    days: dict[int, date] = {}
    sums: dict[tuple[str, date], DayLoad] = {}
    for work_centre, start_s, capacity_s, free_s, short_s in rows:
        if start_s not in days:
            days[start_s] = local_date(start_s, timezone)
        key = (work_centre, days[start_s])
        so_far = sums.get(key, DayLoad(0, 0))
        sums[key] = DayLoad(so_far.capacity_s + capacity_s, so_far.free_s + free_s, so_far.short_s + short_s)
    return sums


def takes(db: Session, line: str, work_centre: str, from_s: int, to_s: int) -> list[Take]:
    """Return what active reservations take of a work centre within ``[from_s, to_s)``, earliest first."""
    given = {
        "line": line,
        "work_centre": work_centre,
        "from_s": from_s,
        "to_s": to_s,
        "states": sorted(state.value for state in ACTIVE_RESERVATIONS),
    }
    return [
        Take(key, operation, utc(start_s), seconds, state == ReservationState.HELD.value)
        for key, operation, start_s, seconds, state in db.connection().execute(_TAKES, given)
    ]


def planned_operations(
    db: Session, line: str, from_at: datetime, to_at: datetime, *, limit: int
) -> Sequence[PlannedOperation]:
    """Return the operations of open work planned to start in ``[from_at, to_at)``, by work centre and start."""
    given = {
        "line": line,
        "states": sorted(state.value for state in OPEN_WORK),
        "from_at": from_at,
        "to_at": to_at,
        "most": limit,
    }
    return [
        PlannedOperation(number, piece, code, centre, _moment(starts), seconds, OperationState(state), _moment(due))
        for number, piece, code, centre, starts, seconds, state, due in db.connection().execute(_PLANNED, given)
    ]


def _moment(stored: datetime | str) -> datetime:
    """Return a stored moment as both databases give it: PostgreSQL with its zone, SQLite as UTC text."""
    found = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
