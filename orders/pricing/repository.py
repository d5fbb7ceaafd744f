"""Reading and writing price rules, vouchers, groups and costs."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from kernel.database import changed_rows
from kernel.ids import CustomerId, QuoteId
from orders.pricing.exchange import Exchange, PriceList
from orders.pricing.margin import Margin
from orders.pricing.rules import PriceRule
from orders.pricing.tables import GroupMemberRow, PriceListRow, PriceRuleRow, ProductCostRow, VoucherRow, VoucherUseRow
from orders.pricing.vouchers import Voucher
from production.costing import ProductCost


def save_rule(db: Session, rule: PriceRule) -> None:
    """Store a price rule, replacing the one of its code."""
    db.merge(PriceRuleRow(**asdict(rule)))
    db.flush()


def remove_rule(db: Session, code: str) -> bool:
    """Return whether there was a rule of this code; there is none now."""
    return changed_rows(db, delete(PriceRuleRow).where(col(PriceRuleRow.code) == code)) == 1


def all_rules(db: Session) -> list[PriceRule]:
    """Return every price rule, by code."""
    return [PriceRule(**row.model_dump()) for row in db.exec(select(PriceRuleRow).order_by(col(PriceRuleRow.code)))]


def rules_for(db: Session, customer_id: CustomerId | None, *, line: str, day: date) -> list[PriceRule]:
    """Return the rules in force on the day that could hold for this customer and line."""
    row = PriceRuleRow
    rows = db.exec(
        select(row).where(
            col(row.valid_from) <= day,
            or_(col(row.valid_until).is_(None), col(row.valid_until) >= day),
            or_(col(row.line).is_(None), col(row.line) == line),
            or_(col(row.customer_id).is_(None), col(row.customer_id) == customer_id),
        )
    )
    return [PriceRule(**each.model_dump()) for each in rows]


def save_price_list(db: Session, prices: PriceList) -> None:
    """Store a price list, replacing the one of its currency."""
    told = prices.exchange
    db.merge(
        PriceListRow(
            currency=told.currency,
            catalog=told.catalog,
            rate=str(told.rate),
            step_minor=told.step_minor,
            countries=sorted(prices.countries),
        )
    )
    db.flush()


def remove_price_list(db: Session, currency: str) -> bool:
    """Return whether there was a price list in this currency; there is none now."""
    return changed_rows(db, delete(PriceListRow).where(col(PriceListRow.currency) == currency)) == 1


def price_lists(db: Session) -> list[PriceList]:
    """Return every price list, by currency."""
    rows = db.exec(select(PriceListRow).order_by(col(PriceListRow.currency)))
    return [
        PriceList(Exchange(row.catalog, row.currency, Decimal(row.rate), row.step_minor), frozenset(row.countries))
        for row in rows
    ]


def groups_of(db: Session, customer_id: CustomerId) -> frozenset[str]:
    """Return the groups a customer is in."""
    return frozenset(db.exec(select(GroupMemberRow.group).where(GroupMemberRow.customer_id == customer_id)))


def members(db: Session) -> dict[CustomerId, frozenset[str]]:
    """Return the groups of every customer who is in one."""
    found: dict[CustomerId, set[str]] = {}
    for row in db.exec(select(GroupMemberRow)):
        found.setdefault(CustomerId(row.customer_id), set()).add(row.group)
    return {customer_id: frozenset(groups) for customer_id, groups in found.items()}


def set_groups(db: Session, customer_id: CustomerId, groups: Iterable[str]) -> None:
    """Put a customer into these groups and no others."""
    changed_rows(db, delete(GroupMemberRow).where(col(GroupMemberRow.customer_id) == customer_id))
    db.add_all(GroupMemberRow(customer_id=customer_id, group=group) for group in sorted(set(groups)))
    db.flush()


def add_voucher(db: Session, voucher: Voucher) -> None:
    """Store a new voucher."""
    db.add(VoucherRow(**asdict(voucher)))
    db.flush()


def find_voucher(db: Session, code: str) -> Voucher | None:
    """Return the voucher of a code, or ``None``."""
    row = db.get(VoucherRow, code, populate_existing=True)
    return None if row is None else Voucher(**row.model_dump())


def all_vouchers(db: Session) -> list[Voucher]:
    """Return every voucher, by code."""
    return [Voucher(**row.model_dump()) for row in db.exec(select(VoucherRow).order_by(col(VoucherRow.code)))]


def take_use(db: Session, voucher: Voucher, quote_id: QuoteId, customer_id: CustomerId | None) -> bool:
    """Return whether there was a use left, which this quote holds now."""
    statement = (
        update(VoucherRow)
        .where(col(VoucherRow.code) == voucher.code, col(VoucherRow.uses_left) >= 1)
        .values(uses_left=VoucherRow.uses_left - 1)
    )
    if changed_rows(db, statement) != 1:
        return False
    db.add(VoucherUseRow(quote_id=quote_id, code=voucher.code, customer_id=customer_id))
    db.flush()
    return True


def give_use_back(db: Session, quote_id: QuoteId) -> str | None:
    """Give back what a quote holds of a voucher; return the voucher's code, ``None`` where it held none."""
    use = db.get(VoucherUseRow, quote_id)
    if use is None:
        return None
    code = use.code
    db.delete(use)
    db.flush()
    changed_rows(db, update(VoucherRow).where(col(VoucherRow.code) == code).values(uses_left=VoucherRow.uses_left + 1))
    return code


def used_by(db: Session, code: str, customer_id: CustomerId) -> bool:
    """Return whether a quote or order of the customer holds a use of the voucher."""
    found = db.exec(
        select(VoucherUseRow.quote_id).where(VoucherUseRow.code == code, VoucherUseRow.customer_id == customer_id)
    ).first()
    return found is not None


def keep_cost(db: Session, quote_id: QuoteId, margin: Margin, *, now: datetime) -> None:
    """Store what a quote's pieces cost to make."""
    db.add(
        ProductCostRow(
            quote_id=quote_id,
            currency=margin.currency,
            net_minor=margin.net_minor,
            material_minor=margin.cost.material_minor,
            labour_minor=margin.cost.labour_minor,
            setup_minor=margin.cost.setup_minor,
            capacity_minor=margin.cost.capacity_minor,
            worked_out_at=now,
        )
    )
    db.flush()


def margins(db: Session, quote_ids: Iterable[QuoteId]) -> dict[QuoteId, Margin]:
    """Return what is on record of these quotes' costs."""
    rows = db.exec(select(ProductCostRow).where(col(ProductCostRow.quote_id).in_(list(quote_ids))))
    return {QuoteId(row.quote_id): _margin(row) for row in rows}


def _margin(row: ProductCostRow) -> Margin:
    cost = ProductCost(row.material_minor, row.labour_minor, row.setup_minor, row.capacity_minor)
    return Margin(row.currency, row.net_minor, cost)
