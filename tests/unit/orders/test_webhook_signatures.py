"""Webhook messages: signed as the standard's own example, about no person, to no place inside."""

import json
from base64 import b64decode
from datetime import UTC, datetime

import pytest

from orders.audit.model import Actor, AuditEntry
from orders.webhooks.model import WebhookNotValid, checked_url, event_of, payload, signature, told_secret

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    moment = datetime.fromtimestamp(1614265330, tz=UTC)
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert told_secret(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize("changed", ["id", "moment", "body", "secret"])
def test_whatever_is_changed_breaks_the_signature(changed: str) -> None:
    parts = {"secret": b"k" * 32, "message_id": "m1", "moment": NOW, "body": b"{}"}
    other = {"secret": b"K" * 32, "message_id": "m2", "moment": NOW.replace(second=1), "body": b"{ }"}
    key = {"id": "message_id"}.get(changed, changed)
    assert signature(**parts) != signature(**{**parts, key: other[key]})  # type: ignore[arg-type]


def test_nobody_and_nobodys_words_are_told() -> None:
    details = {"state": "held", "reason": "Ana is ill", "reason_sealed": "c2VhbGVk", "quote": "Q-1"}
    entry = AuditEntry("order:JE-2026-000001", "hold", Actor("u-1", "store"), NOW, details)
    assert event_of(entry) == "order.hold"
    assert json.loads(payload(entry)) == {
        "type": "order.hold",
        "timestamp": "2026-11-23T08:00:00+00:00",
        "data": {"order": "JE-2026-000001", "quote": "Q-1", "state": "held"},
    }


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/hook",
        "ftp://example.org/",
        "https://",
        "https://user:word@example.org/",
        "https://example.org/a b",
        "https://example.org:notaport/",
        "https://a..b/",
        "https://" + "x" * 64 + ".org/",
        "https://example.org/\nhost: x",
        "http://example.org/",
        "https://example.org/" + "x" * 500,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(WebhookNotValid) as refused:
        checked_url(url, frozenset({"erp.inside"}))
    assert refused.value.facts["field"] == "url"


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org:8443/a?b=c", " http://erp.inside:81/ "])
def test_what_is_one_is_taken(url: str) -> None:
    assert checked_url(url, frozenset({"erp.inside"})) == url.strip()
