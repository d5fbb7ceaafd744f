import shutil
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from kernel.clock import Clock
from kernel.database import Database
from web.framing import frame_app
from web.routes import session, styleguide
from web.settings import Settings

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

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def address(sqlite_url: str, clock: Clock) -> Iterator[str]:
    """The style guide, served on a free port."""
    database = Database(sqlite_url)
    app = frame_app(Settings(), database, clock=clock, routers=(session.router, styleguide.router))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    database.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def test_every_component_is_accessible_and_nothing_is_blocked(browser: Browser, address: str) -> None:
    """axe-core finds nothing at either width in either theme; no sideways scrolling; a clean console under our CSP."""
    found = []
    for width, theme in ((1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")):
        for path in ("/styleguide", "/login"):
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=theme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.on("console", lambda message: found.append(message.text))
            page.goto(address + path, wait_until="networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(page).response["violations"]
            found.extend(f"{path} {width} {theme}: {item['id']}" for item in violations)
            context.close()
    assert found == []
