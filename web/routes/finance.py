"""Finance: what orders earn, price rules and vouchers, and what must be approved before it is promised."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from modules_catalog.releases import service as releases
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalKind, ApprovalState
from orders.approvals.service import decide
from orders.audit.service import record
from orders.pricing import repository as pricing
from orders.pricing.rules import PriceRule, PriceRuleNotValid
from orders.pricing.vouchers import Voucher, VoucherNotValid, clean_code
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.finance import MarginRow, margin_rows, shown_approval, shown_rule, shown_voucher

router = APIRouter(dependencies=[Depends(require_role(Role.FINANCE))], include_in_schema=False)

MOST_ORDERS = 500
EMPTY = dict.fromkeys(
    ("code", "reason", "percent", "amount", "uses", "line", "group", "least_quantity", "valid_from", "valid_until"), ""
)


@router.get("/finance/margins", name="finance:margin")
def margins(
    request: Request,
    shop: TheShop,
    line: Annotated[str, Query(max_length=40)] = "",
    order_by: Annotated[str, Query(alias="by", pattern="^(newest|percent)$")] = "newest",
) -> Response:
    """Show what each order earns: its net price against material, labour, set-up and capacity."""
    rows = _margins(shop, line, order_by)
    with shop.database.read() as db:
        lines = releases.current_lines(db, now=shop.now())
    switch = [(each, f"?by={order_by}&line={each}", each == line) for each in lines]
    values = {"rows": rows, "line": line, "lines_switch": switch, "by": order_by}
    return respond(request, "finance/margins.html", values)


@router.get("/finance/margins.csv", name="finance:margin_csv")
def margins_as_csv(shop: TheShop, line: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Return the list for a spreadsheet; amounts in minor units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ["order", "placed", "line", "state", "currency", "net_minor", "material_minor", "labour_minor"]
    writer.writerow([*columns, "setup_minor", "capacity_minor", "margin_minor", "margin_percent"])
    for row in _margins(shop, line, "newest"):
        cost = row.margin.cost
        writer.writerow(
            [
                row.number,
                row.placed_on.isoformat(),
                row.line,
                row.state,
                row.margin.currency,
                row.margin.net_minor,
                cost.material_minor,
                cost.labour_minor,
                cost.setup_minor,
                cost.capacity_minor,
                row.margin.margin_minor,
                row.margin.percent,
            ]
        )
    headers = {"Content-Disposition": 'attachment; filename="margins.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _margins(shop: Shop, line: str, order_by: str) -> list[MarginRow]:
    with shop.database.read() as db:
        return margin_rows(db, line=line, order_by=order_by, limit=MOST_ORDERS)


@router.get("/finance/prices", name="finance:prices")
def prices(request: Request, shop: TheShop) -> Response:
    """Show price rules and vouchers."""
    return _prices(request, shop)


@router.post("/finance/prices/rules", name="finance:save_rule")
def save_rule(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    code: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    percent: Annotated[str, Form()] = "",
    line: Annotated[str, Form()] = "",
    group: Annotated[str, Form()] = "",
    least_quantity: Annotated[str, Form()] = "1",
    valid_from: Annotated[str, Form()] = "",
    valid_until: Annotated[str, Form()] = "",
) -> Response:
    """Keep a price rule; one of the same code is replaced."""
    typed = {
        "code": code,
        "reason": reason,
        "percent": percent,
        "line": line,
        "group": group,
        "least_quantity": least_quantity,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    try:
        rule = PriceRule(
            code=code.strip().lower(),
            reason={"en": reason.strip()},
            percent_bp=_basis_points(percent),
            valid_from=_day(valid_from) or shop.now().date(),
            valid_until=_day(valid_until),
            line=line or None,
            group=group.strip().lower() or None,
            least_quantity=int(least_quantity) if least_quantity.isdecimal() else 0,
        )
    except PriceRuleNotValid as error:
        return _prices(request, shop, problem=f"rule.{error.facts['field']}", typed=typed, status=422)
    with shop.database.write() as db:
        pricing.save_rule(db, rule)
        record(db, f"price_rule:{rule.code}", "saved", actor=actor, now=shop.now(), percent_bp=rule.percent_bp)
    return go_to(request, "/finance/prices")


@router.post("/finance/prices/rules/{code}/removal", name="finance:remove_rule")
def remove_rule(request: Request, shop: TheShop, actor: TheActor, code: str) -> Response:
    """End a price rule; quotes made with it keep their price."""
    with shop.database.write() as db:
        if pricing.remove_rule(db, code):
            record(db, f"price_rule:{code}", "removed", actor=actor, now=shop.now())
    return go_to(request, "/finance/prices")


@router.post("/finance/prices/vouchers", name="finance:add_voucher")
def add_voucher(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    code: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    percent: Annotated[str, Form()] = "",
    amount: Annotated[str, Form()] = "",
    uses: Annotated[str, Form()] = "1",
    line: Annotated[str, Form()] = "",
    once_each: Annotated[bool, Form()] = False,
    valid_until: Annotated[str, Form()] = "",
) -> Response:
    """Add a voucher: a share or an amount, so many times."""
    typed = {
        "code": code,
        "reason": reason,
        "percent": percent,
        "amount": amount,
        "uses": uses,
        "line": line,
        "valid_until": valid_until,
    }
    now = shop.now()
    try:
        voucher = Voucher(
            code=clean_code(code),
            reason={"en": reason.strip()},
            valid_from=now.date(),
            uses_left=int(uses) if uses.isdecimal() else -1,
            valid_until=_day(valid_until),
            percent_bp=_basis_points(percent),
            amount_minor=_basis_points(amount),
            line=line or None,
            once_each=once_each,
        )
    except VoucherNotValid as error:
        return _prices(request, shop, problem=f"voucher.{error.facts['field']}", typed=typed, status=422)
    with shop.database.write() as db:
        if pricing.find_voucher(db, voucher.code) is None:
            pricing.add_voucher(db, voucher)
            record(db, f"voucher:{voucher.code}", "added", actor=actor, now=now, uses=voucher.uses_left)
            return go_to(request, "/finance/prices")
    return _prices(request, shop, problem="voucher.taken", typed=typed, status=409)


@router.get("/finance/approvals", name="finance:approvals")
def open_approvals(request: Request, shop: TheShop) -> Response:
    """Show the offers that would earn too little, those to be decided first."""
    with shop.database.read() as db:
        found = approvals.approvals(db, ApprovalKind.MARGIN, limit=100)
    shown = [shown_approval(each, reader_locale(request)) for each in found]
    shown.sort(key=lambda each: each.state != ApprovalState.ASKED.value)
    return respond(request, "finance/approvals.html", {"approvals": shown})


@router.post("/finance/approvals/{approval_id}", name="finance:decide")
def decide_approval(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    approval_id: str,
    granted: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Grant or decline an offer that earns too little."""
    with shop.database.write() as db:
        decide(db, approval_id, granted=granted, note=note, actor=actor, now=shop.now())
    return go_to(request, "/finance/approvals")


def _prices(
    request: Request, shop: Shop, *, problem: str = "", typed: dict[str, str] | None = None, status: int = 200
) -> Response:
    with shop.database.read() as db:
        values = {
            "rules": [shown_rule(each, reader_locale(request)) for each in pricing.all_rules(db)],
            "vouchers": [shown_voucher(each, reader_locale(request)) for each in pricing.all_vouchers(db)],
            "lines_choices": [(line, line) for line in releases.current_lines(db, now=shop.now())],
            "problem": problem,
            "typed": {**EMPTY, **(typed or {})},
        }
    return respond(request, "finance/prices.html", values, status=status)


def _basis_points(typed: str) -> int:
    """Return a number with up to two decimals times 100: percent as basis points, an amount as cents; -1 for no number."""
    try:
        value = Decimal(typed.strip().replace(",", ".") or "0") * 100
        return int(value) if value == value.to_integral_value() and 0 <= value < 10**9 else -1
    except (InvalidOperation, OverflowError):
        return -1


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None
