"""Reading and writing candidates."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel.database import changed_rows
from orders.publishing.candidates import Candidate, CandidateNotFound, Review, review_from_json, review_to_json
from orders.publishing.tables import CandidateRow


def add_candidate(db: Session, candidate: str, line: str, content: bytes, *, check: int, now: datetime) -> None:
    """Store a candidate, or ask anew for a check of one that is there; ``check`` says which it is, from 1."""
    statement = (
        update(CandidateRow)
        .where(col(CandidateRow.id) == candidate)
        .values(checks=check, review=None, stage="", done=0, total=0, added_at=now)
    )
    if not changed_rows(db, statement):
        db.add(CandidateRow(id=candidate, line=line, content=content, added_at=now, checks=check))
        db.flush()


def has_candidate(db: Session, candidate: str) -> bool:
    """Return whether there is one of this name."""
    return db.exec(select(CandidateRow.id).where(CandidateRow.id == candidate)).first() is not None


def get_candidate(db: Session, candidate: str) -> Candidate:
    """Return one candidate.

    Raises:
        CandidateNotFound: there is none.
    """
    row = db.exec(_told().where(CandidateRow.id == candidate)).first()
    if row is None:
        raise CandidateNotFound(candidate=candidate)
    return _candidate(row)


def candidates(db: Session) -> list[Candidate]:
    """Return all candidates, the latest first."""
    return [
        _candidate(row) for row in db.exec(_told().order_by(col(CandidateRow.added_at).desc(), col(CandidateRow.id)))
    ]


def content_of(db: Session, candidate: str) -> bytes:
    """Return the packed files of a candidate.

    Raises:
        CandidateNotFound: there is none.
    """
    content = db.exec(select(CandidateRow.content).where(CandidateRow.id == candidate)).first()
    if content is None:
        raise CandidateNotFound(candidate=candidate)
    return content


def note_progress(db: Session, candidate: str, *, check: int, stage: str, done: int, total: int) -> None:
    """Say how far a check is; a check that was asked for anew meanwhile says nothing any more."""
    changed_rows(db, _of_check(candidate, check).values(stage=stage, done=done, total=total))


def save_review(db: Session, candidate: str, *, check: int, review: Review) -> None:
    """Keep what a check found, unless a later one was asked for meanwhile."""
    changed_rows(db, _of_check(candidate, check).values(review=review_to_json(review)))


def drop_candidate(db: Session, candidate: str) -> None:
    """Remove a candidate; one that is gone already is no mistake."""
    db.connection().execute(delete(CandidateRow).where(col(CandidateRow.id) == candidate))


def _of_check(candidate: str, check: int) -> Any:
    return update(CandidateRow).where(col(CandidateRow.id) == candidate, col(CandidateRow.checks) == check)


def _told() -> SelectOfScalar[CandidateRow]:
    """Return the statement for candidates as they are now, without their files."""
    content: Any = CandidateRow.content
    return select(CandidateRow).options(defer(content)).execution_options(populate_existing=True)


def _candidate(row: CandidateRow) -> Candidate:
    review = None if row.review is None else review_from_json(row.review)
    return Candidate(row.id, row.line, row.added_at, row.checks, row.stage, row.done, row.total, review)
