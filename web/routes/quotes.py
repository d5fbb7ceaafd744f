"""A quote: issue it, look at it, order."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotPermitted
from kernel.ids import CustomerId, DraftId, QuoteId
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalNeeded, ApprovalNotYours
from orders.audit.model import Actor
from orders.companies import repository as companies
from orders.companies.model import MemberRole
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.addresses.model import Address, AddressNotValid
from orders.customers.addresses.repository import addresses_of
from orders.customers.model import Contact, ContactNotValid, Purpose
from orders.drafts import service as drafts
from orders.drafts.pictures import product_picture
from orders.drafts.presets import buy_for_company
from orders.idempotency.service import answer_once
from orders.lifecycle.parcels import address_for, needs_address
from orders.lifecycle.service import place_order
from orders.pricing.repository import price_lists
from orders.pricing.tax import COUNTRIES_SERVED
from orders.pricing.vouchers import VoucherNotUsable, clean_code
from orders.quotes import repository as quotes
from orders.quotes.model import DraftNotQuotable, Quote, is_carried_away
from orders.quotes.purchasing import ask_leave, require_leave
from orders.quotes.service import issue_quote, name_customer
from production.promise import service as promises
from web.forms import TheForm
from web.security.access import Public
from web.shop import Shop, TheActor, TheReader, TheShop, reader_of
from web.templating import go_to, reader_locale, respond
from web.views.parcels import address_choices
from web.views.quoting import quote_page

NEW_ADDRESS = "new"
PLACE_PARTS = ("street", "more", "postcode", "city")
GUEST_PARTS = ("name", "email", "street", "more", "postcode", "city", "country")
"""What a guest is asked: who it is for, and where it goes."""

router = APIRouter(dependencies=[Public], include_in_schema=False)


class QuoteNotYours(NotPermitted):
    """The quote belongs to somebody else."""


@router.post("/drafts/{draft_id}/quotes", name="quotes:issue")
def issue(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    draft_id: str,
    voucher: Annotated[str, Form(max_length=80)] = "",
    currency: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Offer the draft as it stands: price fixed, date held."""
    with shop.database.write() as db:
        buy_for_company(db, DraftId(draft_id), reader.id, now=shop.now())
    try:
        quote = issue_quote(
            shop.database,
            shop.configurators,
            DraftId(draft_id),
            reader,
            new_id=shop.new_id,
            actor=actor,
            now=shop.now(),
            voucher=voucher,
            currency=currency,
            home=shop.seller.party.country,
        )
    except DraftNotQuotable as error:
        return _where_it_lacks(request, shop, reader, draft_id, error)
    except ApprovalNeeded as error:
        return go_to(request, f"/approvals/{error.facts['approval_id']}")
    return go_to(request, f"/quotes/{quote.id}")


