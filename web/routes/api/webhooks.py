"""Webhooks, by program: subscribe, look, test, end. What is sent is described in docs/api.md."""

import secrets
from datetime import datetime
from typing import Literal

from fastapi import Depends
from pydantic import BaseModel, Field

from kernel.vault import vault_of
from orders.webhooks import repository, service
from orders.webhooks.model import SECRET_BYTES, DeliveryState, Webhook, WebhookId, WebhookState, told_secret
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.api.schemas import Given
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(
    prefix=f"{PREFIX}/webhooks",
    tags=["webhooks"],
    dependencies=[Depends(require_role(Role.ADMIN)), Bearer],
    responses=problems(401, 403),
)


class Subscription(Given):
    """Where to, and of what."""

    url: str = Field(max_length=500, examples=["https://erp.example.org/lotone"])
    about: list[Literal["order", "quote", "invoice", "catalog", "stock", "plant"]] = Field(min_length=1, max_length=6)


class WebhookShown(BaseModel):
    """One webhook."""

    id: str
    url: str
    about: list[str]
    state: WebhookState
    made_at: datetime


class WebhookMade(WebhookShown):
    """One webhook and the secret that signs its messages."""

    secret: str = Field(description="Starts with `whsec_`.")


class MessageShown(BaseModel):
    """One message: what became of it."""

    id: str = Field(description="As in the header `webhook-id`.")
    event: str
    state: DeliveryState
    attempts: int
    answer: int | None = Field(description="The last HTTP status; null where nobody answered yet.")


class WebhookWithMessages(WebhookMade):
    """One webhook, its secret and its latest messages, newest first."""

    messages: list[MessageShown]


@router.get("", name="api:webhooks")
def list_webhooks(shop: TheShop) -> list[WebhookShown]:
    """Return all webhooks, without their secrets."""
    with shop.database.read() as db:
        return [WebhookShown.model_validate(_shown(each)) for each in repository.all_webhooks(db)]


@router.post("", name="api:subscribe", status_code=201, responses=problems(422))
def subscribe(shop: TheShop, who: TheApiReader, body: Subscription) -> WebhookMade:
    """Let a program be told of everything that happens from now on."""
    secret = secrets.token_bytes(SECRET_BYTES)
    with shop.database.write() as db:
        webhook = service.subscribe(
            db,
            url=body.url,
            about=body.about,
            secret=secret,
            inside=shop.webhook_hosts,
            new_id=shop.new_id,
            actor=who.actor,
            now=shop.now(),
        )
    return WebhookMade.model_validate({**_shown(webhook), "secret": told_secret(secret)})


@router.get("/{webhook_id}", name="api:webhook", responses=problems(404))
def get_webhook(shop: TheShop, webhook_id: str) -> WebhookWithMessages:
    """Return one webhook with its secret and its latest messages."""
    with shop.database.read() as db:
        webhook, sealed = repository.get_webhook(db, WebhookId(webhook_id))
        secret = vault_of(db).unwrap(sealed, service.secret_place(webhook.id))
        sent = repository.deliveries_of(db, webhook.id)
    messages = [
        MessageShown(id=each.id, event=each.event, state=each.state, attempts=each.attempts, answer=each.answer)
        for each in sent
    ]
    return WebhookWithMessages.model_validate({**_shown(webhook), "secret": told_secret(secret), "messages": messages})


@router.post("/{webhook_id}/tests", name="api:test_webhook", status_code=202, responses=problems(404))
def send_test(shop: TheShop, webhook_id: str) -> None:
    """Send a message of type `webhook.test`."""
    with shop.database.write() as db:
        service.send_test(db, WebhookId(webhook_id), new_id=shop.new_id, now=shop.now())


@router.delete("/{webhook_id}", name="api:unsubscribe", status_code=204, responses=problems(404))
def unsubscribe(shop: TheShop, who: TheApiReader, webhook_id: str) -> None:
    """Tell this program nothing any more."""
    with shop.database.write() as db:
        service.unsubscribe(db, WebhookId(webhook_id), actor=who.actor, now=shop.now())


def _shown(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "about": sorted(webhook.about),
        "state": webhook.state,
        "made_at": webhook.made_at,
    }
