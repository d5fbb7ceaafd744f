"""Reading and writing drafts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from configurator.model import Answer, Selection
from kernel.database import changed_rows
from kernel.ids import CustomerId, DraftId, ProfileId
from orders.drafts.model import Draft, DraftChangedMeanwhile, DraftNotFound
from orders.drafts.tables import DraftHandoverRow, DraftRow, DraftStepRow, SharedDraftRow

StoredSelection = list[list[object]]


def selection_to_json(selection: Selection) -> StoredSelection:
    """Return the choices as pairs, oldest first: JSON objects forget their order on PostgreSQL."""
    return [[feature, _plain(answer)] for feature, answer in selection.answers.items()]


def selection_from_json(stored: StoredSelection) -> Selection:
    """Return the choices as they were stored."""
    return Selection({str(feature): answer for feature, answer in stored})  # type: ignore[misc]


def add_draft(db: Session, draft: Draft) -> None:
    """Store a new draft."""
    db.add(
        DraftRow(
            id=draft.id,
            line=draft.line,
            release=draft.release,
            opened_at=draft.opened_at,
            changes_order=draft.changes_order,
            changes_revision=draft.changes_revision,
            **_values(draft),
        )
    )
    db.flush()


def get_draft(db: Session, draft_id: DraftId) -> Draft:
    """Return one draft.

    Raises:
        DraftNotFound: there is none with this id.
    """
    row = db.get(DraftRow, draft_id)
    if row is None:
        raise DraftNotFound(draft_id=draft_id)
    return _draft(row)


def drafts_of(db: Session, owner: str, *, line: str = "", limit: int = 20) -> list[Draft]:
    """Return an owner's drafts of something new, of one line where it is named, latest first."""
    wanted = select(DraftRow).where(DraftRow.owner == owner, DraftRow.changes_order == "")
    return _latest(db, wanted, line, limit)


def drafts_of_customer(db: Session, customer_id: CustomerId, *, line: str = "", limit: int = 100_000) -> list[Draft]:
    """Return the drafts in a customer's name, of one line where it is named, latest first."""
    return _latest(db, select(DraftRow).where(DraftRow.customer_id == customer_id), line, limit)


def _latest(db: Session, wanted: SelectOfScalar[DraftRow], line: str, limit: int) -> list[Draft]:
    if line:
        wanted = wanted.where(DraftRow.line == line)
    return [_draft(row) for row in db.exec(wanted.order_by(col(DraftRow.changed_at).desc()).limit(limit))]


def hand_over(db: Session, owner: str, to: str) -> None:
    """Give all drafts of one owner to another."""
    changed_rows(db, update(DraftRow).where(col(DraftRow.owner) == owner).values(owner=to))


def move_to_customer(db: Session, draft_ids: Iterable[DraftId], customer_id: CustomerId) -> None:
    """Put drafts in another customer's name."""
    changed_rows(db, update(DraftRow).where(col(DraftRow.id).in_(list(draft_ids))).values(customer_id=customer_id))


def forget_steps(db: Session, draft_id: DraftId) -> None:
    """Forget how a draft came to be as it is: nothing can be undone any more."""
    db.connection().execute(delete(DraftStepRow).where(col(DraftStepRow.draft_id) == draft_id))


def drop_draft(db: Session, draft_id: DraftId) -> None:
    """Forget a draft nobody quoted."""
    forget_steps(db, draft_id)
    db.connection().execute(delete(DraftHandoverRow).where(col(DraftHandoverRow.draft_id) == draft_id))
    db.connection().execute(delete(DraftRow).where(col(DraftRow.id) == draft_id))


def drafts_of_line(db: Session, line: str, *, since: datetime, limit: int) -> tuple[list[Draft], int]:
    """Return the drafts of a line changed since a moment, latest first, and how many of them there are in all."""
    wanted = (col(DraftRow.line) == line, col(DraftRow.changed_at) >= since)
    rows = db.exec(
        select(DraftRow).where(*wanted).order_by(col(DraftRow.changed_at).desc(), col(DraftRow.id)).limit(limit)
    )
    found = [_draft(row) for row in rows]
    return found, db.exec(select(func.count()).select_from(DraftRow).where(*wanted)).one()


def add_shared(db: Session, token: str, line: str, release: str, selection: Selection, *, now: datetime) -> None:
    """Store a copy of choices for others."""
    stored = selection_to_json(selection)
    db.add(SharedDraftRow(token=token, line=line, release=release, selection=stored, shared_at=now))
    db.flush()


def find_shared(db: Session, token: str, *, since: datetime) -> tuple[str, str, Selection, datetime] | None:
    """Return (line, release, choices, when it was shared) of a copy that is not too old."""
    row = db.get(SharedDraftRow, token)
    if row is None or row.shared_at <= since:
        return None
    return row.line, row.release, selection_from_json(row.selection), row.shared_at


