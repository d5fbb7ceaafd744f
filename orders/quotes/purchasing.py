"""What a company's buyer may order alone, and how they ask for more."""

from datetime import datetime

from sqlmodel import Session

from kernel.canonical import JsonValue
from kernel.database import Database
from kernel.ids import IdMaker
from orders.approvals import repository as approvals
from orders.approvals.model import Approval, ApprovalKind, ApprovalNeeded, ApprovalNotYours, ApprovalState
from orders.approvals.service import ask, decide
from orders.audit.model import Actor
from orders.companies import repository as companies
from orders.companies.model import MemberRole
from orders.quotes.model import Quote


def require_leave(db: Session, quote: Quote, actor: Actor) -> None:
    """Refuse an order that is more than the buyer may place alone, unless it has been granted.

    Whoever serves customers, and people who buy for themselves, need nobody's leave.

    Raises:
        ApprovalNeeded: ask_leave makes the request; ``state`` says how it stands if it has been made.
    """
    member = companies.find_member(db, actor.id)
    if member is None or member.customer_id != quote.customer_id:
        return
    company = companies.get_company(db, member.customer_id)
    if not company.must_ask(member.role, quote.price.catalog_total_minor):
        return
    known = approvals.approval_of(db, _subject(quote))
    if known is None or known.state is not ApprovalState.GRANTED:
        raise ApprovalNeeded(
            kind=ApprovalKind.PURCHASE.value,
            approval_id=known.id if known else "",
            state=known.state.value if known else "",
        )


def ask_leave(database: Database, quote: Quote, *, new_id: IdMaker, actor: Actor, now: datetime) -> Approval:
    """Return the request to order a quote, made now if nobody asked before."""
    answers = quote.selection.answers
    facts: dict[str, JsonValue] = {
        "quote": quote.number,
        "line": quote.line,
        "quantity": quote.quantity,
        "currency": quote.price.currency,
        "total_minor": quote.price.total_minor,
        "cost_centre": str(answers.get("cost_centre", "")),
        "expires_at": quote.expires_at.isoformat(),
    }
    with database.write() as db:
        return ask(
            db,
            ApprovalKind.PURCHASE,
            _subject(quote),
            facts,
            company_id=quote.customer_id,
            new_id=new_id,
            actor=actor,
            now=now,
        )


def decide_purchase(
    db: Session, approval_id: str, *, granted: bool, note: str, actor: Actor, now: datetime
) -> Approval:
    """Grant or decline a purchase of the actor's own company and return the request.

    Raises:
        ApprovalNotYours: the actor does not approve for this company, or asked for it.
        ApprovalDecided: it has been decided.
    """
    approval = approvals.get_approval(db, approval_id)
    member = companies.find_member(db, actor.id)
    if (
        member is None
        or member.role is not MemberRole.APPROVER
        or approval.kind is not ApprovalKind.PURCHASE
        or member.customer_id != approval.company_id
    ):
        raise ApprovalNotYours(approval_id=approval_id)
    return decide(db, approval_id, granted=granted, note=note, actor=actor, now=now)


def _subject(quote: Quote) -> str:
    return f"quote:{quote.id}"
