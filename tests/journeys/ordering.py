"""Orders for journeys that begin behind the counter: placed by the services, released by the worker."""

from modules_catalog.sizing.model import Sex
from orders.audit.model import Actor
from orders.customers.model import Contact
from orders.customers.service import record_measurements, register_customer
from orders.drafts import service as drafts
from orders.drafts.model import Refused
from orders.drafts.service import Reader
from orders.lifecycle.service import place_order
from orders.quotes.service import issue_quote
from tests.journeys.conftest import do_jobs
from web.shop import Shop

CLERK = Actor("clerk", "store")
READINGS = {
    "waist_circ_wear": (846, 850),
    "hip_circ": (1010, 1015),
    "thigh_circ": (610, 614),
    "crotch_height": (770, 774),
    "crotch_length_wear": (570, 573),
}


def released(shop: Shop, line: str, *, measured: bool = False, **choices: str) -> str:
    """Return the number of an order of the line as it opens, changed by some choices, on the floor."""
    now, reader = shop.now(), Reader(CLERK.id, is_staff=True)
    tools = (shop.database, shop.configurators)
    draft_id = drafts.open_draft(*tools, line, owner=CLERK.id, new_id=shop.new_id, now=now)
    with shop.database.write() as db:
        customer = register_customer(db, Contact("Eva Novák"), new_id=shop.new_id, actor=CLERK, now=now)
        profile_id = None
        if measured:
            profile_id = record_measurements(
                db,
                customer.id,
                sex=Sex.FEMALE,
                readings=READINGS,
                confirmed=frozenset(),
                new_id=shop.new_id,
                actor=CLERK,
                now=now,
            ).id
        drafts.assign_customer(db, draft_id, reader, customer_id=customer.id, profile_id=profile_id, now=now)
    for feature, answer in ({"sizing": "measured"} if measured else {} | choices).items():
        outcome = drafts.choose_option(*tools, draft_id, reader, feature, answer, now=now)
        assert not isinstance(outcome, Refused), outcome
    quote = issue_quote(*tools, draft_id, reader, new_id=shop.new_id, actor=CLERK, now=now)
    with shop.database.write() as db:
        order = place_order(db, quote.id, new_id=shop.new_id, actor=CLERK, now=now)
    do_jobs(shop)
    return order.number
