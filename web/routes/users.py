"""Looking after accounts, for admins: who signs in here, in which roles, with what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from web.forms import TheForm
from web.security import administration, repository, service
from web.security.access import require_role
from web.security.model import LoginNameTaken, UserNotValid
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, respond

router = APIRouter(prefix="/users", dependencies=[Depends(require_role(Role.ADMIN))], include_in_schema=False)


@router.get("", name="users:list")
def list_users(request: Request, shop: TheShop, everybody: Annotated[bool, Query()] = False) -> Response:
    """Show who signs in here; customers are left out unless wanted."""
    return _show_list(request, shop, everybody=everybody)


@router.post("", name="users:add")
def add(request: Request, shop: TheShop, form: TheForm) -> Response:
    """Add a person."""
    typed = {name: str(form.get(name, "")).strip() for name in ("login_name", "display_name")}
    roles = _roles(form)
    try:
        with shop.database.write() as db:
            user = service.user_add(
                db,
                login_name=typed["login_name"],
                display_name=typed["display_name"] or typed["login_name"],
                password=str(form.get("password", "")),
                roles=roles,
                now=shop.now(),
            )
    except UserNotValid as error:
        return _show_list(request, shop, typed=typed, roles=roles, problem=str(error.facts["field"]))
    except LoginNameTaken:
        return _show_list(request, shop, typed=typed, roles=roles, problem="taken")
    return go_to(request, f"/users/{user.id}")


@router.get("/{user_id}", name="users:page")
def page(request: Request, shop: TheShop, user_id: str) -> Response:
    """Show one person."""
    return _show(request, shop, user_id)


@router.post("/{user_id}/roles", name="users:set_roles")
def set_roles(request: Request, shop: TheShop, actor: TheActor, user_id: str, form: TheForm) -> Response:
    """Give a person other roles."""
    try:
        with shop.database.write() as db:
            administration.set_roles(db, user_id, _roles(form), actor=actor, now=shop.now())
    except UserNotValid:
        return _show(request, shop, user_id, problem="roles")
    return go_to(request, f"/users/{user_id}")


@router.post("/{user_id}/account", name="users:set_active")
def set_active(
    request: Request, shop: TheShop, actor: TheActor, user_id: str, active: Annotated[str, Form()] = ""
) -> Response:
    """Close an account or open it again."""
    with shop.database.write() as db:
        administration.set_active(db, user_id, is_active=active == "yes", actor=actor, now=shop.now())
    return go_to(request, f"/users/{user_id}")


@router.post("/{user_id}/second-factor/removal", name="users:drop_second_factor")
def drop_second_factor(request: Request, shop: TheShop, actor: TheActor, user_id: str) -> Response:
    """Take a lost second factor away."""
    with shop.database.write() as db:
        administration.drop_second_factor(db, user_id, actor=actor, now=shop.now())
    return go_to(request, f"/users/{user_id}")


@router.post("/{user_id}/sessions/end", name="users:end_sessions")
def end_sessions(request: Request, shop: TheShop, actor: TheActor, user_id: str) -> Response:
    """Sign a person out everywhere."""
    with shop.database.write() as db:
        administration.end_sessions(db, user_id, actor=actor, now=shop.now())
    return go_to(request, f"/users/{user_id}")


def _roles(form: TheForm) -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(str(each)) for each in form.getlist("role") if str(each) in known)


def _show(request: Request, shop: Shop, user_id: str, *, problem: str = "") -> Response:
    with shop.database.read() as db:
        person = repository.get_user(db, user_id)
        sessions = repository.sessions_of(db, user_id, now=shop.now())
    values = {"person": person, "sessions": sessions, "all_roles": list(Role), "problem": problem}
    return respond(request, "users/page.html", values, status=422 if problem else 200)


def _show_list(
    request: Request,
    shop: Shop,
    *,
    everybody: bool = False,
    typed: dict[str, str] | None = None,
    roles: frozenset[Role] = frozenset(),
    problem: str = "",
) -> Response:
    with shop.database.read() as db:
        people = repository.all_users(db, but_customers=not everybody)
    values = {
        "people": people,
        "everybody": everybody,
        "all_roles": list(Role),
        "typed": typed or {"login_name": "", "display_name": ""},
        "typed_roles": roles,
        "problem": problem,
    }
    return respond(request, "users/list.html", values, status=422 if problem else 200)
