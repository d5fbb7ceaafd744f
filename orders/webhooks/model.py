"""A subscription to what happens, what is told of it, and how a message is signed (Standard Webhooks 1.0)."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType
from urllib.parse import urlsplit

from kernel.canonical import JsonValue, canonical_json
from kernel.errors import NotFound, NotValid
from orders.audit.model import AuditEntry

WebhookId = NewType("WebhookId", str)
DeliveryId = NewType("DeliveryId", str)

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 -- the standard's mark, not a secret
TOLD = ("order", "quote", "invoice", "catalog", "stock", "plant")
"""What may be subscribed to: the first word of an audit entry's subject. People and accounts are told to nobody."""
KEPT_BACK = frozenset({"reason", "reason_sealed"})
"""Details of an audit entry that are somebody's own words."""
WAITS = tuple(timedelta(seconds=each) for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""How long to wait after each failed attempt; after the last one the message is given up."""
LONGEST_URL = 500


class WebhookNotFound(NotFound):
    """No webhook, or no message of it, has this id."""


class WebhookNotValid(NotValid):
    """The subscription cannot be kept; facts: ``field``."""


class WebhookState(StrEnum):
    """Whether messages leave."""

    ACTIVE = "active"
    STOPPED = "stopped"


class DeliveryState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where one program is told, of what. ``seen`` is the number of the last audit entry it was told of or passed over."""

    id: WebhookId
    url: str
    about: frozenset[str]
    state: WebhookState
    seen: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook. ``entry`` is the audit entry's number, 0 for a test; ``answer`` the last HTTP status."""

    id: DeliveryId
    webhook_id: WebhookId
    entry: int
    event: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    answer: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: where to, its bytes, and the id, moment and signature that its headers carry."""

    delivery: Delivery
    url: str
    body: bytes
    headers: dict[str, str]


def checked_url(url: str, inside: frozenset[str]) -> str:
    """Return the address without spaces around it.

    Args:
        url: As typed.
        inside: Hosts of one's own network: only they may be told without TLS.

    Raises:
        WebhookNotValid: it is no address a message may go to.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # also a port that is no number, and a host no name server could be asked for
        raise WebhookNotValid(field="url") from None
    fits = len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and " " not in url
    if not (fits and host and parts.username is None and parts.scheme in ("https", "http")):
        raise WebhookNotValid(field="url")
    if parts.scheme == "http" and host not in inside:
        raise WebhookNotValid(field="url", reason="https")
    return url


def event_of(entry: AuditEntry) -> str:
    """Return the event's type, such as ``order.placed``."""
    return f"{entry.subject.partition(':')[0]}.{entry.action}"


def payload(entry: AuditEntry) -> bytes:
    """Return what is told of an entry: its type, its moment, what it is about and the facts noted, nobody's words."""
    kind, _colon, name = entry.subject.partition(":")
    facts: dict[str, JsonValue] = {key: value for key, value in entry.details.items() if key not in KEPT_BACK}
    told: dict[str, JsonValue] = {
        "type": event_of(entry),
        "timestamp": entry.at.isoformat(),
        "data": {**facts, kind: name},
    }
    return canonical_json(told)


def signature(secret: bytes, message_id: str, moment: datetime, body: bytes) -> str:
    """Return the value of ``webhook-signature``: HMAC-SHA256 over id, moment in seconds and body, with dots between."""
    signed = f"{message_id}.{int(moment.timestamp())}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, sha256)).decode()


def told_secret(secret: bytes) -> str:
    """Return the secret as receivers enter it."""
    return SECRET_PREFIX + b64encode(secret).decode()
