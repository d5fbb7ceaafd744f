"""A company's buyer in a real browser, with scripts and without: a preset, leave to order, and a change afterwards."""

import re

import pytest
from playwright.sync_api import expect

from orders.customers.model import Contact, CustomerKind
from orders.customers.service import register_customer
from orders.lifecycle import repository as orders
from tests.journeys.conftest import do_jobs
from tests.journeys.ordering import CLERK
from tests.journeys.test_browser import CHROMIUM, PATIENCE_MS, REFUSED, Visit
from tests.journeys.test_browser import address as address
from tests.journeys.test_browser import browser as browser
from tests.journeys.test_browser import visit as visit
from web.demo.company import seed_company
from web.demo.people import DEMO_COMPANY
from web.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def test_a_buyer_orders_a_preset_with_leave_and_changes_it_afterwards(shop: Shop, visit: Visit) -> None:
    """Cost centre and locked answers from the preset; above the limit the lead says yes; the parcel goes to a new address;
    then another burn-in for a price and a date agreed to, and the floor has the diff sheet."""
    with shop.database.write() as db:
        contact = Contact("Northwind", "buy@northwind.example", kind=CustomerKind.COMPANY)
        company = register_customer(
            db, contact, new_id=shop.new_id, actor=CLERK, now=shop.now(), address=DEMO_COMPANY.address
        )
    seed_company(shop, company.id)
    page = visit.page
    visit.sign_in("buyer")
    visit.go("/company")
    visit.check()
    page.get_by_role("button", name="Order this").first.click()
    page.wait_for_url("**/drafts/**")
    draft = page.url.removeprefix(visit.address).split("/")[2]
    visit.go(f"/drafts/{draft}/billing")
    visit.check()
    expect(page.locator("main")).to_contain_text("settled by your company")
    page.locator("summary", has_text="Price and limits").click()
    page.fill("[name=quantity]", "2")
    page.get_by_role("button", name="Apply").click()
    visit.settle()
    page.get_by_role("button", name="Order", exact=True).click()
    page.wait_for_url("**/quotes/**")
    expect(page.locator("main")).to_contain_text("Cost centre")
    street = page.get_by_label("Street and number")
    expect(street).to_be_hidden()
    page.get_by_label("To another address").check()
    street.fill("Deichstraße 3")
    page.get_by_label("City").fill("Hamburg")
    visit.check()
    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    page.wait_for_url("**/company/purchases/**")
    visit.check()
    purchase = page.url.removeprefix(visit.address)

    granted(visit, purchase)
    visit.go(purchase)
    choice = page.locator("[name=address] option", has_text="Deichstraße 3").get_attribute("value")
    page.get_by_label("Where shall it go?").select_option(choice)
    visit.check()
    page.get_by_role("button", name="Order now").click()
    page.wait_for_url("**/orders/**")
    number = page.url.rpartition("/")[2]
    do_jobs(shop)

    changed(visit, number)
    do_jobs(shop)
    visit.go(f"/orders/{number}")
    expect(page.locator("main")).to_contain_text("revision B")
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
    assert (order.revision, order.address_id, order.selection.answers["burn_in"]) == (2, choice, "long")
    assert order.selection.answers["cost_centre"] == "4200"
    assert [text for text in visit.said if not REFUSED.search(text)] == []


def granted(visit: Visit, purchase: str) -> None:
    """Let the lead say yes in a browser of their own."""
    opened = visit.page.context.browser
    assert opened is not None
    context = opened.new_context(locale="en", java_script_enabled=visit.scripts)
    lead = Visit(context.new_page(), visit.address, visit.scripts)
    lead.page.set_default_timeout(PATIENCE_MS)
    lead.sign_in("lead")
    lead.go(purchase)
    lead.check()
    lead.page.get_by_role("button", name="Grant").click()
    expect(lead.page.locator("main")).not_to_contain_text("to be decided")
    context.close()


def changed(visit: Visit, number: str) -> None:
    """Change the burn-in, see what it comes to, agree."""
    page = visit.page
    visit.go(f"/orders/{number}")
    visit.check()
    page.get_by_role("button", name="Change something").click()
    page.wait_for_url("**/drafts/**")
    step = page.url.removeprefix(visit.address).rpartition("/")[0]
    visit.go(f"{step}/setup")
    page.click("#option-burn_in-long")
    visit.settle()
    page.locator("a[href*='/changes/']").first.click()
    page.wait_for_url("**/changes/**")
    visit.check()
    expect(page.locator("tbody")).to_contain_text("Burn-in")
    page.get_by_role("button", name=re.compile("^Change the order for")).click()
    page.wait_for_url(f"**/orders/{number}")
    visit.check()
