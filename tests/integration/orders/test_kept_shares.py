"""What a plant keeps for a group is promised to its customers, in inquiries, need-by dates and quotes, and to rush orders."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from configurator.configurator import Configurator
from kernel.database import Database
from kernel.ids import CustomerId, DraftId, IdMaker, id_maker
from modules_catalog.releases import service as releases
from orders.audit.model import Actor
from orders.customers.model import Contact
from orders.customers.service import register_customer
from orders.drafts import service as drafts
from orders.drafts.configurators import Configurators
from orders.drafts.promising import days_of_step
from orders.drafts.service import Reader
from orders.drafts.strands import may_rush
from orders.pricing import repository as pricing
from orders.quotes.model import DraftNotQuotable
from orders.quotes.service import issue_quote
from production.exploding import explode
from production.model import Demand, OperationLoad, demand_of
from production.plants.model import KeptShare
from production.promise import service as promises
from tests.mugs import FOLDER, POTTERY, mug_configurators, mug_model

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK = Actor("clerk", "store")
READER = Reader("clerk", is_staff=True)


@pytest.fixture
def ids() -> IdMaker:
    return id_maker(lambda: NOW, random.Random(5))


def full_but_for_regulars(database: Database) -> None:
    """Every work centre keeps 60 % for regulars from the first day on; all that others may have this week is taken."""
    kept = tuple(replace(one, places=3, kept=KeptShare("regulars", 60, 0)) for one in POTTERY.work_centres)
    with database.write() as db:
        releases.publish(db, FOLDER, mug_model(), now=NOW)
        promises.seed_plant(db, replace(POTTERY, work_centres=kept), now=NOW)
        for centre in POTTERY.work_centres:
            load = OperationLoad("other", centre.code, 3_240)
            promises.reserve(db, "mug", Demand((load,), (), 24), key=centre.code, now=NOW, expires_at=None)


def day_of(database: Database, configurators: Configurators, draft: DraftId) -> date:
    with database.read() as db:
        view = drafts.view_draft(db, configurators, draft, READER, now=NOW)
        days = days_of_step(db, configurators.of(db, view.draft.release), view, view.model.steps[0].code, now=NOW)
    assert view.promise is not None
    assert all(delta.date >= view.promise.date or delta.days < 0 for delta in days.options.values())
    return view.promise.date


def test_the_customers_group_goes_with_inquiry_need_by_date_and_quote(database: Database, ids: IdMaker) -> None:
    """A-4: the same mug for a stranger and for a regular, who is the sooner; by that day only the regular has it."""
    full_but_for_regulars(database)
    configurators = mug_configurators()
    tools = (database, configurators)
    with database.write() as db:
        people = [
            register_customer(db, Contact(name), new_id=ids, actor=CLERK, now=NOW).id
            for name in ("Stranger", "Regular")
        ]
        pricing.set_groups(db, people[1], ["friends", "regulars"])

    def draft(customer: CustomerId) -> DraftId:
        return drafts.open_draft(*tools, "mug", owner="clerk", new_id=ids, now=NOW, customer_id=customer)

    stranger, regular = draft(people[0]), draft(people[1])
    late, soon = day_of(*tools, stranger), day_of(*tools, regular)
    assert soon < late
    for each in (stranger, regular):
        drafts.set_limits(
            *tools, each, READER, need_by=late - timedelta(days=1), budget_minor=None, quantity=1, now=NOW
        )
    with pytest.raises(DraftNotQuotable):
        issue_quote(*tools, stranger, READER, new_id=ids, actor=CLERK, now=NOW)
    quote = issue_quote(*tools, regular, READER, new_id=ids, actor=CLERK, now=NOW)
    with database.read() as db:
        assert promises.reservation(db, quote.reservation_key).promise.date == soon


def test_an_option_with_the_attribute_makes_a_rush_order() -> None:
    """The demand says so, whatever else is chosen; without it nothing does."""
    model = mug_model()
    size = model.feature("size")
    rush = tuple(replace(one, attributes={**one.attributes, "rush": one.code == "large"}) for one in size.options)
    features = tuple(replace(one, options=rush) if one.code == "size" else one for one in model.features)
    rushing = replace(model, features=features)
    mug = {"glaze": "white", "sizing": "standard"}

    plain, rushed = Configurator(model), Configurator(rushing)
    rows = {each.code: plain.row_answers(each.code) for each in model.features}
    assert (may_rush(plain, rows), may_rush(rushed, rows)) == (False, True)
    assert demand_of(explode(rushing, {**mug, "size": "large"})).is_rush
    assert not demand_of(explode(rushing, {**mug, "size": "small"})).is_rush
    assert not demand_of(explode(model, {**mug, "size": "large"})).is_rush
