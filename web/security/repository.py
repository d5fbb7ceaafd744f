"""Every statement on users, sessions, second factors, mailed links and wrong passwords."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from kernel.ids import CustomerId
from web.security.model import LinkKind, User, UserId, UserNotFound
from web.security.roles import Role
from web.security.tables import (
    WebLoginFailureRow,
    WebMailedLinkRow,
    WebRecoveryCodeRow,
    WebSessionRow,
    WebUserRow,
)


def find_user(db: Session, login_name: str) -> User | None:
    """Return the user of a login name, active or not."""
    row = db.exec(select(WebUserRow).where(WebUserRow.login_name == login_name)).one_or_none()
    return _user(row) if row else None


def display_names(db: Session, user_ids: Iterable[str]) -> dict[str, str]:
    """Return what people are called, by user id; unknown ids are left out."""
    rows = db.exec(select(WebUserRow.id, WebUserRow.display_name).where(col(WebUserRow.id).in_(list(user_ids))))
    return dict(rows.all())


def password_hash(db: Session, user_id: UserId) -> str:
    """Return the hash of a user's password."""
    return db.exec(select(WebUserRow.password_hash).where(WebUserRow.id == user_id)).one()


def get_user(db: Session, user_id: str) -> User:
    """Return a user, active or not.

    Raises:
        UserNotFound: There is none with this id.
    """
    row = db.get(WebUserRow, user_id, populate_existing=True)
    if row is None:
        raise UserNotFound(user_id=user_id)
    return _user(row)


def all_users(db: Session, *, but_customers: bool) -> list[User]:
    """Return everybody who can sign in, by login name; without those who are customers only, if wanted."""
    rows = [_user(row) for row in db.exec(select(WebUserRow).order_by(col(WebUserRow.login_name)))]
    return [each for each in rows if not but_customers or each.roles != frozenset({Role.CUSTOMER})]


def users_of_customer(db: Session, customer_id: CustomerId) -> list[User]:
    """Return the accounts of a customer."""
    return [_user(row) for row in db.exec(select(WebUserRow).where(WebUserRow.customer_id == customer_id))]


def users_never_confirmed(db: Session, *, before: datetime) -> list[User]:
    """Return the accounts that were asked for before a moment and never confirmed."""
    statement = select(WebUserRow).where(col(WebUserRow.confirmed_at).is_(None), col(WebUserRow.created_at) < before)
    return [_user(row) for row in db.exec(statement)]


def change_user(db: Session, user_id: str, **values: Any) -> None:
    """Change columns of a user."""
    changed_rows(db, update(WebUserRow).where(col(WebUserRow.id) == user_id).values(**values))


def drop_user(db: Session, user_id: str) -> None:
    """Forget a user, their sessions, codes and links."""
    for table in (WebSessionRow, WebRecoveryCodeRow, WebMailedLinkRow):
        db.exec(delete(table).where(col(table.user_id) == user_id))
    db.exec(delete(WebUserRow).where(col(WebUserRow.id) == user_id))


def second_factor(db: Session, user_id: str) -> tuple[bytes | None, int]:
    """Return a user's sealed secret and the last step a code was used of."""
    columns = select(WebUserRow.second_factor, WebUserRow.second_factor_step).where(WebUserRow.id == user_id)
    sealed, step = db.exec(columns).one()
    return sealed, step or 0


def use_step(db: Session, user_id: str, step: int) -> bool:
    """Return whether no code of this step, or a later one, was used before; of two callers only one hears true."""
    statement = (
        update(WebUserRow)
        .where(
            col(WebUserRow.id) == user_id,
            or_(col(WebUserRow.second_factor_step).is_(None), col(WebUserRow.second_factor_step) < step),
        )
        .values(second_factor_step=step)
    )
    return changed_rows(db, statement) == 1


def replace_recovery_codes(db: Session, user_id: str, code_hashes: Iterable[str]) -> None:
    """Give a user new recovery codes in place of the old ones."""
    db.exec(delete(WebRecoveryCodeRow).where(col(WebRecoveryCodeRow.user_id) == user_id))
    for code_hash in code_hashes:
        db.add(WebRecoveryCodeRow(code_hash=code_hash, user_id=user_id))
    db.flush()


def use_recovery_code(db: Session, user_id: str, code_hash: str) -> bool:
    """Return whether it is an unused recovery code of the user; it is used up now."""
    statement = delete(WebRecoveryCodeRow).where(
        col(WebRecoveryCodeRow.user_id) == user_id, col(WebRecoveryCodeRow.code_hash) == code_hash
    )
    return changed_rows(db, statement) == 1


def recovery_codes_left(db: Session, user_id: str) -> int:
    """Return how many recovery codes a user has not used yet."""
    count = func.count(col(WebRecoveryCodeRow.code_hash))
    return db.exec(select(count).where(WebRecoveryCodeRow.user_id == user_id)).one()


