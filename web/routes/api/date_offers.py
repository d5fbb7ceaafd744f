"""Another day for an order by program: the planner asks, the customer accepts or declines."""

from dataclasses import asdict

from fastapi import Depends
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from orders.lifecycle import repository as orders
from orders.lifecycle.date_offers import answer_offer, offer_date
from orders.lifecycle.model import DateOffer, OrderNotYours
from web.routes.api import schemas
from web.routes.api.once import ApiRouter
from web.routes.api.reading import PREFIX, ApiReader, Bearer, TheApiReader, problems
from web.security.access import Public, require_role
from web.security.roles import Role
from web.shop import TheShop

router = ApiRouter(prefix=f"{PREFIX}/orders/{{number}}", tags=["orders"], dependencies=[Public, Bearer])


@router.get("/dates", name="api:date_offers", responses=problems(403, 404))
def list_offers(shop: TheShop, who: TheApiReader, number: str) -> list[schemas.DateOffer]:
    """Return the days the customer was asked about, the newest first, and what they said."""
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        if not who.reader.may_look_at_order(order.owner, order.customer_id):
            raise OrderNotYours(number=number)
        return [_told(each) for each in orders.date_offers(db, order.id)]


@router.post(
    "/dates",
    name="api:offer_date",
    status_code=201,
    response_model=schemas.DateOffer,
    dependencies=[Depends(require_role(Role.PLANNER))],
    responses=problems(401, 403, 404, 409, 422),
)
def ask(shop: TheShop, who: TheApiReader, number: str, body: schemas.OfferDate) -> Response:
    """Ask the customer about another day: they are written to, and nothing moves until they accept."""
    with shop.database.write() as db:
        made = offer_date(
            db, number, body.day, shown=body.promised, reason=body.reason, actor=who.actor, now=shop.now()
        )
    return JSONResponse(_told(made).model_dump(mode="json"), status_code=201)


@router.post("/dates/{offer}", name="api:answer_date", responses=problems(403, 404, 409, 422))
def answer(shop: TheShop, who: TheApiReader, number: str, offer: int, body: schemas.AnswerDate) -> schemas.DateOffer:
    """Accept or decline another day. Accepted, the promise is that day and the plant works to it."""
    with shop.database.write() as db:
        _require_open(db, who, number)
        order = answer_offer(db, number, offer, accepts=body.accepts, actor=who.actor, now=shop.now())
        return next(_told(each) for each in orders.date_offers(db, order.id) if each.number == offer)


def _require_open(db: Session, who: ApiReader, number: str) -> None:
    order = orders.get_order_by_number(db, number)
    if not who.reader.may_open(order.owner, order.customer_id):
        raise OrderNotYours(number=number)


def _told(offer: DateOffer) -> schemas.DateOffer:
    values = asdict(offer)
    values.pop("reason")
    return schemas.DateOffer.model_validate(values)
