"""How does it fit? A page linked from the delivered order; what is said corrects the next pair."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from kernel.errors import NotPossible
from modules_catalog.sizing.model import Measure
from orders.audit.model import Actor
from orders.customers import repository as customers
from orders.customers.contacts.model import LONGEST_NOTE, Channel, ContactEvent, ContactEventId
from orders.customers.contacts.repository import add_contact, contacts_of
from orders.customers.feedback import Feeling, corrections_mm
from orders.customers.model import Purpose
from orders.customers.service import correct_fit
from orders.drafts.service import Reader
from orders.lifecycle import repository as orders
from orders.lifecycle.model import Order, OrderNotYours
from orders.lifecycle.transitions import OrderState
from web.forms import TheForm
from web.security.access import Public
from web.shop import Shop, TheActor, TheReader, TheShop
from web.templating import go_to, respond

router = APIRouter(prefix="/orders/{number}/fit", dependencies=[Public], include_in_schema=False)
#: Once it is worn.
WORN_STATES = frozenset({OrderState.DELIVERED, OrderState.CLOSED})


class NothingToSay(NotPossible):
    """The order has not arrived, or was not made to a customer's measures."""


@router.get("", name="feedback:page")
def page(request: Request, shop: TheShop, reader: TheReader, number: str) -> Response:
    """Ask how each measure fits; who said it already sees that it is kept."""
    with shop.database.read() as db:
        order = _worn(db, reader, number)
        is_said = _is_said(db, order)
    values = {"number": number, "is_said": is_said, "measures": list(Measure), "feelings": list(Feeling)}
    return respond(request, "orders/fit.html", values)


@router.post("", name="feedback:say")
def say(request: Request, shop: TheShop, reader: TheReader, actor: TheActor, number: str, form: TheForm) -> Response:
    """Keep what was said and correct the next pair by it; saying it again changes nothing."""
    said = {measure: _feeling(str(form.get(measure.value, ""))) for measure in Measure}
    words = str(form.get("words", "")).strip()
    with shop.database.write() as db:
        keep_feedback(db, shop, reader, number, said, words, actor=actor, now=shop.now())
    return go_to(request, f"/orders/{number}/fit")


def keep_feedback(
    db: Session,
    shop: Shop,
    reader: Reader,
    number: str,
    feelings: Mapping[Measure, Feeling],
    words: str,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Return whether this is the first time: then it is kept, and corrects the next pair.

    Raises:
        OrderNotFound, OrderNotYours: there is no such order, or it is somebody else's.
        NothingToSay: it has not arrived, or was not made to measures.
    """
    order = _worn(db, reader, number)
    if order.customer_id is None or order.profile_id is None or _is_said(db, order):
        return False
    said = {measure: feelings.get(measure, Feeling.RIGHT) for measure in Measure}
    told = ", ".join(f"{measure.value}: {feeling.value}" for measure, feeling in said.items())
    note = f"{told}. {words[: LONGEST_NOTE - 200]}".strip()
    event = ContactEvent(ContactEventId(shop.new_id()), now, Channel.FEEDBACK, note, actor.id, number)
    add_contact(db, order.customer_id, event)
    corrections = corrections_mm(said)
    if corrections:
        newest = customers.profiles_of(db, order.customer_id, purpose=Purpose.FIT)[0]
        correct_fit(db, newest, corrections, new_id=shop.new_id, actor=actor, now=now)
    return True


def _worn(db: Session, reader: TheReader, number: str) -> Order:
    order = orders.get_order_by_number(db, number)
    if not reader.may_open(order.owner, order.customer_id):
        raise OrderNotYours(number=number)
    if order.state not in WORN_STATES or order.customer_id is None or order.profile_id is None:
        raise NothingToSay(number=number)
    return order


def _is_said(db: Session, order: Order) -> bool:
    assert order.customer_id is not None  # noqa: S101 - _worn has looked
    known = contacts_of(db, order.customer_id, purpose=Purpose.FIT, limit=1000)
    return any(event.channel is Channel.FEEDBACK and event.about == order.number for event in known)


def _feeling(text: str) -> Feeling:
    return Feeling(text) if text in {each.value for each in Feeling} else Feeling.RIGHT
