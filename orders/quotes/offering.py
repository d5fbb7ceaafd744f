"""What a draft is offered for: its price for this buyer, what it earns, and whether that must be approved first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from kernel.canonical import JsonValue, canonical_hash
from kernel.database import Database
from kernel.ids import IdMaker
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalKind, ApprovalNeeded, ApprovalState
from orders.approvals.service import ask
from orders.audit.model import Actor
from orders.drafts.model import DraftView
from orders.drafts.repository import selection_to_json
from orders.drafts.variants import variant_of
from orders.pricing.margin import Margin
from orders.pricing.model import Price
from orders.pricing.offering import offered_price
from orders.pricing.service import discounts_for, exchange_for
from orders.quotes.taxing import HOME_COUNTRY, supply_to
from production.costing import cost_of

FLOOR_SETTING = "margin_floor_percent"
"""A line's setting: percent of the net price an order must earn; without it nothing is asked."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A price and what it earns. ``subject`` names exactly this offer: another price or choice is another subject."""

    line: str
    price: Price
    margin: Margin
    floor_percent: int | None
    subject: str

    @property
    def pays(self) -> bool:
        """Whether it earns at least the line's floor."""
        return self.floor_percent is None or self.margin.lacks_minor(self.floor_percent) == 0


def made_offer(
    db: Session,
    view: DraftView,
    *,
    day: date,
    home: str = HOME_COUNTRY,
    voucher: str = "",
    currency: str = "",
    like: Price | None = None,
) -> Offer:
    """Return the price of a complete draft for its buyer on a day, and what it earns.

    Args:
        db: A session; reading is enough.
        view: The draft.
        day: Whose rules and rates hold.
        home: The seller's country.
        voucher: A voucher's code.
        currency: In which currency; that of the buyer's country unless given.
        like: An earlier price whose currency and rate are kept.

    Raises:
        VoucherNotUsable: the voucher does not hold here.
        CurrencyNotOffered: nothing is sold in that currency.
        CountryNotServed: there is no tax rate on record for the buyer's country.
    """
    draft, model = view.draft, view.model
    supply = supply_to(db, draft.customer_id, draft.selection, home=home, day=day)
    exchange = like.exchange if like else exchange_for(db, model.currency, currency, supply.country)
    price = offered_price(
        view.state.lines,
        currency=model.currency,
        quantity=draft.quantity,
        supply=supply,
        exchange=exchange,
        discounts_on=lambda catalog_minor: discounts_for(
            db,
            draft.customer_id,
            line=draft.line,
            quantity=draft.quantity,
            currency=exchange.currency if exchange else model.currency,
            catalog_minor=catalog_minor,
            day=day,
            voucher=voucher,
        ),
    )
    net_minor = price.tax.net_minor
    variant = variant_of(model, draft.selection.answers, view.fit)
    cost = cost_of(model, draft.selection.answers, variant, view.plant, quantity=draft.quantity)
    floor = model.settings.get(FLOOR_SETTING)
    what: list[Any] = [selection_to_json(draft.selection), draft.quantity, price.total_minor, price.currency]
    return Offer(
        line=draft.line,
        price=price,
        margin=Margin(model.currency, exchange.catalog_minor(net_minor) if exchange else net_minor, cost),
        floor_percent=None if floor is None else int(str(floor)),
        subject=f"draft:{draft.id}:{canonical_hash(what)[:32]}",
    )


def needs_approval(db: Session, offer: Offer) -> bool:
    """Return whether the offer earns too little and nobody has granted exactly this one."""
    if offer.pays:
        return False
    known = approvals.approval_of(db, offer.subject)
    return known is None or known.state is not ApprovalState.GRANTED


def require_approval(database: Database, offer: Offer, *, new_id: IdMaker, actor: Actor, now: datetime) -> None:
    """Ask for the approval an offer needs, once.

    Raises:
        ApprovalNeeded: always; the facts name the request and how it stands.
    """
    floor_percent = offer.floor_percent or 0
    cost = offer.margin.cost
    facts: dict[str, JsonValue] = {
        "line": offer.line,
        "currency": offer.margin.currency,
        "total_minor": offer.price.catalog_total_minor,
        "net_minor": offer.margin.net_minor,
        "material_minor": cost.material_minor,
        "labour_minor": cost.labour_minor,
        "setup_minor": cost.setup_minor,
        "capacity_minor": cost.capacity_minor,
        "margin_minor": offer.margin.margin_minor,
        "floor_percent": floor_percent,
        "lacks_minor": offer.margin.lacks_minor(floor_percent),
        "discounts": [each.code for each in offer.price.discounts],
    }
    with database.write() as db:
        approval = ask(db, ApprovalKind.MARGIN, offer.subject, facts, new_id=new_id, actor=actor, now=now)
    raise ApprovalNeeded(approval_id=approval.id, kind=approval.kind.value, state=approval.state.value)
