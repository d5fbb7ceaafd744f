"""People in a real browser, with scripts and without: begun online and finished in store; an account made and erased."""

import re

import pytest
from playwright.sync_api import expect

from orders.lifecycle import repository as orders
from tests.journeys.conftest import do_jobs
from tests.journeys.test_accounts import links
from tests.journeys.test_browser import CHROMIUM, PATIENCE_MS, READINGS, REFUSED, Visit, place
from tests.journeys.test_browser import address as address
from tests.journeys.test_browser import browser as browser
from tests.journeys.test_browser import visit as visit
from web.demo.people import DEMO_PASSWORD
from web.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def test_begun_online_and_finished_in_store(shop: Shop, visit: Visit) -> None:
    """A visitor shows a code; the clerk goes on with the very draft, measures, orders; the visitor sees the order."""
    page = visit.page
    visit.go("/configure/jeans")
    page.get_by_role("button", name="Make yours").click()
    page.wait_for_url("**/drafts/**")
    draft = page.url.removeprefix(visit.address).split("/")[2]
    page.click("#option-sizing-measured")
    visit.settle()
    page.locator("summary", has_text="Share, or go on elsewhere").click()
    page.get_by_role("button", name="Go on in the store").click()
    page.wait_for_url("**/handovers")
    visit.check()
    code = page.text_content(".summary__price") or ""

    counter = page.context.browser
    assert counter is not None
    clerk_context = counter.new_context(locale="en", java_script_enabled=visit.scripts)
    clerk = Visit(clerk_context.new_page(), visit.address, visit.scripts)
    clerk.page.set_default_timeout(PATIENCE_MS)
    clerk.sign_in("store")
    clerk.go("/handovers")
    clerk.check()
    clerk.page.fill("[name=code]", code.strip().lower())
    clerk.page.get_by_role("button", name="Go on with it").click()
    clerk.page.wait_for_url(f"**/drafts/{draft}/**")
    number = measured_and_ordered(clerk, draft)
    clerk_context.close()

    visit.go(f"/orders/{number}")
    expect(page.locator("h1")).to_have_text(number)
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
    assert order.profile_id is not None
    assert [text for text in visit.said if not REFUSED.search(text)] == []


def measured_and_ordered(visit: Visit, draft: str) -> str:
    page = visit.page
    visit.go(f"/customers?draft={draft}")
    page.fill("#new-customer [name=name]", "Eva Novák")
    page.fill("#new-customer [name=email]", "eva@example.org")
    page.locator("#new-customer button").click()
    page.wait_for_url(re.compile(r"/customers/\w+\?draft="))
    visit.check()
    customer = page.url.removeprefix(visit.address).partition("?")[0]
    page.get_by_role("button", name="Go on with the draft for this customer").click()
    page.wait_for_url(f"**/drafts/{draft}**")
    for mode in ("garment", "size", "tape"):
        visit.go(f"{customer}/measures?mode={mode}&draft={draft}")
        visit.check()
    if visit.scripts:
        measured_by_keys(visit)
    else:
        page.check("[name=sex][value=F]")
        for name, values in READINGS.items():
            for number, value in enumerate(values):
                page.locator(f"[name={name}]").nth(number).fill(value)
        page.get_by_role("button", name="Keep the measures").click()
    page.wait_for_url("**/fit-report")
    visit.go(f"/drafts/{draft}")
    page.get_by_role("button", name="Order", exact=True).click()
    page.wait_for_url("**/quotes/**")
    return place(visit)


def measured_by_keys(visit: Visit) -> None:
    """Nothing but keys from the opened form on: Enter goes on, readings that lie apart open a third at once."""
    page = visit.page
    presses = 2
    page.keyboard.press("Space")  # the first block, which has the focus
    page.keyboard.press("Enter")
    for name, values in {**READINGS, "thigh_circ": ("61", "62.5", "61.4")}.items():
        for value in values:
            expect(page.locator(f"[name={name}]:focus")).to_have_count(1)
            page.keyboard.type(value)
            page.keyboard.press("Enter")
            presses += len(value) + 1
    assert presses == 49


def test_an_account_is_made_filled_and_erased(shop: Shop, visit: Visit) -> None:
    """Registered, confirmed by the mailed link, an address kept, everything shown, then erased with a receipt."""
    page = visit.page
    visit.go("/register")
    visit.check()
    page.fill("[name=name]", "Mia Roth")
    page.fill("[name=email]", "mia@example.org")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/register/sent")
    do_jobs(shop)
    (link,) = links(shop)
    visit.go(link)
    visit.check()
    page.get_by_role("button", name="Confirm and sign in").click()
    page.wait_for_url("**/account")
    visit.check()
    visit.go("/account/data")
    visit.check()
    for name, value in {"street": "Ring 1", "city": "Wien"}.items():
        page.fill(f"#addresses [name={name}]", value)
    page.fill("#address-name", "Mia Roth")
    page.fill("#address-country", "AT")
    page.get_by_role("button", name="Keep the address").click()
    expect(page.locator("#addresses")).to_contain_text("Ring 1")
    visit.go("/account/second-factor")
    visit.check()
    visit.go("/account/erasure")
    visit.check()
    page.fill("[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name="Erase everything now").click()
    expect(page.locator("h1")).to_have_text("Erased")
    visit.check()
    visit.go("/account")
    expect(page).to_have_url(re.compile("/login"))
    assert [text for text in visit.said if not REFUSED.search(text)] == []


def test_people_pages_fit_a_phone(shop: Shop, visit: Visit) -> None:
    """Nothing scrolls sideways at 360 px."""
    if not visit.scripts:
        pytest.skip("measured by script")
    visit.sign_in("admin")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/users", "/customers", "/customers/import", "/handovers", "/account/security", "/register"):
        visit.go(path)
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360, path
        visit.check()