@router.post("/quotes/{quote_id}/voucher", name="quotes:voucher")
def use_voucher(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    quote_id: str,
    voucher: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Offer the same once more with a voucher taken off; where it does not hold, the quote stays and says why."""
    quote = readable_quote(shop, reader, quote_id)
    try:
        return issue(request, shop, reader, actor, quote.draft_id, voucher)
    except VoucherNotUsable as error:
        problem = f"voucher.{error.facts['reason']}"
        return _show(request, shop, quote, problem=problem, typed={"voucher": voucher}, status=422)


@router.post("/quotes/{quote_id}/currency", name="quotes:currency")
def change_currency(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    quote_id: str,
    currency: Annotated[str, Form(max_length=3)],
) -> Response:
    """Offer the same once more in another currency."""
    quote = readable_quote(shop, reader, quote_id)
    return issue(request, shop, reader, actor, quote.draft_id, "", currency)


@router.get("/approvals/{approval_id}", name="quotes:approval")
def approval_page(request: Request, shop: TheShop, reader: TheReader, approval_id: str) -> Response:
    """Say how a request stands to whoever made it; once granted, the way to the quote."""
    with shop.database.read() as db:
        approval = approvals.get_approval(db, approval_id)
    if not reader.may_open(approval.asked_by):
        raise ApprovalNotYours(approval_id=approval_id)
    _what, draft_id, _offer = approval.subject.split(":")
    codes: Any = approval.facts.get("discounts", [])
    values = {
        "state": approval.state.value,
        "note": approval.note,
        "draft_id": draft_id,
        "voucher": next((code for code in codes if code == clean_code(code)), ""),
    }
    return respond(request, "quotes/approval.html", values)


@router.get("/quotes/{quote_id}", name="quotes:page")
def page(request: Request, shop: TheShop, reader: TheReader, quote_id: str) -> Response:
    """Show the quote: what, how much, when, until when it holds."""
    return _show(request, shop, readable_quote(shop, reader, quote_id))


@router.get("/quotes/{quote_id}/picture.svg", name="quotes:picture")
def picture(shop: TheShop, reader: TheReader, quote_id: str) -> Response:
    """Draw what is offered."""
    quote = readable_quote(shop, reader, quote_id)
    with shop.database.read() as db:
        model = shop.configurators.of(db, quote.release).model
    svg = product_picture(model, quote.selection.answers)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/quotes/{quote_id}/orders", name="quotes:order")
def order(
    request: Request,
    shop: TheShop,
    reader: TheReader,
    actor: TheActor,
    quote_id: str,
    form: TheForm,
) -> Response:
    """Accept the quote; a guest says who they are, and where it goes. Sending the form twice places one order."""
    quote = readable_quote(shop, reader, quote_id)
    typed = {part: str(form.get(part, "")).strip() for part in (*GUEST_PARTS, "address")}
    try:
        contact = _guest(typed, locale=reader_locale(request)) if quote.customer_id is None else None
        with shop.database.read() as db:
            address = parcel_address(db, quote, typed, contact)
    except (ContactNotValid, AddressNotValid) as error:
        return _show(request, shop, quote, problem=str(error.facts["field"]), typed=typed, status=422)
    now = shop.now()
    try:
        with shop.database.read() as db:
            require_leave(db, quote, actor)
    except ApprovalNeeded:
        with shop.database.write() as db:
            address_for(db, quote, address, known_choice(typed), new_id=shop.new_id)
        return _asked_leave(request, shop, quote, actor)
    with shop.database.write() as db:

        def act() -> str:
            if contact is not None:
                customer = registry.register_customer(db, contact, new_id=shop.new_id, actor=actor, now=now)
                name_customer(db, quote.id, customer.id, home=shop.seller.party.country)
            named = quotes.get_quote(db, quote.id)
            goes_to = address_for(db, named, address, known_choice(typed), new_id=shop.new_id) or ""
            return place_order(db, quote.id, new_id=shop.new_id, actor=actor, now=now, address_id=goes_to).number

        number = answer_once(db, scope="quotes:order", key=quote.id, body={"quote_id": quote.id}, now=now, act=act)
    return go_to(request, f"/orders/{number}")


def _guest(typed: Mapping[str, str], *, locale: str) -> Contact:
    contact = Contact(typed["name"], typed["email"] or None, locale=locale, country=typed["country"].upper())
    if contact.email is None:
        raise ContactNotValid(field="email")
    if contact.country not in COUNTRIES_SERVED:
        raise ContactNotValid(field="served")
    return contact


def parcel_address(
    db: Session, quote: Quote, typed: Mapping[str, str], contact: Contact | None = None
) -> Address | None:
    """Return the new address somebody typed where one is needed or wanted, in the customer's country.

    Raises:
        AddressNotValid: a part is missing or too long.
    """
    if is_carried_away(quote.selection):
        return None
    if contact is None:
        if not needs_address(db, quote) and typed.get("address") != NEW_ADDRESS:
            return None
        contact = customers.get_customer(db, CustomerId(str(quote.customer_id)), purpose=Purpose.DELIVERY).contact
    parts = {part: typed[part] for part in PLACE_PARTS}
    return Address(name=typed.get("name") or contact.name, country=contact.country, **parts)


def known_choice(typed: Mapping[str, str]) -> str:
    """Return which of the customer's addresses was picked; empty for a new one, or none."""
    picked = typed.get("address", "")
    return "" if picked == NEW_ADDRESS else picked


def where_it_goes(db: Session, quote: Quote, reader: TheReader) -> list[tuple[str, str]]:
    """Return the customer's addresses as choices, a new one last; none for whoever may not see them."""
    if quote.customer_id is None:
        return []
    member = companies.find_member(db, reader.id)
    buys_for = {reader.customer_id, member.customer_id if member else None}
    if not reader.is_staff and quote.customer_id not in buys_for:
        return []
    known = addresses_of(db, CustomerId(quote.customer_id), purpose=Purpose.DELIVERY)
    return [*address_choices(known), (NEW_ADDRESS, "")] if known else []


def _asked_leave(request: Request, shop: Shop, quote: Quote, actor: Actor) -> Response:
    approval = ask_leave(shop.database, quote, new_id=shop.new_id, actor=actor, now=shop.now())
    return go_to(request, f"/company/purchases/{approval.id}")


def readable_quote(shop: Shop, reader: TheReader, quote_id: str) -> Quote:
    """Return a quote that is the reader's.

    Raises:
        QuoteNotFound, QuoteNotYours: there is none, or it is somebody else's.
    """
    with shop.database.read() as db:
        quote = quotes.get_quote(db, QuoteId(quote_id))
    if not reader.may_open(quote.owner, quote.customer_id):
        raise QuoteNotYours(quote_id=quote_id)
    return quote


def _show(
    request: Request,
    shop: Shop,
    quote: Quote,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    user = getattr(request.state, "user", None)
    reader = reader_of(user, request.state.visitor.id)
    with shop.database.read() as db:
        member = companies.find_member(db, user.id) if user else None
        model = shop.configurators.of(db, quote.release).model
        currencies = [each.exchange.currency for each in price_lists(db) if each.exchange.catalog == model.currency]
        plant = promises.plant_of(db, quote.line)
        customer = (
            customers.get_customer(db, CustomerId(quote.customer_id), purpose=Purpose.SALE)
            if quote.customer_id
            else None
        )
        addresses = where_it_goes(db, quote, reader)
        lacks_address = quote.customer_id is None or needs_address(db, quote)
    values = {
        "page": quote_page(quote, model, reader_locale(request), plant=plant, now=shop.now()),
        "addresses": addresses,
        "lacks_address": lacks_address,
        "customer": customer,
        "currencies": [each for each in (model.currency, *currencies) if each != quote.price.currency],
        "keeps_presets": member is not None and member.role is MemberRole.APPROVER,
        "problem": problem,
        "is_fetched": is_carried_away(quote.selection),
        "typed": {**dict.fromkeys(GUEST_PARTS, ""), "country": "DE", "voucher": "", "address": "", **(typed or {})},
    }
    return respond(request, "quotes/page.html", values, status=status)


def _where_it_lacks(
    request: Request, shop: Shop, reader: TheReader, draft_id: str, error: DraftNotQuotable
) -> Response:
    """Go to the step where the first answer is missing, or to the draft, which says what stands in the way."""
    wanting = error.facts.get("features") or []
    with shop.database.read() as db:
        _draft, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft_id), reader)
    step = next((step.code for step in model.steps if set(wanting) & set(step.features)), model.steps[0].code)
    return go_to(request, f"/drafts/{draft_id}/{step}")
