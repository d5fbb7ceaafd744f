"""Groups of customers: who is in which. They bring price rules, and shares of the plant that are kept for them."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotValid
from kernel.ids import CustomerId
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.audit.service import record
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.pricing import repository as pricing
from production.errors import PlantNotFound
from production.promise import service as promises
from web.security.access import require_role
from web.security.roles import Role
from web.shop import Shop, TheActor, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.words import Words

router = APIRouter(
    prefix="/finance/groups", dependencies=[Depends(require_role(Role.FINANCE))], include_in_schema=False
)
MOST_GROUPS = 20
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


class GroupNotValid(NotValid):
    """A group is one word of small letters, digits and hyphens; facts: ``group``."""


@router.get("", name="finance:groups")
def page(request: Request, shop: TheShop) -> Response:
    """Show who is in which group, and what is kept for groups."""
    return _show(request, shop)


@router.post("", name="finance:set_groups")
def set_groups(
    request: Request,
    shop: TheShop,
    actor: TheActor,
    reference: Annotated[str, Form(max_length=40)] = "",
    groups: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Put the customer of a reference into these groups and no others."""
    typed = {"reference": reference, "groups": groups}
    try:
        with shop.database.write() as db:
            wanted = reference.strip().lower()
            found = customers.find_customers(db, wanted, purpose=Purpose.SALE)
            customer = next((one for one in found if one.reference.lower() == wanted), None)
            if customer is None:
                return _show(request, shop, typed=typed, problem="reference", status=422)
            keep_groups(db, shop, actor, customer.id, re.split(r"[\s,;]+", groups.strip()))
    except GroupNotValid:
        return _show(request, shop, typed=typed, problem="groups", status=422)
    return go_to(request, "/finance/groups")


def keep_groups(db: Session, shop: Shop, actor: Actor, customer_id: CustomerId, groups: list[str]) -> frozenset[str]:
    """Put a customer into these groups and no others; return them.

    Raises:
        GroupNotValid: one of them is no word, or there are too many.
    """
    wanted = frozenset(one.lower() for one in groups if one)
    for group in sorted(wanted):
        if not _WORD.fullmatch(group) or len(wanted) > MOST_GROUPS:
            raise GroupNotValid(group=group)
    pricing.set_groups(db, customer_id, wanted)
    record(db, f"customer:{customer_id}", "groups_set", actor=actor, now=shop.now(), groups=[*sorted(wanted)])
    return wanted


def _show(
    request: Request, shop: Shop, *, typed: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    locale = reader_locale(request)
    kept = []
    with shop.database.read() as db:
        rows = [
            (customers.get_customer(db, customer_id, purpose=Purpose.SALE).reference, sorted(groups))
            for customer_id, groups in pricing.members(db).items()
        ]
        for line in releases.current_lines(db, now=shop.now()):
            try:
                centres = promises.plant_of(db, line).work_centres
            except PlantNotFound:
                continue
            model = shop.configurators.of(db, releases.current_release(db, line, now=shop.now())).model
            kept += [
                (Words(model, locale).line() or line, one.name(locale), one.kept)
                for one in centres
                if one.kept is not None
            ]
    values = {
        "rows": sorted(rows),
        "kept": kept,
        "typed": typed or {"reference": "", "groups": ""},
        "problem": problem,
    }
    return respond(request, "finance/groups.html", values, status=status)
