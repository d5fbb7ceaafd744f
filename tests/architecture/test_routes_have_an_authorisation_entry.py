"""Who may use which route: one table, and the real application asked in every role and in none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from kernel.clock import fixed_clock
from web.app import create_app
from web.opening import open_shop
from web.routes.api.once import HEADER, WRITES, OnceRoute
from web.security import service
from web.security.limiting import limiter_for
from web.security.roles import Role
from web.security.visitors import csrf_token
from web.settings import Settings
from web.shop import Shop

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERYBODY = frozenset({None, *Role})
SIGNED_IN = frozenset(Role)
ADMIN = frozenset({Role.ADMIN})
STORE = frozenset({Role.STORE, Role.ADMIN})
BUYER = frozenset({Role.BUYER, Role.ADMIN})
PLANNER = frozenset({Role.PLANNER, Role.ADMIN})
FINANCE = frozenset({Role.FINANCE, Role.ADMIN})
MAKERS = frozenset({Role.FLOOR, Role.PLANNER, Role.ADMIN})
FLOOR = frozenset({Role.FLOOR, Role.ADMIN})
KEEPERS = frozenset({Role.PLANNER, Role.FLOOR, Role.ADMIN})
AUTHOR = frozenset({Role.AUTHOR, Role.ADMIN})
WISHES = frozenset({Role.AUTHOR, Role.PLANNER, Role.ADMIN})
INVOICES = frozenset({Role.STORE, Role.FINANCE, Role.ADMIN})
SHEETS = frozenset({Role.STORE, Role.FLOOR, Role.PLANNER, Role.ADMIN})

#: Whoever the route lets in. Whose draft, quote or order it is, is judged behind that and tested in tests/journeys.
ROUTES: dict[str, frozenset[Role | None]] = {
    "GET /static/{version}/{path:path}": EVERYBODY,
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /api/v1/openapi.json": EVERYBODY,
    "GET /": EVERYBODY,
    "GET /lines/{line}/picture.svg": EVERYBODY,
    "GET /configure/{line}": EVERYBODY,
    "POST /configure/{line}": EVERYBODY,
    "POST /drafts/{draft_id}/wishes": EVERYBODY,
    "GET /wishes": WISHES,
    "GET /wishes.csv": WISHES,
    "POST /api/v1/drafts/{draft_id}/wishes": EVERYBODY,
    "GET /api/v1/drafts/{draft_id}/ideals": EVERYBODY,
    "GET /api/v1/wishes": WISHES,
    "GET /api/v1/catalog/candidates": AUTHOR,
    "POST /api/v1/catalog/candidates": AUTHOR,
    "GET /api/v1/catalog/candidates/{candidate}": AUTHOR,
    "DELETE /api/v1/catalog/candidates/{candidate}": AUTHOR,
    "POST /api/v1/catalog/candidates/{candidate}/publication": AUTHOR,
    "GET /api/v1/catalog/contents/{content}.zip": AUTHOR,
    "GET /api/v1/catalog/contents/{content}": AUTHOR,
    "GET /api/v1/catalog/differences": AUTHOR,
    "GET /catalog": AUTHOR,
    "POST /catalog/uploads": AUTHOR,
    "GET /catalog/{content}": AUTHOR,
    "GET /catalog/{content}/export.zip": AUTHOR,
    "GET /catalog/{content}/export.json": AUTHOR,
    "GET /catalog/{content}/files/{path:path}": AUTHOR,
    "POST /catalog/{content}/files/{path:path}": AUTHOR,
    "POST /catalog/{content}/checks": AUTHOR,
    "POST /catalog/{content}/publication": AUTHOR,
    "POST /catalog/{content}/removal": AUTHOR,
    "GET /drafts/{draft_id}": EVERYBODY,
    "GET /drafts/{draft_id}/picture.svg": EVERYBODY,
    "GET /drafts/{draft_id}/fit-report": EVERYBODY,
    "GET /drafts/{draft_id}/{step}": EVERYBODY,
    "POST /drafts/{draft_id}/choices/{feature}": EVERYBODY,
    "POST /drafts/{draft_id}/repairs": EVERYBODY,
    "POST /drafts/{draft_id}/undo": EVERYBODY,
    "POST /drafts/{draft_id}/completion": EVERYBODY,
    "POST /drafts/{draft_id}/limits": EVERYBODY,
    "POST /drafts/{draft_id}/confirmations": EVERYBODY,
    "POST /drafts/{draft_id}/quotes": EVERYBODY,
    "GET /quotes/{quote_id}": EVERYBODY,
    "GET /quotes/{quote_id}/picture.svg": EVERYBODY,
    "POST /quotes/{quote_id}/orders": EVERYBODY,
    "POST /quotes/{quote_id}/currency": EVERYBODY,
    "POST /quotes/{quote_id}/voucher": EVERYBODY,
    "GET /approvals/{approval_id}": EVERYBODY,
    "GET /quotes/{quote_id}/quote.pdf": EVERYBODY,
    "POST /quotes/{quote_id}/papers": EVERYBODY,
    "GET /offers/{token}": EVERYBODY,
    "POST /offers/{token}/orders": EVERYBODY,
    "GET /compare": EVERYBODY,
    "GET /company": BUYER,
    "POST /company/presets/{preset_id}/drafts": BUYER,
    "GET /company/presets/new": BUYER,
    "POST /company/presets": BUYER,
    "POST /company/presets/{preset_id}/removal": BUYER,
    "GET /company/purchases/{approval_id}": BUYER,
    "POST /company/purchases/{approval_id}": BUYER,
    "GET /customers/{customer_id}/company": STORE,
    "POST /customers/{customer_id}/company": STORE,
    "POST /customers/{customer_id}/company/members": STORE,
    "POST /customers/{customer_id}/company/members/{user_id}/removal": STORE,
    "POST /customers/{customer_id}/company/agreements": STORE,
    "GET /stock": KEEPERS,
    "GET /stock/{line}": KEEPERS,
    "GET /stock/{line}/movements": KEEPERS,
    "GET /stock/{line}/materials/{material}": KEEPERS,
    "POST /stock/{line}/materials/{material}/receipts": KEEPERS,
    "POST /stock/{line}/materials/{material}/ordering": PLANNER,
    "GET /stock/{line}/orders": KEEPERS,
    "POST /stock/{line}/orders": PLANNER,
    "POST /stock/{line}/orders/{order_id}/day": PLANNER,
    "POST /stock/{line}/orders/{order_id}/receipts": KEEPERS,
    "GET /stock/{line}/count": KEEPERS,
    "POST /stock/{line}/count": KEEPERS,
    "GET /planning": PLANNER,
    "GET /planning/orders/{number}": PLANNER,
    "GET /planning/{line}": PLANNER,
    "GET /planning/{line}/calendar": PLANNER,
    "POST /planning/{line}/calendar": PLANNER,
    "POST /planning/{line}/calendar/{adjustment_id}/removal": PLANNER,
    "POST /planning/{line}/sequence": PLANNER,
    "GET /planning/{line}/risks": PLANNER,
    "GET /planning/{line}/reserves": PLANNER,
    "GET /planning/{line}/shares": PLANNER,
    "POST /planning/{line}/shares/{work_centre}": PLANNER,
    "POST /planning/{line}/reserves/{work_centre}": PLANNER,
    "POST /planning/{line}/risks/{number}/{piece}/turn": PLANNER,
    "POST /planning/orders/{number}/promise": PLANNER,
    "GET /planning/{line}/metrics": PLANNER,
    "GET /metrics": PLANNER,
    "GET /api/v1/planning/{line}/metrics": PLANNER,
    "GET /planning/{line}/gantt": PLANNER,
    "GET /planning/{line}/{work_centre}/{day}": PLANNER,
    "GET /invoices": INVOICES,
    "POST /invoices/runs": FINANCE,
    "GET /invoices/{number}": EVERYBODY,
    "GET /invoices/{number}/invoice.pdf": EVERYBODY,
    "GET /invoices/{number}/invoice.xml": EVERYBODY,
    "POST /orders/{number}/payments": INVOICES,
    "POST /orders/{number}/invoice": INVOICES,
    "POST /api/v1/orders/{number}/invoice": INVOICES,
    "GET /customers/{customer_id}/billing": INVOICES,
    "POST /customers/{customer_id}/billing": INVOICES,
    "GET /api/v1/invoices": INVOICES,
    "POST /api/v1/invoices/runs": FINANCE,
    "GET /api/v1/invoices/{number}": EVERYBODY,
    "GET /api/v1/invoices/{number}/invoice.pdf": EVERYBODY,
    "GET /api/v1/invoices/{number}/invoice.xml": EVERYBODY,
    "GET /api/v1/orders/{number}/account": EVERYBODY,
    "POST /api/v1/accounts": EVERYBODY,
    "POST /api/v1/accounts/password-resets": EVERYBODY,
    "POST /api/v1/drafts/again": EVERYBODY,
    "POST /api/v1/orders/{number}/feedback": EVERYBODY,
    "GET /api/v1/account": SIGNED_IN,
    "GET /api/v1/account/export": SIGNED_IN,
    "DELETE /api/v1/account/known-facts/{key}": SIGNED_IN,
    "POST /api/v1/account/erasure": SIGNED_IN,
    "POST /api/v1/customer-imports": STORE,
    "POST /api/v1/orders/{number}/payments": INVOICES,
    "GET /api/v1/customers/{customer_id}/billing": INVOICES,
    "PUT /api/v1/customers/{customer_id}/billing": INVOICES,
    "GET /finance/margins": FINANCE,
    "GET /finance/margins.csv": FINANCE,
    "GET /finance/prices": FINANCE,
    "POST /finance/prices/rules": FINANCE,
    "POST /finance/prices/rules/{code}/removal": FINANCE,
    "POST /finance/prices/vouchers": FINANCE,
    "POST /finance/prices/lists": FINANCE,
    "POST /finance/prices/lists/{currency}/removal": FINANCE,
    "GET /finance/groups": FINANCE,
    "POST /finance/groups": FINANCE,
    "PUT /api/v1/customers/{customer_id}/groups": FINANCE,
    "GET /finance/approvals": FINANCE,
    "POST /finance/approvals/{approval_id}": FINANCE,
    "GET /orders": EVERYBODY,
    "GET /orders/{number}": EVERYBODY,
    "GET /orders/{number}/picture.svg": EVERYBODY,
    "GET /orders/{number}/build-sheet.pdf": SHEETS,
    "GET /orders/{number}/parcels/{parcel}/delivery-note.pdf": EVERYBODY,
    "POST /orders/{number}/cancellation": EVERYBODY,
    "POST /orders/{number}/dates/{offer}": EVERYBODY,
    "POST /orders/{number}/changes": EVERYBODY,
    "GET /orders/{number}/changes/{draft_id}": EVERYBODY,
    "POST /orders/{number}/changes/{draft_id}/consent": EVERYBODY,
    "GET /orders/{number}/diff-sheet.pdf": SHEETS,
    "POST /orders/{number}/events": STORE,
    "POST /orders/{number}/shipments": STORE,
    "POST /orders/{number}/returns": STORE,
    "POST /orders/{number}/messages/{message_id}/again": STORE,
    "GET /customers": STORE,
    "POST /customers": STORE,
    "GET /customers/{customer_id}": STORE,
    "POST /customers/{customer_id}/drafts": STORE,
    "GET /customers/{customer_id}/measures": STORE,
    "POST /customers/{customer_id}/measures": STORE,
    "GET /customers/{customer_id}/measures/history": STORE,
    "POST /customers/{customer_id}/corrections": STORE,
    "GET /customers/import": STORE,
    "POST /customers/import": STORE,
    "POST /customers/{customer_id}/notes": STORE,
    "POST /customers/{customer_id}/contact": STORE,
    "POST /customers/{customer_id}/consents": STORE,
    "POST /customers/{customer_id}/merges": STORE,
    "POST /customers/{customer_id}/merges/{merge_id}/undo": STORE,
    "GET /customers/{customer_id}/export.zip": STORE,
    "GET /customers/{customer_id}/erasure": STORE,
    "POST /customers/{customer_id}/erasure": STORE,
    "GET /configure/{line}/usual": EVERYBODY,
    "GET /orders/{number}/again": EVERYBODY,
    "GET /orders/{number}/fit": EVERYBODY,
    "POST /orders/{number}/fit": EVERYBODY,
    "GET /shared/{token}": EVERYBODY,
    "POST /configure/{line}/again": EVERYBODY,
    "POST /drafts/{draft_id}/shares": EVERYBODY,
    "POST /drafts/{draft_id}/handovers": EVERYBODY,
    "GET /handovers": STORE,
    "POST /handovers": STORE,
    "GET /floor": FLOOR,
    "GET /floor/{line}/{work_centre}": FLOOR,
    "GET /floor/{line}/{work_centre}/cards": FLOOR,
    "POST /floor/{line}/{work_centre}/scans": FLOOR,
    "POST /floor/{line}/{work_centre}/lots": FLOOR,
    "GET /lots/{line}": SHEETS,
    "GET /prints/{line}": MAKERS,
    "POST /prints/{line}": MAKERS,
    "GET /prints/{line}/{run_id}": MAKERS,
    "GET /prints/{line}/{run_id}/prints.pdf": MAKERS,
    "POST /orders/{number}/pieces/{piece}/remake": MAKERS,
    "POST /orders/{number}/pieces/{piece}/copies": SHEETS,
    "POST /orders/{number}/pieces/{piece}/lots": MAKERS,
    "POST /orders/{number}/pieces/{piece}/lots/removal": MAKERS,
    "GET /login": EVERYBODY,
    "POST /login": EVERYBODY,
    "GET /login/code": EVERYBODY,
    "POST /login/code": EVERYBODY,
    "POST /logout": EVERYBODY,
    "GET /register": EVERYBODY,
    "POST /register": EVERYBODY,
    "GET /register/sent": EVERYBODY,
    "GET /password-resets": EVERYBODY,
    "POST /password-resets": EVERYBODY,
    "GET /password-resets/sent": EVERYBODY,
    "GET /links/{token}": EVERYBODY,
    "POST /links/{token}": EVERYBODY,
    "GET /account": SIGNED_IN,
    "GET /account/data": SIGNED_IN,
    "POST /account/contact": SIGNED_IN,
    "POST /account/email": SIGNED_IN,
    "POST /account/joins": SIGNED_IN,
    "POST /account/joins/declined": SIGNED_IN,
    "POST /account/joins/{merge_id}/undo": SIGNED_IN,
    "POST /account/addresses": SIGNED_IN,
    "POST /account/addresses/{address_id}/default": SIGNED_IN,
    "POST /account/addresses/{address_id}/removal": SIGNED_IN,
    "POST /account/facts/removal": SIGNED_IN,
    "POST /account/consents": SIGNED_IN,
    "GET /account/export.zip": SIGNED_IN,
    "GET /account/erasure": SIGNED_IN,
    "POST /account/erasure": SIGNED_IN,
    "GET /account/security": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /account/second-factor": SIGNED_IN,
    "POST /account/second-factor": SIGNED_IN,
    "POST /account/second-factor/removal": SIGNED_IN,
    "POST /account/recovery-codes": SIGNED_IN,
    "GET /users": ADMIN,
    "POST /users": ADMIN,
    "GET /users/{user_id}": ADMIN,
    "POST /users/{user_id}/roles": ADMIN,
    "POST /users/{user_id}/account": ADMIN,
    "POST /users/{user_id}/second-factor/removal": ADMIN,
    "POST /users/{user_id}/sessions/end": ADMIN,
    "GET /webhooks": ADMIN,
    "POST /webhooks": ADMIN,
    "GET /webhooks/{webhook_id}": ADMIN,
    "POST /webhooks/{webhook_id}/test": ADMIN,
    "POST /webhooks/{webhook_id}/state": ADMIN,
    "POST /webhooks/{webhook_id}/removal": ADMIN,
    "POST /webhooks/{webhook_id}/messages/{delivery_id}/again": ADMIN,
    "GET /api/v1/webhooks": ADMIN,
    "POST /api/v1/webhooks": ADMIN,
    "GET /api/v1/webhooks/{webhook_id}": ADMIN,
    "POST /api/v1/webhooks/{webhook_id}/tests": ADMIN,
    "DELETE /api/v1/webhooks/{webhook_id}": ADMIN,
    "POST /preferences": EVERYBODY,
    "GET /styleguide": EVERYBODY,
    "GET /styleguide/picture/{line}.svg": EVERYBODY,
    "POST /api/v1/sessions": EVERYBODY,
    "GET /api/v1/sessions/current": SIGNED_IN,
    "DELETE /api/v1/sessions/current": SIGNED_IN,
    "GET /api/v1/lines": EVERYBODY,
    "GET /api/v1/lines/{line}": EVERYBODY,
    "GET /api/v1/lines/{line}/releases/{release}": EVERYBODY,
    "POST /api/v1/drafts": EVERYBODY,
    "GET /api/v1/drafts/{draft_id}": EVERYBODY,
    "PUT /api/v1/drafts/{draft_id}/choices/{feature}": EVERYBODY,
    "DELETE /api/v1/drafts/{draft_id}/choices/{feature}": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/explanations": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/repairs": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/undo": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/completion": EVERYBODY,
    "PUT /api/v1/drafts/{draft_id}/limits": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/confirmations": STORE,
    "PUT /api/v1/drafts/{draft_id}/customer": STORE,
    "POST /api/v1/drafts/{draft_id}/quotes": EVERYBODY,
    "GET /api/v1/quotes/{quote_id}": EVERYBODY,
    "POST /api/v1/quotes/{quote_id}/withdrawal": EVERYBODY,
    "POST /api/v1/orders": EVERYBODY,
    "GET /api/v1/orders": EVERYBODY,
    "GET /api/v1/orders/{number}": EVERYBODY,
    "POST /api/v1/orders/{number}/cancellation": EVERYBODY,
    "POST /api/v1/orders/{number}/changes": EVERYBODY,
    "GET /api/v1/orders/{number}/dates": EVERYBODY,
    "POST /api/v1/orders/{number}/dates": PLANNER,
    "POST /api/v1/orders/{number}/dates/{offer}": EVERYBODY,
    "GET /api/v1/orders/{number}/changes/{draft_id}": EVERYBODY,
    "POST /api/v1/orders/{number}/changes/{draft_id}/consent": EVERYBODY,
    "GET /api/v1/orders/{number}/revisions": EVERYBODY,
    "GET /api/v1/orders/{number}/diff-sheet.pdf": SHEETS,
    "POST /api/v1/orders/{number}/events": STORE,
    "POST /api/v1/orders/{number}/shipments": STORE,
    "POST /api/v1/orders/{number}/returns": STORE,
    "GET /api/v1/orders/{number}/returns": EVERYBODY,
    "GET /api/v1/orders/{number}/messages": STORE,
    "POST /api/v1/orders/{number}/messages/{message_id}/again": STORE,
    "GET /api/v1/orders/{number}/shipments": EVERYBODY,
    "GET /api/v1/orders/{number}/shipments/{parcel}/delivery-note.pdf": EVERYBODY,
    "GET /api/v1/orders/{number}/build-sheet.pdf": SHEETS,
    "GET /api/v1/orders/{number}/spec.json": SHEETS,
    "GET /api/v1/customers": STORE,
    "POST /api/v1/customers": STORE,
    "GET /api/v1/customers/{customer_id}": STORE,
    "GET /api/v1/customers/{customer_id}/measurements": STORE,
    "POST /api/v1/customers/{customer_id}/measurements": STORE,
    "PUT /api/v1/customers/{customer_id}/contact": STORE,
    "GET /api/v1/customers/{customer_id}/contacts": STORE,
    "POST /api/v1/customers/{customer_id}/contacts": STORE,
    "GET /api/v1/customers/{customer_id}/known-facts": STORE,
    "PUT /api/v1/customers/{customer_id}/consents": STORE,
    "POST /api/v1/customers/{customer_id}/corrections": STORE,
    "POST /api/v1/customers/{customer_id}/merges": STORE,
    "POST /api/v1/customers/{customer_id}/merges/{merge_id}/undo": STORE,
    "GET /api/v1/customers/{customer_id}/export": STORE,
    "POST /api/v1/customers/{customer_id}/erasure": STORE,
    "POST /api/v1/drafts/{draft_id}/shares": EVERYBODY,
    "POST /api/v1/drafts/{draft_id}/handovers": EVERYBODY,
    "POST /api/v1/handovers": STORE,
    "POST /api/v1/floor/scans": FLOOR,
    "GET /api/v1/stock/{line}": KEEPERS,
    "GET /api/v1/stock/{line}/movements": KEEPERS,
    "POST /api/v1/stock/{line}/receipts": KEEPERS,
    "POST /api/v1/stock/{line}/counts": KEEPERS,
    "GET /api/v1/stock/{line}/supplier-orders": KEEPERS,
    "POST /api/v1/stock/{line}/supplier-orders": PLANNER,
    "PUT /api/v1/stock/{line}/materials/{material}/ordering": PLANNER,
    "PUT /api/v1/stock/{line}/supplier-orders/{order_id}/day": PLANNER,
    "GET /api/v1/planning/{line}/adjustments": PLANNER,
    "POST /api/v1/planning/{line}/adjustments": PLANNER,
    "DELETE /api/v1/planning/{line}/adjustments/{adjustment_id}": PLANNER,
    "GET /api/v1/planning/{line}/risks": PLANNER,
    "GET /api/v1/planning/{line}/kept-shares": PLANNER,
    "GET /api/v1/planning/{line}/reserves": PLANNER,
    "PUT /api/v1/planning/{line}/kept-shares/{work_centre}": PLANNER,
    "PUT /api/v1/planning/{line}/reserves/{work_centre}": PLANNER,
    "GET /api/v1/floor/{line}/{work_centre}/queue": FLOOR,
    "GET /api/v1/prices/rules": FINANCE,
    "PUT /api/v1/prices/rules/{code}": FINANCE,
    "DELETE /api/v1/prices/rules/{code}": FINANCE,
    "GET /api/v1/prices/vouchers": FINANCE,
    "POST /api/v1/prices/vouchers": FINANCE,
    "GET /api/v1/orders/{number}/pieces": SHEETS,
    "POST /api/v1/orders/{number}/pieces/{piece}/remake": MAKERS,
    "POST /api/v1/orders/{number}/pieces/{piece}/copies": SHEETS,
    "POST /api/v1/orders/{number}/pieces/{piece}/lots": MAKERS,
    "GET /api/v1/lots/{line}": SHEETS,
    "POST /api/v1/prints/{line}": MAKERS,
    "GET /api/v1/prints/{line}/{run_id}": MAKERS,
    "GET /api/v1/prints/{line}/{run_id}/prints.pdf": MAKERS,
}


@pytest.fixture(scope="module")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """An empty shop with one person for each role."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "lotone.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(
        database_url=f"sqlite:///{folder / 'lotone.db'}", blob_url=str(folder / "blobs"), cache_dir=str(folder)
    )
    opened = open_shop(settings, clock=fixed_clock(NOW))
    with opened.database.write() as db:
        for role in Role:
            service.user_add(
                db,
                login_name=f"the-{role.value}",
                display_name=role.value,
                password="correct horse",
                roles=frozenset({role}),
                now=NOW,
            )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(shop: Shop) -> FastAPI:
    """One application for all: it prepares each route at the first request."""
    return create_app(Settings(), shop)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser of this test's own, from an address that has asked for nothing yet."""
    app.state.limiter = limiter_for(Settings())
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


