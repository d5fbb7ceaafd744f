"""Users and visitors as values, and what is wrong when somebody may not."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NewType

from kernel.errors import NotFound, NotPermitted, NotPossible, NotValid
from kernel.ids import CustomerId
from web.security.roles import STAFF, Role

UserId = NewType("UserId", str)


class SignInNeeded(NotPermitted):
    """The page is for people who signed in."""

    http_status: ClassVar[int] = 401


class RoleMissing(NotPermitted):
    """The person who signed in has none of the roles this page is for."""


class RequestForged(NotPermitted):
    """A change was sent from elsewhere, or from a page of an earlier session."""


class TooManyAttempts(NotPermitted):
    """Too many wrong passwords for one login name or from one address; a while later it works again."""

    http_status: ClassVar[int] = 429


class LoginNameTaken(NotPossible):
    """There is a user of that login name."""


class UserNotValid(NotValid):
    """A login name, a display name or a password that cannot be used."""


class UserNotFound(NotFound):
    """There is no such user."""


class LastAdmin(NotPossible):
    """Nobody would be left who may look after accounts."""


class LinkNotValid(NotFound):
    """The link was used, has expired, or was never sent."""


class CodeNotValid(NotValid):
    """The code is not the one the app shows now, nor an unused recovery code."""


class SecondFactorNeeded(NotPermitted):
    """Staff of this installation sign in with a second factor, and this person has none yet."""


class CodeNeeded(NotPermitted):
    """The password is right; the code of the second factor is missing."""

    http_status: ClassVar[int] = 401


class TooManyRequests(NotPermitted):
    """More requests of one kind than an address or a key may send; facts: ``retry_after`` seconds."""

    http_status: ClassVar[int] = 429


class LinkKind(StrEnum):
    """What a mailed link is for."""

    CONFIRM = "confirm"  # the e-mail address of a new account
    RESET = "reset"  # of a forgotten password
    KNOWN = "known"  # somebody registered again with an address that has an account
    ADDRESS = "address"  # a new e-mail address of an account; mailed to the new one
    MOVED = "moved"  # no link: tells the old address that it is the account's no longer


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in.

    ``customer_id`` names the customer whose account it is; ``must_enrol`` says that the installation asks for a second
    factor which the person does not have yet.
    """

    id: UserId
    login_name: str
    display_name: str
    roles: frozenset[Role]
    locale: str
    is_active: bool = True
    customer_id: CustomerId | None = None
    is_confirmed: bool = True
    has_second_factor: bool = False
    must_enrol: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether the person works here."""
        return not self.roles.isdisjoint(STAFF)

    def may_act_as(self, *roles: Role) -> bool:
        """Tell whether the person has one of ``roles``; an admin has all of them."""
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who reads a page, signed in or not: known from cookies alone, without the database.

    Attributes:
        locale: One of our locales.
        theme: ``light``, ``dark`` or empty for what the device prefers.
        csrf_token: What every form sends back.
        session_token: The session cookie's value; empty when there is none.
        id: A pseudonym of the visitor's cookie: whose drafts these are before anybody signs in.
    """

    locale: str
    theme: str
    csrf_token: str
    session_token: str = ""
    id: str = ""
