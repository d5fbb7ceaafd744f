"""Reading and writing releases."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from modules_catalog.releases.tables import ReleaseRow, ReleaseStartRow


def has_release(db: Session, release: str) -> bool:
    """Return whether the content is stored."""
    return db.exec(select(ReleaseRow.id).where(ReleaseRow.id == release)).first() is not None


def add_release(db: Session, release: str, line: str, content: bytes, *, now: datetime) -> None:
    """Store a content."""
    db.add(ReleaseRow(id=release, line=line, content=content, published_at=now))
    db.flush()


def release_in_force(db: Session, line: str, moment: datetime) -> str | None:
    """Return the release that started last up to the moment, or None."""
    starts = (
        select(ReleaseStartRow.release)
        .where(ReleaseStartRow.line == line, ReleaseStartRow.effective_from <= moment)
        .order_by(col(ReleaseStartRow.effective_from).desc(), col(ReleaseStartRow.position).desc())
    )
    return db.exec(starts.limit(1)).first()


def add_start(db: Session, release: str, line: str, effective_from: datetime, *, now: datetime) -> None:
    """Let a release start at a moment; of several that start at the same one, the one added last counts."""
    same_moment = (
        select(func.count())
        .select_from(ReleaseStartRow)
        .where(ReleaseStartRow.line == line, ReleaseStartRow.effective_from == effective_from)
    )
    position = db.exec(same_moment).one()
    db.add(
        ReleaseStartRow(line=line, release=release, effective_from=effective_from, position=position, published_at=now)
    )
    db.flush()


def lines_in_force(db: Session, moment: datetime) -> list[str]:
    """Return the lines that have a release in force, by code."""
    lines = select(ReleaseStartRow.line).where(ReleaseStartRow.effective_from <= moment).distinct()
    return sorted(db.exec(lines).all())


def starts_of(db: Session, line: str) -> list[tuple[str, datetime, datetime]]:
    """Return (release, in force from, published at) of a line, latest first."""
    starts = (
        select(ReleaseStartRow.release, ReleaseStartRow.effective_from, ReleaseStartRow.published_at)
        .where(ReleaseStartRow.line == line)
        .order_by(col(ReleaseStartRow.effective_from).desc(), col(ReleaseStartRow.position).desc())
    )
    return [(release, effective, published) for release, effective, published in db.exec(starts).all()]


def content_of(db: Session, release: str) -> bytes | None:
    """Return the packed content of a release, or None when there is none."""
    return db.exec(select(ReleaseRow.content).where(ReleaseRow.id == release)).first()