def sign_in(shop: Shop, role: Role) -> str:
    """Return a fresh session's token."""
    with shop.database.write() as db:
        user = service.repository.find_user(db, f"the-{role.value}")
        assert user is not None
        return service.start_session(db, user, now=NOW).token


def routes_of(app: FastAPI) -> set[str]:
    found = iter_route_contexts(app.routes)
    return {f"{method} {one.path}" for one in found for method in (one.methods or {"ANY"}) - {"HEAD", "OPTIONS"}}


def address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "none", path)


def test_every_route_has_an_entry(app: FastAPI) -> None:
    """A new route fails here until somebody has said who may use it; one that is gone leaves the table."""
    assert routes_of(app) == set(ROUTES)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "nobody")
def test_a_route_lets_in_whom_the_table_names(shop: Shop, client: TestClient, role: Role | None) -> None:
    """Refused people are told so before anything else: nobody signs in first, a wrong role gets 403."""
    wrong = []
    for entry, allowed in ROUTES.items():
        method, path = entry.split(" ")
        client.cookies.clear()
        headers = {"Accept": "application/json"} if role else {}
        if role is not None:
            token = sign_in(shop, role)
            if path.startswith("/api/"):
                headers["Authorization"] = f"Bearer {token}"
            else:
                client.cookies.set("lotone-session", token)
        headers |= {} if path.startswith("/api/") or role is None else {"X-CSRF-Token": csrf_token(token)}
        if role is None and method != "GET" and not path.startswith("/api/"):
            client.cookies.set("lotone-visitor", "v" * 43)
            headers["X-CSRF-Token"] = csrf_token("v" * 43)
        answer = client.request(method, address(path), headers=headers, json={} if "/api/" in path else None)
        if outcome(answer) != expected(role, allowed):
            wrong.append((entry, outcome(answer), answer.status_code))

    assert wrong == []


