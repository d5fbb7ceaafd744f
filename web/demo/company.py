"""The demo's company: what its people may order, and what was agreed with it."""

from datetime import date

from kernel.ids import CustomerId
from orders.companies import repository as companies
from orders.companies.model import Company, CostCentre, Member, MemberRole, Preset
from orders.pricing import repository as pricing
from orders.pricing.rules import PriceRule
from web.security import repository as users
from web.shop import Shop

BILLED = {"account": "company", "payment": "on_invoice", "invoicing": "monthly"}
COST_CENTRES = (CostCentre("4100", "Sales"), CostCentre("4200", "Design"))
BUYERS = {"buyer": MemberRole.BUYER, "lead": MemberRole.APPROVER}
PRESETS = (
    ("Sales desk", {**BILLED, "cost_centre": "4100"}),
    ("Design workstation", {**BILLED, "cost_centre": "4200", "warranty": "premium"}),
)
"""Presets of the PC line, each with the answers it settles."""


def seed_company(shop: Shop, customer_id: CustomerId) -> None:
    """Open the account of a customer, let the demo's buyers buy for it, keep two presets and agree on 1 % off."""
    with shop.database.write() as db:
        companies.save_company(db, Company(customer_id, alone_up_to_minor=150_000, cost_centres=COST_CENTRES))
        for login_name, role in BUYERS.items():
            user = users.find_user(db, login_name)
            if user is not None:
                companies.save_member(db, Member(user.id, customer_id, role))
        for name, answers in PRESETS:
            companies.save_preset(db, Preset(shop.new_id(), customer_id, "pc", name, answers, frozenset(answers)))
        reason = {"en": "As agreed", "zh_Hant": "依約定", "zh_Hans": "依约定"}
        agreed_on = date(shop.now().year, 1, 1)
        pricing.save_rule(db, PriceRule("northwind", reason, 100, agreed_on, customer_id=customer_id))
