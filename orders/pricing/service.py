"""What is taken off a price for this buyer today, and the uses of vouchers that quotes hold."""

from datetime import date

from sqlmodel import Session

from kernel.ids import CustomerId, QuoteId
from orders.pricing import repository
from orders.pricing.model import Discount, DiscountKind
from orders.pricing.rules import Buyer, best_rule, rule_discount
from orders.pricing.vouchers import VoucherNotUsable, clean_code


def discounts_for(
    db: Session,
    customer_id: CustomerId | None,
    *,
    line: str,
    quantity: int,
    currency: str,
    catalog_minor: int,
    day: date,
    voucher: str = "",
) -> tuple[Discount, ...]:
    """Return what is taken off a catalog price: the best price rule, and of what is left what a voucher takes.

    Raises:
        VoucherNotUsable: the code is unknown or does not hold here; ``reason`` says why.
    """
    groups = frozenset[str]() if customer_id is None else repository.groups_of(db, customer_id)
    rules = repository.rules_for(db, customer_id, line=line, day=day)
    best = best_rule(rules, Buyer(customer_id, groups), line=line, quantity=quantity, day=day)
    discounts = () if best is None else (rule_discount(best, catalog_minor),)
    if not voucher:
        return discounts
    found = repository.find_voucher(db, clean_code(voucher))
    if found is None:
        raise VoucherNotUsable(reason="unknown")
    left_minor = catalog_minor + sum(each.amount_minor for each in discounts)
    return (*discounts, found.discount_on(left_minor, line=line, currency=currency, day=day))


def hold_voucher(
    db: Session, quote_id: QuoteId, customer_id: CustomerId | None, discounts: tuple[Discount, ...]
) -> None:
    """Take one use of the voucher among a quote's discounts; nothing where there is none.

    Raises:
        VoucherNotUsable: it is used up, or this customer used it before.
    """
    for discount in discounts:
        if discount.kind is not DiscountKind.VOUCHER:
            continue
        voucher = repository.find_voucher(db, discount.code)
        if voucher is None:
            raise VoucherNotUsable(reason="unknown")
        if voucher.once_each and customer_id is not None and repository.used_by(db, voucher.code, customer_id):
            raise VoucherNotUsable(reason="used_before")
        if not repository.take_use(db, voucher, quote_id, customer_id):
            raise VoucherNotUsable(reason="used_up")
