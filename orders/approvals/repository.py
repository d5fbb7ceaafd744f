"""Reading and writing approvals."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from orders.approvals.model import Approval, ApprovalKind, ApprovalNotFound, ApprovalState
from orders.approvals.tables import ApprovalRow


def add_approval(db: Session, approval: Approval) -> None:
    """Store a new request."""
    db.add(
        ApprovalRow(
            id=approval.id,
            kind=approval.kind,
            subject=approval.subject,
            facts=dict(approval.facts),
            asked_by=approval.asked_by,
            asked_at=approval.asked_at,
            state=approval.state,
            company_id=approval.company_id,
        )
    )
    db.flush()


def get_approval(db: Session, approval_id: str) -> Approval:
    """Return one request.

    Raises:
        ApprovalNotFound: there is none with this id.
    """
    row = db.get(ApprovalRow, approval_id, populate_existing=True)
    if row is None:
        raise ApprovalNotFound(approval_id=approval_id)
    return _approval(row)


def approval_of(db: Session, subject: str) -> Approval | None:
    """Return the request for a subject, or ``None``."""
    row = db.exec(select(ApprovalRow).where(ApprovalRow.subject == subject)).first()
    return None if row is None else _approval(row)


def approvals(
    db: Session,
    kind: ApprovalKind,
    *,
    company_id: str | None = None,
    state: ApprovalState | None = None,
    limit: int = 200,
) -> list[Approval]:
    """Return requests of one kind (and of one company), newest first."""
    statement = select(ApprovalRow).where(ApprovalRow.kind == kind)
    if company_id is not None:
        statement = statement.where(ApprovalRow.company_id == company_id)
    if state is not None:
        statement = statement.where(ApprovalRow.state == state)
    rows = db.exec(statement.order_by(col(ApprovalRow.asked_at).desc(), col(ApprovalRow.id).desc()).limit(limit))
    return [_approval(row) for row in rows]


def decide_approval(
    db: Session, approval_id: str, state: ApprovalState, *, decided_by: str, note: str, now: datetime
) -> bool:
    """Return whether the request was still open and is decided now; of two deciders only one hears true."""
    statement = (
        update(ApprovalRow)
        .where(col(ApprovalRow.id) == approval_id, col(ApprovalRow.state) == ApprovalState.ASKED)
        .values(state=state, decided_by=decided_by, decided_at=now, note=note)
    )
    return changed_rows(db, statement) == 1


def _approval(row: ApprovalRow) -> Approval:
    return Approval(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        facts=row.facts,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=row.state,
        company_id=row.company_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
