"""Bring the demo up: publish the catalogs, seed the plants, add people, customers and some orders."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from configurator.model import Goal
from kernel.clock import fixed_clock
from kernel.errors import NotPossible
from kernel.ids import CustomerId, ProfileId
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.customers.addresses.model import AddressId
from orders.customers.addresses.repository import add_address
from orders.customers.billing.repository import save_billing
from orders.customers.model import CustomerKind
from orders.customers.service import record_measurements, register_customer
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.lifecycle.repository import find_orders
from orders.lifecycle.service import place_order
from orders.quotes.service import issue_quote
from production.plants.loading import load_plant
from production.promise import service as promises
from web.demo.company import seed_company
from web.demo.history import beginning, seed_history
from web.demo.people import DEMO_CUSTOMERS, DEMO_PASSWORD, DEMO_PEOPLE, DemoCustomer
from web.security.model import LoginNameTaken
from web.security.service import link_customer, user_add
from web.shop import Shop

ROOT = Path(__file__).parents[2]
CATALOGS = ROOT / "modules_catalog" / "catalogs"
LINES = ("jeans", "pc")
#: Who signs in as the first of the demo's customers.
CUSTOMER_LOGIN = "ana"
Registered = list[tuple[CustomerId, ProfileId | None]]
"""The demo's customers in their order, each with the measures taken, if any."""
CLERK = Actor(id="demo-clerk", role="store")
#: Choices that make the demo's orders differ, {line: (changes of the default, …)}; a choice that cannot be is left out.
ORDERED = {
    "jeans": (
        {"wash": "stone"},
        {"fit": "slim", "wash": "rinse"},
        {"fit": "relaxed"},
        {"hem": "chain", "thread": "copper"},
        {"fly": "buttons"},
    ),
    "pc": ({}, {"burn_in": "long"}, {"imaging": "none"}),
}

#: Quantities offered to schools and clubs, {line: ((pieces, changes of the default), …)}: they hold what others may have of
#: the next days, so that a rush order, or a customer for whom a share is kept, is sooner.
OFFERED = {
    "jeans": (
        (24, {"cloth": "indigo_stretch_11", "hardware": "black", "patch": "paper"}),
        (24, {"cloth": "black_stretch_12", "hardware": "gunmetal", "patch": "none", "thread": "navy"}),
    ),
    "pc": ((24, {}),),
}


def seed_catalogs_with_history(shop: Shop) -> None:
    """Publish the demo catalogs and seed their plants; in a new shop as of some weeks ago, so that orders can lie behind it."""
    with shop.database.read() as db:
        is_new = not releases.current_lines(db, now=shop.now())
    if is_new:
        seed_catalogs(replace(shop, clock=fixed_clock(beginning(shop.now()))))
    seed_catalogs(shop)


def seed_catalogs(shop: Shop) -> None:
    """Publish the demo catalogs and seed their plants."""
    now = shop.now()
    for line in LINES:
        model = load_catalog(CATALOGS / line)
        plant = load_plant(line)
        with shop.database.write() as db:
            releases.publish(db, CATALOGS / line, model, now=now)
            promises.seed_plant(db, plant, now=now)


def seed_people(shop: Shop) -> None:
    """Add the demo's people who are not there yet."""
    for person in DEMO_PEOPLE:
        try:
            with shop.database.write() as db:
                user_add(
                    db,
                    login_name=person.login_name,
                    display_name=person.display_name,
                    password=DEMO_PASSWORD,
                    roles=person.roles,
                    locale=person.locale,
                    now=shop.now(),
                )
        except LoginNameTaken:
            continue


def seed_orders_once(shop: Shop) -> None:
    """Register the demo's customers and place its orders, past ones first, unless there are orders already."""
    with shop.database.read() as db:
        is_new = not find_orders(db, limit=1)
    if is_new:
        customers = seed_customers(shop)
        seed_history(shop)
        seed_orders(shop, customers)
        seed_offers(shop)


