"""Every write of the API may be sent again: with an ``Idempotency-Key`` it is done once and answers the same.

The key is claimed by the first statement that writes and the answer is kept by the last, in the one transaction of all
units of work the request opens (`Database.as_one`): after a crash both are there, or neither. A refusal keeps no key.
"""

import base64
import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from kernel.canonical import JsonValue, canonical_hash, content_hash
from kernel.errors import LotOneError, NotValid
from kernel.one_transaction import OneTransaction
from orders.idempotency import service as idempotency
from orders.idempotency.service import AnsweredBefore, Once
from web.routes.api.reading import TheApiReader
from web.shop import Shop, TheShop

HEADER = "Idempotency-Key"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SHORTEST_UNKNOWN = 22
"""Who sends neither token nor draft key is known by the key alone, which nobody else may happen upon."""


class IdempotencyKeyTooShort(NotValid):
    """Without a session or a draft key the key must be random and long enough; facts: ``at_least``."""


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def once_by_key(
    request: Request,
    shop: TheShop,
    who: TheApiReader,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            min_length=1,
            max_length=200,
            description="The same key and request are done once and answered the same for a day; another request under "
            "the key is refused with 422. Without token and draft key: random, 22 characters or more.",
        ),
    ] = None,
) -> None:
    """Let the request be done once under its key; without a key, each time.

    Raises:
        AnsweredBefore: it was done before.
        IdempotencyKeyReused: the key came with another request.
        IdempotencyKeyTooShort: nobody knows who sends it, and others might send the same.
    """
    if idempotency_key is None:
        return
    is_unknown = bool(who.draft_key) and "X-Draft-Key" not in request.headers
    if is_unknown and len(idempotency_key) < SHORTEST_UNKNOWN:
        raise IdempotencyKeyTooShort(at_least=SHORTEST_UNKNOWN)
    scope = idempotency.PROGRAMS + ("anybody" if is_unknown else who.reader.id)
    once = Once(scope, idempotency_key, request.state.asked)
    with shop.database.read() as db:
        idempotency.look_up(db, once)
    one: OneTransaction = request.state.one_transaction
    one.begin_with(lambda db: idempotency.claim(db, once, now=shop.now()))
    request.state.once = once


_Once = Depends(once_by_key, scope="function")


class OnceRoute(APIRoute):
    """A route whose writes are done once by key."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        dependencies: Sequence[Dependency] | None = None,
        **described: Any,
    ) -> None:
        self.is_once = bool(WRITES & set(methods or ()))
        given = [each for each in dependencies or () if each is not _Once]
        wanted = [*given, _Once] if self.is_once else given
        super().__init__(path, endpoint, methods=methods, dependencies=wanted, **described)

    def get_route_handler(self) -> Handler:
        """Return the handler; with the header it answers from what is kept, or keeps what it answers."""
        handle: Handler = super().get_route_handler()
        if not self.is_once:
            return handle

        async def answer(request: Request) -> Response:
            if HEADER not in request.headers:
                return await handle(request)
            return await _done_once(request, handle)

        return answer


class ApiRouter(APIRouter):
    """A router of the API: its writes are done once by key."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
        dependencies: Sequence[Dependency] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(
            prefix=prefix, tags=tags, dependencies=dependencies, responses=responses, route_class=OnceRoute
        )


async def _done_once(request: Request, handle: Handler) -> Response:
    shop: Shop = request.app.state.shop
    request.state.asked = await _fingerprint(request)
    with shop.database.as_one() as one:
        request.state.one_transaction = one
        try:
            response = await handle(request)
            return await run_in_threadpool(_keep, shop, request, one, response)
        except AnsweredBefore as before:
            return _given_before(before.answer)
        except (LotOneError, HTTPException):
            await run_in_threadpool(_refused, shop, request, one)
            raise


def _keep(shop: Shop, request: Request, one: OneTransaction, response: Response) -> Response:
    """Keep the answer with what was written; a refusal that was put into words keeps no key."""
    if response.status_code >= 400:
        _refused(shop, request, one)
        return response
    answer: JsonValue = {
        "status": response.status_code,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in response.raw_headers],
        "body": base64.b64encode(bytes(response.body)).decode(),
    }
    with shop.database.write() as db:
        idempotency.keep(db, request.state.once, answer)
    one.finish()
    return response


def _refused(shop: Shop, request: Request, one: OneTransaction) -> None:
    """Let what the request wrote beside its refusal be true, as without a key, and leave the key free."""
    if one.kept_units:
        with shop.database.write() as db:
            idempotency.release(db, request.state.once)
        one.finish()


def _given_before(answer: Any) -> Response:
    response = Response(base64.b64decode(answer["body"]), status_code=answer["status"])
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]]
    response.headers["Idempotency-Replayed"] = "true"
    return response


async def _fingerprint(request: Request) -> str:
    """Return what stands for the request: method, address and content, however JSON is spaced and forms are parted."""
    content, kind = await request.body(), request.headers.get("Content-Type", "")
    _, _, boundary = kind.partition("boundary=")
    if boundary:
        content = content.replace(boundary.strip('"').encode(), b"")
    with suppress(ValueError):
        content = json.dumps(json.loads(content), sort_keys=True).encode()
    return canonical_hash([request.method, request.url.path, request.url.query, content_hash(content)])
