"""Use cases of webhooks: subscribe, take new entries of the audit chain, hand out what is due, note what came of it.

The audit chain is the outbox: an entry stands there when, and only when, what it tells was committed, so nothing is told
that did not happen and nothing that happened is forgotten. A message may come twice (a worker that dies after sending),
always under the same id.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from kernel.ids import IdMaker
from kernel.vault import vault_of
from orders.audit import repository as audit
from orders.audit.model import SYSTEM, Actor, AuditEntry
from orders.audit.service import record
from orders.webhooks import repository
from orders.webhooks.model import (
    SECRET_BYTES,
    TOLD,
    WAITS,
    Delivery,
    DeliveryId,
    DeliveryState,
    Letter,
    Webhook,
    WebhookId,
    WebhookNotValid,
    WebhookState,
    checked_url,
    event_of,
    payload,
    signature,
)

LEASE = timedelta(minutes=3)
KEPT = timedelta(days=30)
MOST_ENTRIES, MOST_LETTERS = 500, 10
MOST_WEBHOOKS = 50


def subscribe(
    db: Session,
    *,
    url: str,
    about: Iterable[str],
    secret: bytes,
    inside: frozenset[str],
    new_id: IdMaker,
    actor: Actor,
    now: datetime,
) -> Webhook:
    """Store a subscription to everything that happens from now on.

    Args:
        db: A unit of work.
        url: Where to.
        about: Of what, out of ``TOLD``.
        secret: 32 random bytes that sign; the receiver gets them once.
        inside: Hosts that may be told without TLS.
        new_id: Makes ids.
        actor: Who subscribes.
        now: This moment.

    Raises:
        WebhookNotValid: the address or what it is to be told of cannot be; facts: ``field``.
    """
    wanted = frozenset(about)
    address = checked_url(url, inside)
    if not wanted or not wanted <= set(TOLD):
        raise WebhookNotValid(field="about")
    if len(secret) != SECRET_BYTES:
        raise WebhookNotValid(field="secret")
    if len(repository.all_webhooks(db)) >= MOST_WEBHOOKS:
        raise WebhookNotValid(field="url", reason="too_many")
    made = WebhookId(new_id())
    webhook = Webhook(made, address, wanted, WebhookState.ACTIVE, audit.last_number(db), now)
    repository.add_webhook(db, webhook, vault_of(db).wrap(secret, secret_place(made)))
    record(db, f"webhook:{made}", "subscribed", actor=actor, now=now, about=[*sorted(wanted)])
    return webhook


def unsubscribe(db: Session, webhook_id: WebhookId, *, actor: Actor, now: datetime) -> None:
    """End a subscription; what is on its way is not sent any more.

    Raises:
        WebhookNotFound: there is none of this id.
    """
    repository.get_webhook(db, webhook_id)
    repository.drop_webhook(db, webhook_id)
    record(db, f"webhook:{webhook_id}", "unsubscribed", actor=actor, now=now)


def set_state(db: Session, webhook_id: WebhookId, state: WebhookState, *, actor: Actor, now: datetime) -> None:
    """Stop a subscription, or let it go on; what happened meanwhile is told then.

    Raises:
        WebhookNotFound: there is none of this id.
    """
    repository.get_webhook(db, webhook_id)
    repository.set_state(db, webhook_id, state)
    record(db, f"webhook:{webhook_id}", state.value, actor=actor, now=now)


def send_test(db: Session, webhook_id: WebhookId, *, new_id: IdMaker, now: datetime) -> None:
    """Let a message of type ``webhook.test`` go out.

    Raises:
        WebhookNotFound: there is none of this id.
    """
    repository.get_webhook(db, webhook_id)
    repository.add_deliveries(db, [_delivery(new_id(), webhook_id, 0, "webhook.test", now)])


def send_again(db: Session, webhook_id: WebhookId, delivery_id: DeliveryId, *, now: datetime) -> None:
    """Let a message go out once more, under its own id, with all its attempts before it.

    Raises:
        WebhookNotFound: there is no such message.
    """
    found = repository.get_delivery(db, webhook_id, delivery_id)
    repository.set_delivery(db, found.id, state=DeliveryState.WAITING, attempts=0, due_at=now, answer=found.answer)


def take_new(db: Session, *, new_id: IdMaker, now: datetime) -> int:
    """Make messages of the audit entries that came since each webhook looked last; return how many."""
    made = 0
    last = audit.last_number(db)
    for webhook in repository.all_webhooks(db):
        if webhook.seen >= last or webhook.state is WebhookState.STOPPED:
            continue
        fresh = audit.entries_after(db, webhook.seen, MOST_ENTRIES)
        if not fresh or not repository.move_seen(db, webhook.id, webhook.seen, fresh[-1][0]):
            continue
        wanted = [(number, entry) for number, entry in fresh if entry.subject.partition(":")[0] in webhook.about]
        repository.add_deliveries(
            db, [_delivery(new_id(), webhook.id, number, event_of(entry), now) for number, entry in wanted]
        )
        made += len(wanted)
    return made


def letters(db: Session, *, now: datetime) -> list[Letter]:
    """Return the messages that are due, signed, and keep them for this worker for some minutes."""
    given = []
    for delivery in repository.due(db, now, MOST_LETTERS):
        if not repository.lease(db, delivery, now + LEASE):
            continue
        webhook, sealed = repository.get_webhook(db, delivery.webhook_id)
        body = payload(_entry_of(db, delivery, now))
        secret = vault_of(db).unwrap(sealed, secret_place(webhook.id))
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(secret, delivery.id, now, body),
        }
        given.append(Letter(delivery, webhook.url, body, headers))
    return given


def note_answer(db: Session, letter: Letter, answer: int | None, *, now: datetime) -> None:
    """Note what came of an attempt: done, to be tried again later, given up, or, answered with 410, stopped for good.

    Args:
        db: A unit of work.
        letter: What was sent.
        answer: The HTTP status; ``None`` where there was no answer.
        now: This moment.
    """
    attempts = letter.delivery.attempts + 1
    if answer is not None and 200 <= answer < 300:
        state, due_at = DeliveryState.SENT, now
    elif attempts > len(WAITS) or answer == 410:
        state, due_at = DeliveryState.GIVEN_UP, now
    else:
        state, due_at = DeliveryState.WAITING, now + WAITS[attempts - 1]
    repository.set_delivery(db, letter.delivery.id, state=state, attempts=attempts, due_at=due_at, answer=answer)
    if answer == 410:
        set_state(db, letter.delivery.webhook_id, WebhookState.STOPPED, actor=SYSTEM, now=now)


def forget_old(db: Session, *, now: datetime) -> int:
    """Drop messages that were done with a month ago; return how many."""
    return repository.drop_sent_before(db, now - KEPT)


def _entry_of(db: Session, delivery: Delivery, now: datetime) -> AuditEntry:
    if delivery.entry == 0:
        return AuditEntry(f"webhook:{delivery.webhook_id}", "test", SYSTEM, now, {})
    return audit.get_entry(db, delivery.entry)


def _delivery(made: str, webhook_id: WebhookId, entry: int, event: str, now: datetime) -> Delivery:
    return Delivery(DeliveryId(made), webhook_id, entry, event, DeliveryState.WAITING, 0, now, None)


def secret_place(webhook_id: WebhookId) -> str:
    """Return what a webhook's secret is sealed for."""
    return f"webhook:{webhook_id}:secret"
