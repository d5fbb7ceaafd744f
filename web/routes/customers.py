"""The store's pages: find or add a customer, measure, and show how the pair will fit."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from kernel.ids import CustomerId, DraftId
from modules_catalog.releases import service as releases
from modules_catalog.sizing.model import Sex
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.model import COUNTER_MEASURES, Contact, ContactNotValid, CustomerKind, Purpose
from orders.drafts import service as drafts
from orders.lifecycle.repository import find_orders
from web.forms import TheForm
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.translations import LOCALES
from web.views.measuring import MeasuringForm, empty_form, judged_form

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
) -> Response:
    """Add a customer."""
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
        customer = registry.register_customer(db, contact, new_id=shop.new_id, actor=actor, now=shop.now())
    return go_to(request, f"/customers/{customer.id}" + (f"?draft={draft}" if draft else ""))


@router.get("/customers/{customer_id}", name="customers:card")
def card(request: Request, shop: TheShop, customer_id: str, draft: str = "") -> Response:
    """Show a customer: measures with their age, orders, what we know."""
    with shop.database.read() as db:
        customer = customers.get_customer(db, CustomerId(customer_id), purpose=Purpose.SALE)
        profiles = customers.profiles_of(db, customer.id, purpose=Purpose.FIT)
        values = {
            "customer": customer,
            "language": LOCALES.get(customer.contact.locale, ""),
            "profile": profiles[0] if profiles else None,
            "is_current": bool(profiles) and profiles[0].is_current(shop.now()),
            "orders": find_orders(db, customer_id=customer.id),
            "lines": releases.current_lines(db, now=shop.now()),
            "draft": draft,
        }
    return respond(request, "customers/card.html", values)


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
    return go_to(request, f"/drafts/{draft_id}")


@router.get("/customers/{customer_id}/measures", name="customers:measure")
def measure(request: Request, shop: TheShop, customer_id: str, draft: str = "", unit: str = "cm") -> Response:
    """Show the measuring form."""
    with shop.database.read() as db:
        customer = customers.get_customer(db, CustomerId(customer_id), purpose=Purpose.FIT)
        profiles = customers.profiles_of(db, customer.id, purpose=Purpose.FIT)
    form = empty_form("in" if unit == "in" else "cm", profiles[0].sex.value if profiles else "")
    return respond(request, "customers/measure.html", {"customer": customer, "form": form, "draft": draft})


@router.post("/customers/{customer_id}/measures", name="customers:keep_measures")
def keep_measures(
    request: Request, shop: TheShop, reader: TheReader, actor: TheActor, form: TheForm, customer_id: str
) -> Response:
    """Keep the measures, or show the form again with what needs another look."""
    unit = "in" if form.get("unit") == "in" else "cm"
    sex = str(form.get("sex", ""))
    sex = sex if sex in {each.value for each in Sex} else ""
    typed = {name: tuple(str(text) for text in form.getlist(name)) for name in COUNTER_MEASURES}
    confirmed = frozenset(str(name) for name in form.getlist("confirmed"))
    draft = str(form.get("draft", ""))
    judged, readings = judged_form(unit, sex, typed, confirmed)
    if not judged.is_clean:
        return _again(request, shop, customer_id, judged, draft)
    now = shop.now()
    with shop.database.write() as db:
        profile = registry.record_measurements(
            db,
            CustomerId(customer_id),
            sex=Sex(sex),
            readings=readings,
            confirmed=confirmed,
            new_id=shop.new_id,
            actor=actor,
            now=now,
        )
        if draft:
            drafts.assign_customer(
                db, DraftId(draft), reader, customer_id=profile.customer_id, profile_id=profile.id, now=now
            )
    return go_to(request, f"/drafts/{draft}/fit-report" if draft else f"/customers/{customer_id}")


def _again(request: Request, shop: TheShop, customer_id: str, form: MeasuringForm, draft: str) -> Response:
    with shop.database.read() as db:
        customer = customers.get_customer(db, CustomerId(customer_id), purpose=Purpose.FIT)
    return respond(
        request,
        "customers/measure.html",
        {"customer": customer, "form": form, "draft": draft},
        blocks=["measuring_form"],
        status=422,
    )
