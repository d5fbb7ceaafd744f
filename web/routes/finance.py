"""Finance: what orders earn, price rules and vouchers, and what must be approved before it is promised."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from kernel.money import CurrencyUnknown, currency_digits
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalKind, ApprovalState
from orders.approvals.service import decide
from orders.audit.service import record
from orders.pricing import repository as pricing
from orders.pricing.exchange import Exchange, PriceList, PriceListNotValid, rate_typed
from orders.pricing.rules import PriceRule, PriceRuleNotValid
from orders.pricing.vouchers import Voucher, VoucherNotValid, clean_code
from web.lines import line_switch
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.finance import MarginRow, margin_rows, shown_approval, shown_price_list, shown_rule, shown_voucher

router = APIRouter(dependencies=[Depends(require_role(Role.FINANCE))], include_in_schema=False)

MOST_ORDERS = 500
CATALOG_CURRENCY = "EUR"


@router.get("/finance/margins", name="finance:margin")
def margins(
    request: Request,
    shop: TheShop,
    line: Annotated[str, Query(max_length=40)] = "",
    order_by: Annotated[str, Query(alias="by", pattern="^(newest|percent)$")] = "newest",
) -> Response:
    """Show what each order earns: its net price against material, labour, set-up and capacity."""
    rows = _margins(shop, line, order_by)
    switch = line_switch(shop, line, f"?by={order_by}&line={{}}", reader_locale(request))
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


class _ReducedIn(BaseModel):
    """What the forms of price rules and vouchers share; as typed."""

    code: str = ""
    reason: str = ""
    reason_hant: str = ""
    reason_hans: str = ""
    percent: str = ""
    line: str = ""
    valid_until: str = ""

    @property
    def reasons(self) -> dict[str, str]:
        """What the customer is told, by language; a language left open reads English."""
        told = {"en": self.reason, "zh_Hant": self.reason_hant, "zh_Hans": self.reason_hans}
        return {locale: text.strip() for locale, text in told.items() if text.strip() or locale == "en"}


class RuleIn(_ReducedIn):
    """A price rule as typed."""

    group: str = ""
    least_quantity: str = "1"
    valid_from: str = ""

    def rule(self, today: date) -> PriceRule:
        """Return the rule.

        Raises:
            PriceRuleNotValid: it cannot be meant; facts: ``field``.
        """
        return PriceRule(
            code=self.code.strip().lower(),
            reason=self.reasons,
            percent_bp=_basis_points(self.percent),
            valid_from=_day(self.valid_from) or today,
            valid_until=_day(self.valid_until),
            line=self.line or None,
            group=self.group.strip().lower() or None,
            least_quantity=_count(self.least_quantity, wrong=0),
        )


class VoucherIn(_ReducedIn):
    """A voucher as typed."""

    amount: str = ""
    currency: str = "EUR"
    uses: str = "1"
    once_each: bool = False

    def voucher(self, today: date) -> Voucher:
        """Return the voucher.

        Raises:
            VoucherNotValid: it cannot be meant; facts: ``field``.
        """
        return Voucher(
            code=clean_code(self.code),
            reason=self.reasons,
            valid_from=today,
            uses_left=_count(self.uses, wrong=-1),
            valid_until=_day(self.valid_until),
            percent_bp=_basis_points(self.percent),
            amount_minor=_amount(self.amount, self.currency),
            currency=self.currency,
            line=self.line or None,
            once_each=self.once_each,
        )


class PriceListIn(BaseModel):
    """A price list as typed: the step in the currency's own units."""

    currency: str = ""
    rate: str = ""
    step: str = ""
    countries: str = ""

    def price_list(self) -> PriceList:
        """Return the price list.

        Raises:
            PriceListNotValid: it cannot be meant; facts: ``field``.
        """
        currency = self.currency.strip().upper()
        step_minor = _amount(self.step, currency) if self.step.strip() else 1
        countries = frozenset(each for each in self.countries.upper().replace(",", " ").split() if each)
        return PriceList(Exchange(CATALOG_CURRENCY, currency, rate_typed(self.rate), step_minor), countries)


