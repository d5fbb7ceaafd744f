"""Looking after accounts: roles, closing, taking a lost second factor away, ending sessions. Each is recorded.

Somebody who may do this is always left: the last active admin keeps role and account.
"""

from datetime import datetime

from sqlmodel import Session

from orders.audit.model import Actor
from orders.audit.service import record
from web.security import repository, second_factor, service
from web.security.model import LastAdmin, User, UserNotValid
from web.security.roles import Role


def set_roles(db: Session, user_id: str, roles: frozenset[Role], *, actor: Actor, now: datetime) -> User:
    """Give a person other roles and return them; what they have open ends, so that it takes effect at once.

    Raises:
        UserNotFound: there is no such person.
        UserNotValid: no role is left.
        LastAdmin: nobody would be left to look after accounts.
    """
    user = repository.get_user(db, user_id)
    if not roles:
        raise UserNotValid(field="roles")
    if roles == user.roles:
        return user
    _require_another_admin(db, user, keeps=Role.ADMIN in roles)
    repository.change_user(db, user_id, roles=sorted(roles))
    service.end_sessions(db, user_id)
    record(db, f"user:{user_id}", "roles_set", actor=actor, now=now, roles=sorted(roles))
    return repository.get_user(db, user_id)


def set_active(db: Session, user_id: str, *, is_active: bool, actor: Actor, now: datetime) -> User:
    """Close an account or open it again, and return the person; closing ends their sessions.

    Raises:
        UserNotFound: there is no such person.
        LastAdmin: nobody would be left to look after accounts.
    """
    user = repository.get_user(db, user_id)
    if is_active == user.is_active:
        return user
    _require_another_admin(db, user, keeps=is_active)
    repository.change_user(db, user_id, is_active=is_active)
    if not is_active:
        service.end_sessions(db, user_id)
    record(db, f"user:{user_id}", "opened" if is_active else "closed", actor=actor, now=now)
    return repository.get_user(db, user_id)


def drop_second_factor(db: Session, user_id: str, *, actor: Actor, now: datetime) -> None:
    """Take a person's second factor away, for whoever lost it; their sessions end.

    Raises:
        UserNotFound: there is no such person.
    """
    repository.get_user(db, user_id)
    second_factor.drop(db, user_id)
    service.end_sessions(db, user_id)
    record(db, f"user:{user_id}", "second_factor_dropped", actor=actor, now=now)


def end_sessions(db: Session, user_id: str, *, actor: Actor, now: datetime) -> int:
    """End whatever a person has open and return how many sessions there were.

    Raises:
        UserNotFound: there is no such person.
    """
    repository.get_user(db, user_id)
    ended = service.end_sessions(db, user_id)
    record(db, f"user:{user_id}", "sessions_ended", actor=actor, now=now, count=ended)
    return ended


def _require_another_admin(db: Session, user: User, *, keeps: bool) -> None:
    if keeps or Role.ADMIN not in user.roles or not user.is_active:
        return
    others = [
        each
        for each in repository.all_users(db, but_customers=True)
        if each.id != user.id and each.is_active and Role.ADMIN in each.roles
    ]
    if not others:
        raise LastAdmin(user_id=user.id)
