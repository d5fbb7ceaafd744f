import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select
from starlette.testclient import TestClient

from kernel.database import Database
from web.framing import frame_app
from web.routes import session
from web.security import repository, service
from web.security.access import Public, require_role
from web.security.model import LoginNameTaken, TooManyAttempts, User, UserNotValid
from web.security.roles import Role
from web.security.tables import WebLoginFailureRow, WebSessionRow, WebUserRow
from web.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse"
TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')

pages = APIRouter()


@pages.get("/bench")
def bench(user: Annotated[User, Depends(require_role(Role.FLOOR))]) -> PlainTextResponse:
    return PlainTextResponse(user.display_name)


@pages.get("/", dependencies=[Public])
def front() -> PlainTextResponse:
    return PlainTextResponse("front")


@pages.post("/things", dependencies=[Public])
def add_thing() -> PlainTextResponse:
    return PlainTextResponse("added")


@pages.post("/api/v1/things", dependencies=[Public])
def add_by_api() -> PlainTextResponse:
    return PlainTextResponse("added")


class Time:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real method with the least work: these tests sign in a hundred times."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(service, "_hasher", lambda: hasher)
    monkeypatch.setattr(service, "_nobodys_hash", lambda: hasher.hash("nobody's"))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def make_client(database: Database, time: Time) -> Callable[..., TestClient]:
    with database.write() as db:
        service.user_add(
            db,
            login_name="Ana",
            display_name="Ana",
            password=PASSWORD,
            roles=frozenset({Role.FLOOR}),
            locale="zh_Hant",
            now=NOW,
        )

    def make(origin: str = "http://lot.one") -> TestClient:
        app = frame_app(Settings(public_url=origin), database, clock=time, routers=(session.router, pages))
        return TestClient(app, base_url=origin, follow_redirects=False)

    return make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client()


def token_of(client: TestClient) -> str:
    match = TOKEN.search(client.get("/login").text)
    assert match
    return match.group(1)


def sign_in(client: TestClient, password: str = PASSWORD, **fields: str) -> Response:
    data = {"csrf_token": token_of(client), "login_name": "ana", "password": password, **fields}
    return client.post("/login", data=data)


def rows(database: Database, table: type[WebSessionRow] | type[WebLoginFailureRow] | type[WebUserRow]) -> list[object]:
    with database.read() as db:
        return list(db.exec(select(table)).all())


def test_signing_in_opens_the_pages_of_ones_role(client: TestClient) -> None:
    """303 to the page wanted; the cookie is not for scripts and not sent along from other sites."""
    answer = sign_in(client, next="/bench")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bench")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "session" in value)
    assert re.fullmatch(r"lotone-session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200", cookie)
    assert client.get("/bench").text == "Ana"
    assert "語言與外觀" in client.get("/login").text


def test_over_https_cookies_are_bound_to_the_host(make_client: Callable[..., TestClient]) -> None:
    client = make_client("https://lot.one")
    answer = sign_in(client)
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-lotone-")
        assert "; Secure" in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_only_the_hash_of_a_token_and_of_a_password_is_kept(client: TestClient, database: Database) -> None:
    sign_in(client)
    token = client.cookies["lotone-session"]
    stored = f"{rows(database, WebSessionRow)}{rows(database, WebUserRow)}"
    assert token not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_signing_in_again_rotates_the_token_and_ends_the_old_session(client: TestClient, database: Database) -> None:
    """A token known before signing in is worth nothing after."""
    sign_in(client)
    first = client.cookies["lotone-session"]
    sign_in(client)
    second = client.cookies["lotone-session"]
    assert first != second
    assert len(rows(database, WebSessionRow)) == 1
    client.cookies.set("lotone-session", first, domain="lot.one")
    assert client.get("/bench").status_code == 303


def test_a_staff_session_ends_after_twelve_hours(client: TestClient, time: Time) -> None:
    sign_in(client)
    time.now = NOW + timedelta(hours=12) - timedelta(seconds=1)
    assert client.get("/bench").status_code == 200
    time.now = NOW + timedelta(hours=12)
    assert client.get("/bench").headers["location"] == "/login?next=/bench"


def test_signing_out_ends_the_session_on_the_server(client: TestClient, database: Database) -> None:
    sign_in(client)
    token = client.cookies["lotone-session"]
    assert client.post("/logout", data={"csrf_token": token_of(client)}).headers["location"] == "/login"
    assert rows(database, WebSessionRow) == []
    client.cookies.set("lotone-session", token, domain="lot.one")
    assert client.get("/bench").status_code == 303


def test_an_inactive_user_is_out_at_once(client: TestClient, database: Database) -> None:
    sign_in(client)
    with database.write() as db:
        db.exec(select(WebUserRow)).one().is_active = False
    assert client.get("/bench").status_code == 303


def test_a_wrong_password_shows_the_form_again_and_keeps_the_name(client: TestClient, database: Database) -> None:
    answer = sign_in(client, password="wrong password")
    assert answer.status_code == 422
    assert 'value="ana"' in answer.text
    assert "Login name and password don’t match." in answer.text
    assert rows(database, WebSessionRow) == []
    assert len(rows(database, WebLoginFailureRow)) == 2


def test_an_unknown_name_gets_the_same_answer(client: TestClient) -> None:
    known = TOKEN.sub("", sign_in(client, password="wrong password").text)
    unknown = TOKEN.sub("", sign_in(client, password="wrong password", login_name="bob").text)
    assert unknown == known.replace('value="ana"', 'value="bob"')


