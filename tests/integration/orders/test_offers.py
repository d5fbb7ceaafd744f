"""Offers on both databases: discounts on the quote, uses of vouchers held and given back, custom pays."""

import random
import shutil
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import select

from kernel.database import Database
from kernel.ids import CustomerId, DraftId, IdMaker, id_maker
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.releases import service as releases
from orders.approvals import repository as approvals
from orders.approvals.model import ApprovalDecided, ApprovalKind, ApprovalNeeded, ApprovalNotYours, ApprovalState
from orders.approvals.service import decide
from orders.audit.model import Actor
from orders.customers.model import Contact
from orders.customers.service import register_customer
from orders.drafts import service as drafts
from orders.drafts.configurators import Configurators
from orders.drafts.service import Reader
from orders.lifecycle.service import place_order
from orders.pricing import repository as pricing
from orders.pricing.model import DiscountKind
from orders.pricing.rules import PriceRule
from orders.pricing.vouchers import Voucher, VoucherNotUsable
from orders.quotes.model import Quote
from orders.quotes.service import expire_quotes, issue_quote, withdraw_quote
from orders.quotes.tables import QuoteRow
from production.promise import service as promises
from production.promise.tables import ReservationRow
from tests.mugs import FOLDER, POTTERY, mug_configurators, open_pottery

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CLERK, FINANCE = Actor("clerk", "store"), Actor("fay", "finance")
READER = Reader("clerk", is_staff=True)


class Counter:
    """A shop with a counter: opens drafts and asks for quotes."""

    def __init__(self, database: Database, configurators: Configurators) -> None:
        self.database, self.configurators = database, configurators
        self.new_id: IdMaker = id_maker(lambda: NOW, random.Random(5))
        with database.write() as db:
            contact = Contact("Ana", "ana@example.org")
            self.customer = register_customer(db, contact, new_id=self.new_id, actor=CLERK, now=NOW).id

    def draft(self, customer: CustomerId | None = None, quantity: int = 1) -> DraftId:
        tools = (self.database, self.configurators)
        draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=self.new_id, now=NOW, customer_id=customer)
        if quantity > 1:
            drafts.set_limits(*tools, draft, READER, need_by=None, budget_minor=None, quantity=quantity, now=NOW)
        return draft

    def quote(self, draft: DraftId, voucher: str = "", now: datetime = NOW) -> Quote:
        return issue_quote(
            self.database,
            self.configurators,
            draft,
            READER,
            new_id=self.new_id,
            actor=CLERK,
            now=now,
            voucher=voucher,
        )

    def uses_left(self, code: str) -> int:
        with self.database.read() as db:
            found = pricing.find_voucher(db, code)
        assert found is not None
        return found.uses_left


@pytest.fixture
def counter(database: Database) -> Counter:
    open_pottery(database, now=NOW)
    return Counter(database, mug_configurators())


def add_voucher(database: Database, code: str = "MUGS", uses: int = 1, once_each: bool = False) -> None:
    voucher = Voucher(code, {"en": "Mugs"}, TODAY, uses, percent_bp=1_000, once_each=once_each)
    with database.write() as db:
        pricing.add_voucher(db, voucher)


def test_a_quote_shows_the_best_rule_and_the_voucher_on_what_is_left(counter: Counter) -> None:
    """12.00 a piece; ten pieces are 20 % off for students, then 10 % by voucher."""
    add_voucher(counter.database)
    rules = [
        PriceRule("many", {"en": "From ten"}, 1_500, TODAY, least_quantity=10),
        PriceRule("students", {"en": "Students"}, 2_000, TODAY, group="students", line="mug"),
        PriceRule("others", {"en": "Others"}, 5_000, TODAY, group="staff"),
    ]
    with counter.database.write() as db:
        for rule in rules:
            pricing.save_rule(db, rule)
        pricing.set_groups(db, counter.customer, ["students"])
    quote = counter.quote(counter.draft(counter.customer, quantity=2), "mugs")

    assert [(each.kind, each.code, each.amount_minor) for each in quote.price.discounts] == [
        (DiscountKind.RULE, "students", -480),
        (DiscountKind.VOUCHER, "MUGS", -192),
    ]
    assert quote.price.total_minor == 2_400 - 480 - 192
    assert quote.price.tax.net_minor + quote.price.tax.tax_minor == quote.price.total_minor
    assert counter.uses_left("MUGS") == 0


def test_a_guest_gets_what_is_for_everybody(counter: Counter) -> None:
    """A rule for a group or a company is not theirs."""
    with counter.database.write() as db:
        pricing.save_rule(db, PriceRule("all", {"en": "All"}, 500, TODAY))
        pricing.save_rule(db, PriceRule("agreed", {"en": "Agreed"}, 4_000, TODAY, customer_id=counter.customer))
    assert [each.code for each in counter.quote(counter.draft()).price.discounts] == ["all"]
    assert [each.code for each in counter.quote(counter.draft(counter.customer)).price.discounts] == ["agreed"]


def test_a_use_is_given_back_when_the_quote_ends_and_kept_when_it_is_ordered(counter: Counter) -> None:
    """Withdrawn, expired, replaced, ordered."""
    add_voucher(counter.database)
    quote = counter.quote(counter.draft(), "MUGS")
    with counter.database.write() as db:
        withdraw_quote(db, quote.id, actor=CLERK, now=NOW)
    assert counter.uses_left("MUGS") == 1

    draft = counter.draft()
    counter.quote(draft, "MUGS")
    again = counter.quote(draft)
    assert [each.code for each in again.price.discounts] == ["MUGS"]
    assert counter.uses_left("MUGS") == 0

    with counter.database.write() as db:
        assert expire_quotes(db, now=NOW + timedelta(days=8)) == 1
    assert counter.uses_left("MUGS") == 1

    ordered = counter.quote(counter.draft(), "MUGS")
    with counter.database.write() as db:
        place_order(db, ordered.id, new_id=counter.new_id, actor=CLERK, now=NOW)
    assert counter.uses_left("MUGS") == 0


