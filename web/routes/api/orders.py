"""Quotes and orders by program."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from kernel.ids import CustomerId, DraftId, QuoteId
from orders.customers import service as registry
from orders.customers.addresses.model import Address
from orders.customers.model import Contact, ContactNotValid, CustomerKind, Purpose
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order, OrderNotYours
from orders.lifecycle.parcels import address_for
from orders.lifecycle.service import cancel_order, place_order
from orders.lifecycle.sheets import has_sheet, issued_sheet, issued_specification
from orders.quotes import repository as quotes
from orders.quotes.model import Quote
from orders.quotes.service import issue_quote, name_customer, withdraw_quote
from production.promise import service as promises
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, ApiReader, Bearer, TheApiReader, problems
from web.routes.quotes import QuoteNotYours
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import Shop, TheShop
from web.templating import reader_locale
from web.views.documents import order_json, quote_json

router = ApiRouter(prefix=PREFIX, dependencies=[Public, Bearer])
MOST_LISTED = 50


@router.post(
    "/drafts/{draft_id}/quotes",
    name="api:issue_quote",
    tags=["quotes"],
    status_code=201,
    response_model=schemas.Quote,
    responses=problems(403, 404, 409, 503),
)
def issue(
    request: Request, shop: TheShop, who: TheApiReader, draft_id: str, asked: schemas.QuoteAsked | None = None
) -> Response:
    """Offer the draft as it stands: price fixed; capacity and material held until the quote expires.

    Where it would earn less than the line's floor the answer is 409 `ApprovalNeeded`: it has been asked for, and the
    same call gives the quote once it is granted. A voucher that does not hold is 409 `VoucherNotUsable` with the reason.
    """
    quote = issue_quote(
        shop.database,
        shop.configurators,
        DraftId(draft_id),
        who.reader,
        new_id=shop.new_id,
        actor=who.actor,
        now=shop.now(),
        voucher=asked.voucher if asked else "",
        currency=asked.currency if asked else "",
        home=shop.seller.party.country,
    )
    return _quote(request, shop, quote, status=201)


@router.get(
    "/quotes/{quote_id}",
    name="api:quote",
    tags=["quotes"],
    response_model=schemas.Quote,
    responses=problems(403, 404),
)
def show_quote(request: Request, shop: TheShop, who: TheApiReader, quote_id: str) -> Response:
    """Return a quote."""
    with shop.database.read() as db:
        quote = _readable_quote(db, who, quote_id)
    return _quote(request, shop, quote)


@router.post(
    "/quotes/{quote_id}/withdrawal",
    name="api:withdraw_quote",
    tags=["quotes"],
    response_model=schemas.Quote,
    responses=problems(403, 404, 409),
)
def withdraw(request: Request, shop: TheShop, who: TheApiReader, quote_id: str) -> Response:
    """End an open quote and give back what it held."""
    with shop.database.write() as db:
        quote = _readable_quote(db, who, quote_id)
        withdraw_quote(db, quote.id, actor=who.actor, now=shop.now())
        quote = quotes.get_quote(db, quote.id)
    return _quote(request, shop, quote)


@router.post(
    "/orders",
    name="api:place_order",
    tags=["orders"],
    status_code=201,
    response_model=schemas.Order,
    responses=problems(403, 404, 409, 422),
)
def place(
    shop: TheShop,
    who: TheApiReader,
    body: schemas.PlaceOrder,
) -> Response:
    """Accept a quote. A quote that names no customer yet takes a `contact` with an e-mail address.

    What is sent goes to the `address` given, in the customer's country, or to the one `address_id` names, or to the
    customer's default address; 422 `AddressNeeded` where there is none. `delivery: pickup` needs none.

    Send an `Idempotency-Key`: the request may then be repeated until an answer arrives.
    """
    now = shop.now()
    with shop.database.write() as db:
        quote = _readable_quote(db, who, body.quote_id)
        if quote.customer_id is None:
            contact = _contact(body.contact)
            customer = registry.register_customer(db, contact, new_id=shop.new_id, actor=who.actor, now=now)
            name_customer(db, quote.id, customer.id, home=shop.seller.party.country)
            quote = quotes.get_quote(db, quote.id)
        address = _address(db, quote, body.address)
        goes_to = address_for(db, quote, address, body.address_id, new_id=shop.new_id)
        order = place_order(db, quote.id, new_id=shop.new_id, actor=who.actor, now=now, address_id=goes_to or "")
        shown = order_json(order, has_sheet=has_sheet(db, order))
    return JSONResponse(shown, status_code=201, headers={"Location": f"{PREFIX}/orders/{order.number}"})


@router.get("/orders", name="api:orders", tags=["orders"], responses=problems(401))
def list_orders(
    shop: TheShop, who: TheApiReader, number: Annotated[str, Query(max_length=30)] = ""
) -> list[schemas.Order]:
    """Return your orders, newest first; staff see everybody's, by a part of the number."""
    with shop.database.read() as db:
        if who.reader.sees_orders:
            found = orders.find_orders(db, number=number.strip(), limit=MOST_LISTED)
        else:
            owners = (who.reader.id, who.reader.also)
            found = orders.orders_in_reach(db, owners, who.reader.customer_id, number=number.strip(), limit=MOST_LISTED)
        return [schemas.Order.model_validate(order_json(order, has_sheet=has_sheet(db, order))) for order in found]


