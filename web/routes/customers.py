"""The store's pages: find or add a customer, measure, and show how the pair will fit."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.ids import CustomerId, DraftId
from modules_catalog.releases import service as releases
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.addresses.repository import addresses_of
from orders.customers.consents.service import has_consent
from orders.customers.contacts.repository import contacts_of
from orders.customers.memory import usual_answers
from orders.customers.model import Contact, ContactNotValid, CustomerKind, Purpose
from orders.drafts import service as drafts
from orders.drafts.repository import drafts_of_customer
from orders.identity.repository import merges_of
from orders.identity.service import same_person
from orders.lifecycle.repository import find_orders
from web.forms import FormKey, done_once
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.translations import LOCALES
from web.views.account import PURPOSES, DraftLine, draft_lines

router = APIRouter(dependencies=[Depends(require_role(Role.STORE))], include_in_schema=False)


@router.get("/customers", name="customers:list")
def search(request: Request, shop: TheShop, q: Annotated[str, Query(max_length=120)] = "", draft: str = "") -> Response:
    """Find a customer by name, e-mail, telephone or reference."""
    with shop.database.read() as db:
        found = customers.find_customers(db, q, purpose=Purpose.SALE)
    return respond(
        request,
        "customers/list.html",
        {
            "q": q,
            "found": found,
            "draft": draft,
            "problem": "",
            "typed": {"name": "", "email": "", "phone": "", "country": ""},
        },
        blocks=["found_customers"],
    )


@router.post("/customers", name="customers:register")
def register(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    phone: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "DE",
    company: Annotated[bool, Form()] = False,
    draft: Annotated[str, Form()] = "",
    key: FormKey = "",
) -> Response:
    """Add a customer; pressing twice adds one."""
    kind = CustomerKind.COMPANY if company else CustomerKind.PRIVATE
    try:
        contact = Contact(
            name.strip(),
            email.strip() or None,
            phone.strip() or None,
            reader_locale(request),
            country.strip().upper(),
            kind,
        )
    except ContactNotValid as error:
        typed = {"name": name, "email": email, "phone": phone, "country": country}
        values = {"q": "", "found": [], "draft": draft, "problem": error.facts["field"], "typed": typed}
        return respond(request, "customers/list.html", values, blocks=["new_customer"], status=422)
    with shop.database.write() as db:

        def act() -> str:
            return registry.register_customer(db, contact, new_id=shop.new_id, actor=actor, now=shop.now()).id

        body = ["register", contact.name, contact.email, contact.phone, contact.country, kind.value]
        customer_id = done_once(db, shop, actor, key, body, act)
    return go_to(request, f"/customers/{customer_id}" + (f"?draft={draft}" if draft else ""))


@router.get("/customers/{customer_id}", name="customers:card")
def card(request: Request, shop: TheShop, customer_id: str, draft: str = "") -> Response:
    """Show a customer: measures with their age, orders, what we know, what was said."""
    return show_card(request, shop, customer_id, draft=draft)


def show_card(
    request: Request,
    shop: Shop,
    customer_id: str,
    *,
    draft: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
    typed_note: str = "",
) -> Response:
    """Show a customer's card, or who they were found to be."""
    now, locale = shop.now(), reader_locale(request)
    with shop.database.read() as db:
        customer = registry.known_customer(db, CustomerId(customer_id), purpose=Purpose.SALE)
        if customer.merged_into is not None:
            return go_to(request, f"/customers/{customer.merged_into}")
        profiles = customers.profiles_of(db, customer.id, purpose=Purpose.FIT)
        facts = customers.known_facts(db, customer.id, purpose=Purpose.SALE)
        lines = releases.current_lines(db, now=now)
        contact = customer.contact
        values = {
            "customer": customer,
            "language": LOCALES.get(contact.locale, ""),
            "profile": profiles[0] if profiles else None,
            "is_current": bool(profiles) and profiles[0].is_current(now),
            "orders": find_orders(db, customer_id=customer.id),
            "drafts": draft_lines_of(db, shop, customer.id, locale),
            "lines": lines,
            "usual": [line for line in lines if usual_answers(facts, line, now=now)],
            "contacts": contacts_of(db, customer.id, purpose=Purpose.SUPPORT, limit=20),
            "same": same_person(db, customer),
            "merges": merges_of(db, customer.id),
            "purposes": [(each.value, label, has_consent(db, customer.id, each)) for each, label in PURPOSES.items()],
            "addresses": addresses_of(db, customer.id, purpose=Purpose.DELIVERY),
            "draft": draft,
            "problem": problem,
            "typed_note": typed_note,
            "typed": typed
            or {
                "name": contact.name,
                "email": contact.email or "",
                "phone": contact.phone or "",
                "country": contact.country,
            },
        }
    return respond(request, "customers/card.html", values, status=422 if problem else 200)


def draft_lines_of(db: Session, shop: Shop, customer_id: CustomerId, locale: str) -> list[DraftLine]:
    """Return the drafts in a customer's name, latest first."""
    begun = drafts_of_customer(db, customer_id, limit=10)
    models = {each.release: shop.configurators.of(db, each.release).model for each in begun}
    return draft_lines(begun, models, locale)


@router.post("/customers/{customer_id}/drafts", name="customers:take_draft")
def take_draft(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    customer_id: str,
    draft: Annotated[str, Form()] = "",
    line: Annotated[str, Form()] = "",
) -> Response:
    """Put a draft in the customer's name, with their newest current measures; open one where there is none."""
    now = shop.now()
    draft_id = (
        DraftId(draft)
        if draft
        else drafts.open_draft(shop.database, shop.configurators, line, owner=reader.id, new_id=shop.new_id, now=now)
    )
    with shop.database.write() as db:
        current = registry.current_profile(db, CustomerId(customer_id), now=now)
        drafts.assign_customer(
            db,
            draft_id,
            reader,
            customer_id=CustomerId(customer_id),
            profile_id=current.id if current else None,
            now=now,
        )
    drafts.settle_panels(shop.database, shop.configurators, draft_id, reader, now=now)
    return go_to(request, f"/drafts/{draft_id}")
