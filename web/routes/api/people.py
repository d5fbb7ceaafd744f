"""What is known of people, by program: corrected, noted, allowed, merged, handed out, erased; drafts shared and handed over."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from kernel.ids import CustomerId, DraftId
from modules_catalog.sizing.model import Measure
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.consents.repository import consents_of
from orders.customers.consents.service import set_consent
from orders.customers.contacts.model import Channel, ContactEvent, ContactEventId
from orders.customers.contacts.repository import add_contact, contacts_of
from orders.customers.model import ProfileNotFound, Purpose, ReferenceNotValid
from orders.drafts import service as drafts
from orders.drafts.sharing import hand_over, share, take_over
from orders.identity.service import merge, take_back
from orders.privacy.exporting import export_customer
from web.erasing import erase_everything, owners_of
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.orders import contact_of
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.api.schemas import Given
from web.security import repository as users
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.account import PURPOSES, receipt_json
from web.views.documents import customer_json, profile_json

people = ApiRouter(
    prefix=f"{PREFIX}/customers/{{customer_id}}",
    tags=["customers"],
    dependencies=[Depends(require_role(Role.STORE)), Bearer],
    responses=problems(401, 403, 404),
)
shared = ApiRouter(prefix=PREFIX, tags=["drafts"], dependencies=[Public, Bearer])
ROUTERS = (people, shared)


class Note(Given):
    """What was said."""

    note: str = Field(min_length=1, max_length=2000)
    channel: Channel = Channel.STORE
    about: str = Field("", max_length=30, description="An order's number, or nothing.")


class Permissions(Given):
    """What the customer allows; what is left out stays as it is."""

    marketing: bool | None = None
    fit: bool | None = None


class Other(Given):
    """The customer whose card is to be kept under this one."""

    customer_id: str = Field(max_length=20)


class Confirmed(Given):
    """The customer's reference, so that nobody is erased by a slip."""

    reference: str = Field(max_length=20, examples=["A-17"])


class Corrections(Given):
    """By how many millimetres the next pair shall be larger, or smaller where negative."""

    corrections_mm: dict[Measure, Annotated[int, Field(ge=-60, le=60)]]


class Code(Given):
    """The code on the customer's screen."""

    code: str = Field(max_length=20)


@people.put("/contact", name="api:correct_contact", response_model=schemas.Customer, responses=problems(422))
def correct(shop: TheShop, who: TheApiReader, customer_id: str, body: schemas.ContactIn) -> Response:
    """Replace who a customer is and how to reach them."""
    with shop.database.write() as db:
        customer = registry.correct_contact(
            db, CustomerId(customer_id), contact_of(body), actor=who.actor, now=shop.now()
        )
    return JSONResponse(customer_json(customer))


@people.get("/contacts", name="api:contacts")
def list_contacts(shop: TheShop, customer_id: str) -> list[dict[str, str]]:
    """Return what was said between a customer and us, latest first."""
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
        found = contacts_of(db, customer.id, purpose=Purpose.SUPPORT)
    return [
        {"at": each.at.isoformat(), "channel": each.channel.value, "about": each.about, "note": each.note}
        for each in found
    ]


@people.post("/contacts", name="api:note", status_code=201, responses=problems(422))
def add_note(shop: TheShop, who: TheApiReader, customer_id: str, body: Note) -> dict[str, str]:
    """Write down what was said."""
    event = ContactEvent(
        ContactEventId(shop.new_id()), shop.now(), body.channel, body.note.strip(), who.actor.id, body.about
    )
    with shop.database.write() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
        add_contact(db, customer.id, event)
    return {"contact_id": event.id}


@people.get("/known-facts", name="api:known_facts")
def list_facts(shop: TheShop, customer_id: str) -> list[dict[str, str]]:
    """Return the answers that need not be asked again, with source and date."""
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SALE)
        facts = customers.known_facts(db, customer.id, purpose=Purpose.SALE)
    return [
        {"key": each.key, "value": each.value, "source": each.source, "learned_at": each.learned_at.isoformat()}
        for _key, each in sorted(facts.items())
    ]


@people.put("/consents", name="api:consents")
def allow(shop: TheShop, who: TheApiReader, customer_id: str, body: Permissions) -> dict[str, bool]:
    """Give or take back permissions, and return which hold now."""
    wanted = {Purpose(name): given for name, given in body.model_dump().items() if given is not None}
    with shop.database.write() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
        for purpose, given in wanted.items():
            set_consent(db, customer, purpose, given=given, source="store", actor=who.actor, now=shop.now())
        held = {each.purpose for each in consents_of(db, customer.id) if each.holds}
    return {purpose.value: purpose in held for purpose in PURPOSES}