def drop_shared(db: Session, *, before: datetime) -> int:
    """Forget the copies shared before a moment and return how many there were."""
    return changed_rows(db, delete(SharedDraftRow).where(col(SharedDraftRow.shared_at) < before))


def add_handover(db: Session, code_hash: str, draft_id: DraftId, *, expires_at: datetime, now: datetime) -> None:
    """Store a code for a draft, in place of an earlier one; codes that have expired go."""
    db.connection().execute(
        delete(DraftHandoverRow).where(
            or_(col(DraftHandoverRow.draft_id) == draft_id, col(DraftHandoverRow.expires_at) <= now)
        )
    )
    db.add(DraftHandoverRow(code_hash=code_hash, draft_id=draft_id, expires_at=expires_at))
    db.flush()


def use_handover(db: Session, code_hash: str, *, now: datetime) -> DraftId | None:
    """Return the draft of a code and use the code up; ``None`` when there is none."""
    used = db.connection().execute(
        delete(DraftHandoverRow)
        .where(col(DraftHandoverRow.code_hash) == code_hash, col(DraftHandoverRow.expires_at) > now)
        .returning(col(DraftHandoverRow.draft_id))
    )
    found = used.first()
    return DraftId(found[0]) if found else None


def drafts_nobody_needs(db: Session, *, before: datetime, limit: int) -> list[DraftId]:
    """Return drafts untouched since a moment that nothing was made of (no quote, no change of an order), oldest first."""
    own = {str(table.__tablename__) for table in (DraftStepRow, DraftHandoverRow)}
    made = [
        select(table.c.draft_id).where(table.c.draft_id.is_not(None))
        for name, table in DraftRow.metadata.tables.items()
        if "draft_id" in table.c and name not in own
    ]
    rows = db.exec(
        select(DraftRow.id)
        .where(DraftRow.changed_at < before, *(col(DraftRow.id).not_in(each) for each in made))
        .order_by(col(DraftRow.changed_at))
        .limit(limit)
    )
    return [DraftId(each) for each in rows]


def save_draft(db: Session, draft: Draft, *, before: Draft, can_be_undone: bool = True) -> None:
    """Replace ``before`` by ``draft``, keeping the choices before the change.

    Raises:
        DraftChangedMeanwhile: the stored draft is no longer ``before``; nothing is changed.
    """
    statement = (
        update(DraftRow)
        .where(col(DraftRow.id) == draft.id, col(DraftRow.version) == before.version)
        .values(**_values(draft))
    )
    if changed_rows(db, statement) != 1:
        raise DraftChangedMeanwhile(draft_id=draft.id)
    if can_be_undone and draft.selection != before.selection:
        db.add(DraftStepRow(draft_id=draft.id, version=draft.version, selection=selection_to_json(before.selection)))
        db.flush()


def selection_before(db: Session, draft: Draft) -> Selection | None:
    """Return the choices before the draft's latest change; ``None`` where that was no change of choices."""
    row = db.exec(
        select(DraftStepRow).where(DraftStepRow.draft_id == draft.id, DraftStepRow.version == draft.version)
    ).first()
    return selection_from_json(row.selection) if row else None


def has_steps(db: Session, draft_id: DraftId) -> bool:
    """Return whether there is a change to take back."""
    return db.exec(select(DraftStepRow.version).where(DraftStepRow.draft_id == draft_id).limit(1)).first() is not None


def take_last_step(db: Session, draft_id: DraftId) -> Selection | None:
    """Remove the latest step and return the choices before it; ``None`` when there is none."""
    row = db.exec(
        select(DraftStepRow)
        .where(DraftStepRow.draft_id == draft_id)
        .order_by(col(DraftStepRow.version).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    before = selection_from_json(row.selection)
    db.connection().execute(
        delete(DraftStepRow).where(col(DraftStepRow.draft_id) == draft_id, col(DraftStepRow.version) == row.version)
    )
    return before


def _plain(answer: Answer) -> object:
    return dict(answer) if not isinstance(answer, str | int) else answer


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "owner": draft.owner,
        "selection": selection_to_json(draft.selection),
        "changed_at": draft.changed_at,
        "version": draft.version,
        "customer_id": draft.customer_id,
        "profile_id": draft.profile_id,
        "need_by": draft.need_by,
        "budget_minor": draft.budget_minor,
        "quantity": draft.quantity,
        "confirmed": sorted(draft.confirmed),
    }


def _draft(row: DraftRow) -> Draft:
    return Draft(
        id=DraftId(row.id),
        line=row.line,
        release=row.release,
        owner=row.owner,
        selection=selection_from_json(row.selection),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        version=row.version,
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        profile_id=ProfileId(row.profile_id) if row.profile_id else None,
        need_by=row.need_by,
        budget_minor=row.budget_minor,
        quantity=row.quantity,
        confirmed=frozenset(row.confirmed),
        changes_order=row.changes_order,
        changes_revision=row.changes_revision,
    )
