"""Who may use a route. Every route says it: ``require_role(…)``, or ``Public`` for everybody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from kernel.clock import Clock
from web.dependencies import ReadDb
from web.security import service
from web.security.model import RoleMissing, SecondFactorNeeded, SignInNeeded, User, Visitor
from web.security.roles import Role


def load_user(request: Request, db: ReadDb) -> User | None:
    """Return who signed in, if anybody; kept on the request for the page's header.

    Below ``/api/`` a session's token may also come as ``Authorization: Bearer``.

    Raises:
        SignInNeeded: The bearer token opens no session, or no longer.
    """
    visitor: Visitor = request.state.visitor
    clock: Clock = request.app.state.clock
    bearer = bearer_token(request)
    token = bearer or visitor.session_token
    user = service.session_user(db, token, now=clock()) if token else None
    if bearer and user is None:
        raise SignInNeeded(reason="token")
    if user is not None and user.is_staff and not user.has_second_factor:
        user = replace(user, must_enrol=request.app.state.settings.staff_second_factor == "required")
    request.state.user = user
    return user


def bearer_token(request: Request) -> str:
    """Return the bearer token a program sent; empty without one, and on pages."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.url.path.startswith("/api/") else ""


MaybeUser = Annotated[User | None, Depends(load_user, scope="function")]
"""The person who signed in, or ``None``."""


def public(user: MaybeUser) -> User | None:
    """Let everybody in, signed in or not."""
    return user


Public = Depends(public, scope="function")
"""Says that a route is for everybody: ``dependencies=[Public]``."""


def signed_in(user: MaybeUser) -> User:
    """Let in whoever signed in, also those who must set up a second factor first.

    Raises:
        SignInNeeded: Nobody signed in.
    """
    if user is None:
        raise SignInNeeded
    return user


SignedInUser = Annotated[User, Depends(signed_in, scope="function")]
"""The person who signed in, whatever their role."""


class RequireRole:
    """A dependency that lets in people with one of its roles (and admins)."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self, user: MaybeUser) -> User:
        """Return the person.

        Raises:
            SignInNeeded: Nobody signed in.
            RoleMissing: The person has none of the roles.
            SecondFactorNeeded: They work here and must set up a second factor first.
        """
        if user is None:
            raise SignInNeeded(roles=sorted(self.roles))
        if user.must_enrol:
            raise SecondFactorNeeded
        if not user.may_act_as(*self.roles):
            raise RoleMissing(roles=sorted(self.roles))
        return user


def require_role(*roles: Role) -> Callable[..., User]:
    """Return a dependency for people with one of ``roles``: ``user: Annotated[User, Depends(require_role(Role.STORE))]``."""
    return RequireRole(*roles)
