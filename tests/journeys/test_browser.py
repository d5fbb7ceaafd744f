"""The whole journey in a real browser, with scripts and without, for both lines: configure, order, build."""

import io
import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdf
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from orders.lifecycle import repository as orders
from orders.lifecycle.sheets import customer_reference, order_fit, order_sheets, pieces_to_print
from production.floor import service as floor
from production.promise import service as promises
from tests.journeys.conftest import do_jobs
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.qr_reading import read_qr_codes
from web.shop import Shop

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READINGS = {
    "waist_circ_wear": ("84.6", "85"),
    "hip_circ": ("101", "101.5"),
    "thigh_circ": ("61", "61.4"),
    "crotch_height": ("77", "77.4"),
    "crotch_length_wear": ("57", "57.3"),
}
PATIENCE_MS = 90_000
"""How long a page may take on the slowest machine before a journey gives up; no test waits this long otherwise."""
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (409|422)")
"""What Chromium notes of every refused choice that htmx shows; everything else on the console is a fault."""

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@dataclass
class Visit:
    """One browser window with its own cookies, and everything its console said."""

    page: Page
    address: str
    scripts: bool
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def settle(self) -> None:
        """Wait until what was pressed has been answered."""
        if self.scripts:
            expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.page.wait_for_load_state("load")

    def sign_in(self, login_name: str) -> None:
        self.go("/login")
        self.page.fill("[name=login_name]", login_name)
        self.page.fill("[name=password]", DEMO_PASSWORD)
        self.page.click("#login-form button")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def check(self) -> None:
        """No rule of WCAG 2.2 AA that axe-core can judge is broken; it needs scripts itself."""
        if not self.scripts:
            return
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def address(shop: Shop) -> Iterator[str]:
    """The shop, served on a free port."""
    server = uvicorn.Server(uvicorn.Config(app_of(shop), port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    context: BrowserContext = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en", java_script_enabled=request.param
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    visited = Visit(page, address, request.param)
    page.on("console", lambda message: visited.said.append(message.text))
    page.on("pageerror", lambda error: visited.said.append(str(error)))
    yield visited
    context.close()


def test_from_the_first_choice_to_the_floor(shop: Shop, visit: Visit) -> None:
    """A PC online and measured jeans in store; the worker releases both; the floor starts them from their sheets."""
    pc = order_online(visit, "pc")
    jeans = order_online(visit, "jeans")
    measured = order_in_store(visit)
    do_jobs(shop)
    for number, line in ((pc, "pc"), (jeans, "jeans"), (measured, "jeans")):
        pdf = download(visit, number)
        read_back(shop, number, pdf)
        if number != jeans:
            first_steps(shop, visit, number, line)
    assert [text for text in visit.said if not REFUSED.search(text)] == []


def order_online(visit: Visit, line: str) -> str:
    """Configure, press what is ruled out, take a way out, undo it, order; return the order's number."""
    visit.go("/")
    visit.check()
    visit.page.locator(f"section[aria-labelledby=line-{line}]").get_by_role("button", name="Make yours").click()
    visit.page.wait_for_url("**/drafts/**")
    visit.check()
    price = visit.page.text_content(".summary__price")
    press_ruled_out(visit)
    expect(visit.page.locator(".conflict")).to_be_visible()
    visit.check()
    visit.page.locator(".conflict__ways button").first.click()
    visit.settle()
    expect(visit.page.get_by_role("button", name="Undo")).to_be_visible()
    visit.page.get_by_role("button", name="Undo").click()
    visit.settle()
    expect(visit.page.locator(".conflict")).to_have_count(0)
    expect(visit.page.locator(".summary__price")).to_have_text(price or "")

    visit.page.get_by_role("button", name="Order", exact=True).click()
    visit.page.wait_for_url("**/quotes/**")
    visit.check()
    visit.page.fill("[name=name]", "Eva Novák")
    visit.page.fill("[name=email]", "eva@example.org")
    for name, words in (("street", "Hlavná 7"), ("postcode", "811 01"), ("city", "Bratislava")):
        visit.page.fill(f"[name={name}]", words)
    return place(visit)


def press_ruled_out(visit: Visit) -> None:
    """Press the first option that cannot be, on whichever step it is."""
    steps = [link.get_attribute("href") or "" for link in visit.page.locator(".steps__link").all()]
    for step in steps:
        visit.go(step)
        blocked = visit.page.locator("[data-status=ruled_out]")
        if blocked.count():
            fold = blocked.first.locator("xpath=ancestor::details[not(@open)]/summary")
            if fold.count():
                fold.click()
            blocked.first.click(force=True)  # aria-disabled, and pressable all the same
            visit.settle()
            return
    raise AssertionError("nothing is ruled out anywhere")


def order_in_store(visit: Visit) -> str:
    """Add a customer, measure them for a pair begun in their name, show the fit, order."""
    page = visit.page
    visit.sign_in("store")
    visit.go("/customers")
    visit.check()
    page.fill("#new-customer [name=name]", "李雷")
    page.fill("#new-customer [name=email]", "lei@example.org")
    page.locator("#new-customer button").click()
    page.wait_for_url(re.compile(r"/customers/\w+"))
    visit.check()
    customer = page.url.removeprefix(visit.address).partition("?")[0]
    page.get_by_role("button", name="Start jeans").click()
    page.wait_for_url("**/drafts/**")
    draft = page.url.removeprefix(visit.address).split("/")[2]
    page.click("#option-sizing-measured")
    visit.settle()
    visit.go(f"{customer}/measures?draft={draft}")
    visit.check()
    page.check("[name=sex][value=F]")
    for name, values in READINGS.items():
        for number, value in enumerate(values):
            page.locator(f"[name={name}]").nth(number).fill(value)
    page.get_by_role("button", name="Keep the measures").click()
    page.wait_for_url("**/fit-report")
    visit.check()
    visit.go(f"/drafts/{draft}")
    page.get_by_role("button", name="Order", exact=True).click()
    page.wait_for_url("**/quotes/**")
    return place(visit)


def place(visit: Visit) -> str:
    street = visit.page.get_by_label("Street and number")
    if street.is_visible() and not street.input_value():
        street.fill("Ringstraße 1")
        visit.page.get_by_label("City").fill("Berlin")
    visit.page.get_by_role("button", name=re.compile("^Order and pay")).click()
    visit.page.wait_for_url("**/orders/**")
    visit.check()
    return visit.page.url.rpartition("/")[2]


def download(visit: Visit, number: str) -> bytes:
    """Return the sheet that the link on the order's page leads to."""
    visit.go(f"/orders/{number}")
    link = visit.page.get_by_role("link", name="Open the build sheet (PDF)").first.get_attribute("href")
    answer = visit.page.request.get(f"{visit.address}{link}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return answer.body()


def read_back(shop: Shop, number: str, pdf: bytes) -> None:
    """Text, attachment and codes are those of the order, and drawing it again gives the same bytes."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert number in " ".join(page.extract_text() for page in reader.pages)
    twin = json.loads(reader.attachments["spec.json"][0])
    codes = read_qr_codes(pdf)
    assert {step["scan"] for step in twin["steps"]} | {f"L1:{number}:A:S"} == set(codes)
    assert len(codes) >= 4
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        model = shop.configurators.of(db, order.release).model
        plant, fit = promises.plant_of(db, order.line), order_fit(db, model, order)
        reference, pieces = customer_reference(db, order), pieces_to_print(db, order)
        sheets, picture = order_sheets(model, plant, order, fit, reference, pieces)
    assert shop.printer.draw(sheets[0], picture) == pdf


def first_steps(shop: Shop, visit: Visit, number: str, line: str) -> None:
    """Scan the first step's code twice with a scanner that types: it is started, then finished."""
    with shop.database.read() as db:
        work, _status = floor.work_order(db, number)
    step = work.operations[0]
    visit.page.context.clear_cookies()
    visit.sign_in("floor")
    visit.go("/floor?choose=true")
    visit.check()
    visit.go(f"/floor/{line}/{step.work_centre}")
    expect(visit.page.locator("#scan")).to_be_focused()
    for state in ("Running", "Finished"):
        visit.page.keyboard.type(f"L1:{number}:A:{step.number}")
        visit.page.keyboard.press("Enter")
        visit.settle()
        expect(visit.page.locator(".told__title")).to_contain_text(state)
        expect(visit.page.locator("#scan")).to_be_focused()
        visit.check()
    visit.page.context.clear_cookies()
    visit.sign_in("store")


def test_the_floors_targets_are_large_and_nothing_scrolls_sideways(shop: Shop, visit: Visit) -> None:
    """At least 56 px for gloves, also on a small device."""
    if not visit.scripts:
        pytest.skip("measured by script")
    from tests.journeys.ordering import released

    released(shop, "jeans")
    visit.sign_in("floor")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.go("/floor/jeans/cutting")
    visit.page.click(".problem > summary")
    small = visit.page.evaluate(
        """() => [...document.querySelectorAll('#floor-screen :is(a, button, input:not([type=hidden]), summary)')]
            .filter((each) => each.getClientRects().length && each.getBoundingClientRect().height < 56)
            .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert small == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
