"""From where, to where and to whom a draft would be sold: what decides over its tax and currency."""

from datetime import date

from sqlmodel import Session

from configurator.model import Selection
from kernel.ids import CustomerId
from orders.customers import repository as customers
from orders.customers.addresses.repository import addresses_of
from orders.customers.billing.numbers import compact_vat_id, plausible_vat_id
from orders.customers.billing.repository import billing_of
from orders.customers.model import CustomerKind, Purpose
from orders.pricing.tax import Supply
from orders.quotes.model import is_carried_away

HOME_COUNTRY = "DE"


def supply_to(db: Session, customer_id: CustomerId | None, selection: Selection, *, home: str, day: date) -> Supply:
    """Return the supply to a customer: to their default address, at home for a guest."""
    is_company, is_fetched = selection.answers.get("account") == "company", is_carried_away(selection)
    if customer_id is None:
        return Supply(home, home, day, is_company=is_company, is_carried_away=is_fetched)
    contact = customers.get_customer(db, customer_id, purpose=Purpose.INVOICE).contact
    known = next(iter(addresses_of(db, customer_id, purpose=Purpose.INVOICE)), None)
    vat_id = billing_of(db, customer_id, purpose=Purpose.INVOICE).vat_id
    return Supply(
        home=home,
        country=contact.country if known is None else known.address.country,
        day=day,
        vat_id=compact_vat_id(vat_id) if plausible_vat_id(vat_id) else "",
        is_company=is_company or contact.kind is CustomerKind.COMPANY,
        is_carried_away=is_fetched,
    )