@router.get(
    "/orders/{number}",
    name="api:order",
    tags=["orders"],
    response_model=schemas.Order,
    responses=problems(403, 404),
)
def show_order(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Return an order: what was agreed, and where it is."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=order.number)
        return JSONResponse(order_json(order, has_sheet=has_sheet(db, order)))


@router.post(
    "/orders/{number}/cancellation",
    name="api:cancel_order",
    tags=["orders"],
    response_model=schemas.Order,
    responses=problems(403, 404, 409),
)
def cancel(shop: TheShop, who: TheApiReader, number: str) -> Response:
    """Cancel an order the floor has not started; capacity and material are given back."""
    with shop.database.write() as db:
        order = _readable(orders.get_order_by_number(db, number), who)
        order = cancel_order(db, order.id, actor=who.actor, now=shop.now())
        return JSONResponse(order_json(order, has_sheet=has_sheet(db, order)))


_SEES_SHEETS = Depends(require_role(Role.STORE, Role.FLOOR, Role.PLANNER))


@router.get(
    "/orders/{number}/build-sheet.pdf",
    name="api:sheet",
    tags=["orders"],
    dependencies=[_SEES_SHEETS],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **problems(401, 403, 404)},
)
def sheet(shop: TheShop, number: str, piece: Annotated[int, Query(ge=1, le=999)] = 1) -> Response:
    """Return the build sheet as it was issued: PDF/A-3 with the specification attached."""
    with shop.database.read() as db:
        content = issued_sheet(db, shop.blobs, orders.get_order_by_number(db, number), piece)
    disposition = f'attachment; filename="{number}.build-sheet.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.get(
    "/orders/{number}/spec.json",
    name="api:specification",
    tags=["orders"],
    dependencies=[_SEES_SHEETS],
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **problems(401, 403, 404)},
)
def specification(shop: TheShop, number: str, piece: Annotated[int, Query(ge=1, le=999)] = 1) -> Response:
    """Return the sheet's machine-readable twin, byte for byte as it is attached to the PDF."""
    with shop.database.read() as db:
        content = issued_specification(db, shop.blobs, orders.get_order_by_number(db, number), piece)
    return Response(content, media_type="application/json")


def contact_of(body: schemas.ContactIn) -> Contact:
    """Return the contact a body describes.

    Raises:
        ContactNotValid: something has no plausible form.
    """
    return Contact(
        body.name.strip(),
        body.email or None,
        body.phone or None,
        body.locale,
        body.country.upper(),
        CustomerKind(body.kind),
    )


def _contact(body: schemas.ContactIn | None) -> Contact:
    if body is None:
        raise ContactNotValid(field="contact")
    if not body.email:
        raise ContactNotValid(field="email")
    return contact_of(body)


def _address(db: Session, quote: Quote, given: schemas.AddressIn | None) -> Address | None:
    if quote.customer_id is None or given is None:
        return None
    contact = registry.known_customer(db, CustomerId(quote.customer_id), purpose=Purpose.DELIVERY).contact
    parts = {part: text.strip() for part, text in given.model_dump().items()}
    return Address(name=contact.name, country=contact.country, **parts)


def _quote(request: Request, shop: Shop, quote: Quote, *, status: int = 200) -> Response:
    with shop.database.read() as db:
        model = shop.configurators.of(db, quote.release).model
        plant = promises.plant_of(db, quote.line)
    return JSONResponse(quote_json(quote, model, plant, reader_locale(request)), status_code=status)


def _readable_quote(db: Session, who: ApiReader, quote_id: str) -> Quote:
    quote = quotes.get_quote(db, QuoteId(quote_id))
    if not who.reader.may_open(quote.owner, quote.customer_id):
        raise QuoteNotYours(quote_id=quote_id)
    return quote


def _readable(order: Order, who: ApiReader) -> Order:
    if not who.reader.may_open(order.owner, order.customer_id):
        raise OrderNotYours(number=order.number)
    return order
