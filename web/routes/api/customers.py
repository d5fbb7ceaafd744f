"""Customers and their measures by program, for store staff."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response

from kernel.ids import CustomerId
from modules_catalog.sizing.model import Sex
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.model import Method, Purpose
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.orders import contact_of
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop
from web.views.documents import customer_json, profile_json

router = ApiRouter(
    prefix=f"{PREFIX}/customers",
    tags=["customers"],
    dependencies=[Depends(require_role(Role.STORE)), Bearer],
    responses=problems(401, 403),
)


@router.get("", name="api:customers")
def search(shop: TheShop, q: Annotated[str, Query(max_length=120)] = "") -> list[schemas.Customer]:
    """Find customers by name, e-mail, telephone or reference."""
    with shop.database.read() as db:
        found = customers.find_customers(db, q, purpose=Purpose.SALE)
    return [schemas.Customer.model_validate(customer_json(customer)) for customer in found]


@router.post(
    "",
    name="api:register_customer",
    status_code=201,
    response_model=schemas.Customer,
    responses=problems(422),
)
def register(shop: TheShop, who: TheApiReader, body: schemas.ContactIn) -> Response:
    """Add a customer."""
    with shop.database.write() as db:
        customer = registry.register_customer(db, contact_of(body), new_id=shop.new_id, actor=who.actor, now=shop.now())
    return JSONResponse(customer_json(customer), status_code=201)


@router.get("/{customer_id}", name="api:customer", response_model=schemas.Customer, responses=problems(404))
def show(shop: TheShop, customer_id: str) -> Response:
    """Return a customer."""
    with shop.database.read() as db:
        customer = customers.get_customer(db, CustomerId(customer_id), purpose=Purpose.SALE)
    return JSONResponse(customer_json(customer))


@router.get("/{customer_id}/measurements", name="api:measurements", responses=problems(404))
def list_measurements(shop: TheShop, customer_id: str) -> list[schemas.Profile]:
    """Return a customer's measures, newest first; `is_current` says whether they may still be used."""
    now = shop.now()
    with shop.database.read() as db:
        customer = customers.get_customer(db, CustomerId(customer_id), purpose=Purpose.FIT)
        profiles = customers.profiles_of(db, customer.id, purpose=Purpose.FIT)
    return [schemas.Profile.model_validate(profile_json(one, is_current=one.is_current(now))) for one in profiles]


@router.post(
    "/{customer_id}/measurements",
    name="api:measure",
    status_code=201,
    response_model=schemas.Profile,
    responses=problems(404, 422),
)
def measure(shop: TheShop, who: TheApiReader, customer_id: str, body: schemas.Measurements) -> Response:
    """Keep one set of measures; earlier ones stay as history."""
    now = shop.now()
    with shop.database.write() as db:
        profile = registry.record_measurements(
            db,
            CustomerId(customer_id),
            sex=Sex(body.sex),
            readings={measure: tuple(values) for measure, values in body.readings.items()},
            confirmed=frozenset(body.confirmed),
            method=Method(body.method),
            reasons=body.reasons,
            new_id=shop.new_id,
            actor=who.actor,
            now=now,
        )
    return JSONResponse(profile_json(profile, is_current=True), status_code=201)
