"""Cards of one person: what was made in the store or as a guest is offered to whoever confirmed its e-mail address.

Offered only, never joined by itself, and only what has no account of its own: an address may be a family's.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.ids import CustomerId
from orders.audit.service import record
from orders.customers.model import Customer, Purpose
from orders.customers.service import known_customer
from orders.identity.model import MergeNotFound, MergeNotPossible
from orders.identity.repository import merges_of, tell_apart
from orders.identity.service import joinable, merge, take_back
from web.security import repository as users
from web.security.access import SignedInUser, signed_in
from web.security.model import User
from web.shop import TheActor, TheShop
from web.templating import go_to

router = APIRouter(prefix="/account/joins", dependencies=[Depends(signed_in)], include_in_schema=False)


def offered_joins(db: Session, user: User) -> list[Customer]:
    """Return the cards that may be the person's own: same confirmed address, nobody's account."""
    if user.customer_id is None or not user.is_confirmed or user.is_staff:
        return []
    customer = known_customer(db, user.customer_id, purpose=Purpose.SUPPORT)
    if customer.contact.email != user.login_name:  # only the address one signs in with was confirmed
        return []
    return [each for each in joinable(db, customer) if not users.users_of_customer(db, each.id)]


def _own_and_offered(db: Session, user: User, other: str) -> tuple[CustomerId, CustomerId]:
    """Return the person's own card and the offered one they mean."""
    if user.customer_id is None or CustomerId(other) not in [each.id for each in offered_joins(db, user)]:
        raise MergeNotPossible(kept="account", merged="not offered")
    return CustomerId(user.customer_id), CustomerId(other)


@router.post("", name="account_joining:join")
def join(
    request: Request, shop: TheShop, user: SignedInUser, actor: TheActor, other: Annotated[str, Form()] = ""
) -> Response:
    """Keep an offered card in the account.

    Raises:
        MergeNotPossible: it was not offered.
    """
    with shop.database.write() as db:
        own, offered = _own_and_offered(db, user, other)
        merge(db, own, offered, new_id=shop.new_id, actor=actor, now=shop.now())
    return go_to(request, "/account")


@router.post("/declined", name="account_joining:decline")
def decline(
    request: Request, shop: TheShop, user: SignedInUser, actor: TheActor, other: Annotated[str, Form()] = ""
) -> Response:
    """Have an offered card not offered again: it is somebody else's.

    Raises:
        MergeNotPossible: it was not offered.
    """
    with shop.database.write() as db:
        own, offered = _own_and_offered(db, user, other)
        tell_apart(db, own, offered)
        record(db, f"user:{user.id}", "card_declined", actor=actor, now=shop.now(), other=other)
    return go_to(request, "/account")


@router.post("/{merge_id}/undo", name="account_joining:undo")
def undo(request: Request, shop: TheShop, user: SignedInUser, actor: TheActor, merge_id: str) -> Response:
    """Part what the person joined.

    Raises:
        MergeNotFound: there is no such merge of this account's.
    """
    with shop.database.write() as db:
        if user.customer_id is None or merge_id not in [each.id for each in merges_of(db, user.customer_id)]:
            raise MergeNotFound(merge_id=merge_id)
        done = take_back(db, merge_id, actor=actor, now=shop.now())
        for account in done.moved["accounts"]:
            users.change_user(db, account, customer_id=done.merged)
    return go_to(request, "/account")
