"""Reading the ledger and the floor for the planner. Nothing here changes anything."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from production.floor.model import OPEN_WORK
from production.floor.tables import WorkOperationRow, WorkOrderRow
from production.model import ACTIVE_RESERVATIONS, ReservationState
from production.overview.model import DayLoad, PlannedOperation, Take
from production.promise.calendar import local_date, utc
from production.promise.tables import BucketRow, ReservationLoadRow, ReservationRow


def day_loads(db: Session, line: str, timezone: str, from_s: int, to_s: int) -> dict[tuple[str, date], DayLoad]:
    """Return the load of each work centre on each of the plant's days within ``[from_s, to_s)``."""
    rows = db.exec(
        select(BucketRow).where(BucketRow.line == line, BucketRow.start_s >= from_s, BucketRow.start_s < to_s)
    )
    days: dict[int, date] = {}
    sums: dict[tuple[str, date], DayLoad] = {}
    for row in rows:
        if row.start_s not in days:
            days[row.start_s] = local_date(row.start_s, timezone)
        key = (row.work_centre, days[row.start_s])
        so_far = sums.get(key, DayLoad(0, 0))
        sums[key] = DayLoad(
            so_far.capacity_s + row.capacity_s, so_far.free_s + row.free_s, so_far.short_s + row.short_s
        )
    return sums


def takes(db: Session, line: str, work_centre: str, from_s: int, to_s: int) -> list[Take]:
    """Return what active reservations take of a work centre within ``[from_s, to_s)``, earliest first."""
    load, held = ReservationLoadRow, ReservationRow
    rows = db.exec(
        select(load, held)
        .join(held, col(held.key) == col(load.key))
        .where(
            held.line == line,
            load.work_centre == work_centre,
            load.start_s >= from_s,
            load.start_s < to_s,
            col(held.state).in_(ACTIVE_RESERVATIONS),
        )
        .order_by(col(load.start_s), col(load.key), col(load.piece), col(load.position))
    )
    return [
        Take(one.key, one.operation, utc(one.start_s), one.seconds, reservation.state is ReservationState.HELD)
        for one, reservation in rows
    ]


def planned_operations(
    db: Session, line: str, from_at: datetime, to_at: datetime, *, limit: int
) -> Sequence[PlannedOperation]:
    """Return the operations of open work planned to start in ``[from_at, to_at)``, by work centre and start."""
    step, work = WorkOperationRow, WorkOrderRow
    rows = db.exec(
        select(step, work)
        .join(work, col(work.id) == col(step.work_order_id))
        .where(
            step.line == line,
            col(work.state).in_(OPEN_WORK),
            col(step.planned_start_at) >= from_at,
            col(step.planned_start_at) < to_at,
        )
        .order_by(col(step.work_centre), col(step.planned_start_at), col(work.due_at), col(work.id), col(step.number))
        .limit(limit)
    )
    return [
        PlannedOperation(
            order_number=order.order_number,
            piece=order.piece,
            code=one.code,
            work_centre=one.work_centre,
            start_at=one.planned_start_at,
            seconds=one.seconds,
            state=one.state,
            due_at=order.due_at,
        )
        for one, order in rows
        if one.planned_start_at is not None
    ]
