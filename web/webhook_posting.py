"""Sending webhooks: out through a connection to an address that was looked at first, never into one's own network."""

import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from kernel.errors import LotOneError
from orders.webhooks import repository
from orders.webhooks.model import Letter
from orders.webhooks.service import letters, note_answer, take_new
from web.shop import Shop

EVERY_S = 2.0
PATIENCE = Timeout(connect=5.0, read=10.0)
AGENT = "LotOne-Webhooks/1"
_log = logging.getLogger(__name__)

Post = Callable[[Letter, frozenset[str]], int | None]
"""Sends a message and returns the HTTP status; ``None`` where nobody answered."""


def run_webhooks(shop: Shop, stop: threading.Event, *, every_s: float = EVERY_S) -> None:
    """Tell subscribed programs what happened, again and again, until ``stop`` is set."""
    while not stop.wait(every_s):
        try:
            tell_what_happened(shop)
        except LotOneError as error:  # a busy database: the next round does it
            _log.warning("webhooks put off: %s", error.code)


def tell_what_happened(shop: Shop, post: Post | None = None) -> int:
    """Send what is due now; return how many messages left, answered or not."""
    send = post or post_letter
    with shop.database.read() as db:
        if not repository.all_webhooks(db):
            return 0
    with shop.database.write() as db:
        take_new(db, new_id=shop.new_id, now=shop.now())
    tried: set[str] = set()
    while True:
        with shop.database.write() as db:
            due = [letter for letter in letters(db, now=shop.now()) if letter.delivery.id not in tried]
        if not due:
            return len(tried)
        for letter in due:
            tried.add(letter.delivery.id)
            answer = send(letter, shop.webhook_hosts)
            with shop.database.write() as db:
                note_answer(db, letter, answer, now=shop.now())


def post_letter(letter: Letter, inside: frozenset[str]) -> int | None:
    """Send one message; redirects are not followed.

    The name is looked up once and the connection goes to the address that was judged, so a name that leads elsewhere a
    moment later leads nowhere.

    Args:
        letter: The signed message.
        inside: Hosts of one's own network that may be told; any other must have a public address.

    Returns:
        The HTTP status, or ``None`` where nobody may be asked or nobody answered.
    """
    parts = urlsplit(letter.url)
    host, is_safe = parts.hostname or "", parts.scheme == "https"
    try:
        address = public_address(host, parts.port or (443 if is_safe else 80), inside)
        pool: HTTPConnectionPool
        if is_safe:
            pool = HTTPSConnectionPool(
                address,
                parts.port or 443,
                server_hostname=host,
                assert_hostname=host,
                ssl_context=ssl.create_default_context(),
            )
        else:
            pool = HTTPConnectionPool(address, parts.port or 80)
        with pool:
            answer = pool.urlopen(
                "POST",
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                body=letter.body,
                headers={**letter.headers, "host": parts.netloc, "user-agent": AGENT},
                timeout=PATIENCE,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
            answer.close()
            return int(answer.status)
    except (HTTPError, OSError, UnicodeError) as error:  # the last: a host no name server could be asked for
        _log.warning("webhook %s was not taken: %s", letter.delivery.webhook_id, type(error).__name__)
        return None


def public_address(host: str, port: int, inside: frozenset[str]) -> str:
    """Return an address of the host that may be connected to.

    Raises:
        OSError: it has none, or only ones of private networks although it is not one of ``inside``.
    """
    for *_how, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        address = str(place[0])
        if host in inside or is_public(address):
            return address
    raise OSError("no public address")


def is_public(address: str) -> bool:
    """Return whether an IP address, an IPv4 one inside IPv6 too, is reached over the public internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not found.is_multicast
