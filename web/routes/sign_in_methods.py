"""How a person signs in: the password, the second factor, recovery codes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from web.security import accounts, repository, second_factor, service
from web.security.access import SignedInUser, signed_in
from web.security.model import CodeNotValid, User, UserNotValid
from web.security.service import PASSWORD_LENGTH
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, respond

router = APIRouter(prefix="/account", dependencies=[Depends(signed_in)], include_in_schema=False)


@router.get("/security", name="account:security")
def page(request: Request, shop: TheShop, user: SignedInUser) -> Response:
    """Show how the person signs in."""
    return _show(request, shop, user)


@router.post("/password", name="account:change_password")
def change_password(
    request: Request,
    shop: TheShop,
    user: SignedInUser,
    actor: TheActor,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
) -> Response:
    """Set a new password; everywhere else the person is signed out."""
    token = request.state.visitor.session_token
    try:
        with shop.database.write() as db:
            is_set = accounts.change_password(db, user, old, new, keep_token=token, actor=actor, now=shop.now())
    except UserNotValid:
        return _show(request, shop, user, problem="new")
    return go_to(request, "/account/security?changed=1") if is_set else _show(request, shop, user, problem="old")


@router.get("/second-factor", name="account:second_factor")
def second_factor_page(request: Request, user: SignedInUser) -> Response:
    """Show a new secret for the app, or how to take the second factor away."""
    return _enrolling(request, user)


@router.post("/second-factor", name="account:enrol")
def enrol(
    request: Request,
    shop: TheShop,
    user: SignedInUser,
    secret: Annotated[str, Form(max_length=64)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Keep the secret once the app shows its code, and tell the recovery codes this once."""
    try:
        with shop.database.write() as db:
            if user.has_second_factor or not service.is_password(db, user, password):
                raise CodeNotValid(field="password")
            codes = second_factor.enrol(db, user, secret, code, now=shop.now())
    except CodeNotValid as error:
        return _enrolling(request, user, secret=secret, problem=str(error.facts["field"]))
    return respond(request, "account/recovery_codes.html", {"codes": codes})


@router.post("/recovery-codes", name="account:new_recovery_codes")
def new_codes(request: Request, shop: TheShop, user: SignedInUser, password: Annotated[str, Form()] = "") -> Response:
    """Tell new recovery codes in place of the old ones."""
    with shop.database.write() as db:
        is_right = user.has_second_factor and service.is_password(db, user, password)
        codes = second_factor.new_recovery_codes(db, user) if is_right else ()
    if not codes:
        return _show(request, shop, user, problem="recovery")
    return respond(request, "account/recovery_codes.html", {"codes": codes})


@router.post("/second-factor/removal", name="account:drop_second_factor")
def drop(request: Request, shop: TheShop, user: SignedInUser, password: Annotated[str, Form()] = "") -> Response:
    """Take the second factor away."""
    with shop.database.write() as db:
        is_right = service.is_password(db, user, password)
        if is_right:
            second_factor.drop(db, user.id)
    return go_to(request, "/account/security") if is_right else _show(request, shop, user, problem="removal")


def _show(request: Request, shop: Shop, user: User, *, problem: str = "") -> Response:
    with shop.database.read() as db:
        left = repository.recovery_codes_left(db, user.id)
    values = {
        "problem": problem,
        "codes_left": left,
        "has_second_factor": user.has_second_factor,
        "is_changed": request.query_params.get("changed") == "1",
        "shortest": PASSWORD_LENGTH.start,
        "has_customer": user.customer_id is not None,
    }
    return respond(request, "account/security.html", values, status=422 if problem else 200)


def _enrolling(request: Request, user: User, *, secret: str = "", problem: str = "") -> Response:
    values = {
        "enrolment": None if user.has_second_factor else second_factor.new_enrolment(user, secret),
        "problem": problem,
        "must_enrol": user.must_enrol,
    }
    return respond(request, "account/second_factor.html", values, status=422 if problem else 200)