def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(client: TestClient, time: Time) -> None:
    for _ in range(service.ATTEMPTS_PER_NAME):
        assert sign_in(client, password="wrong password").status_code == 422
    refused = sign_in(client)
    assert refused.status_code == 429
    assert "Please wait 15 minutes" in refused.text
    time.now = NOW + service.ATTEMPT_WINDOW
    assert sign_in(client).status_code == 303


def test_the_right_password_forgets_the_wrong_ones_of_that_name(client: TestClient, database: Database) -> None:
    for _ in range(service.ATTEMPTS_PER_NAME - 1):
        sign_in(client, password="wrong password")
    assert sign_in(client).status_code == 303
    with database.read() as db:
        assert repository.failures_since(db, service._hash("name:ana"), NOW - service.ATTEMPT_WINDOW) == 0


def test_one_address_cannot_try_many_names(database: Database) -> None:
    with database.write() as db:
        for i in range(service.ATTEMPTS_PER_ADDRESS):
            assert service.sign_in(db, f"name{i}", "x" * 300, address="10.0.0.1", now=NOW) is None
        with pytest.raises(TooManyAttempts):
            service.sign_in(db, "another", "x" * 300, address="10.0.0.1", now=NOW)
        assert service.sign_in(db, "another", "x" * 300, address="10.0.0.2", now=NOW) is None


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"])
def test_after_signing_in_one_stays_here(client: TestClient, target: str) -> None:
    assert sign_in(client, next=target).headers["location"] == "/"


@pytest.mark.parametrize(
    ("headers", "with_token", "status"),
    [
        ({}, True, 200),
        ({}, False, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://lot.one"}, True, 200),
        ({"Sec-Fetch-Site": "none"}, True, 200),
        ({"Sec-Fetch-Site": "cross-site"}, True, 403),
        ({"Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Origin": "http://evil.example"}, True, 403),
        ({"Origin": "null"}, True, 403),
        ({"Sec-Fetch-Site": "same-origin"}, False, 403),
    ],
)
def test_a_change_needs_our_own_origin_and_the_pages_token(
    client: TestClient, headers: dict[str, str], with_token: bool, status: int
) -> None:
    data = {"csrf_token": token_of(client)} if with_token else {}
    assert client.post("/things", data=data, headers=headers).status_code == status


def test_the_token_of_another_visitor_or_of_before_signing_in_is_refused(
    make_client: Callable[..., TestClient],
) -> None:
    client, other = make_client(), make_client()
    mine, theirs = token_of(client), token_of(other)
    assert client.post("/things", data={"csrf_token": theirs}).status_code == 403
    sign_in(client)
    assert client.post("/things", data={"csrf_token": mine}).status_code == 403
    assert client.post("/things", headers={"X-CSRF-Token": token_of(client)}).status_code == 200


def test_a_program_without_cookies_needs_no_token_but_one_with_a_session_does(client: TestClient) -> None:
    assert client.post("/api/v1/things").text == "added"
    sign_in(client)
    refused = client.post("/api/v1/things")
    assert refused.json()["code"] == "RequestForged"


def test_preferences_are_kept_and_an_unknown_one_changes_nothing(client: TestClient) -> None:
    token = token_of(client)
    client.post("/preferences", data={"csrf_token": token, "locale": "zh_Hans", "theme": "dark"})
    page = client.get("/login").text
    assert '<html lang="zh-Hans" data-theme="dark">' in page
    client.post("/preferences", data={"csrf_token": token, "locale": "xx", "theme": "pink"})
    assert '<html lang="zh-Hans" data-theme="dark">' in client.get("/login").text
    client.post("/preferences", data={"csrf_token": token, "theme": "device"})
    assert '<html lang="zh-Hans">' in client.get("/login").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login_name": "a b"}, "login_name"),
        ({"login_name": "x"}, "login_name"),
        ({"display_name": "  "}, "display_name"),
        ({"password": "short"}, "password"),
        ({"roles": frozenset()}, "roles"),
    ],
)
def test_a_user_that_cannot_be_is_refused(database: Database, change: dict[str, object], field: str) -> None:
    given: dict[str, object] = {
        "login_name": "bob",
        "display_name": "Bob",
        "password": PASSWORD,
        "roles": frozenset({Role.STORE}),
        **change,
    }
    with database.write() as db:
        with pytest.raises(UserNotValid) as refused:
            service.user_add(db, now=NOW, **given)  # type: ignore[arg-type]
        assert refused.value.facts["field"] == field
    assert rows(database, WebUserRow) == []


def test_a_login_name_belongs_to_one_person(client: TestClient, database: Database) -> None:
    with database.write() as db, pytest.raises(LoginNameTaken):
        service.user_add(
            db, login_name="ANA", display_name="B", password=PASSWORD, roles=frozenset({Role.STORE}), now=NOW
        )
    assert len(rows(database, WebUserRow)) == 1


def test_an_admin_may_act_as_everybody_and_nobody_else_may() -> None:
    admin = User(repository.UserId("u"), "root", "Root", frozenset({Role.ADMIN}), "en")
    store = User(repository.UserId("v"), "sam", "Sam", frozenset({Role.STORE}), "en")
    assert all(admin.may_act_as(role) for role in Role)
    assert [role for role in Role if store.may_act_as(role)] == [Role.STORE]