def seed_customers(shop: Shop) -> Registered:
    """Register the demo's customers, through the same services as everybody, and return them."""
    customers = [_registered(shop, each) for each in DEMO_CUSTOMERS]
    with shop.database.write() as db:
        link_customer(db, CUSTOMER_LOGIN, customers[0][0])
    for (customer, _profile), each in zip(customers, DEMO_CUSTOMERS, strict=True):
        if each.contact.kind is CustomerKind.COMPANY:
            seed_company(shop, customer)
    return customers


def seed_orders(shop: Shop, customers: Registered) -> None:
    """Let the demo's customers order today. Their releases are left to the worker."""
    measured = [(customer, profile) for customer, profile in customers if profile is not None]
    for number, choices in enumerate(ORDERED["jeans"]):
        customer, profile = measured[number % len(measured)]
        _order(shop, "jeans", customer, profile, choices)
    for number, choices in enumerate(ORDERED["pc"]):
        customer, _profile = customers[number % len(customers)]
        _order(shop, "pc", customer, None, choices)


def seed_offers(shop: Shop) -> None:
    """Offer some quantities that hold their places in the plants for two weeks."""
    now, reader, tools = shop.now(), Reader(CLERK.id, is_staff=True), (shop.database, shop.configurators)
    for line, offers in OFFERED.items():
        for pieces, choices in offers:
            draft_id = drafts.open_draft(*tools, line, owner=CLERK.id, new_id=shop.new_id, now=now)
            for feature, option in choices.items():
                drafts.choose_option(*tools, draft_id, reader, feature, option, now=now)
            drafts.set_limits(*tools, draft_id, reader, need_by=None, budget_minor=None, quantity=pieces, now=now)
            try:
                issue_quote(
                    *tools, draft_id, reader, new_id=shop.new_id, actor=CLERK, now=now, valid_for=timedelta(days=14)
                )
            except NotPossible:
                continue


def _registered(shop: Shop, who: DemoCustomer) -> tuple[CustomerId, ProfileId | None]:
    now = shop.now()
    with shop.database.write() as db:
        customer = register_customer(db, who.contact, new_id=shop.new_id, actor=CLERK, now=now)
        keep_address(db, shop, customer.id, who)
        if who.sex is None:
            return customer.id, None
        profile = record_measurements(
            db,
            customer.id,
            sex=who.sex,
            readings=dict(who.readings),
            confirmed=frozenset(),
            new_id=shop.new_id,
            actor=CLERK,
            now=now,
        )
        return customer.id, profile.id


def keep_address(db: Session, shop: Shop, customer_id: CustomerId, who: DemoCustomer) -> None:
    """Keep where a customer of the demo lives, and what their invoices need."""
    if who.address is not None:
        add_address(db, customer_id, AddressId(shop.new_id()), who.address, is_default=True)
    if who.billing is not None:
        save_billing(db, customer_id, who.billing)


def _order(shop: Shop, line: str, customer: CustomerId, profile: ProfileId | None, choices: dict[str, str]) -> None:
    now, reader = shop.now(), Reader(CLERK.id, is_staff=True)
    tools = (shop.database, shop.configurators)
    draft_id = drafts.open_draft(*tools, line, owner=CLERK.id, new_id=shop.new_id, now=now, customer_id=customer)
    if profile is not None:
        with shop.database.write() as db:
            drafts.assign_customer(db, draft_id, reader, customer_id=customer, profile_id=profile, now=now)
        drafts.choose_option(*tools, draft_id, reader, "sizing", "measured", now=now)
    for feature, option in choices.items():
        drafts.choose_option(*tools, draft_id, reader, feature, option, now=now)
    drafts.complete(*tools, draft_id, reader, goal=Goal.CHEAPEST, now=now)
    try:
        quote = issue_quote(
            *tools, draft_id, reader, new_id=shop.new_id, actor=CLERK, now=now, valid_for=timedelta(days=7)
        )
    except NotPossible:
        return
    with shop.database.write() as db:
        place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=now)
