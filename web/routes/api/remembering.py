"""What makes a customer be asked nothing twice, by program: accounts, the usual, the same again, feedback, imports."""

from typing import Annotated

from fastapi import Body, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlmodel import Session

from kernel.errors import NotValid
from kernel.ids import CustomerId
from modules_catalog.sizing.model import Measure
from orders.customers import repository as customers
from orders.customers import service as registry
from orders.customers.feedback import Feeling
from orders.customers.importing import read_import
from orders.customers.model import Purpose
from orders.customers.service import import_customers
from orders.drafts import service as drafts
from orders.drafts.again import Again, again
from orders.drafts.sharing import shared_draft
from orders.lifecycle import repository as orders
from orders.lifecycle.model import OrderNotYours
from orders.privacy.exporting import export_customer
from web.erasing import erase_everything
from web.routes.account import customer_of
from web.routes.again import usual_again
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.orders import contact_of
from web.routes.api.reading import PREFIX, ApiReader, Bearer, TheApiReader, problems
from web.routes.api.schemas import Given
from web.routes.api.sessions import WrongPassword
from web.routes.feedback import keep_feedback
from web.security import accounts, service
from web.security.access import Public, SignedInUser, require_role, signed_in
from web.security.roles import Role
from web.shop import Shop, TheShop
from web.templating import reader_locale
from web.views.account import receipt_json
from web.views.documents import customer_json, draft_json
from web.views.importing import problem_words

visitors = ApiRouter(prefix=PREFIX, dependencies=[Public, Bearer])
account = ApiRouter(prefix=f"{PREFIX}/account", tags=["account"], dependencies=[Depends(signed_in), Bearer])
imports = ApiRouter(prefix=PREFIX, tags=["customers"], dependencies=[Depends(require_role(Role.STORE)), Bearer])
ROUTERS = (visitors, account, imports)
MOST_BYTES = 8_000_000


class NewAccount(schemas.ContactIn):
    """Who wants an account; the e-mail address is confirmed by the link we mail to it."""

    password: str = Field(min_length=1, max_length=200)


class Address(Given):
    """An account's e-mail address."""

    email: str = Field(max_length=254)


class OldChoices(Given):
    """Whose choices to begin with: what is usual, those of an order, or of a shared copy; exactly one of them."""

    usual: str | None = Field(None, max_length=40, description="A line's code.")
    order: str | None = Field(None, max_length=30, description="An order's number.")
    shared: str | None = Field(None, max_length=40, description="The token of a shared copy.")
    customer_id: str | None = Field(None, max_length=20, description="With `usual`, as staff: whose.")


class OldChoicesNotValid(NotValid):
    """Exactly one of `usual`, `order` and `shared` is wanted."""


class Said(Given):
    """How a pair fits: what is left out is right."""

    feelings: dict[Measure, Feeling] = Field(default_factory=dict)
    words: str = Field("", max_length=1000)


class Password(Given):
    """The account's password, so that nobody erases it by a slip, or with a stolen token."""

    password: str = Field(max_length=200)


@visitors.post("/accounts", name="api:register", tags=["account"], status_code=202, responses=problems(422))
def register(shop: TheShop, who: TheApiReader, body: NewAccount) -> dict[str, str]:
    """Ask for an account. The answer is the same whether the address has one or not: look into the mail."""
    contact = contact_of(body)
    with shop.database.write() as db:
        accounts.register(db, contact, body.password, new_id=shop.new_id, actor=who.actor, now=shop.now())
    return {"next": "follow the mailed link"}


@visitors.post("/accounts/password-resets", name="api:ask_for_reset", tags=["account"], status_code=202)
def ask_for_reset(shop: TheShop, body: Address) -> dict[str, str]:
    """Have a link mailed by which a forgotten password is set; the answer is the same for an unknown address."""
    with shop.database.write() as db:
        accounts.ask_for_reset(db, body.email, new_id=shop.new_id, now=shop.now())
    return {"next": "follow the mailed link"}


@visitors.post(
    "/drafts/again",
    name="api:begin_again",
    tags=["drafts"],
    status_code=201,
    response_model=schemas.Draft,
    responses=problems(403, 404, 422),
)
def begin_again(request: Request, shop: TheShop, who: TheApiReader, body: OldChoices) -> Response:
    """Open a draft with the choices of another day, as near as today's catalog allows.

    The answer's `changes` tell what differs from what was chosen then.
    """
    with shop.database.read() as db:
        found, whose = _wanted(db, shop, who, body)
    draft_id = drafts.open_draft(
        shop.database,
        shop.configurators,
        found.view.draft.line,
        owner=who.reader.id,
        new_id=shop.new_id,
        now=shop.now(),
        customer_id=whose,
        starting=found.selection,
    )
    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, draft_id, who.reader, now=shop.now())
    shown = draft_json(view, reader_locale(request), draft_key=who.draft_key)
    shown["changes"] = [{"feature": one.feature, "from": one.before, "to": one.after} for one in found.changes]
    return JSONResponse(shown, status_code=201, headers={"Location": f"{PREFIX}/drafts/{draft_id}"})


