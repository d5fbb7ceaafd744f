"""Stocktake: count without being told what should be there, see the differences, then take them over with a reason."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from kernel.canonical import JsonValue
from production.supply import service as supply
from production.supply.model import QuantityNotValid
from web.forms import TheForm
from web.lines import line_switch
from web.routes.stock import STORE_KEEPERS, once, require_known, shelf_of
from web.security.access import require_role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.stock import Shelf, counted_rows, rows_to_count

router = APIRouter(
    prefix="/stock/{line}/count", dependencies=[Depends(require_role(*STORE_KEEPERS))], include_in_schema=False
)
COUNTED = "counted."
REASON = "reason."
PER_PAGE = 60


@router.get("", name="stock:count")
def page(
    request: Request, shop: TheShop, line: str, sought: Annotated[str, Query(alias="q", max_length=80)] = ""
) -> Response:
    """Show what is to be counted, from bin to bin."""
    return _ask(request, shop, line, sought=sought)


@router.post("", name="stock:take_count")
def take(request: Request, shop: TheShop, actor: TheActor, form: TheForm, line: str) -> Response:
    """Show how what was counted differs; with ``keep``, take it over."""
    typed = {
        name.removeprefix(COUNTED): str(text).strip()
        for name, text in form.items()
        if name.startswith(COUNTED) and str(text).strip()
    }
    sought = str(form.get("q", ""))[:80]
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, reader_locale(request))
        require_known(db, line, shelf, *typed)
    found, wrong = _read(shelf, typed)
    if wrong or not found:
        return _ask(request, shop, line, sought=sought, typed=typed, wrong=wrong, status=422)
    if form.get("keep"):
        _keep(shop, actor.id, line, found, form)
        return go_to(request, f"/stock/{line}/movements")
    with shop.database.read() as db:
        rows = counted_rows(supply.compare(db, line, found), shelf)
    values = {"line": line, "rows": rows, "q": sought, "key": secrets.token_urlsafe(16)}
    return respond(request, "stock/counted.html", values)


def _keep(shop: Shop, by: str, line: str, found: dict[str, int], form: FormData) -> None:
    reasons = {code: str(form.get(f"{REASON}{code}", "")).strip()[:120] for code in found}
    now = shop.now()
    with shop.database.write() as db:

        def act() -> None:
            for code in sorted(found):
                supply.count(db, line, code, found[code], by=by, now=now, reason=reasons[code])

        body: JsonValue = {"counted": {**found}, "reasons": {**reasons}}
        once(db, shop, line, str(form.get("key", ""))[:64], body, act)


def _read(shelf: Shelf, typed: dict[str, str]) -> tuple[dict[str, int], set[str]]:
    found: dict[str, int] = {}
    wrong: set[str] = set()
    for code, text in typed.items():
        try:
            found[code] = shelf.unit(code).read(text)
        except (ValueError, QuantityNotValid):
            wrong.add(code)
    return found, wrong


def _ask(
    request: Request,
    shop: Shop,
    line: str,
    *,
    sought: str = "",
    typed: dict[str, str] | None = None,
    wrong: set[str] | None = None,
    status: int = 200,
) -> Response:
    with shop.database.read() as db:
        shelf = shelf_of(db, shop, line, reader_locale(request))
        codes = [one.material for one in supply.stock_levels(db, line) if shelf.matches(one.material, sought)]
    extra = [code for code in typed or {} if code not in codes]
    rows = rows_to_count([*codes, *extra], shelf, typed or {}, wrong or set())
    values = {
        "line": line,
        "lines": line_switch(shop, line, "/stock/{}/count", reader_locale(request)),
        "rows": rows[:PER_PAGE],
        "more": max(0, len(rows) - PER_PAGE),
        "q": sought,
        "is_wrong": bool(wrong),
        "is_empty": status != 200 and not wrong,
    }
    return respond(request, "stock/count.html", values, status=status)
