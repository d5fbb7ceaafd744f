"""The values of finance's pages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from kernel.money import Money, decimal_from_money
from orders.approvals.model import Approval
from orders.lifecycle.repository import find_orders
from orders.pricing import repository as pricing
from orders.pricing.exchange import PriceList
from orders.pricing.margin import Margin
from orders.pricing.rules import PriceRule
from orders.pricing.vouchers import Voucher
from web.formats import money


@dataclass(frozen=True, slots=True)
class MarginRow:
    """What one order earns."""

    number: str
    line: str
    state: str
    placed_on: date
    margin: Margin


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """One request, with what is decided on."""

    id: str
    state: str
    asked_at: datetime
    line: str
    total: str
    rows: tuple[tuple[str, str], ...]
    percent: int
    floor_percent: int
    lacks: str
    discounts: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One price rule as a line of a table."""

    code: str
    reason: str
    percent: str
    group: str
    line: str
    least_quantity: int
    agreed: bool
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ShownVoucher:
    """One voucher as a line of a table."""

    code: str
    reason: str
    off: str
    line: str
    uses_left: int
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ShownPriceList:
    """One price list as a line of a table."""

    catalog: str
    currency: str
    rate: str
    step: str
    countries: str


def margin_rows(db: Session, *, line: str, order_by: str, limit: int) -> list[MarginRow]:
    """Return what orders earn, newest first or by percent, least first; orders without a record of costs are left out."""
    found = [order for order in find_orders(db, limit=limit) if not line or order.line == line]
    margins = pricing.margins(db, [order.quote_id for order in found])
    rows = [
        MarginRow(order.number, order.line, order.state.value, order.placed_at.date(), margins[order.quote_id])
        for order in found
        if order.quote_id in margins
    ]
    return sorted(rows, key=lambda row: row.margin.percent) if order_by == "percent" else rows


def shown_approval(approval: Approval, locale: str) -> ShownApproval:
    """Return a request as finance reads it."""
    facts: dict[str, Any] = dict(approval.facts)

    def amount(key: str) -> str:
        return money(int(facts[key]), str(facts["currency"]), locale=locale)

    costs = ("net_minor", "material_minor", "labour_minor", "setup_minor", "capacity_minor", "margin_minor")
    net_minor = int(facts["net_minor"])
    return ShownApproval(
        id=approval.id,
        state=approval.state.value,
        asked_at=approval.asked_at,
        line=str(facts["line"]),
        total=amount("total_minor"),
        rows=tuple((key, amount(key)) for key in costs),
        percent=100 * int(facts["margin_minor"]) // net_minor if net_minor else 0,
        floor_percent=int(facts["floor_percent"]),
        lacks=amount("lacks_minor"),
        discounts=", ".join(facts["discounts"]),
        note=approval.note,
    )


def shown_rule(rule: PriceRule, locale: str) -> ShownRule:
    """Return a price rule as a line of a table."""
    return ShownRule(
        code=rule.code,
        reason=rule.reason.get(locale) or rule.reason["en"],
        percent=_percent(rule.percent_bp),
        group=rule.group or "",
        line=rule.line or "",
        least_quantity=rule.least_quantity,
        agreed=rule.customer_id is not None,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )


def shown_voucher(voucher: Voucher, locale: str) -> ShownVoucher:
    """Return a voucher as a line of a table."""
    off = (
        _percent(voucher.percent_bp)
        if voucher.percent_bp
        else money(voucher.amount_minor, voucher.currency, locale=locale)
    )
    return ShownVoucher(
        code=voucher.code,
        reason=voucher.reason.get(locale) or voucher.reason["en"],
        off=off,
        line=voucher.line or "",
        uses_left=voucher.uses_left,
        valid_until=voucher.valid_until,
    )


def shown_price_list(prices: PriceList) -> ShownPriceList:
    """Return a price list as a line of a table; numbers as they are typed."""
    told = prices.exchange
    step = decimal_from_money(Money(told.step_minor, told.currency))
    return ShownPriceList(
        told.catalog, told.currency, f"{told.rate:f}", f"{step:f}", ", ".join(sorted(prices.countries))
    )


def _percent(basis_points: int) -> str:
    whole, part = divmod(basis_points, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + " %"