def add_link(
    db: Session,
    link_id: str,
    user_id: str,
    kind: LinkKind,
    *,
    now: datetime,
    expires_at: datetime,
    address: str | None = None,
) -> None:
    """Note that a link is to be mailed, and forget the ones that have expired."""
    db.exec(delete(WebMailedLinkRow).where(col(WebMailedLinkRow.expires_at) <= now))
    row = WebMailedLinkRow(id=link_id, user_id=user_id, kind=kind, asked_at=now, expires_at=expires_at, address=address)
    db.add(row)
    db.flush()


def links_since(db: Session, user_id: str, since: datetime) -> int:
    """Return how many links were asked for by, or for, a user."""
    count = func.count(col(WebMailedLinkRow.id))
    return db.exec(
        select(count).where(WebMailedLinkRow.user_id == user_id, col(WebMailedLinkRow.asked_at) > since)
    ).one()


def addresses_mailed(db: Session, user_id: str) -> set[str]:
    """Return to which addresses besides their own a user's links were mailed."""
    found = db.exec(select(WebMailedLinkRow.address).where(WebMailedLinkRow.user_id == user_id))
    return {address for address in found if address}


def find_link(db: Session, link_id: str) -> tuple[User, LinkKind, str] | None:
    """Return whom a link is for, what it does and where it is mailed; nothing once it was used or has expired."""
    row = db.get(WebMailedLinkRow, link_id)
    if row is None:
        return None
    user = get_user(db, row.user_id)
    return user, row.kind, row.address or user.login_name


def give_token(db: Session, link_id: str, token_hash: str) -> None:
    """Set the token of a link that is being mailed; the one of an earlier attempt ends."""
    changed_rows(db, update(WebMailedLinkRow).where(col(WebMailedLinkRow.id) == link_id).values(token_hash=token_hash))


def linked_user(db: Session, token_hash: str, *, now: datetime) -> tuple[User, LinkKind, str] | None:
    """Return whom a mailed token belongs to, what it does and where it was mailed, if its link still works."""
    row = db.exec(
        select(WebMailedLinkRow).where(
            WebMailedLinkRow.token_hash == token_hash, col(WebMailedLinkRow.expires_at) > now
        )
    ).first()
    if row is None:
        return None
    user = get_user(db, row.user_id)
    return user, row.kind, row.address or user.login_name


def use_link(db: Session, token_hash: str) -> bool:
    """Use a link up; of two callers only one hears true."""
    return changed_rows(db, delete(WebMailedLinkRow).where(col(WebMailedLinkRow.token_hash) == token_hash)) == 1


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
        customer_id=user.customer_id,
        confirmed_at=now if user.is_confirmed else None,
    )
    db.add(row)
    db.flush()


def session_user(db: Session, token_hash: str, *, now: datetime, awaits_code: bool = False) -> User | None:
    """Return the active user of a session that has not expired, and that does, or does not, await a code."""
    statement = (
        select(WebUserRow)
        .join(WebSessionRow, col(WebSessionRow.user_id) == col(WebUserRow.id))
        .where(
            WebSessionRow.token_hash == token_hash,
            WebSessionRow.expires_at > now,
            col(WebUserRow.is_active),
            WebSessionRow.awaits_code == awaits_code,
        )
    )
    row = db.exec(statement).one_or_none()
    return _user(row) if row else None


def add_session(
    db: Session, token_hash: str, user_id: UserId, *, now: datetime, expires_at: datetime, awaits_code: bool = False
) -> None:
    """Add a session, and drop the ones that have expired."""
    db.exec(delete(WebSessionRow).where(col(WebSessionRow.expires_at) <= now))
    db.add(
        WebSessionRow(
            token_hash=token_hash, user_id=user_id, created_at=now, expires_at=expires_at, awaits_code=awaits_code
        )
    )
    db.flush()


def drop_session(db: Session, token_hash: str) -> None:
    """Drop a session, if there is one."""
    db.exec(delete(WebSessionRow).where(col(WebSessionRow.token_hash) == token_hash))


def drop_sessions(db: Session, user_id: str, *, but: str = "") -> int:
    """Drop all sessions of a user, but for one if wanted; return how many there were."""
    return changed_rows(
        db,
        delete(WebSessionRow).where(col(WebSessionRow.user_id) == user_id, col(WebSessionRow.token_hash) != but),
    )


def sessions_of(db: Session, user_id: str, *, now: datetime) -> int:
    """Return how many open sessions a user has."""
    count = func.count(col(WebSessionRow.token_hash))
    return db.exec(select(count).where(WebSessionRow.user_id == user_id, WebSessionRow.expires_at > now)).one()


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
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        is_confirmed=row.confirmed_at is not None,
        has_second_factor=row.second_factor is not None,
    )
