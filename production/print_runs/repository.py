"""Print runs in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, insert, select, update
from sqlmodel import Session

from kernel.blobs import BlobName
from kernel.schema import metadata
from production.floor.model import OPEN_WORK
from production.print_runs import tables
from production.print_runs.model import PieceId, PrintKind, PrintRun, PrintRunId

_RUNS: Table = metadata.tables[str(tables.PrintRunRow.__tablename__)]
_ORDERS: Table = metadata.tables["production_work_order"]
_OPERATIONS: Table = metadata.tables["production_work_operation"]


def add_run(db: Session, run: PrintRun) -> None:
    """Store a print run."""
    db.execute(
        insert(_RUNS).values(
            id=run.id,
            line=run.line,
            day=run.day,
            kind=run.kind,
            pieces=[list(one) for one in run.pieces],
            by=run.by,
            at=run.at,
            done=0,
            missing=[],
            pdf_blob=None,
            is_over=False,
        )
    )


def find_run(db: Session, run_id: PrintRunId) -> PrintRun | None:
    """Return a print run."""
    row = db.execute(select(_RUNS).where(_RUNS.c.id == run_id)).one_or_none()
    return None if row is None else _run(row)


def runs_of(db: Session, line: str, limit: int) -> tuple[PrintRun, ...]:
    """Return the print runs of a line, the newest first."""
    statement = select(_RUNS).where(_RUNS.c.line == line).order_by(_RUNS.c.at.desc(), _RUNS.c.id.desc()).limit(limit)
    return tuple(_run(row) for row in db.execute(statement))


def save_progress(db: Session, run_id: PrintRunId, values: Mapping[str, object]) -> None:
    """Store how far a run came."""
    db.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(dict(values)))


def pieces_beginning(db: Session, line: str, from_at: datetime, to_at: datetime) -> list[PieceId]:
    """Return the pieces with work left whose first step is planned in ``[from_at, to_at)``, in that order."""
    first = func.min(_OPERATIONS.c.planned_start_at)
    statement = (
        select(_ORDERS.c.order_number, _ORDERS.c.piece, first.label("first"))
        .join(_OPERATIONS, _OPERATIONS.c.work_order_id == _ORDERS.c.id)
        .where(_ORDERS.c.line == line, _ORDERS.c.state.in_(list(OPEN_WORK)))
        .group_by(_ORDERS.c.order_number, _ORDERS.c.piece)
        .having(first >= from_at, first < to_at)
        .order_by(first, _ORDERS.c.order_number, _ORDERS.c.piece)
    )
    return [(row.order_number, row.piece) for row in db.execute(statement)]


def _run(row: Row[Any]) -> PrintRun:
    return PrintRun(
        id=PrintRunId(row.id),
        line=row.line,
        day=row.day,
        kind=PrintKind(row.kind),
        pieces=_pieces(row.pieces),
        by=row.by,
        at=row.at,
        done=row.done,
        missing=_pieces(row.missing),
        pdf=BlobName(row.pdf_blob) if row.pdf_blob else None,
        is_over=row.is_over,
    )


def _pieces(rows: Sequence[Sequence[Any]]) -> tuple[PieceId, ...]:
    return tuple((number, piece) for number, piece in rows)
