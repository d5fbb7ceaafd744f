"""A customer's own account: asked for, confirmed by a mailed link, its password reset and its address changed the same way.

Nobody learns from the answers whether an address has an account. What is mailed is decided when a link is asked for;
the token itself is made when the mail is written, so it stands in no job and in no table.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from kernel.ids import CustomerId, IdMaker
from kernel.jobs import JobName, enqueue
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers.model import Contact, ContactNotValid, Purpose
from orders.customers.repository import erase_customer
from orders.customers.service import correct_contact, known_customer, register_customer
from web.security import repository, service
from web.security.model import LinkKind, LinkNotValid, LoginNameTaken, User
from web.security.roles import Role
from web.security.service import SignedIn

MAIL_LINK_JOB = JobName("accounts.mail_link")
LIFETIME = {
    LinkKind.CONFIRM: timedelta(days=3),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.KNOWN: timedelta(hours=1),
    LinkKind.ADDRESS: timedelta(hours=24),
    LinkKind.MOVED: timedelta(days=3),
}
#: Mails to one account in a quarter of an hour; nobody fills somebody else's letter box.
LINKS_PER_WINDOW = 3
FORGET_UNCONFIRMED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LinkToMail:
    """A link with its fresh token, for whoever writes the mail."""

    user: User
    kind: LinkKind
    address: str
    token: str


def register(
    db: Session, contact: Contact, password: str, *, new_id: IdMaker, actor: Actor, now: datetime
) -> User | None:
    """Return the new, unconfirmed account of a new customer; ``None`` where the address has one, who is mailed so.

    Raises:
        ContactNotValid: the e-mail address is missing.
        UserNotValid: the e-mail address or the password cannot be used.
    """
    if contact.email is None:
        raise ContactNotValid(field="email")
    known = repository.find_user(db, contact.email.strip().lower())
    if known is not None:
        service.hashed_password(password)  # as much work, and the same refusals, as for somebody new
        _mail(db, known, LinkKind.KNOWN if known.is_confirmed else LinkKind.CONFIRM, new_id=new_id, now=now)
        return None
    customer = register_customer(db, contact, new_id=new_id, actor=actor, now=now)
    try:
        user = service.user_add(
            db,
            login_name=contact.email,
            display_name=contact.name[:100],
            password=password,
            roles=frozenset({Role.CUSTOMER}),
            locale=contact.locale,
            customer_id=customer.id,
            is_confirmed=False,
            now=now,
        )
    except LoginNameTaken:  # pragma: no cover - looked up above, in the same transaction
        return None
    _mail(db, user, LinkKind.CONFIRM, new_id=new_id, now=now)
    return user


def ask_for_reset(db: Session, email: str, *, new_id: IdMaker, now: datetime) -> None:
    """Have a link mailed by which the password of this address's account can be set; unknown addresses get none."""
    user = repository.find_user(db, email.strip().lower())
    if user is not None and user.is_active and "@" in user.login_name:
        _mail(db, user, LinkKind.RESET if user.is_confirmed else LinkKind.CONFIRM, new_id=new_id, now=now)


def link_to_mail(db: Session, link_id: str) -> LinkToMail | None:
    """Return a link with a fresh token, which is told to the mail only; ``None`` once it was used or has expired."""
    found = repository.find_link(db, link_id)
    if found is None:
        return None
    token = secrets.token_urlsafe(32)
    repository.give_token(db, link_id, _hash(token))
    return LinkToMail(*found, token)


def who_follows(db: Session, token: str, *, now: datetime) -> tuple[User, LinkKind, str]:
    """Return whose link a token is, what it does and to which address it went; following it uses nothing up.

    Raises:
        LinkNotValid: it was used, has expired or never was.
    """
    found = repository.linked_user(db, _hash(token), now=now)
    if found is None:
        raise LinkNotValid
    return found


def confirm(db: Session, token: str, *, actor: Actor, now: datetime) -> SignedIn:
    """Confirm an account's e-mail address by a mailed link and return a new session.

    Raises:
        LinkNotValid: the link was used, has expired, or is for something else.
    """
    user, kind, _ = who_follows(db, token, now=now)
    if kind is not LinkKind.CONFIRM or not user.is_active or not repository.use_link(db, _hash(token)):
        raise LinkNotValid
    repository.change_user(db, user.id, confirmed_at=now)
    record(db, f"user:{user.id}", "confirmed", actor=actor, now=now)
    return service.start_session(db, user, now=now)


