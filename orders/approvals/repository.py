"""Reading and writing approvals."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from orders.approvals.model import Approval, ApprovalKind, ApprovalNotFound, ApprovalState
from orders.approvals.tables import ApprovalRow


def add_approval(db: Session, approval: Approval) -> None:
    """Store a new request."""
    db.add(ApprovalRow(**asdict(approval)))
    db.flush()


def get_approval(db: Session, approval_id: str) -> Approval:
    """Return one request.

    Raises:
        ApprovalNotFound: there is none with this id.
    """
    row = db.get(ApprovalRow, approval_id, populate_existing=True)
    if row is None:
        raise ApprovalNotFound(approval_id=approval_id)
    return Approval(**row.model_dump())


def approval_of(db: Session, subject: str) -> Approval | None:
    """Return the request for a subject, or ``None``."""
    row = db.exec(select(ApprovalRow).where(ApprovalRow.subject == subject)).first()
    return None if row is None else Approval(**row.model_dump())


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
    return [Approval(**row.model_dump()) for row in rows]


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


def forget_notes(db: Session, about: str) -> None:
    """Empty the notes of decisions about a draft, whatever it was offered for, or about a quote."""
    statement = update(ApprovalRow).where(col(ApprovalRow.subject).like(f"%{about}%"), col(ApprovalRow.note) != "")
    changed_rows(db, statement.values(note=""))
