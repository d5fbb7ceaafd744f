"""Every statement on users, sessions and wrong passwords."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from web.security.model import User, UserId
from web.security.roles import Role
from web.security.tables import WebLoginFailureRow, WebSessionRow, WebUserRow


def find_user(db: Session, login_name: str) -> User | None:
    """Return the user of a login name, active or not."""
    row = db.exec(select(WebUserRow).where(WebUserRow.login_name == login_name)).one_or_none()
    return _user(row) if row else None


def password_hash(db: Session, user_id: UserId) -> str:
    """Return the hash of a user's password."""
    return db.exec(select(WebUserRow.password_hash).where(WebUserRow.id == user_id)).one()


def add_user(db: Session, user: User, hashed_password: str, *, now: datetime) -> None:
    """Add a user; the login name must be free."""
    row = WebUserRow(
        id=user.id,
        login_name=user.login_name,
        display_name=user.display_name,
        roles=sorted(user.roles),
        password_hash=hashed_password,
        is_active=user.is_active,
        locale=user.locale,
        created_at=now,
    )
    db.add(row)
    db.flush()


def session_user(db: Session, token_hash: str, *, now: datetime) -> User | None:
    """Return the active user of a session that has not expired."""
    statement = (
        select(WebUserRow)
        .join(WebSessionRow, col(WebSessionRow.user_id) == col(WebUserRow.id))
        .where(WebSessionRow.token_hash == token_hash, WebSessionRow.expires_at > now, col(WebUserRow.is_active))
    )
    row = db.exec(statement).one_or_none()
    return _user(row) if row else None


def add_session(db: Session, token_hash: str, user_id: UserId, *, now: datetime, expires_at: datetime) -> None:
    """Add a session, and drop the ones that have expired."""
    db.exec(delete(WebSessionRow).where(col(WebSessionRow.expires_at) <= now))
    db.add(WebSessionRow(token_hash=token_hash, user_id=user_id, created_at=now, expires_at=expires_at))
    db.flush()


def drop_session(db: Session, token_hash: str) -> None:
    """Drop a session, if there is one."""
    db.exec(delete(WebSessionRow).where(col(WebSessionRow.token_hash) == token_hash))


def failures_since(db: Session, subject_hash: str, since: datetime) -> int:
    """Return how many wrong passwords a login name or an address gave."""
    count = func.count(col(WebLoginFailureRow.id))
    statement = select(count).where(
        WebLoginFailureRow.subject_hash == subject_hash, col(WebLoginFailureRow.failed_at) > since
    )
    return db.exec(statement).one()


def add_failures(db: Session, subject_hashes: tuple[str, ...], *, now: datetime, forget_before: datetime) -> None:
    """Note a wrong password for each subject, and forget old ones."""
    db.exec(delete(WebLoginFailureRow).where(col(WebLoginFailureRow.failed_at) <= forget_before))
    for subject in subject_hashes:
        db.add(WebLoginFailureRow(subject_hash=subject, failed_at=now))
    db.flush()


def forget_failures(db: Session, subject_hash: str) -> None:
    """Forget the wrong passwords of one subject, after the right one."""
    db.exec(delete(WebLoginFailureRow).where(col(WebLoginFailureRow.subject_hash) == subject_hash))


def _user(row: WebUserRow) -> User:
    return User(
        id=UserId(row.id),
        login_name=row.login_name,
        display_name=row.display_name,
        roles=frozenset(Role(role) for role in row.roles),
        locale=row.locale,
        is_active=row.is_active,
    )
