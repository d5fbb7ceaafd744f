"""The API described: OpenAPI with one line a route, and errors as they are really sent."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.errors import PROBLEM
from web.routes.api.schemas import Problem

ABOUT = """Configure, quote, order and build by program: what the pages do, as JSON.

Errors are `application/problem+json` with a stable `code`. Times are UTC, money is in minor units, lengths are in
millimetres. Texts follow `Accept-Language`. People send the token of `POST /sessions` as `Authorization: Bearer`;
a program without an account keeps the `draft_key` of its first draft and sends it as `X-Draft-Key`. Every write takes an
`Idempotency-Key` and may be sent again under it."""
TAGS = {
    "sessions": "Signing in and out.",
    "catalog": "What can be had, and the releases it comes from.",
    "publishing": "Catalogs somebody wants to publish: the gate's findings, the impact, the differences.",
    "drafts": "Choosing: every option with status, price and date; conflicts and repairs.",
    "quotes": "Price fixed, date held.",
    "orders": "Accepted quotes: where they are, their build sheets.",
    "invoices": "Invoices as they were issued, and what was paid.",
    "account": "What is known of whoever signed in: seen, taken along, erased.",
    "customers": "People, their measures and what is known of them, for store staff.",
    "webhooks": "Programs told of what happens, by signed requests.",
    "wishes": "What customers wanted and could not have, without saying who.",
    "prices": "Price rules and vouchers, for finance.",
    "planning": "How promises are kept and plants do, for planners.",
    "floor": "Scans and queues, for the floor.",
    "stock": "What lies in the plant, what moves and what is ordered, for planners and the floor.",
}


def describe_api(app: FastAPI) -> None:
    """Let an application describe its API; the pages are left out."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    document = get_openapi(title=app.title, version=app.version, description=ABOUT, tags=tags, routes=app.routes)
    schemas = document["components"]["schemas"]
    schemas.setdefault("Problem", Problem.model_json_schema())
    for path in document["paths"].values():
        for operation in path.values():
            _name(operation)
            for status, answer in operation["responses"].items():
                if status[0] in "45":
                    _as_problem(answer)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document


def _name(operation: dict[str, Any]) -> None:
    """Take the operation's id from the route's name (``api:sign_in``), its summary from the first line of its text."""
    operation["operationId"] = operation["summary"].partition(":")[2].lower().replace(" ", "_")
    summary, _, rest = operation["description"].partition("\n")
    operation["summary"], operation["description"] = summary.rstrip("."), rest.strip()


def _as_problem(answer: dict[str, Any]) -> None:
    """Describe an error in the media type it has; the framework's own 422 is never sent."""
    content = answer.get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "HTTPValidationError" in str(schema):
        schema = {"$ref": "#/components/schemas/Problem"}
        answer["description"] = "The request itself is wrong; nothing was changed."
    answer["content"] = {PROBLEM: {"schema": schema}}
