"""Signing in by program: a login name and a password give a bearer token."""

from typing import Annotated, ClassVar

from fastapi import Depends, Request
from fastapi.responses import Response

from kernel.errors import NotPermitted
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, problems
from web.routes.api.schemas import NewSession, Person, SignIn
from web.security import service
from web.security.access import Public, bearer_token, require_role
from web.security.model import CodeNeeded, User
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(prefix=PREFIX, tags=["sessions"], dependencies=[Public, Bearer])


class WrongPassword(NotPermitted):
    """Login name and password do not match."""

    http_status: ClassVar[int] = 401


@router.post("/sessions", name="api:sign_in", status_code=201, responses=problems(401, 422, 429))
def sign_in(request: Request, shop: TheShop, body: SignIn) -> NewSession:
    """Start a session and return its token, to be sent as `Authorization: Bearer …`.

    Where the person has a second factor, `code` is what their app shows; without it the answer is 401 `CodeNeeded`.
    """
    address = request.client.host if request.client else ""
    with shop.database.write() as db:
        signed_in = service.sign_in(db, body.login_name, body.password, address=address, now=shop.now())
    if signed_in is None:  # raised outside the transaction, which has noted the wrong password
        raise WrongPassword(login_name=body.login_name)
    if signed_in.awaits_code:
        if not body.code:
            raise CodeNeeded(login_name=body.login_name)
        with shop.database.write() as db:
            signed_in = service.give_code(db, signed_in.token, body.code, now=shop.now())
        if signed_in is None:
            raise WrongPassword(login_name=body.login_name)
    return NewSession(token=signed_in.token, expires_at=signed_in.expires_at, user=_person(signed_in.user))


@router.get("/sessions/current", name="api:session", responses=problems(401))
def show_session(user: Annotated[User, Depends(require_role(*Role))]) -> Person:
    """Return who signed in."""
    return _person(user)


@router.delete("/sessions/current", name="api:sign_out", status_code=204, responses=problems(401))
def sign_out(request: Request, shop: TheShop, user: Annotated[User, Depends(require_role(*Role))]) -> Response:
    """End the session."""
    with shop.database.write() as db:
        service.sign_out(db, bearer_token(request) or request.state.visitor.session_token)
    return Response(status_code=204)


def _person(user: User) -> Person:
    return Person(id=user.id, display_name=user.display_name, roles=sorted(user.roles), locale=user.locale)