def reset_password(db: Session, token: str, password: str, *, actor: Actor, now: datetime) -> User:
    """Set a password by a mailed link, end all sessions of its account, and return the person.

    Raises:
        LinkNotValid: the link was used, has expired, or is for something else.
        UserNotValid: the password is too short or too long; the link still works.
    """
    user, kind, _ = who_follows(db, token, now=now)
    if kind not in (LinkKind.RESET, LinkKind.KNOWN) or not user.is_active:
        raise LinkNotValid
    hashed = service.hashed_password(password)
    if not repository.use_link(db, _hash(token)):
        raise LinkNotValid
    set_password(db, user, hashed, actor=actor, now=now)
    return user


def ask_for_address(db: Session, user: User, address: str, password: str, *, new_id: IdMaker, now: datetime) -> bool:
    """Return whether the password was right; then a link goes to the new address, and only following it changes anything.

    An address that has an account gets the mail of somebody who registers again: the answer is the same.

    Raises:
        UserNotValid: this can be no address to sign in with.
    """
    wanted = service.login_name_of(address)
    Contact(user.display_name, wanted)
    if not service.is_password(db, user, password):
        return False
    known = repository.find_user(db, wanted)
    if known is None:
        _mail(db, user, LinkKind.ADDRESS, new_id=new_id, now=now, address=wanted)
    elif known.id != user.id:
        _mail(db, known, LinkKind.KNOWN, new_id=new_id, now=now)
    return True


def change_address(db: Session, token: str, *, new_id: IdMaker, actor: Actor, now: datetime) -> SignedIn:
    """Make the address a link was mailed to the account's and the customer's, and return a new session; others end.

    The old address is told, so that nobody loses an account without hearing of it.

    Raises:
        LinkNotValid: the link was used, has expired, or is for something else.
        LoginNameTaken: somebody else has registered with the address meanwhile.
    """
    user, kind, address = who_follows(db, token, now=now)
    if kind is not LinkKind.ADDRESS or not user.is_active or not repository.use_link(db, _hash(token)):
        raise LinkNotValid
    if repository.find_user(db, address) is not None:
        raise LoginNameTaken(login_name=address)
    repository.change_user(db, user.id, login_name=address)
    service.end_sessions(db, user.id)
    if user.customer_id is not None:
        customer = known_customer(db, user.customer_id, purpose=Purpose.SUPPORT)
        correct_contact(db, customer.id, replace(customer.contact, email=address), actor=actor, now=now)
    record(db, f"user:{user.id}", "address_changed", actor=actor, now=now)
    _store_mail(db, user, LinkKind.MOVED, new_id=new_id, now=now, address=user.login_name)
    return service.start_session(db, replace(user, login_name=address), now=now)


def change_password(
    db: Session, user: User, old: str, new: str, *, keep_token: str, actor: Actor, now: datetime
) -> bool:
    """Return whether the old password was right and the new one is set; every other session ends.

    Raises:
        UserNotValid: the new one is too short or too long.
    """
    if not service.is_password(db, user, old):
        return False
    set_password(db, user, service.hashed_password(new), actor=actor, now=now, keep_token=keep_token)
    return True


def set_password(db: Session, user: User, hashed: str, *, actor: Actor, now: datetime, keep_token: str = "") -> None:
    """Keep a new password's hash and end the sessions opened with the old one."""
    repository.change_user(db, user.id, password_hash=hashed)
    service.end_sessions(db, user.id, but_token=keep_token)
    record(db, f"user:{user.id}", "password_set", actor=actor, now=now)


def drop_accounts(db: Session, customer_id: CustomerId) -> list[User]:
    """Forget a customer's accounts with their sessions, links and codes; return whose they were."""
    users = repository.users_of_customer(db, customer_id)
    for user in users:
        repository.drop_user(db, user.id)
    return users


def drop_unconfirmed(db: Session, *, now: datetime) -> int:
    """Forget the accounts nobody confirmed in time, with the customers they were to be; return how many there were."""
    users = repository.users_never_confirmed(db, before=now - FORGET_UNCONFIRMED_AFTER)
    for user in users:
        repository.drop_user(db, user.id)
        if user.customer_id is not None:
            erase_customer(db, user.customer_id, now=now)
    return len(users)


def _mail(
    db: Session, user: User, kind: LinkKind, *, new_id: IdMaker, now: datetime, address: str | None = None
) -> None:
    if repository.links_since(db, user.id, now - service.ATTEMPT_WINDOW) >= LINKS_PER_WINDOW:
        return
    _store_mail(db, user, kind, new_id=new_id, now=now, address=address)


def _store_mail(
    db: Session, user: User, kind: LinkKind, *, new_id: IdMaker, now: datetime, address: str | None
) -> None:
    link_id = new_id()
    repository.add_link(db, link_id, user.id, kind, now=now, expires_at=now + LIFETIME[kind], address=address)
    enqueue(db, MAIL_LINK_JOB, link_id)


def _hash(token: str) -> str:
    return hashlib.sha256(f"link:{token}".encode()).hexdigest()
