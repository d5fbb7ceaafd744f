from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import NotPossible
from web.errors import UnexpectedErrors
from web.framing import frame_app
from web.routes import session, styleguide
from web.security.access import Public, require_role
from web.security.headers import CONTENT_SECURITY_POLICY
from web.security.model import User
from web.security.roles import Role
from web.settings import Settings
from web.static_files import BUNDLE
from web.templating import go_to, respond

pages = APIRouter()


class CapacityTaken(NotPossible):
    """A refusal with facts."""


@pages.get("/taken", dependencies=[Public])
@pages.get("/api/v1/taken", dependencies=[Public])
def taken() -> Response:
    raise CapacityTaken(work_centre="cut", needed_s=90)


@pages.get("/broken", dependencies=[Public])
@pages.get("/api/v1/broken", dependencies=[Public])
def broken() -> Response:
    raise ZeroDivisionError("secret of Ana")


@pages.get("/whole", dependencies=[Public])
def whole(request: Request) -> Response:
    values = {"next": "/", "login_name": "", "is_wrong": False, "too_many_minutes": None}
    return respond(request, "session/login.html", values, blocks=["login_form"])


@pages.get("/store-only")
@pages.get("/api/v1/store-only")
def store_only(user: Annotated[User, Depends(require_role(Role.STORE))]) -> Response:
    return PlainTextResponse(user.display_name)


@pages.post("/api/v1/counted", dependencies=[Public])
def counted(count: Annotated[int, Form()]) -> Response:
    return PlainTextResponse(str(count))


@pages.get("/moved", dependencies=[Public])
def moved(request: Request) -> Response:
    return go_to(request, "/whole")


@pytest.fixture
def database(sqlite_url: str) -> Database:
    return Database(sqlite_url)


@pytest.fixture
def client(database: Database, clock: Clock) -> TestClient:
    app = frame_app(Settings(), database, clock=clock, routers=(session.router, styleguide.router, pages))
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/whole", "/nothing", "/broken", "/static/x/none.css", "/healthz"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_no_page_has_inline_script_or_style(client: TestClient) -> None:
    """The policy would block them; the style guide has every component."""
    page = client.get("/styleguide").text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert page.count("<script src=") == page.count("<script")


def test_a_whole_page_without_htmx_and_one_block_with_it(client: TestClient) -> None:
    assert client.get("/whole").text.startswith("<!doctype html>")
    block = client.get("/whole", headers=HTMX)
    assert block.text.startswith('<form class="l-stack" id="login-form"')
    assert block.text.endswith("</form>")
    assert "HX-Request" in block.headers["vary"]


def test_a_restored_history_gets_the_whole_page(client: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "full"}
    assert client.get("/whole", headers=headers).text.startswith("<!doctype html>")


def test_going_on_is_a_redirect_or_for_htmx_a_header(client: TestClient) -> None:
    plain, by_htmx = client.get("/moved"), client.get("/moved", headers=HTMX)
    assert (plain.status_code, plain.headers["location"]) == (303, "/whole")
    assert (by_htmx.status_code, by_htmx.headers["hx-redirect"]) == (204, "/whole")


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nothing", 404, "There is nothing here"),
        ("/taken", 409, "That does not go together just now"),
        ("/broken", 500, "Something broke on our side"),
        ("/static/x/none.css", 404, "There is nothing here"),
    ],
)
def test_an_error_is_a_page_in_the_same_look(client: TestClient, path: str, status: int, title: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert "lotone.css" in answer.text


def test_a_wrong_method_is_said(client: TestClient) -> None:
    answer = client.put("/api/v1/taken")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "MethodNotAllowed", "GET")


def test_an_error_for_htmx_goes_to_the_messages(client: TestClient) -> None:
    answer = client.get("/taken", headers=HTMX)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (409, "#messages")
    assert answer.text.startswith('<div class="notice notice--cant" role="status">')
    assert "Somebody else took the last free place" in answer.text


def test_a_program_gets_problem_details_with_code_and_facts(client: TestClient) -> None:
    answer = client.get("/api/v1/taken")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "That does not go together just now",
        "status": 409,
        "detail": "Somebody else took the last free place on that day. A new date takes a moment.",
        "code": "CapacityTaken",
        "work_centre": "cut",
        "needed_s": 90,
    }


def test_bad_input_names_the_field_and_not_its_value(client: TestClient) -> None:
    answer = client.post("/api/v1/counted", data={"count": "Ana 0171"})
    assert (answer.status_code, answer.json()["fields"]) == (422, ["count"])
    assert "Ana" not in answer.text


def test_an_unexpected_error_says_a_number_and_nothing_else(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The trace goes to the log under the number that the reader sees."""
    answer = client.get("/api/v1/broken")
    assert answer.json()["code"] == "Unexpected"
    assert "secret" not in answer.text
    assert f"incident {answer.json()['incident']}" in caplog.text


def test_an_error_after_the_first_byte_is_not_answered_twice() -> None:
    async def breaks(scope: object, receive: object, send: Callable[..., object]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[misc]
        raise ZeroDivisionError

    client = TestClient(UnexpectedErrors(breaks))  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        client.get("/")


def test_who_is_not_signed_in_is_led_to_the_form_and_a_program_is_told(client: TestClient) -> None:
    assert client.get("/store-only?a=1").headers["location"] == "/login?next=/store-only%3Fa%3D1"
    assert client.get("/store-only", headers=HTMX).headers["hx-redirect"] == "/login?next=/"
    answer = client.get("/api/v1/store-only")
    assert (answer.status_code, answer.json()["code"]) == (401, "SignInNeeded")


def test_files_are_kept_for_ever_under_their_version_only(client: TestClient) -> None:
    version = client.get("/readyz").json()["static"]
    now = client.get(f"/static/{version}/{BUNDLE}")
    assert (now.status_code, now.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert now.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(f"/static/old/{BUNDLE}").headers["cache-control"] == "no-cache"
    assert client.get(f"/static/{version}/%2e%2e/app.py").status_code == 404


def test_the_page_speaks_the_readers_language(client: TestClient) -> None:
    page = client.get("/nothing", headers={"Accept-Language": "zh-TW"}).text
    assert '<html lang="zh-Hant">' in page
    assert "<h1>這裡什麼都沒有</h1>" in page
