"""What is taken off a price for this buyer today, and the uses of vouchers that quotes hold."""

from datetime import date

from sqlmodel import Session

from kernel.ids import CustomerId, QuoteId
from orders.pricing import repository
from orders.pricing.exchange import CurrencyNotOffered, Exchange
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
    groups = customer_groups(db, customer_id)
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


def exchange_for(db: Session, catalog: str, currency: str, country: str) -> Exchange | None:
    """Return how the catalog's prices become those of a buyer; ``None`` where they stay what they are.

    Args:
        db: A session; reading is enough.
        catalog: The catalog's currency.
        currency: The one that is asked for; empty: that of the country.
        country: Where the buyer is.

    Raises:
        CurrencyNotOffered: there are no prices in the currency asked for.
    """
    if currency == catalog:
        return None
    for each in repository.price_lists(db):
        if each.exchange.catalog == catalog and (
            currency == each.exchange.currency or (not currency and country in each.countries)
        ):
            return each.exchange
    if currency:
        raise CurrencyNotOffered(currency=currency)
    return None


def customer_groups(db: Session, customer_id: CustomerId | None) -> frozenset[str]:
    """Return the groups a buyer is in: they bring price rules, and shares of the plant that are kept for them."""
    return frozenset() if customer_id is None else repository.groups_of(db, customer_id)


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