@router.post("/finance/prices/rules", name="finance:save_rule")
def save_rule(request: Request, shop: TheShop, actor: TheActor, typed: Annotated[RuleIn, Form()]) -> Response:
    """Keep a price rule; one of the same code is replaced."""
    try:
        rule = typed.rule(shop.now().date())
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
def add_voucher(request: Request, shop: TheShop, actor: TheActor, typed: Annotated[VoucherIn, Form()]) -> Response:
    """Add a voucher: a share or an amount, so many times."""
    now = shop.now()
    try:
        voucher = typed.voucher(now.date())
    except VoucherNotValid as error:
        return _prices(request, shop, problem=f"voucher.{error.facts['field']}", typed=typed, status=422)
    with shop.database.write() as db:
        if pricing.find_voucher(db, voucher.code) is None:
            pricing.add_voucher(db, voucher)
            record(db, f"voucher:{voucher.code}", "added", actor=actor, now=now, uses=voucher.uses_left)
            return go_to(request, "/finance/prices")
    return _prices(request, shop, problem="voucher.taken", typed=typed, status=409)


@router.post("/finance/prices/lists", name="finance:save_price_list")
def save_price_list(
    request: Request, shop: TheShop, actor: TheActor, typed: Annotated[PriceListIn, Form()]
) -> Response:
    """Keep at which rate prices are shown in another currency; quotes that were made keep theirs."""
    try:
        prices = typed.price_list()
    except PriceListNotValid as error:
        return _prices(request, shop, problem=f"list.{error.facts['field']}", typed=typed, status=422)
    told = prices.exchange
    with shop.database.write() as db:
        pricing.save_price_list(db, prices)
        record(db, f"price_list:{told.currency}", "saved", actor=actor, now=shop.now(), rate=str(told.rate))
    return go_to(request, "/finance/prices")


@router.post("/finance/prices/lists/{currency}/removal", name="finance:remove_price_list")
def remove_price_list(request: Request, shop: TheShop, actor: TheActor, currency: str) -> Response:
    """Sell in a currency no longer; quotes made in it stand."""
    with shop.database.write() as db:
        if pricing.remove_price_list(db, currency):
            record(db, f"price_list:{currency}", "removed", actor=actor, now=shop.now())
    return go_to(request, "/finance/prices")


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


EMPTY = {**RuleIn().model_dump(), **VoucherIn().model_dump(), **PriceListIn().model_dump()}


def _prices(
    request: Request, shop: Shop, *, problem: str = "", typed: BaseModel | None = None, status: int = 200
) -> Response:
    locale = reader_locale(request)
    lines = line_switch(shop, "", "{}", locale)
    with shop.database.read() as db:
        lists = pricing.price_lists(db)
        values = {
            "rules": [shown_rule(each, locale) for each in pricing.all_rules(db)],
            "vouchers": [shown_voucher(each, locale) for each in pricing.all_vouchers(db)],
            "price_lists": [shown_price_list(each) for each in lists],
            "lines_choices": [(code, name) for name, code, _here in lines],
            "currency_choices": [
                (each, each) for each in (CATALOG_CURRENCY, *(one.exchange.currency for one in lists))
            ],
            "problem": problem,
            "typed": {**EMPTY, **(typed.model_dump() if typed else {})},
        }
    return respond(request, "finance/prices.html", values, status=status)


def _basis_points(typed: str) -> int:
    """Return a number with up to two decimals times 100, percent as basis points; -1 for no number."""
    return _scaled(typed, 2)


def _amount(typed: str, currency: str) -> int:
    """Return an amount in minor units; -1 for none, or in no currency."""
    try:
        return _scaled(typed, currency_digits(currency))
    except CurrencyUnknown:
        return -1


def _scaled(typed: str, digits: int) -> int:
    try:
        value = Decimal(typed.strip().replace(",", ".") or "0").scaleb(digits)
        return int(value) if value == value.to_integral_value() and 0 <= value < 10**9 else -1
    except (InvalidOperation, OverflowError):
        return -1


def _count(typed: str, *, wrong: int) -> int:
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 10 else wrong


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None
