"""The groups of a customer, by program."""

from fastapi import Depends
from pydantic import Field

from kernel.ids import CustomerId
from orders.customers.model import Purpose
from orders.customers.service import known_customer
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, Bearer, TheApiReader, problems
from web.routes.api.schemas import Given, Told
from web.routes.customer_groups import MOST_GROUPS, keep_groups
from web.security.access import require_role
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(
    prefix=f"{PREFIX}/customers/{{customer_id}}/groups",
    tags=["customers"],
    dependencies=[Depends(require_role(Role.FINANCE)), Bearer],
    responses=problems(401, 403, 404),
)


class GroupsIn(Given):
    """The groups a customer is to be in, and no others."""

    groups: list[str] = Field(max_length=MOST_GROUPS, examples=[["regulars"]])


class Groups(Told):
    """The groups a customer is in: they bring price rules, and shares of the plant kept for them."""

    groups: list[str]


@router.put("", name="api:set_groups", responses=problems(422))
def set_groups(shop: TheShop, who: TheApiReader, customer_id: str, body: GroupsIn) -> Groups:
    """Put a customer into these groups and no others."""
    with shop.database.write() as db:
        customer = known_customer(db, CustomerId(customer_id), purpose=Purpose.SALE)
        return Groups(groups=sorted(keep_groups(db, shop, who.actor, customer.id, body.groups)))
