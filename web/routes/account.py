"""A person's own account: what they began and ordered, what we know of them, how they sign in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotPossible
from kernel.ids import CustomerId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.customers import repository as customers
from orders.customers.addresses import repository as addresses
from orders.customers.addresses.model import PARTS, Address, AddressId, AddressNotValid
from orders.customers.consents.service import has_consent, set_consent
from orders.customers.memory import usual_answers
from orders.customers.model import Contact, ContactNotValid, Purpose
from orders.customers.service import correct_contact, known_customer
from orders.drafts import repository as drafts
from orders.identity.repository import merges_of
from orders.lifecycle.repository import orders_in_reach
from orders.privacy.exporting import export_customer
from orders.privacy.model import OrdersStillOpen
from web.erasing import erase_everything
from web.forms import TheForm
from web.routes.account_joining import offered_joins
from web.routes.session import set_cookie
from web.security import accounts, service
from web.security.access import SignedInUser, signed_in
from web.security.model import User, UserNotValid
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.translations import LOCALES
from web.views.account import (
    PURPOSES,
    counted,
    draft_lines,
    fact_lines,
    measure_lines,
    zipped,
)
from web.views.quoting import promised_date
from web.views.words import Words

router = APIRouter(prefix="/account", dependencies=[Depends(signed_in)], include_in_schema=False)


class NoCustomer(NotPossible):
    """The account belongs to no customer: there is nothing personal to show."""


def customer_of(user: User) -> CustomerId:
    """Return whose account it is.

    Raises:
        NoCustomer: nobody's.
    """
    if user.customer_id is None:
        raise NoCustomer(user=user.id)
    return user.customer_id


@router.get("", name="account:page")
def page(request: Request, shop: TheShop, user: SignedInUser, reader: TheReader) -> Response:
    """Show the drafts to go on with, on whatever device they were begun, and the orders."""
    with shop.database.read() as db:
        found = {each.id: each for each in drafts.drafts_of(db, user.id, limit=20)}
        if user.customer_id is not None:
            found |= {each.id: each for each in drafts.drafts_of_customer(db, user.customer_id, limit=20)}
        begun = sorted(found.values(), key=lambda each: each.changed_at, reverse=True)[:20]
        models = {each.release: shop.configurators.of(db, each.release).model for each in begun}
        facts = customers.known_facts(db, user.customer_id, purpose=Purpose.SALE) if user.customer_id else {}
        present = present_models(db, shop)
        usual = [
            (line, Words(model, reader_locale(request)).line())
            for line, model in present.items()
            if usual_answers(facts, line, now=shop.now())
        ]
        ordered = orders_in_reach(db, (user.id, reader.also), user.customer_id)
        joins = offered_joins(db, user)
        joined = merges_of(db, user.customer_id) if user.customer_id else []
    values = {
        "joins": [(each.id, each.since.date(), each.reference) for each in joins],
        "joined": [(each.id, each.merged_reference) for each in joined],
        "drafts": draft_lines(begun, models, reader_locale(request)),
        "orders": [
            (each.number, each.state.value, promised_date(each.promise), each.price.total_minor, each.price.currency)
            for each in ordered
        ],
        "usual": usual,
        "has_customer": user.customer_id is not None,
    }
    return respond(request, "account/page.html", values)


@router.get("/data", name="account:data")
def data(request: Request, shop: TheShop, user: SignedInUser) -> Response:
    """Show everything we know, with the ways to correct, to take along and to erase it."""
    return _show_data(request, shop, user)


@router.post("/contact", name="account:correct_contact")
def save_contact(
    request: Request,
    shop: TheShop,
    user: SignedInUser,
    actor: TheActor,
    name: Annotated[str, Form()] = "",
    phone: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
    locale: Annotated[str, Form()] = "",
) -> Response:
    """Correct who the customer is; the e-mail address is what they sign in with and changes by a mailed link."""
    customer_id = customer_of(user)
    typed = {"name": name, "phone": phone, "country": country}
    try:
        with shop.database.write() as db:
            known = known_customer(db, customer_id, purpose=Purpose.SUPPORT).contact
            contact = Contact(
                name.strip(),
                known.email,
                phone.strip() or None,
                locale if locale in LOCALES else known.locale,
                country.strip().upper(),
                known.kind,
            )
            correct_contact(db, customer_id, contact, actor=actor, now=shop.now())
    except ContactNotValid as error:
        return _show_data(request, shop, user, problem=str(error.facts["field"]), typed=typed)
    return go_to(request, "/account/data")


@router.post("/email", name="account:ask_email")
def ask_email(
    request: Request,
    shop: TheShop,
    user: SignedInUser,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Have a link mailed to a new e-mail address; the account keeps the old one until it is followed."""
    customer_of(user)
    try:
        with shop.database.write() as db:
            is_right = accounts.ask_for_address(db, user, email, password, new_id=shop.new_id, now=shop.now())
    except (ContactNotValid, UserNotValid):
        return _show_data(request, shop, user, problem="email", typed_email=email)
    if not is_right:
        return _show_data(request, shop, user, problem="password", typed_email=email)
    return go_to(request, "/register/sent")


