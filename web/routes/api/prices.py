"""What is taken off prices, by program: rules and vouchers, as on finance's page."""

from dataclasses import asdict
from datetime import date

from fastapi import Depends
from fastapi.responses import Response
from pydantic import Field

from kernel.errors import NotPossible
from kernel.ids import CustomerId
from modules_catalog.releases import service as releases
from orders.audit.service import record
from orders.customers.model import Purpose
from orders.customers.service import known_customer
from orders.pricing import repository as pricing
from orders.pricing.rules import PriceRule, PriceRuleNotFound, PriceRuleNotValid
from orders.pricing.vouchers import Voucher, clean_code
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.api.schemas import Given, Told
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(
    prefix=f"{PREFIX}/prices",
    tags=["prices"],
    dependencies=[Depends(require_role(Role.FINANCE)), Bearer],
    responses=problems(401, 403),
)


class VoucherTaken(NotPossible):
    """There is a voucher of this code; facts: ``voucher``."""


class RuleIn(Given):
    """A share of the catalog's price taken off under conditions, which must all hold."""

    reason: dict[str, str] = Field(examples=[{"en": "Ten or more", "zh_Hant": "十件以上"}])
    percent_bp: int = Field(description="Basis points, 1 to 10000: 1250 are 12.5 %.")
    valid_from: date | None = Field(None, description="First day; today where it is left out.")
    valid_until: date | None = Field(None, description="Last day.")
    line: str | None = Field(None, max_length=40)
    group: str | None = Field(None, max_length=40, description="Group of customers it is for.")
    customer_id: str | None = Field(None, max_length=20, description="With whom it was agreed.")
    least_quantity: int = Field(1, description="Pieces from which it holds.")


class Rule(Told):
    """A price rule."""

    code: str
    reason: dict[str, str]
    percent_bp: int
    valid_from: date
    valid_until: date | None
    line: str | None
    group: str | None
    customer_id: str | None
    least_quantity: int


class VoucherIn(Given):
    """A share or an amount taken off, so many times."""

    code: str = Field(max_length=80, examples=["SPRING-26"])
    reason: dict[str, str] = Field(examples=[{"en": "Spring"}])
    percent_bp: int = 0
    amount_minor: int = 0
    least_minor: int = Field(0, description="The total from which it holds.")
    currency: str = Field("EUR", max_length=3)
    uses_left: int = 1
    once_each: bool = Field(False, description="Each customer uses it once.")
    valid_from: date | None = Field(None, description="First day; today where it is left out.")
    valid_until: date | None = None
    line: str | None = Field(None, max_length=40)


class VoucherOut(Told):
    """A voucher."""

    code: str
    reason: dict[str, str]
    percent_bp: int
    amount_minor: int
    least_minor: int
    currency: str
    uses_left: int
    once_each: bool
    valid_from: date
    valid_until: date | None
    line: str | None


@router.get("/rules", name="api:price_rules")
def list_rules(shop: TheShop) -> list[Rule]:
    """Return the price rules."""
    with shop.database.read() as db:
        return [Rule.model_validate(asdict(each)) for each in pricing.all_rules(db)]


@router.put("/rules/{code}", name="api:save_price_rule", responses=problems(404, 422))
def save_rule(shop: TheShop, who: TheApiReader, code: str, body: RuleIn) -> Rule:
    """Keep a price rule; one of the same code is replaced. Quotes that were made keep their price."""
    now = shop.now()
    given = {
        **body.model_dump(),
        "valid_from": body.valid_from or now.date(),
        "group": (body.group or "").lower() or None,
    }
    rule = PriceRule(code=code.strip().lower(), **given)
    with shop.database.write() as db:
        if rule.line is not None and rule.line not in releases.current_lines(db, now=now):
            raise PriceRuleNotValid(field="line")
        if rule.customer_id is not None:
            known_customer(db, CustomerId(rule.customer_id), purpose=Purpose.SALE)
        pricing.save_rule(db, rule)
        record(db, f"price_rule:{rule.code}", "saved", actor=who.actor, now=now, percent_bp=rule.percent_bp)
    return Rule.model_validate(asdict(rule))


@router.delete("/rules/{code}", name="api:remove_price_rule", status_code=204, responses=problems(404))
def remove_rule(shop: TheShop, who: TheApiReader, code: str) -> Response:
    """End a price rule; quotes that were made keep their price."""
    with shop.database.write() as db:
        if not pricing.remove_rule(db, code.lower()):
            raise PriceRuleNotFound(rule=code)
        record(db, f"price_rule:{code.lower()}", "removed", actor=who.actor, now=shop.now())
    return Response(status_code=204)


@router.get("/vouchers", name="api:vouchers")
def list_vouchers(shop: TheShop) -> list[VoucherOut]:
    """Return the vouchers and how often each may still be used."""
    with shop.database.read() as db:
        return [_told(each) for each in pricing.all_vouchers(db)]


@router.post("/vouchers", name="api:add_voucher", status_code=201, responses=problems(409, 422))
def add_voucher(shop: TheShop, who: TheApiReader, body: VoucherIn) -> VoucherOut:
    """Add a voucher: a share or an amount, so many times."""
    now = shop.now()
    given = {**body.model_dump(), "code": clean_code(body.code), "valid_from": body.valid_from or now.date()}
    voucher = Voucher(**given)
    with shop.database.write() as db:
        if pricing.find_voucher(db, voucher.code) is not None:
            raise VoucherTaken(voucher=voucher.code)
        pricing.add_voucher(db, voucher)
        record(db, f"voucher:{voucher.code}", "added", actor=who.actor, now=now, uses=voucher.uses_left)
    return _told(voucher)


def _told(voucher: Voucher) -> VoucherOut:
    return VoucherOut.model_validate(asdict(voucher))