@visitors.post(
    "/orders/{number}/feedback", name="api:feedback", tags=["orders"], responses=problems(403, 404, 409, 422)
)
def say_how_it_fits(shop: TheShop, who: TheApiReader, number: str, body: Said) -> dict[str, bool]:
    """Say how a delivered pair fits; the next one is corrected by it. `is_new` is false where it was said before."""
    with shop.database.write() as db:
        is_new = keep_feedback(
            db, shop, who.reader, number, body.feelings, body.words.strip(), actor=who.actor, now=shop.now()
        )
    return {"is_new": is_new}


@account.get("", name="api:own_account", response_model=schemas.Customer, responses=problems(401, 409))
def show_account(shop: TheShop, user: SignedInUser) -> Response:
    """Return who we think you are."""
    with shop.database.read() as db:
        customer = registry.known_customer(db, customer_of(user), purpose=Purpose.SUPPORT)
    return JSONResponse(customer_json(customer))


@account.get("/export", name="api:export_account", responses=problems(401, 409))
def export(shop: TheShop, user: SignedInUser) -> Response:
    """Return everything we know of you, one member a document."""
    with shop.database.read() as db:
        documents = export_customer(db, customer_of(user), owners=(user.id,), now=shop.now())
    return JSONResponse({name.removesuffix(".json"): document for name, document in documents.items()})


@account.delete("/known-facts/{key}", name="api:forget_fact", status_code=204, responses=problems(401, 409))
def forget_fact(shop: TheShop, user: SignedInUser, key: str) -> Response:
    """Forget one remembered answer: it will be asked again."""
    with shop.database.write() as db:
        customers.forget_fact(db, customer_of(user), key)
    return Response(status_code=204)


@account.post("/erasure", name="api:erase_account", responses=problems(401, 409, 422))
def erase(shop: TheShop, who: TheApiReader, user: SignedInUser, body: Password) -> Response:
    """Erase everything about you, account and all, and return the receipt."""
    customer_id = customer_of(user)
    with shop.database.read() as db:
        if not service.is_password(db, user, body.password):
            raise WrongPassword
    return JSONResponse(receipt_json(erase_everything(shop, customer_id, actor=who.actor)))


@imports.post("/customer-imports", name="api:import_customers", responses=problems(401, 403, 422))
def import_file(
    request: Request,
    shop: TheShop,
    who: TheApiReader,
    content: Annotated[bytes, Body(media_type="text/csv", max_length=MOST_BYTES)],
    dry_run: Annotated[bool, Query(description="Only look the file through.")] = False,
) -> Response:
    """Add the customers and measures of a CSV file, all or, where anything is wrong, none: then 422 with every place."""
    rows, wrong = read_import(content, today=shop.now().date())
    locale = reader_locale(request)
    places = [{"line": one.line, "column": one.column, "message": problem_words(one, locale)} for one in wrong]
    told = {"ok": not wrong, "rows": len(rows), "written": False, "problems": places}
    if not wrong and not dry_run:
        with shop.database.write() as db:
            done = import_customers(db, rows, new_id=shop.new_id, actor=who.actor, now=shop.now())
        told |= {"written": True, "added": done.added, "known": done.known, "measured": done.measured}
    return JSONResponse(told, status_code=422 if wrong else 200)


def _wanted(db: Session, shop: Shop, who: ApiReader, body: OldChoices) -> tuple[Again, CustomerId | None]:
    """Return the choices of another day as they can be made today, and in whose name.

    Raises:
        OldChoicesNotValid: not exactly one kind of old choices is named.
    """
    if sum(each is not None for each in (body.usual, body.order, body.shared)) != 1:
        raise OldChoicesNotValid(field="usual, order, shared")
    if body.usual is not None:
        return usual_again(db, shop, who.reader, body.usual, body.customer_id or "")
    if body.order is not None:
        known = orders.get_order_by_number(db, body.order)
        if not who.reader.may_open(known.owner, known.customer_id):
            raise OrderNotYours(number=body.order)
        found = again(db, shop.configurators, known.line, known.selection, now=shop.now())
        return found, known.customer_id or who.reader.customer_id
    copy = shared_draft(db, body.shared or "", now=shop.now())
    return again(db, shop.configurators, copy.line, copy.selection, now=shop.now()), who.reader.customer_id
