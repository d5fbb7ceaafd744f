"""The store's page of a company's account: limit, cost centres, who buys, and what was agreed on prices."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from kernel.ids import CustomerId
from orders.audit.service import record
from orders.companies import repository as companies
from orders.companies.model import Company, CompanyNotValid, CostCentre, Member, MemberRole
from orders.customers import repository as customers
from orders.customers.model import Customer, CustomerKind, CustomerNotFound, Purpose
from orders.pricing import repository as pricing
from orders.pricing.rules import PriceRule, PriceRuleNotValid
from web.security import repository as security
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, respond

router = APIRouter(
    prefix="/customers/{customer_id}/company",
    dependencies=[Depends(require_role(Role.STORE))],
    include_in_schema=False,
)


@router.get("", name="company_account:page")
def page(request: Request, shop: TheShop, customer_id: str) -> Response:
    """Show a company's account; an empty one before it is opened."""
    return _show(request, shop, CustomerId(customer_id))


@router.post("", name="company_account:save")
def save(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    customer_id: str,
    alone_up_to: Annotated[str, Form(max_length=20)] = "",
    cost_centres: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Open or change the account: the limit in the currency's units, one cost centre a line (code, then name)."""
    company_id = CustomerId(customer_id)
    typed = {"alone_up_to": alone_up_to, "cost_centres": cost_centres}
    try:
        centres = tuple(_cost_centre(line) for line in cost_centres.splitlines() if line.strip())
        company = Company(company_id, _minor(alone_up_to), centres)
    except CompanyNotValid as error:
        return _show(request, shop, company_id, problem=str(error.facts["field"]), typed=typed, status=422)
    with shop.database.write() as db:
        _require_company(shop, company_id)
        companies.save_company(db, company)
        record(db, f"company:{company_id}", "saved", actor=actor, now=shop.now())
    return go_to(request, f"/customers/{customer_id}/company")


@router.post("/members", name="company_account:add_member")
def add_member(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    customer_id: str,
    login_name: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[MemberRole, Form()] = MemberRole.BUYER,
) -> Response:
    """Let somebody with a log-in buy for the company."""
    company_id = CustomerId(customer_id)
    with shop.database.write() as db:
        companies.get_company(db, company_id)
        user = security.find_user(db, login_name.strip())
        if user is not None and Role.BUYER in user.roles:
            companies.save_member(db, Member(user.id, company_id, role))
            record(db, f"company:{company_id}", "member", actor=actor, now=shop.now(), user=user.id, role=role.value)
            return go_to(request, f"/customers/{customer_id}/company")
    return _show(request, shop, company_id, problem="login_name", typed={"login_name": login_name}, status=422)


@router.post("/members/{user_id}/removal", name="company_account:remove_member")
def remove_member(request: Request, shop: TheShop, actor: TheActor, customer_id: str, user_id: str) -> Response:
    """Let somebody buy for the company no longer."""
    with shop.database.write() as db:
        if companies.remove_member(db, CustomerId(customer_id), user_id):
            record(db, f"company:{customer_id}", "member_removed", actor=actor, now=shop.now(), user=user_id)
    return go_to(request, f"/customers/{customer_id}/company")


@router.post("/agreements", name="company_account:agree")
def agree(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    customer_id: str,
    percent: Annotated[str, Form(max_length=10)] = "",
    least_quantity: Annotated[str, Form(max_length=3)] = "1",
    valid_until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Agree on a share off the catalog's prices; one of the same number of pieces is replaced."""
    company_id = CustomerId(customer_id)
    now = shop.now()
    with shop.database.read() as db:
        customer = customers.get_customer(db, company_id, purpose=Purpose.SALE)
    try:
        until = date.fromisoformat(valid_until) if valid_until else None
        rule = PriceRule(
            code=f"{customer.reference}-{least_quantity}".lower(),
            reason={"en": "As agreed", "zh_Hant": "依約定", "zh_Hans": "依约定"},
            percent_bp=_minor(percent) or 0,
            valid_from=now.date(),
            valid_until=until,
            customer_id=company_id,
            least_quantity=int(least_quantity) if least_quantity.isdecimal() else 0,
        )
    except (PriceRuleNotValid, CompanyNotValid, ValueError):
        typed = {"percent": percent, "least_quantity": least_quantity, "valid_until": valid_until}
        return _show(request, shop, company_id, problem="percent", typed=typed, status=422)
    with shop.database.write() as db:
        companies.get_company(db, company_id)
        pricing.save_rule(db, rule)
        record(db, f"company:{company_id}", "agreed", actor=actor, now=now, percent_bp=rule.percent_bp)
    return go_to(request, f"/customers/{customer_id}/company")


def _show(
    request: Request,
    shop: Shop,
    company_id: CustomerId,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    customer = _require_company(shop, company_id)
    with shop.database.read() as db:
        company = companies.find_company(db, company_id)
        kept_members = companies.members_of(db, company_id)
        names = security.display_names(db, [each.user_id for each in kept_members])
        members = [(each.user_id, names.get(each.user_id, each.user_id), each.role.value) for each in kept_members]
        agreements = [rule for rule in pricing.all_rules(db) if rule.customer_id == company_id]
    limit = company.alone_up_to_minor if company else None
    kept = {
        "alone_up_to": "" if limit is None else f"{limit / 100:.2f}",
        "cost_centres": "\n".join(f"{each.code} {each.name}" for each in company.cost_centres) if company else "",
        "login_name": "",
        "percent": "",
        "least_quantity": "1",
        "valid_until": "",
    }
    values = {
        "customer": customer,
        "is_open": company is not None,
        "members": members,
        "agreements": agreements,
        "problem": problem,
        "typed": {**kept, **(typed or {})},
    }
    return respond(request, "company/account.html", values, status=status)


def _require_company(shop: Shop, company_id: CustomerId) -> Customer:
    with shop.database.read() as db:
        customer = customers.get_customer(db, company_id, purpose=Purpose.SALE)
    if customer.contact.kind is not CustomerKind.COMPANY:
        raise CustomerNotFound(customer_id=company_id, reason="no company")
    return customer


def _cost_centre(line: str) -> CostCentre:
    code, _, name = line.strip().partition(" ")
    return CostCentre(code.strip(), name.strip() or code.strip())


def _minor(typed: str) -> int | None:
    """Return a number with up to two decimals times 100; ``None`` for nothing."""
    if not typed.strip():
        return None
    try:
        value = Decimal(typed.strip().replace(",", ".")) * 100
    except InvalidOperation:
        raise CompanyNotValid(field="alone_up_to") from None
    if value != value.to_integral_value() or not 0 <= value < 10**12:
        raise CompanyNotValid(field="alone_up_to")
    return int(value)
