"""The usual and the same again: shown with what differs today, taken with one press, never imposed."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from configurator.model import Selection
from kernel.errors import NotFound
from kernel.ids import CustomerId
from orders.drafts.again import Again, again, usual_of
from orders.drafts.service import Reader, open_draft
from orders.drafts.sharing import shared_draft
from orders.lifecycle import repository as orders
from orders.lifecycle.model import OrderNotYours
from web.security.access import Public
from web.shop import Shop, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.again import again_page

router = APIRouter(dependencies=[Public], include_in_schema=False)


class NothingUsual(NotFound):
    """We do not remember what this customer usually chooses, or nobody was named."""


@router.get("/configure/{line}/usual", name="again:usual")
def usual(
    request: Request, shop: TheShop, reader: TheReader, line: str, customer: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show what the reader, or the customer a clerk serves, usually chooses, as it stands today."""
    with shop.database.read() as db:
        found, whose = usual_again(db, shop, reader, line, customer)
    values = {
        "page": again_page(found, reader_locale(request)),
        "line": line,
        "hidden": {"usual": "yes", "customer": whose},
        "kind": "usual",
        "number": "",
    }
    return respond(request, "again/page.html", values)


@router.get("/orders/{number}/again", name="again:order")
def same_again(request: Request, shop: TheShop, reader: TheReader, number: str) -> Response:
    """Show an old order as it could be made today, with what differs."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not reader.may_open(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
        found = again(db, shop.configurators, order.line, order.selection, now=shop.now())
    values = {
        "page": again_page(found, reader_locale(request), then=order.price),
        "line": order.line,
        "hidden": {"order": number, "customer": order.customer_id or ""},
        "kind": "order",
        "number": number,
    }
    return respond(request, "again/page.html", values)


@router.get("/shared/{token}", name="again:shared")
def shared(request: Request, shop: TheShop, token: str, fresh: Annotated[bool, Query()] = False) -> Response:
    """Show a copy somebody shared: what it is, what it costs today. It names nobody."""
    with shop.database.read() as db:
        copy = shared_draft(db, token, now=shop.now())
        found = again(db, shop.configurators, copy.line, copy.selection, now=shop.now())
    values = {
        "page": again_page(found, reader_locale(request)),
        "line": copy.line,
        "hidden": {"shared": token, "customer": ""},
        "kind": "fresh" if fresh else "shared",
        "number": f"{shop.origin}/shared/{token}",
    }
    return respond(request, "again/page.html", values)


@router.post("/configure/{line}/again", name="again:open")
def open_again(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    line: str,
    usual: Annotated[str, Form()] = "",
    order: Annotated[str, Form()] = "",
    shared: Annotated[str, Form()] = "",
    customer: Annotated[str, Form()] = "",
) -> Response:
    """Open a draft of the reader's own with what was shown."""
    now = shop.now()
    whose: CustomerId | None = reader.customer_id
    with shop.database.read() as db:
        if usual:
            found, whose = usual_again(db, shop, reader, line, customer)
        elif order:
            known = orders.get_order_by_number(db, order)
            if not reader.may_open(known.owner, known.customer_id):
                raise OrderNotYours(number=order)
            whose = known.customer_id or whose
            found = again(db, shop.configurators, line, known.selection, now=now)
        else:
            copy = shared_draft(db, shared, now=now)
            found = again(db, shop.configurators, line, copy.selection, now=now)
    draft_id = open_draft(
        shop.database,
        shop.configurators,
        line,
        owner=reader.id,
        new_id=shop.new_id,
        now=now,
        customer_id=whose,
        starting=found.selection,
    )
    return go_to(request, f"/drafts/{draft_id}")


def usual_again(db: Session, shop: Shop, reader: Reader, line: str, named: str) -> tuple[Again, CustomerId]:
    """Return what the reader, or the customer a clerk named, usually chooses as it stands today, and who that is.

    Raises:
        NothingUsual: we do not remember, or nobody was named.
    """
    whose = _customer(reader, named)
    known: Selection = usual_of(db, shop.configurators, whose, line, now=shop.now())
    if not known.answers:
        raise NothingUsual(line=line)
    return again(db, shop.configurators, line, known, now=shop.now()), whose


def _customer(reader: Reader, named: str) -> CustomerId:
    whose = CustomerId(named) if named and reader.is_staff else reader.customer_id
    if whose is None:
        raise NothingUsual
    return whose
