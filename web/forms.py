"""Forms: fields not known by name beforehand, for handlers that run in a thread; a form pressed twice."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Form, Request
from sqlmodel import Session
from starlette.datastructures import FormData

from kernel.canonical import JsonValue, canonical_hash
from orders.audit.model import Actor
from orders.idempotency.service import answer_once
from web.shop import Shop


async def read_form(request: Request) -> FormData:
    """Return the form as it was sent."""
    return await request.form()


TheForm = Annotated[FormData, Depends(read_form)]

FormKey = Annotated[str, Form(alias="once", max_length=64)]
"""What a page's form was given by ``{{ once() }}``, so that a second press of it does nothing more."""


def done_once(
    db: Session, shop: Shop, actor: Actor, key: str, body: JsonValue, act: Callable[[], JsonValue]
) -> JsonValue:
    """Do what a form asks once for each time the form was shown and each thing that was typed into it.

    Who goes back and types something else means something else. Without a key it is done each time.
    """
    once = f"{key}:{canonical_hash(body)}" if key else None
    return answer_once(db, scope=f"form:{actor.id}", key=once, body=body, now=shop.now(), act=act)
