"""Webhooks as an admin sets them up and a receiver hears them: in order, signed, again after a failure, never inside."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kernel.clock import fixed_clock
from orders.audit.service import record
from orders.webhooks import repository
from orders.webhooks.model import WAITS, DeliveryState, WebhookState, signature
from tests.journeys.conftest import enter
from tests.journeys.ordering import CLERK
from tests.journeys.person import words_of
from web.shop import Shop
from web.webhook_posting import is_public, public_address, tell_what_happened


class Receiver:
    """A program that is told: keeps what it hears, answers what it is set to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answer = 204
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                told.heard.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(told.answer)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=lotone"

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["type"] for _headers, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def happens(shop: Shop, subject: str, action: str, **details: str) -> None:
    with shop.database.write() as db:
        record(db, subject, action, actor=CLERK, now=shop.now(), **details)


def at(shop: Shop, moment: datetime) -> Shop:
    return replace(shop, clock=fixed_clock(moment))


def test_an_admin_subscribes_and_everything_after_is_told_in_order_and_signed(
    either_shop: Shop, receiver: Receiver
) -> None:
    shop = replace(either_shop, webhook_hosts=frozenset({"127.0.0.1"}))
    happens(shop, "order:X-0", "placed")
    admin = enter(shop, login_name="admin").open("/webhooks")
    admin.press("Add", url=receiver.url, about=["order", "invoice"])
    secret = b64decode(words_of(next(admin.all("code"))).removeprefix("whsec_"))
    admin.press("Send a test")
    happens(shop, "order:X-1", "placed", quote="Q-1")
    happens(shop, "customer:A-17", "measured")
    happens(shop, "quote:q1", "issued")
    happens(shop, "invoice:INV-1", "issued")
    happens(shop, "order:X-1", "hold", reason="Ana is ill")

    assert tell_what_happened(shop) == 4
    assert receiver.events == ["webhook.test", "order.placed", "invoice.issued", "order.hold"]
    assert not any(b"Ana" in body for _headers, body in receiver.heard)
    for headers, body in receiver.heard:
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=shop.now().tzinfo)
        assert headers["webhook-signature"] == signature(secret, headers["webhook-id"], moment, body)
    assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 4
    assert tell_what_happened(shop) == 0
    assert "taken" in admin.open(admin.path).text("table")


def test_what_fails_is_tried_again_later_under_its_id_and_given_up_in_the_end(shop: Shop, receiver: Receiver) -> None:
    shop = replace(shop, webhook_hosts=frozenset({"127.0.0.1"}))
    admin = enter(shop, login_name="admin").open("/webhooks")
    admin.press("Add", url=receiver.url, about=["order"])
    happens(shop, "order:X-1", "placed")
    receiver.answer, now = 500, shop.now()
    for wait in (*WAITS, None):
        assert tell_what_happened(at(shop, now)) == 1
        assert tell_what_happened(at(shop, now)) == 0
        if wait is not None:
            assert tell_what_happened(at(shop, now + wait - timedelta(seconds=1))) == 0
            now += wait
    assert tell_what_happened(at(shop, now + timedelta(days=9))) == 0
    assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 1
    assert "given up" in admin.open(admin.path).text("table")

    receiver.answer = 200
    admin.press("Send again")
    assert tell_what_happened(at(shop, now + timedelta(days=9))) == 1
    assert len(receiver.heard) == len(WAITS) + 2
    assert "taken" in admin.open(admin.path).text("table")


def test_gone_stops_it_and_going_on_tells_what_happened_meanwhile(shop: Shop, receiver: Receiver) -> None:
    shop = replace(shop, webhook_hosts=frozenset({"127.0.0.1"}))
    admin = enter(shop, login_name="admin").open("/webhooks")
    admin.press("Add", url=receiver.url, about=["order"])
    receiver.answer = 410
    happens(shop, "order:X-1", "placed")
    assert tell_what_happened(shop) == 1
    happens(shop, "order:X-2", "placed")
    assert tell_what_happened(shop) == 0
    with shop.database.read() as db:
        (webhook,) = repository.all_webhooks(db)
        assert webhook.state is WebhookState.STOPPED
        assert [each.state for each in repository.deliveries_of(db, webhook.id)] == [DeliveryState.GIVEN_UP]
    receiver.answer = 200
    admin.open(admin.path).press("Go on")
    assert tell_what_happened(shop) == 1
    assert json.loads(receiver.heard[-1][1])["data"] == {"order": "X-2"}


def test_a_redirect_is_not_followed_and_a_removed_webhook_is_told_nothing(shop: Shop, receiver: Receiver) -> None:
    shop = replace(shop, webhook_hosts=frozenset({"127.0.0.1"}))
    admin = enter(shop, login_name="admin").open("/webhooks")
    admin.press("Add", url=receiver.url, about=["order"])
    receiver.answer = 307
    happens(shop, "order:X-1", "placed")
    assert tell_what_happened(shop) == 1
    assert len(receiver.heard) == 1
    admin.press("Remove")
    assert admin.path == "/webhooks"
    assert tell_what_happened(at(shop, shop.now() + timedelta(days=1))) == 0
    with shop.database.read() as db:
        assert repository.all_webhooks(db) == []


@pytest.mark.parametrize(
    ("url", "about", "told"),
    [
        ("http://127.0.0.1/", ["order"], "Only an address that begins with https:// is told."),
        ("nowhere", ["order"], "This is no address a message can go to."),
        ("https://example.org/", [], "At least one, please."),
        ("https://example.org/", ["customer"], "At least one, please."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(shop: Shop, url: str, about: list[str], told: str) -> None:
    admin = enter(shop, login_name="admin").open("/webhooks")
    admin.press("Add", url=url, about=about)
    assert admin.status == 422
    assert told in admin.text()
    with shop.database.read() as db:
        assert repository.all_webhooks(db) == []


INSIDE = [
    "127.0.0.1",
    "10.0.0.8",
    "169.254.169.254",
    "::1",
    "fd00::1",
    "fe80::1%eth0",
    "::ffff:10.0.0.8",
    "0.0.0.0",
    "224.0.0.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_outside_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_inside_is_told_only_where_the_setting_names_it(host: str) -> None:
    with pytest.raises(OSError, match="no public address"):
        public_address(host, 443, frozenset())
    assert public_address(host, 443, frozenset({host}))


def test_a_program_subscribes_tests_and_ends(shop: Shop, receiver: Receiver) -> None:
    shop = replace(shop, webhook_hosts=frozenset({"127.0.0.1"}))
    client = enter(shop).client
    login = {"login_name": "admin", "password": "made-for-one"}
    token = client.post("/api/v1/sessions", json=login).json()["token"]
    client.headers["authorization"] = f"Bearer {token}"
    client.cookies.clear()
    refused = client.post("/api/v1/webhooks", json={"url": "http://example.org/", "about": ["order"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "WebhookNotValid")
    made = client.post("/api/v1/webhooks", json={"url": receiver.url, "about": ["order"]}).json()
    assert client.post(f"/api/v1/webhooks/{made['id']}/tests").status_code == 202
    assert tell_what_happened(shop) == 1
    shown = client.get(f"/api/v1/webhooks/{made['id']}").json()
    assert [(each["event"], each["state"], each["answer"]) for each in shown["messages"]] == [
        ("webhook.test", "sent", 204)
    ]
    assert shown["secret"] == made["secret"]
    assert [sorted(each) for each in client.get("/api/v1/webhooks").json()] == [
        ["about", "id", "made_at", "state", "url"]
    ]
    assert client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 204
    assert client.get(f"/api/v1/webhooks/{made['id']}").status_code == 404
