"""What clerks do on a customer's card besides measuring: notes, permissions, two cards made one, taking along, erasing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.ids import CustomerId
from orders.customers.consents.service import set_consent
from orders.customers.contacts.model import Channel, ContactEvent, ContactEventId, NoteNotValid
from orders.customers.contacts.repository import add_contact
from orders.customers.model import Contact, ContactNotValid, Purpose
from orders.customers.service import correct_contact, known_customer
from orders.identity.service import merge, take_back
from orders.privacy.exporting import export_customer
from orders.privacy.model import OrdersStillOpen
from web.erasing import erase_everything, owners_of
from web.forms import FormKey, TheForm, done_once
from web.routes.customers import show_card
from web.security import repository as users
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheActor, TheShop
from web.templating import go_to, respond
from web.translations import LOCALES
from web.views.account import PURPOSES, counted, zipped

router = APIRouter(
    prefix="/customers/{customer_id}", dependencies=[Depends(require_role(Role.STORE))], include_in_schema=False
)
#: What a clerk writes down; feedback comes from the customer's own page.
WRITTEN_DOWN = (Channel.STORE, Channel.PHONE, Channel.MAIL)


@router.post("/notes", name="customer_care:note")
def add_note(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    customer_id: str,
    note: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "store",
    key: FormKey = "",
) -> Response:
    """Write down what was said; pressing twice writes it once."""
    kind = Channel(channel) if channel in {each.value for each in WRITTEN_DOWN} else Channel.STORE
    try:
        event = ContactEvent(ContactEventId(shop.new_id()), shop.now(), kind, note.strip(), actor.id)
    except NoteNotValid:
        return show_card(request, shop, customer_id, problem="note", typed_note=note)
    with shop.database.write() as db:
        known = known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT).id

        def act() -> None:
            add_contact(db, known, event)

        done_once(db, shop, actor, key, ["note", known, kind.value, event.note], act)
    return go_to(request, f"/customers/{customer_id}#contacts")


@router.post("/contact", name="customer_care:correct")
def correct(request: Request, shop: TheShop, actor: TheActor, customer_id: str, form: TheForm) -> Response:
    """Correct name, e-mail address, telephone number, country or language."""
    typed = {name: str(form.get(name, "")).strip() for name in ("name", "email", "phone", "country", "locale")}
    try:
        with shop.database.write() as db:
            known = known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT).contact
            contact = Contact(
                typed["name"],
                typed["email"].lower() or None,
                typed["phone"] or None,
                typed["locale"] if typed["locale"] in LOCALES else known.locale,
                typed["country"].upper(),
                known.kind,
            )
            correct_contact(db, CustomerId(customer_id), contact, actor=actor, now=shop.now())
    except ContactNotValid as error:
        return show_card(request, shop, customer_id, problem=str(error.facts["field"]), typed=typed)
    return go_to(request, f"/customers/{customer_id}")


@router.post("/consents", name="customer_care:consents")
def set_consents(request: Request, shop: TheShop, actor: TheActor, customer_id: str, form: TheForm) -> Response:
    """Write down what the customer allows, as they said it in the store."""
    allowed = {str(each) for each in form.getlist("purpose")}
    now = shop.now()
    with shop.database.write() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
        for purpose in PURPOSES:
            given = purpose.value in allowed
            set_consent(db, customer, purpose, given=given, source="store", actor=actor, now=now)
    return go_to(request, f"/customers/{customer_id}")


@router.post("/merges", name="customer_care:merge")
def merge_customers(
    request: Request, shop: TheShop, actor: TheActor, customer_id: str, other: Annotated[str, Form()] = ""
) -> Response:
    """Keep another card of the same person under this one."""
    kept, merged = CustomerId(customer_id), CustomerId(other)
    with shop.database.write() as db:
        accounts = [user.id for user in users.users_of_customer(db, merged)]
        merge(db, kept, merged, accounts=accounts, new_id=shop.new_id, actor=actor, now=shop.now())
        for account in accounts:
            users.change_user(db, account, customer_id=kept)
    return go_to(request, f"/customers/{customer_id}")


@router.post("/merges/{merge_id}/undo", name="customer_care:undo_merge")
def undo_merge(request: Request, shop: TheShop, actor: TheActor, customer_id: str, merge_id: str) -> Response:
    """Part two cards again."""
    with shop.database.write() as db:
        done = take_back(db, merge_id, actor=actor, now=shop.now())
        for account in done.moved["accounts"]:
            users.change_user(db, account, customer_id=done.merged)
    return go_to(request, f"/customers/{customer_id}")


@router.get("/export.zip", name="customer_care:export")
def export(shop: TheShop, customer_id: str) -> Response:
    """Send everything we know of a customer, to hand it to them."""
    owners = owners_of(shop, CustomerId(customer_id))
    with shop.database.read() as db:
        documents = export_customer(db, CustomerId(customer_id), owners=owners, now=shop.now())
    headers = {"Content-Disposition": 'attachment; filename="lot-one.zip"'}
    return Response(zipped(documents), media_type="application/zip", headers=headers)


@router.get("/erasure", name="customer_care:ask_erasure")
def ask_erasure(request: Request, shop: TheShop, customer_id: str) -> Response:
    """Say what goes and what stays, and ask for the reference to be typed."""
    with shop.database.read() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
    return respond(request, "customers/erasure.html", {"customer": customer, "is_wrong": False, "waiting": {}})


@router.post("/erasure", name="customer_care:erase")
def erase(
    request: Request, shop: TheShop, actor: TheActor, customer_id: str, reference: Annotated[str, Form()] = ""
) -> Response:
    """Erase everything about a customer at their wish, and show the receipt to hand to them."""
    with shop.database.read() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
    if reference.strip().upper() != customer.reference:
        values = {"customer": customer, "is_wrong": True, "waiting": {}}
        return respond(request, "customers/erasure.html", values, status=422)
    try:
        receipt = erase_everything(shop, customer.id, actor=actor)
    except OrdersStillOpen as error:
        values = {"customer": customer, "is_wrong": False, "waiting": error.facts["waits_for"]}
        return respond(request, "customers/erasure.html", values, status=error.http_status)
    return respond(request, "account/erased.html", {"receipt": receipt, "counted": counted(receipt)})
