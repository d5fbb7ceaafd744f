"""Use cases of approvals: ask once, decide once."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from kernel.canonical import JsonValue
from kernel.ids import IdMaker
from orders.approvals import repository
from orders.approvals.model import Approval, ApprovalDecided, ApprovalKind, ApprovalNotYours, ApprovalState
from orders.audit.model import Actor
from orders.audit.service import record


def ask(
    db: Session,
    kind: ApprovalKind,
    subject: str,
    facts: Mapping[str, JsonValue],
    *,
    company_id: str | None = None,
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> Approval:
    """Return the request for a subject, made now if nobody asked before."""
    known = repository.approval_of(db, subject)
    if known is not None:
        return known
    approval = Approval(new_id(), kind, subject, facts, actor.id, now, company_id=company_id)
    repository.add_approval(db, approval)
    record(db, f"approval:{approval.id}", "asked", actor=actor, now=now, kind=kind.value)
    return approval


def decide(db: Session, approval_id: str, *, granted: bool, note: str, actor: Actor, now: datetime) -> Approval:
    """Grant or decline a request and return it. Whether the actor may decide at all is for the caller to know.

    Raises:
        ApprovalNotYours: the actor asked for it.
        ApprovalDecided: somebody decided it before; nothing is changed.
    """
    approval = repository.get_approval(db, approval_id)
    if approval.asked_by == actor.id:
        raise ApprovalNotYours(approval_id=approval_id)
    state = ApprovalState.GRANTED if granted else ApprovalState.DECLINED
    if not repository.decide_approval(db, approval_id, state, decided_by=actor.id, note=note.strip()[:400], now=now):
        raise ApprovalDecided(approval_id=approval_id)
    record(db, f"approval:{approval_id}", state.value, actor=actor, now=now)
    return repository.get_approval(db, approval_id)