@people.post("/corrections", name="api:correct_fit", status_code=201, response_model=schemas.Profile)
def correct_fit(shop: TheShop, who: TheApiReader, customer_id: str, body: Corrections) -> Response:
    """Keep what a try-on showed; the next pair is made so."""
    now = shop.now()
    with shop.database.write() as db:
        known = customers.profiles_of(db, CustomerId(customer_id), purpose=Purpose.FIT)
        if not known:
            raise ProfileNotFound(customer_id=customer_id)
        profile = registry.correct_fit(db, known[0], body.corrections_mm, new_id=shop.new_id, actor=who.actor, now=now)
    return JSONResponse(profile_json(profile, is_current=profile.is_current(now)), status_code=201)


@people.post("/merges", name="api:merge", status_code=201, responses=problems(409))
def merge_customers(shop: TheShop, who: TheApiReader, customer_id: str, body: Other) -> dict[str, str]:
    """Keep another card of the same person under this one; the answer's id takes it back."""
    kept, merged = CustomerId(customer_id), CustomerId(body.customer_id)
    with shop.database.write() as db:
        accounts = [user.id for user in users.users_of_customer(db, merged)]
        done = merge(db, kept, merged, accounts=accounts, new_id=shop.new_id, actor=who.actor, now=shop.now())
        for account in accounts:
            users.change_user(db, account, customer_id=kept)
    return {"merge_id": done.id, "merged_reference": done.merged_reference}


@people.post("/merges/{merge_id}/undo", name="api:undo_merge", status_code=204)
def undo_merge(shop: TheShop, who: TheApiReader, customer_id: str, merge_id: str) -> Response:
    """Part two cards again."""
    with shop.database.write() as db:
        done = take_back(db, merge_id, actor=who.actor, now=shop.now())
        for account in done.moved["accounts"]:
            users.change_user(db, account, customer_id=done.merged)
    return Response(status_code=204)


@people.get("/export", name="api:export_customer")
def export(shop: TheShop, customer_id: str) -> Response:
    """Return everything known of a customer, one member a document."""
    owners = owners_of(shop, CustomerId(customer_id))
    with shop.database.read() as db:
        documents = export_customer(db, CustomerId(customer_id), owners=owners, now=shop.now())
    return JSONResponse({name.removesuffix(".json"): document for name, document in documents.items()})


@people.post("/erasure", name="api:erase_customer", responses=problems(409, 422))
def erase(shop: TheShop, who: TheApiReader, customer_id: str, body: Confirmed) -> Response:
    """Erase everything about a customer and return the receipt."""
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SUPPORT)
    if body.reference.strip().upper() != customer.reference:
        raise ReferenceNotValid(field="reference")
    return JSONResponse(receipt_json(erase_everything(shop, customer.id, actor=who.actor)))


@shared.post("/drafts/{draft_id}/shares", name="api:share", status_code=201, responses=problems(403, 404))
def share_draft(shop: TheShop, who: TheApiReader, draft_id: str) -> dict[str, str]:
    """Make a copy of a draft's choices for others, without texts, and return where it is."""
    with shop.database.read() as db:
        draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
    with shop.database.write() as db:
        copy = share(db, draft, model, now=shop.now())
    return {"token": copy.token, "url": f"{shop.origin}/shared/{copy.token}"}


@shared.post("/drafts/{draft_id}/handovers", name="api:hand_over", status_code=201, responses=problems(403, 404))
def begin_handover(shop: TheShop, who: TheApiReader, draft_id: str) -> dict[str, str]:
    """Return the code by which staff find the draft for half an hour."""
    with shop.database.read() as db:
        draft, _model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), who.reader)
    with shop.database.write() as db:
        return {"code": hand_over(db, draft, now=shop.now())}


@shared.post(
    "/handovers",
    name="api:take_over",
    dependencies=[Depends(require_role(Role.STORE))],
    responses=problems(401, 403, 404),
)
def take(shop: TheShop, who: TheApiReader, body: Code) -> dict[str, str]:
    """Find the draft a customer shows the code of; the code is used up."""
    with shop.database.write() as db:
        return {"draft_id": take_over(db, body.code, actor=who.actor, now=shop.now())}