def expected(role: Role | None, allowed: frozenset[Role | None]) -> str:
    return "let in" if role in allowed else "sign in" if role is None else "refused"


def outcome(answer: object) -> str:
    """Return what the route's guard said, whatever the handler made of a thing that is not there."""
    status, headers = answer.status_code, answer.headers  # type: ignore[attr-defined]
    if status == 303 and headers["location"].startswith("/login?next="):
        return "sign in"
    if "json" not in headers.get("content-type", "") or status < 400:
        return "let in"
    code = answer.json()["code"]  # type: ignore[attr-defined]
    return {"SignInNeeded": "sign in", "RoleMissing": "refused", "RequestForged": "forged"}.get(code, "let in")


UNSAFE = sorted(entry for entry in ROUTES if not entry.startswith("GET "))


@pytest.mark.parametrize("entry", UNSAFE)
def test_a_change_from_a_browser_needs_the_pages_token(shop: Shop, client: TestClient, entry: str) -> None:
    """With a session cookie and no token, a wrong token, or from another site, nothing is done: also below /api/."""
    method, path = entry.split(" ")
    token = sign_in(shop, Role.ADMIN)
    client.cookies.set("lotone-session", token)
    attempts: list[dict[str, str]] = [
        {},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": csrf_token(token), "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": csrf_token(token), "Origin": "https://elsewhere.example"},
    ]
    for headers in attempts:
        answer = client.request(method, address(path), headers={"Accept": "application/json", **headers})
        assert (answer.status_code, answer.json()["code"]) == (403, "RequestForged"), headers


def test_every_write_of_the_api_is_done_once_by_key(app: FastAPI) -> None:
    """A route below /api/ that changes something and does not take an `Idempotency-Key` fails here."""
    without = [
        f"{sorted(one.methods)} {one.path}"
        for one in iter_route_contexts(app.routes)
        if (one.path or "").startswith("/api/") and WRITES & set(one.methods or ())
        if not (isinstance(one.original_route, OnceRoute) and one.original_route.is_once)
    ]
    described = app.openapi()["paths"]
    undescribed = [
        f"{method} {path}"
        for path, operations in described.items()
        for method, operation in operations.items()
        if (method.upper() in WRITES)
        != any(each["name"] == HEADER and each["in"] == "header" for each in operation.get("parameters", ()))
    ]

    assert (without, undescribed) == ([], [])
    assert sum(method.upper() in WRITES for operations in described.values() for method in operations) == sum(
        not entry.startswith("GET ") and " /api/" in entry for entry in ROUTES
    )