@router.post("/addresses", name="account:add_address")
def add_address(request: Request, shop: TheShop, user: SignedInUser, form: TheForm) -> Response:
    """Keep an address."""
    customer_id = customer_of(user)
    typed = {part: str(form.get(part, "")).strip() for part in (*PARTS, "country")}
    try:
        address = Address(**{**typed, "country": typed["country"].upper()})
    except AddressNotValid as error:
        return _show_data(request, shop, user, address_problem=str(error.facts["field"]), typed_address=typed)
    with shop.database.write() as db:
        known = addresses.addresses_of(db, customer_id, purpose=Purpose.DELIVERY)
        is_default = not known or form.get("is_default") == "yes"
        addresses.add_address(db, customer_id, AddressId(shop.new_id()), address, is_default=is_default)
    return go_to(request, "/account/data#addresses")


@router.post("/addresses/{address_id}/default", name="account:default_address")
def default_address(request: Request, shop: TheShop, user: SignedInUser, address_id: str) -> Response:
    """Offer an address first."""
    with shop.database.write() as db:
        addresses.make_default(db, customer_of(user), AddressId(address_id))
    return go_to(request, "/account/data#addresses")


@router.post("/addresses/{address_id}/removal", name="account:drop_address")
def drop_address(request: Request, shop: TheShop, user: SignedInUser, address_id: str) -> Response:
    """Forget an address."""
    with shop.database.write() as db:
        addresses.drop_address(db, customer_of(user), AddressId(address_id))
    return go_to(request, "/account/data#addresses")


@router.post("/facts/removal", name="account:forget_fact")
def forget_fact(request: Request, shop: TheShop, user: SignedInUser, key: Annotated[str, Form()] = "") -> Response:
    """Forget one remembered answer: it will be asked again."""
    with shop.database.write() as db:
        customers.forget_fact(db, customer_of(user), key)
    return go_to(request, "/account/data#facts")


@router.post("/consents", name="account:set_consents")
def set_consents(request: Request, shop: TheShop, user: SignedInUser, actor: TheActor, form: TheForm) -> Response:
    """Give or take back permissions."""
    allowed = {str(each) for each in form.getlist("purpose")}
    with shop.database.write() as db:
        customer = known_customer(db, customer_of(user), purpose=Purpose.SUPPORT)
        for purpose in PURPOSES:
            set_consent(
                db, customer, purpose, given=purpose.value in allowed, source="account", actor=actor, now=shop.now()
            )
    return go_to(request, "/account/data#consents")


@router.get("/export.zip", name="account:export")
def export(shop: TheShop, user: SignedInUser) -> Response:
    """Send everything we know as one zip file of JSON documents."""
    with shop.database.read() as db:
        documents = export_customer(db, customer_of(user), owners=(user.id,), now=shop.now())
    account = {"login_name": user.login_name, "roles": sorted(user.roles), "locale": user.locale}
    headers = {"Content-Disposition": 'attachment; filename="lot-one.zip"'}
    return Response(zipped({**documents, "account.json": account}), media_type="application/zip", headers=headers)


@router.get("/erasure", name="account:ask_erasure")
def ask_erasure(request: Request, user: SignedInUser) -> Response:
    """Say what goes and what stays, and ask for the password."""
    customer_of(user)
    return respond(request, "account/erasure.html", {"is_wrong": False, "waiting": {}})


@router.post("/erasure", name="account:erase")
def erase(
    request: Request, shop: TheShop, user: SignedInUser, actor: TheActor, password: Annotated[str, Form()] = ""
) -> Response:
    """Erase everything about the customer, and show the receipt: afterwards nobody could ask for it."""
    customer_id = customer_of(user)
    with shop.database.read() as db:
        is_right = service.is_password(db, user, password)
    if not is_right:
        return respond(request, "account/erasure.html", {"is_wrong": True, "waiting": {}}, status=422)
    try:
        receipt = erase_everything(shop, customer_id, actor=actor)
    except OrdersStillOpen as error:
        values = {"is_wrong": False, "waiting": error.facts["waits_for"]}
        return respond(request, "account/erasure.html", values, status=error.http_status)
    request.state.user = None
    values = {"receipt": receipt, "counted": counted(receipt)}
    response = respond(request, "account/erased.html", values)
    set_cookie(request, response, "session", "", 0)
    return response


def _show_data(
    request: Request,
    shop: Shop,
    user: User,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    address_problem: str = "",
    typed_address: dict[str, str] | None = None,
    typed_email: str = "",
) -> Response:
    locale = reader_locale(request)
    with shop.database.read() as db:
        customer = known_customer(db, customer_of(user), purpose=Purpose.SUPPORT)
        models = present_models(db, shop)
        contact = customer.contact
        values = {
            "customer": customer,
            "typed": typed or {"name": contact.name, "phone": contact.phone or "", "country": contact.country},
            "problem": problem,
            "typed_email": typed_email,
            "addresses": addresses.addresses_of(db, customer.id, purpose=Purpose.DELIVERY),
            "typed_address": typed_address or dict.fromkeys((*PARTS, "country"), ""),
            "address_problem": address_problem,
            "measures": measure_lines(customers.profiles_of(db, customer.id, purpose=Purpose.FIT)),
            "facts": fact_lines(customers.known_facts(db, customer.id, purpose=Purpose.SUPPORT), models, locale),
            "purposes": [
                (purpose.value, label, has_consent(db, customer.id, purpose)) for purpose, label in PURPOSES.items()
            ],
        }
    return respond(request, "account/data.html", values, status=422 if problem or address_problem else 200)


def present_models(db: Session, shop: Shop) -> dict[str, ConfigurationModel]:
    """Return the model in force of each line."""
    lines = releases.current_lines(db, now=shop.now())
    return {line: shop.configurators.of(db, releases.current_release(db, line, now=shop.now())).model for line in lines}
