"""Getting an account, and getting back into it: both by a link that is mailed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from orders.audit.model import Actor
from orders.customers.consents.service import set_consent
from orders.customers.model import Contact, ContactNotValid, Purpose
from orders.customers.service import known_customer
from web.routes.session import enter
from web.security import accounts
from web.security.access import Public
from web.security.model import LinkKind, UserNotValid
from web.shop import TheActor, TheShop
from web.templating import go_to, reader_locale, respond

router = APIRouter(dependencies=[Public], include_in_schema=False)

#: Links that say: the address is mine.
CONFIRMING = frozenset({LinkKind.CONFIRM, LinkKind.ADDRESS})


@router.get("/register", name="registration:form")
def form(request: Request) -> Response:
    """Show the form."""
    return respond(request, "registration/form.html", _typed(), blocks=["registration_form"])


@router.post("/register", name="registration:register")
def register(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "DE",
    marketing: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for an account; the answer is the same whether the address has one or not."""
    now = shop.now()
    try:
        contact = Contact(
            name.strip(), email.strip().lower() or None, None, reader_locale(request), country.strip().upper()
        )
        with shop.database.write() as db:
            user = accounts.register(db, contact, password, new_id=shop.new_id, actor=actor, now=now)
            if user is not None and user.customer_id is not None and marketing:
                customer = known_customer(db, user.customer_id, purpose=Purpose.MARKETING)
                set_consent(db, customer, Purpose.MARKETING, given=True, source="account", actor=actor, now=now)
    except (ContactNotValid, UserNotValid) as error:
        field = {"login_name": "email", "display_name": "name"}.get(error.facts["field"], error.facts["field"])
        values = _typed(name, email, country, marketing=marketing, problem=str(field))
        return respond(request, "registration/form.html", values, blocks=["registration_form"], status=422)
    return go_to(request, "/register/sent")


@router.get("/register/sent", name="registration:sent")
@router.get("/password-resets/sent", name="registration:reset_sent")
def sent(request: Request) -> Response:
    """Say that a mail is on its way."""
    return respond(request, "registration/sent.html", {})


@router.get("/password-resets", name="registration:forgotten")
def forgotten(request: Request) -> Response:
    """Ask for the address of the account."""
    return respond(request, "registration/forgotten.html", {})


@router.post("/password-resets", name="registration:ask_for_reset")
def ask_for_reset(request: Request, shop: TheShop, email: Annotated[str, Form(max_length=254)] = "") -> Response:
    """Have a link mailed, if the address has an account; the answer is the same if not."""
    with shop.database.write() as db:
        accounts.ask_for_reset(db, email, new_id=shop.new_id, now=shop.now())
    return go_to(request, "/password-resets/sent")


@router.get("/links/{token}", name="registration:link")
def follow(request: Request, shop: TheShop, token: str) -> Response:
    """Show what a mailed link does; only pressing the button uses it up, for mail programs follow links too."""
    with shop.database.read() as db:
        _, kind, address = accounts.who_follows(db, token, now=shop.now())
    return _link_page(request, token, kind, address)


@router.post("/links/{token}", name="registration:use_link")
def use(
    request: Request, shop: TheShop, actor: TheActor, token: str, password: Annotated[str, Form()] = ""
) -> Response:
    """Confirm the address and sign in, or set the new password."""
    now = shop.now()
    with shop.database.read() as db:
        user, kind, address = accounts.who_follows(db, token, now=now)
    if kind in CONFIRMING:
        owner = Actor(user.id, "customer")
        with shop.database.write() as db:
            if kind is LinkKind.CONFIRM:
                signed_in = accounts.confirm(db, token, actor=owner, now=now)
            else:
                signed_in = accounts.change_address(db, token, new_id=shop.new_id, actor=owner, now=now)
            return enter(request, db, signed_in, "/account", now=now)
    try:
        with shop.database.write() as db:
            accounts.reset_password(db, token, password, actor=actor, now=now)
    except UserNotValid:
        return _link_page(request, token, kind, address, is_wrong=True, status=422)
    return go_to(request, "/login")


def _link_page(
    request: Request, token: str, kind: LinkKind, login_name: str, *, is_wrong: bool = False, status: int = 200
) -> Response:
    values = {"token": token, "confirms": kind in CONFIRMING, "login_name": login_name, "is_wrong": is_wrong}
    return respond(request, "registration/link.html", values, blocks=["link_form"], status=status)


def _typed(
    name: str = "", email: str = "", country: str = "DE", *, marketing: bool = False, problem: str = ""
) -> dict[str, object]:
    return {"typed": {"name": name, "email": email, "country": country, "marketing": marketing}, "problem": problem}
