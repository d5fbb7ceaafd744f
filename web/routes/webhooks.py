"""Looking after webhooks, for admins: who is told of what, and what came of it."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.vault import vault_of
from orders.webhooks import repository, service
from orders.webhooks.model import (
    SECRET_BYTES,
    TOLD,
    DeliveryId,
    WebhookId,
    WebhookNotValid,
    WebhookState,
    told_secret,
)
from web.forms import TheForm
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, respond

router = APIRouter(prefix="/webhooks", dependencies=[Depends(require_role(Role.ADMIN))], include_in_schema=False)


@router.get("", name="webhooks:list")
def list_webhooks(request: Request, shop: TheShop) -> Response:
    """Show who is told of what."""
    return _show_list(request, shop)


@router.post("", name="webhooks:add")
def add(request: Request, shop: TheShop, actor: TheActor, form: TheForm) -> Response:
    """Let a program be told."""
    url, about = str(form.get("url", "")), [str(each) for each in form.getlist("about")]
    try:
        with shop.database.write() as db:
            webhook = service.subscribe(
                db,
                url=url,
                about=about,
                secret=secrets.token_bytes(SECRET_BYTES),
                inside=shop.webhook_hosts,
                new_id=shop.new_id,
                actor=actor,
                now=shop.now(),
            )
    except WebhookNotValid as error:
        problem = str(error.facts.get("reason", error.facts["field"]))
        return _show_list(request, shop, url=url, about=about, problem=problem)
    return go_to(request, f"/webhooks/{webhook.id}")


@router.get("/{webhook_id}", name="webhooks:page")
def page(request: Request, shop: TheShop, webhook_id: str) -> Response:
    """Show one webhook, its secret and its latest messages."""
    with shop.database.read() as db:
        webhook, sealed = repository.get_webhook(db, WebhookId(webhook_id))
        deliveries = repository.deliveries_of(db, webhook.id)
        secret = told_secret(vault_of(db).unwrap(sealed, service.secret_place(webhook.id)))
    values = {"webhook": webhook, "deliveries": deliveries, "secret": secret}
    return respond(request, "webhooks/page.html", values)


@router.post("/{webhook_id}/test", name="webhooks:test")
def send_test(request: Request, shop: TheShop, webhook_id: str) -> Response:
    """Send a message that says nothing."""
    with shop.database.write() as db:
        service.send_test(db, WebhookId(webhook_id), new_id=shop.new_id, now=shop.now())
    return go_to(request, f"/webhooks/{webhook_id}")


@router.post("/{webhook_id}/state", name="webhooks:set_state")
def set_state(
    request: Request, shop: TheShop, actor: TheActor, webhook_id: str, state: Annotated[WebhookState, Form()]
) -> Response:
    """Stop a webhook, or let it go on."""
    with shop.database.write() as db:
        service.set_state(db, WebhookId(webhook_id), state, actor=actor, now=shop.now())
    return go_to(request, f"/webhooks/{webhook_id}")


@router.post("/{webhook_id}/removal", name="webhooks:remove")
def remove(request: Request, shop: TheShop, actor: TheActor, webhook_id: str) -> Response:
    """Tell this program nothing any more."""
    with shop.database.write() as db:
        service.unsubscribe(db, WebhookId(webhook_id), actor=actor, now=shop.now())
    return go_to(request, "/webhooks")


@router.post("/{webhook_id}/messages/{delivery_id}/again", name="webhooks:send_again")
def send_again(request: Request, shop: TheShop, webhook_id: str, delivery_id: str) -> Response:
    """Send a message once more."""
    with shop.database.write() as db:
        service.send_again(db, WebhookId(webhook_id), DeliveryId(delivery_id), now=shop.now())
    return go_to(request, f"/webhooks/{webhook_id}")


def _show_list(
    request: Request, shop: Shop, *, url: str = "", about: list[str] | None = None, problem: str = ""
) -> Response:
    with shop.database.read() as db:
        webhooks = repository.all_webhooks(db)
    values = {
        "webhooks": webhooks,
        "told": TOLD,
        "typed_url": url,
        "typed_about": ["order", "quote"] if about is None else about,
        "problem": problem,
    }
    return respond(request, "webhooks/list.html", values, status=422 if problem else 200)
