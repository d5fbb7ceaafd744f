"""Signing in and out, and adding users."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlmodel import Session

from kernel.ids import CustomerId
from web.security import repository, second_factor
from web.security.model import LoginNameTaken, SignInNeeded, TooManyAttempts, User, UserId, UserNotValid
from web.security.roles import STAFF, Role

STAFF_SESSION = timedelta(hours=12)
CUSTOMER_SESSION = timedelta(days=30)
CODE_WITHIN = timedelta(minutes=10)
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_NAME = 5
ATTEMPTS_PER_ADDRESS = 30
PASSWORD_LENGTH = range(10, 257)
_LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its token goes into the cookie and nowhere else. ``awaits_code`` says that it opens nothing yet."""

    user: User
    token: str
    expires_at: datetime
    awaits_code: bool = False


def user_add(
    db: Session,
    *,
    login_name: str,
    display_name: str,
    password: str,
    roles: frozenset[Role],
    locale: str = "en",
    customer_id: CustomerId | None = None,
    is_confirmed: bool = True,
    now: datetime,
) -> User:
    """Return the new user; one who is not confirmed cannot sign in before a mailed link was followed.

    Raises:
        UserNotValid: The login name, the display name, the password's length or the role set cannot be used.
        LoginNameTaken: Somebody else has the login name.
    """
    name = login_name_of(login_name)
    if not 1 <= len(display_name.strip()) <= 100:
        raise UserNotValid(field="display_name")
    if not roles:
        raise UserNotValid(field="roles")
    hashed = hashed_password(password)
    if repository.find_user(db, name):
        raise LoginNameTaken(login_name=name)
    user = User(
        id=UserId(f"user-{secrets.token_hex(8)}"),
        login_name=name,
        display_name=display_name.strip(),
        roles=roles,
        locale=locale,
        customer_id=customer_id,
        is_confirmed=is_confirmed,
    )
    repository.add_user(db, user, hashed, now=now)
    return user


def login_name_of(text: str) -> str:
    """Return the login name that was typed, as it is kept.

    Raises:
        UserNotValid: It cannot be one.
    """
    name = text.strip().lower()
    if not _LOGIN_NAME.fullmatch(name):
        raise UserNotValid(field="login_name")
    return name


def hashed_password(password: str) -> str:
    """Return the hash to keep of a new password.

    Raises:
        UserNotValid: It is too short or too long.
    """
    if len(password) not in PASSWORD_LENGTH:
        raise UserNotValid(field="password", shortest=PASSWORD_LENGTH.start, longest=PASSWORD_LENGTH.stop - 1)
    return _hasher().hash(password)


def sign_in(db: Session, login_name: str, password: str, *, address: str, now: datetime) -> SignedIn | None:
    """Return a new session, or ``None`` for a wrong name or password, which is noted.

    Takes as long for an unknown name as for a wrong password.

    Args:
        db: A unit of work that writes.
        login_name: As typed.
        password: As typed.
        address: Where the request came from; kept as a hash only.
        now: The present moment.

    Raises:
        TooManyAttempts: The name or the address gave too many wrong passwords in the last quarter of an hour.
    """
    name = login_name.strip().lower()
    by_name, by_address = _hash(f"name:{name}"), _hash(f"address:{address}")
    since = now - ATTEMPT_WINDOW
    if (
        repository.failures_since(db, by_name, since) >= ATTEMPTS_PER_NAME
        or repository.failures_since(db, by_address, since) >= ATTEMPTS_PER_ADDRESS
    ):
        raise TooManyAttempts(minutes=int(ATTEMPT_WINDOW.total_seconds() // 60))
    user = repository.find_user(db, name)
    stored = repository.password_hash(db, user.id) if user else _nobodys_hash()
    is_right = len(password) < PASSWORD_LENGTH.stop and _hasher().verify(password, stored)
    if user is None or not is_right or not user.is_active or not user.is_confirmed:
        repository.add_failures(db, (by_name, by_address), now=now, forget_before=since)
        return None
    if user.has_second_factor:
        return _await_code(db, user, now=now)
    repository.forget_failures(db, by_name)
    return start_session(db, user, now=now)


def give_code(db: Session, token: str, code: str, *, now: datetime) -> SignedIn | None:
    """Return a full session in place of one that awaited its code, or ``None`` for a wrong code, which is noted.

    Raises:
        SignInNeeded: No session awaits a code under this token; it may have expired.
        TooManyAttempts: Too many wrong codes or passwords in the last quarter of an hour.
    """
    user = repository.session_user(db, _hash(token), now=now, awaits_code=True) if token else None
    if user is None:
        raise SignInNeeded(reason="code")
    by_name = _hash(f"name:{user.login_name}")
    if repository.failures_since(db, by_name, now - ATTEMPT_WINDOW) >= ATTEMPTS_PER_NAME:
        raise TooManyAttempts(minutes=int(ATTEMPT_WINDOW.total_seconds() // 60))
    if not second_factor.is_right(db, user.id, code, now=now):
        repository.add_failures(db, (by_name,), now=now, forget_before=now - ATTEMPT_WINDOW)
        return None
    repository.forget_failures(db, by_name)
    repository.drop_session(db, _hash(token))
    return start_session(db, user, now=now)


def _await_code(db: Session, user: User, *, now: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    expires_at = now + CODE_WITHIN
    repository.add_session(db, _hash(token), user.id, now=now, expires_at=expires_at, awaits_code=True)
    return SignedIn(user=user, token=token, expires_at=expires_at, awaits_code=True)


def start_session(db: Session, user: User, *, now: datetime) -> SignedIn:
    """Return a new session of a user whose identity is certain."""
    token = secrets.token_urlsafe(32)
    lifetime = CUSTOMER_SESSION if user.roles.isdisjoint(STAFF) else STAFF_SESSION
    expires_at = now + lifetime
    repository.add_session(db, _hash(token), user.id, now=now, expires_at=expires_at)
    return SignedIn(user=user, token=token, expires_at=expires_at)


def session_user(db: Session, token: str, *, now: datetime) -> User | None:
    """Return whose session a token opens, if it is still open."""
    return repository.session_user(db, _hash(token), now=now) if token else None


def sign_out(db: Session, token: str) -> None:
    """End a session."""
    repository.drop_session(db, _hash(token))


def link_customer(db: Session, login_name: str, customer_id: CustomerId) -> None:
    """Say which customer an account is of; an unknown login name changes nothing."""
    user = repository.find_user(db, login_name)
    if user is not None:
        repository.change_user(db, user.id, customer_id=customer_id)


def is_password(db: Session, user: User, password: str) -> bool:
    """Return whether it is the person's password."""
    is_short_enough = len(password) < PASSWORD_LENGTH.stop
    return is_short_enough and _hasher().verify(password, repository.password_hash(db, user.id))


def end_sessions(db: Session, user_id: str, *, but_token: str = "") -> int:
    """End all sessions of a user, but for the one of a token if wanted; return how many there were."""
    return repository.drop_sessions(db, user_id, but=_hash(but_token) if but_token else "")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
