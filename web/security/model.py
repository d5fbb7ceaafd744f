"""Users and visitors as values, and what is wrong when somebody may not."""

from dataclasses import dataclass
from typing import ClassVar, NewType

from kernel.errors import NotPermitted, NotPossible, NotValid
from web.security.roles import Role

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


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in."""

    id: UserId
    login_name: str
    display_name: str
    roles: frozenset[Role]
    locale: str
    is_active: bool = True

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
