"""The pages of people who buy for a company: presets, orders by cost centre, and what waits for a yes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.ids import DraftId, QuoteId
from modules_catalog.model import ConfigurationModel
from modules_catalog.releases import service as releases
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalKind, ApprovalNotYours
from orders.companies import repository as companies
from orders.companies.model import CompanyNotFound, CompanyNotValid, Member, MemberRole, NotForBuyers
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.drafts import service as drafts
from orders.drafts.presets import PresetOutdated, keep_as_preset, open_preset
from orders.lifecycle.repository import find_orders
from orders.quotes import repository as quotes
from orders.quotes.model import is_carried_away
from orders.quotes.purchasing import decide_purchase
from web.formats import money
from web.routes.quotes import NEW_ADDRESS, where_it_goes
from web.security.access import require_role
from web.security.model import User
from web.security.roles import Role
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, reader_locale, respond
from web.views.buying import PurchaseRow, purchase_rows, shown_preset, shown_spending
from web.views.quoting import quote_page
from web.views.words import Words

router = APIRouter(prefix="/company", include_in_schema=False)
Buyer = Annotated[User, Depends(require_role(Role.BUYER))]


@router.get("", name="company:home")
def home(request: Request, shop: TheShop, user: Buyer, problem: str = "") -> Response:
    """Show what the company's people may order with one press, what waits, and what was ordered."""
    locale = reader_locale(request)
    with shop.database.read() as db:
        member = _member(shop, user)
        company = companies.get_company(db, member.customer_id)
        customer = customers.get_customer(db, member.customer_id, purpose=Purpose.SALE)
        ordered = find_orders(db, customer_id=member.customer_id, limit=200)
        presets = [
            shown_preset(each, _model(shop, db, each.line), locale)
            for each in companies.presets_of(db, member.customer_id)
        ]
        waiting = approvals.approvals(db, ApprovalKind.PURCHASE, company_id=member.customer_id, limit=50)
    values = {
        "name": customer.contact.name,
        "is_approver": member.role is MemberRole.APPROVER,
        "alone_up_to_minor": company.alone_up_to_minor,
        "presets": presets,
        "purchases": purchase_rows(waiting, locale),
        "orders": ordered[:20],
        "spending_rows": [
            (each.name or "–", f"{each.orders} × · {money(each.total_minor, each.currency, locale=locale)}")
            for each in shown_spending(company, ordered)
        ],
        "problem": problem,
    }
    return respond(request, "company/home.html", values)


@router.post("/presets/{preset_id}/drafts", name="company:begin")
def begin(request: Request, shop: TheShop, user: Buyer, preset_id: str) -> Response:
    """Begin a draft from a preset."""
    try:
        draft_id = open_preset(
            shop.database,
            shop.configurators,
            _member(shop, user),
            preset_id,
            new_id=shop.new_id,
            now=shop.now(),
        )
    except PresetOutdated:
        return go_to(request, "/company?problem=outdated")
    return go_to(request, f"/drafts/{draft_id}")


@router.get("/presets/new", name="company:new_preset")
def new_preset(request: Request, shop: TheShop, user: Buyer, reader: TheReader, draft: str) -> Response:
    """Ask what of a draft is settled for everybody who orders it."""
    return _preset_form(request, shop, user, reader, draft)


@router.post("/presets", name="company:keep_preset")
def keep_preset(
    request: Request,
    shop: TheShop,
    user: Buyer,
    reader: TheReader,
    draft: Annotated[str, Form()],
    name: Annotated[str, Form(max_length=80)] = "",
    locked: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Keep a draft as a preset for a job role."""
    try:
        with shop.database.write() as db:
            keep_as_preset(
                db,
                _member(shop, user),
                DraftId(draft),
                name=name,
                locked=frozenset(locked or ()),
                new_id=shop.new_id,
            )
    except CompanyNotValid as error:
        return _preset_form(request, shop, user, reader, draft, problem=str(error.facts["field"]), status=422)
    return go_to(request, "/company")


@router.post("/presets/{preset_id}/removal", name="company:remove_preset")
def remove_preset(request: Request, shop: TheShop, user: Buyer, preset_id: str) -> Response:
    """Take a preset away; drafts begun from it stay as they are."""
    member = _approver(shop, user)
    with shop.database.write() as db:
        companies.remove_preset(db, member.customer_id, preset_id)
    return go_to(request, "/company")


@router.get("/purchases/{approval_id}", name="company:purchase")
def purchase(request: Request, shop: TheShop, user: Buyer, reader: TheReader, approval_id: str) -> Response:
    """Show what somebody of the company wants to order."""
    member = _member(shop, user)
    locale = reader_locale(request)
    with shop.database.read() as db:
        approval = approvals.get_approval(db, approval_id)
        if approval.company_id != member.customer_id:
            raise ApprovalNotYours(approval_id=approval_id)
        quote = quotes.get_quote(db, QuoteId(approval.subject.removeprefix("quote:")))
        model = shop.configurators.of(db, quote.release).model
        addresses = [each for each in where_it_goes(db, quote, reader) if each[0] != NEW_ADDRESS]
    row: PurchaseRow = purchase_rows([approval], locale)[0]
    values = {
        "page": quote_page(quote, model, locale, plant=None, now=shop.now()),
        "purchase": row,
        "may_decide": member.role is MemberRole.APPROVER and approval.asked_by != user.id and row.state == "asked",
        "addresses": () if is_carried_away(quote.selection) else addresses,
        "may_order": approval.asked_by == user.id and row.state == "granted",
    }
    return respond(request, "company/purchase.html", values)


@router.post("/purchases/{approval_id}", name="company:decide")
def decide(
    request: Request,
    shop: TheShop,
    user: Buyer,
    actor: TheActor,
    approval_id: str,
    granted: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Say yes or no to a purchase."""
    del user
    with shop.database.write() as db:
        decide_purchase(db, approval_id, granted=granted, note=note, actor=actor, now=shop.now())
    return go_to(request, f"/company/purchases/{approval_id}")


def _preset_form(
    request: Request, shop: Shop, user: User, reader: TheReader, draft: str, *, problem: str = "", status: int = 200
) -> Response:
    _approver(shop, user)
    with shop.database.read() as db:
        kept, model = drafts.draft_and_model(db, shop.configurators, DraftId(draft), reader)
    words = Words(model, reader_locale(request))
    answers = [
        (code, words.feature(code), words.answer(model.feature(code), answer))
        for step in model.steps
        for code in step.features
        if (answer := kept.selection.answers.get(code)) is not None
    ]
    values = {"draft": draft, "line_name": words.line(), "answers": answers, "problem": problem}
    return respond(request, "company/preset.html", values, status=status)


def _model(shop: Shop, db: Session, line: str) -> ConfigurationModel:
    return shop.configurators.of(db, releases.current_release(db, line, now=shop.now())).model


def _member(shop: Shop, user: User) -> Member:
    with shop.database.read() as db:
        member = companies.find_member(db, user.id)
    if member is None:
        raise CompanyNotFound(user_id=user.id)
    return member


def _approver(shop: Shop, user: User) -> Member:
    member = _member(shop, user)
    if member.role is not MemberRole.APPROVER:
        raise NotForBuyers(user_id=user.id)
    return member
