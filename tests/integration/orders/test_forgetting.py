"""The retention clock forgets what is old and keeps what something was made of."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from kernel.database import Database
from kernel.ids import IdMaker
from modules_catalog.sizing.model import Sex
from orders.audit.model import Actor
from orders.customers import repository as customers
from orders.customers.contacts.model import Channel, ContactEvent, ContactEventId
from orders.customers.contacts.repository import add_contact, contacts_of
from orders.customers.memory import REUSED_FOR, is_reusable
from orders.customers.model import Contact, KnownFact, Purpose
from orders.customers.service import record_measurements, register_customer
from orders.drafts import repository as drafts
from orders.drafts import service as draft_service
from orders.drafts.service import Reader
from orders.privacy.forgetting import RETENTION, forget_what_is_old
from orders.quotes.service import issue_quote
from tests.integration.orders.test_sealing import READINGS
from tests.mugs import mug_configurators, open_pottery

CLERK = Actor("clerk", "store")
ROOT = Path(__file__).parents[3]


def test_the_docs_say_how_long_each_thing_is_kept() -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]*\| (\d+) days \|", (ROOT / "docs" / "privacy.md").read_text(), re.MULTILINE)
    assert {what: timedelta(days=int(days)) for what, days in rows} == dict(RETENTION)


def test_a_fact_is_not_offered_once_it_is_old(now: datetime) -> None:
    fact = KnownFact("jeans.wash", "stone", "order:JE-1", now)
    assert is_reusable(fact, now + REUSED_FOR - timedelta(seconds=1))
    assert not is_reusable(fact, now + REUSED_FOR)


def test_only_what_is_old_goes(database: Database, new_id: IdMaker, now: datetime) -> None:
    """A second before its time everything is there; at its time it is gone; the second turn finds nothing."""
    with database.write() as db:
        ana = register_customer(db, Contact("Ana"), new_id=new_id, actor=CLERK, now=now)
        record_measurements(
            db,
            ana.id,
            sex=Sex.FEMALE,
            readings=READINGS,
            confirmed=frozenset(),
            new_id=new_id,
            actor=CLERK,
            now=now,
        )
        customers.remember(db, ana.id, [KnownFact("jeans.wash", "stone", "order:JE-1", now)])
        add_contact(db, ana.id, ContactEvent(ContactEventId("e1"), now, Channel.PHONE, "hello", "clerk"))
    kinds = {"measurements": 1, "facts": 1, "contacts": 1}
    for kept in sorted({RETENTION[what] for what in kinds}):
        due = {what: count for what, count in kinds.items() if RETENTION[what] == kept}
        with database.write() as db:
            assert set(forget_what_is_old(db, now=now + kept).values()) == {0}
        with database.write() as db:
            forgotten = forget_what_is_old(db, now=now + kept + timedelta(seconds=1))
        assert {what: count for what, count in forgotten.items() if count} == due
    with database.read() as db:
        assert contacts_of(db, ana.id, purpose=Purpose.SUPPORT) == []
        assert customers.profiles_of(db, ana.id, purpose=Purpose.FIT) == []
        assert customers.get_customer(db, ana.id, purpose=Purpose.SALE).contact.name == "Ana"


def test_a_draft_something_was_made_of_is_kept(database: Database, new_id: IdMaker, now: datetime) -> None:
    open_pottery(database, now=now)
    configurators = mug_configurators()
    tools = (database, configurators)
    reader = Reader("clerk", is_staff=True)
    quoted, left = (draft_service.open_draft(*tools, "mug", owner="clerk", new_id=new_id, now=now) for _ in range(2))
    issue_quote(*tools, quoted, reader, new_id=new_id, actor=CLERK, now=now)
    with database.write() as db:
        assert forget_what_is_old(db, now=now + RETENTION["drafts"] + timedelta(days=1))["drafts"] == 1
        assert [each.id for each in drafts.drafts_of(db, "clerk")] == [quoted]
    assert left != quoted