@pytest.mark.parametrize(("code", "reason"), [("NONE-SUCH", "unknown"), ("MUGS", "used_up")])
def test_a_voucher_that_cannot_be_used_leaves_everything_as_it_was(counter: Counter, code: str, reason: str) -> None:
    """The quote that stood is not withdrawn."""
    add_voucher(counter.database, uses=0)
    draft = counter.draft()
    before = counter.quote(draft)
    with pytest.raises(VoucherNotUsable) as refused:
        counter.quote(draft, code)
    with counter.database.read() as db:
        rows = [(row.id, row.state) for row in db.exec(select(QuoteRow))]
    assert refused.value.facts["reason"] == reason
    assert rows == [(before.id, "open")]


def test_once_each_means_once_for_each_customer(counter: Counter) -> None:
    """A guest is nobody in particular; the count still holds."""
    add_voucher(counter.database, uses=5, once_each=True)
    counter.quote(counter.draft(counter.customer), "MUGS")
    with pytest.raises(VoucherNotUsable) as refused:
        counter.quote(counter.draft(counter.customer), "MUGS")
    assert refused.value.facts["reason"] == "used_before"
    counter.quote(counter.draft(), "MUGS")
    assert counter.uses_left("MUGS") == 3


def test_of_many_who_want_the_last_use_at_once_one_gets_it(counter: Counter) -> None:
    """Six clerks, one use."""
    add_voucher(counter.database)
    waiting = [counter.draft() for _ in range(6)]
    outcomes: list[str] = []
    gate = threading.Barrier(len(waiting))

    def press(draft: DraftId) -> None:
        gate.wait()
        try:
            outcomes.append(counter.quote(draft, "MUGS").number)
        except VoucherNotUsable as error:
            outcomes.append(str(error.facts["reason"]))

    threads = [threading.Thread(target=press, args=(draft,)) for draft in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1:] == ["used_up"] * 5
    assert counter.uses_left("MUGS") == 0


@pytest.fixture
def careful(database: Database, tmp_path: Path) -> Counter:
    """A counter whose mugs must earn 70 % of their net price: a plain one just does not."""
    folder = tmp_path / "mug"
    shutil.copytree(FOLDER, folder)
    line = folder / "line.yaml"
    line.write_text(
        line.read_text().replace("currency: EUR\n", "currency: EUR\nsettings: {margin_floor_percent: 70}\n")
    )
    with database.write() as db:
        releases.publish(db, folder, load_catalog(folder), now=NOW)
        promises.seed_plant(db, POTTERY, now=NOW)
    return Counter(database, Configurators())


def test_what_earns_too_little_is_asked_once_and_promised_only_when_granted(careful: Counter) -> None:
    """12.00 are 10.08 net; 3.50 of material leave 65 %."""
    draft = careful.draft()
    with pytest.raises(ApprovalNeeded) as refused:
        careful.quote(draft)
    with pytest.raises(ApprovalNeeded):
        careful.quote(draft)
    with careful.database.read() as db:
        asked = approvals.approvals(db, ApprovalKind.MARGIN)
        assert db.exec(select(func.count()).select_from(ReservationRow)).one() == 0
    assert [each.id for each in asked] == [refused.value.facts["approval_id"]]
    assert asked[0].facts["net_minor"] == 1_008
    assert asked[0].facts["margin_minor"] == 658
    assert asked[0].facts["lacks_minor"] == 706 - 658

    with careful.database.write() as db:
        with pytest.raises(ApprovalNotYours):
            decide(db, asked[0].id, granted=True, note="", actor=CLERK, now=NOW)
        decide(db, asked[0].id, granted=True, note="A regular.", actor=FINANCE, now=NOW)
    quote = careful.quote(draft)
    assert quote.price.total_minor == 1_200
    with careful.database.write() as db:
        with pytest.raises(ApprovalDecided):
            decide(db, asked[0].id, granted=False, note="", actor=FINANCE, now=NOW)
        margin = pricing.margins(db, [quote.id])[quote.id]
        assert approvals.get_approval(db, asked[0].id).state is ApprovalState.GRANTED
    assert (margin.net_minor, margin.margin_minor, margin.percent) == (1_008, 658, 65)


def test_another_price_is_another_request(careful: Counter) -> None:
    """What was granted holds for exactly what was asked."""
    draft = careful.draft()
    with pytest.raises(ApprovalNeeded) as first:
        careful.quote(draft)
    with careful.database.write() as db:
        decide(db, str(first.value.facts["approval_id"]), granted=True, note="", actor=FINANCE, now=NOW)
    add_voucher(careful.database)
    with pytest.raises(ApprovalNeeded) as second:
        careful.quote(draft, "MUGS")
    assert second.value.facts["approval_id"] != first.value.facts["approval_id"]
    assert careful.uses_left("MUGS") == 1


def test_what_earns_enough_is_not_asked(careful: Counter) -> None:
    """Made to size: 15.00 are 12.61 net; 3.50 of material leave 72 %."""
    draft = careful.draft()
    drafts.choose_option(careful.database, careful.configurators, draft, READER, "sizing", "custom", now=NOW)
    assert careful.quote(draft).price.total_minor == 1_500
