"""When invoices are issued, taken back and collected: once each, without a gap, nothing half-written."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.blobs import BlobStore
from kernel.database import Database
from kernel.ids import CustomerId, OrderId
from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.customers.addresses.model import Address, AddressId
from orders.customers.addresses.repository import add_address
from orders.customers.billing.model import BillingDetails
from orders.customers.billing.repository import save_billing
from orders.customers.model import Contact, CustomerKind
from orders.customers.service import register_customer
from orders.drafts import service as drafts
from orders.drafts.repository import selection_to_json
from orders.drafts.service import Reader
from orders.invoicing import repository
from orders.invoicing.issued import IssuedInvoice, open_invoice
from orders.invoicing.judging import findings
from orders.invoicing.model import InvoiceKind, InvoicingMethod, PartyNotValid
from orders.invoicing.service import (
    bill_order,
    draw_files,
    enqueue_month,
    invoice_files,
    invoice_month,
    owed_for,
    try_again,
)
from orders.lifecycle import repository as orders
from orders.lifecycle.following import BILL_JOB
from orders.lifecycle.model import OrderReturn, Remedy
from orders.lifecycle.service import place_order
from orders.numbering.repository import next_number
from orders.payments.model import PaymentKind, PaymentNotValid, RefundTooLarge
from orders.payments.providers import Confirmed
from orders.payments.service import paid_of, record_payment, take_word
from orders.pricing.exchange import Exchange, PriceList
from orders.pricing.repository import remove_price_list, save_price_list
from orders.quotes.service import issue_quote
from tests.mugs import pottery
from web.shop import Shop

CLERK = Actor(id="clerk", role="store")
READER = Reader("clerk", is_staff=True)
COMPANY = {"account": "company", "payment": "on_invoice"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A shop with customers to invoice."""

    shop: Shop
    now: datetime

    def customer(
        self, *, vat_id: str = "", country: str = "DE", kind: CustomerKind = CustomerKind.COMPANY
    ) -> CustomerId:
        contact = Contact("Töpferei Nord", "einkauf@nord.example", None, "en", country, kind)
        with self.shop.database.write() as db:
            known = register_customer(db, contact, new_id=self.shop.new_id, actor=CLERK, now=self.now)
            address = Address("Einkauf", "Hafenweg 7", "Hamburg", country, "20457", company="Töpferei Nord")
            add_address(db, known.id, AddressId(self.shop.new_id()), address, is_default=True)
            save_billing(db, known.id, BillingDetails(vat_id=vat_id))
        return known.id

    def order(self, customer: CustomerId | None = None, *, quantity: int = 1, **answers: str) -> OrderId:
        """Place an order of mugs; the answers stand for features other catalogs have."""
        tools = (self.shop.database, self.shop.configurators)
        draft = drafts.open_draft(
            *tools, "mug", owner="clerk", new_id=self.shop.new_id, now=self.now, customer_id=customer
        )
        if quantity > 1:
            drafts.set_limits(*tools, draft, READER, need_by=None, budget_minor=None, quantity=quantity, now=self.now)
        quote = issue_quote(*tools, draft, READER, new_id=self.shop.new_id, actor=CLERK, now=self.now)
        with self.shop.database.write() as db:
            order = place_order(db, quote.id, new_id=self.shop.new_id, actor=CLERK, now=self.now)
            selection = order.selection
            for feature, answer in answers.items():
                selection = selection.with_answer(feature, answer)
            db.connection().execute(
                text("UPDATE customer_order SET selection = :selection WHERE id = :id"),
                {"selection": json.dumps(selection_to_json(selection)), "id": order.id},
            )
        return order.id

    def bill(self, order: OrderId, event: str, *, now: datetime | None = None) -> None:
        bill_order(self.shop.books, order, event, now=now or self.now)

    def returned(self, order: OrderId, *pieces: int, remedy: Remedy = Remedy.MONEY_BACK) -> None:
        """Record what came back, as if it had been with the customer."""
        with self.shop.database.write() as db:
            at = len(orders.returns_of(db, order)) + 1
            orders.add_return(db, order, OrderReturn(at, pieces, remedy, self.now))
        self.bill(order, "return")

    def invoices(self, order: OrderId) -> list[IssuedInvoice]:
        with self.shop.database.read() as db:
            return repository.invoices_of_order(db, order)

    def next_number(self, series: str = "INV-2026") -> int:
        """Return the number that would come next; nothing is taken."""
        with pytest.raises(GivenBack) as taken, self.shop.database.write() as db:
            raise GivenBack(next_number(db, series))
        return int(taken.value.args[0])


class GivenBack(Exception):
    pass


@pytest.fixture
def desk(database: Database, tmp_path: Path, now: datetime) -> Iterator[Desk]:
    with pottery(database, tmp_path, now=now) as shop:
        yield Desk(shop, now)


def test_paid_before_the_work_is_invoiced_with_the_order(desk: Desk) -> None:
    """By the job that was stored with the order; again changes nothing, shipping neither."""
    order = desk.order(payment="prepaid")
    jobs = {BILL_JOB: lambda order_id, event: desk.bill(OrderId(order_id), event)}
    run_pending(desk.shop.database, jobs)
    desk.bill(order, "placed")
    desk.bill(order, "ship")

    (issued,) = desk.invoices(order)
    pdf, xml = invoice_files(desk.shop.blobs, issued)
    assert issued.invoice.number == "INV-2026-000001"
    assert issued.invoice.delivery.is_expected
    assert issued.invoice.totals.agreed_minor == 1200
    assert pdf.startswith(b"%PDF")
    assert xml == b""
    assert desk.next_number() == 2


def test_others_are_invoiced_when_they_leave(desk: Desk) -> None:
    """On shipping, not before; what was paid by then is set off."""
    order = desk.order(desk.customer(), **COMPANY, invoicing="factur_x")
    desk.bill(order, "placed")
    assert desk.invoices(order) == []
    with desk.shop.database.write() as db:
        placed = orders.get_order(db, order)
        pay = {"provider": "transfer", "currency": "EUR", "new_id": desk.shop.new_id, "actor": CLERK, "now": desk.now}
        record_payment(db, placed, kind=PaymentKind.DEPOSIT, amount_minor=200, **pay)

    desk.bill(order, "ship")
    desk.bill(order, "ship")

    (issued,) = desk.invoices(order)
    assert (issued.invoice.totals.paid_minor, issued.invoice.totals.due_minor) == (200, 1000)
    assert issued.invoice.due_on == desk.now.date() + timedelta(days=14)
    assert findings(invoice_files(desk.shop.blobs, issued)[1]) == ()


def test_a_business_in_france_is_invoiced_without_vat(desk: Desk) -> None:
    """Its VAT number decides, and the document is valid; the address is its own."""
    order = desk.order(
        desk.customer(vat_id="FR 42 999999006", country="FR"),
        **COMPANY,
        invoicing="peppol",
        peppol_id="0088:7300010000001",
    )
    desk.bill(order, "ship")

    (issued,) = desk.invoices(order)
    with desk.shop.database.read() as db:
        agreed = orders.get_order(db, order).price
    assert (agreed.total_minor, agreed.tax.tax_minor, agreed.tax.country) == (1000, 0, "FR")
    assert issued.invoice.buyer.vat_id == "FR42999999006"
    assert [(line.vat.category.code, line.tax_minor) for line in issued.invoice.totals.vat] == [("K", 0)]
    assert issued.invoice.totals.agreed_minor == 1000
    assert findings(invoice_files(desk.shop.blobs, issued)[1]) == ()


def test_what_was_agreed_without_vat_is_not_invoiced_to_a_business_without_number(desk: Desk) -> None:
    """Somebody takes the number back in between: refused by the field's name, and issued once it is there again."""
    company = desk.customer(vat_id="FR42999999006", country="FR")
    order = desk.order(company, **COMPANY)
    with desk.shop.database.write() as db:
        save_billing(db, company, BillingDetails())
    with pytest.raises(PartyNotValid) as refused:
        desk.bill(order, "ship")
    assert refused.value.facts["field"] == "vat_id"
    assert desk.invoices(order) == []

    with desk.shop.database.write() as db:
        save_billing(db, company, BillingDetails(vat_id="FR42999999006"))
    desk.bill(order, "ship")
    assert [each.invoice.totals.agreed_minor for each in desk.invoices(order)] == [1000]


def test_a_business_is_quoted_and_invoiced_in_its_countrys_currency(desk: Desk) -> None:
    """12.00 EUR are 11.40 CHF, in steps of 0.05; without tax as an export 10.55; valid, and a month has one for each currency."""
    with desk.shop.database.write() as db:
        save_price_list(db, PriceList(Exchange("EUR", "CHF", Decimal("0.95"), 5), frozenset({"CH"})))
    company = desk.customer(country="CH")
    month = {**COMPANY, "invoicing": "monthly"}
    francs, more = (desk.order(company, **month) for _ in range(2))
    with desk.shop.database.write() as db:
        remove_price_list(db, "CHF")
    euros = desk.order(company, **month)
    for order in (francs, more, euros):
        desk.bill(order, "ship")
    invoice_month(desk.shop.books, "2026-03", now=datetime(2026, 4, 1, 6, 0, tzinfo=desk.now.tzinfo))

    (issued,), (other,) = desk.invoices(francs), desk.invoices(euros)
    assert desk.invoices(more) == [issued]
    assert (issued.invoice.currency, issued.invoice.totals.agreed_minor) == ("CHF", 2 * 1055)
    assert (other.invoice.currency, other.invoice.totals.agreed_minor) == ("EUR", 1110)
    assert findings(invoice_files(desk.shop.blobs, issued)[1]) == ()


@pytest.mark.parametrize(
    ("vat_id", "answers", "field"),
    [
        ("DE999999904", {"invoicing": "factur_x"}, "vat_id"),
        ("", {"invoicing": "peppol", "peppol_id": "somewhere"}, "peppol_id"),
    ],
)
def test_what_cannot_be_right_stops_it_and_takes_no_number(
    desk: Desk, vat_id: str, answers: dict[str, str], field: str
) -> None:
    """The field is named; put right, the same job issues number 1."""
    customer = desk.customer(vat_id=vat_id)
    order = desk.order(customer, **COMPANY, **answers)

    with pytest.raises(PartyNotValid) as refused:
        desk.bill(order, "ship")

    assert refused.value.facts["field"] == field
    assert desk.invoices(order) == []
    with desk.shop.database.read() as db:
        kept = repository.find_refusal(db, order)
    assert kept is not None
    assert (kept.code, kept.reasons, kept.event) == ("PartyNotValid", (field,), "ship")
    assert desk.next_number() == 1
    if field == "vat_id":
        with desk.shop.database.write() as db:
            save_billing(db, customer, BillingDetails(vat_id="DE999999903"))
            assert try_again(db, order)
        run_pending(desk.shop.database, {BILL_JOB: lambda of, event: desk.bill(OrderId(of), event)})
        with desk.shop.database.write() as db:
            assert repository.find_refusal(db, order) is None
            assert not try_again(db, order)
        assert [each.invoice.number for each in desk.invoices(order)] == ["INV-2026-000001"]


def test_cancelled_or_returned_the_invoice_is_taken_back_once(desk: Desk) -> None:
    """A credit note of its own series refers to it; nothing is owed any more."""
    order = desk.order(payment="prepaid")
    desk.bill(order, "placed")
    desk.bill(order, "cancel")
    desk.bill(order, "cancel")
    desk.bill(order, "return")

    invoice, back = desk.invoices(order)
    assert (back.invoice.number, back.invoice.kind) == ("CN-2026-000001", InvoiceKind.CREDIT_NOTE)
    assert back.refers_to == invoice.id
    assert back.invoice.refers_to is not None
    assert back.invoice.refers_to.number == invoice.invoice.number
    with desk.shop.database.read() as db:
        assert owed_for(db, orders.get_order(db, order)) == 0
    assert desk.next_number("CN-2026") == 2


def test_pieces_that_come_back_are_credited_by_their_share(desk: Desk) -> None:
    """Of three, one for money, one made again, the last for money: two credit notes, valid, once; one piece stays owed."""
    company = desk.customer()
    order = desk.order(company, quantity=3, **COMPANY, invoicing="factur_x")
    desk.bill(order, "ship")
    desk.returned(order, 2)
    desk.returned(order, 1, remedy=Remedy.REMADE)
    desk.returned(order, 3)
    desk.bill(order, "return")

    invoice, first, second = desk.invoices(order)
    assert invoice.invoice.totals.agreed_minor == 3600
    assert [each.invoice.number for each in (first, second)] == ["CN-2026-000001", "CN-2026-000002"]
    assert [each.invoice.totals.agreed_minor for each in (first, second)] == [1200, 1200]
    assert [each.refers_to for each in (first, second)] == [invoice.id] * 2
    assert [line.quantity for line in first.invoice.lines] == [1]
    for each in (first, second):
        assert findings(invoice_files(desk.shop.blobs, each)[1]) == ()
    with desk.shop.database.read() as db:
        assert owed_for(db, orders.get_order(db, order)) == 1200
        assert open_invoice(repository.invoiced_order(db, order)) is not None


def test_pieces_back_before_the_month_is_over_are_credited_with_its_invoice(desk: Desk) -> None:
    """The month bills both pieces and credits one at once; an order that came back piece by piece is never billed."""
    company = desk.customer()
    one, gone = (desk.order(company, quantity=2, **COMPANY, invoicing="monthly") for _ in range(2))
    for order in (one, gone):
        desk.bill(order, "ship")
        desk.returned(order, 1)
    desk.returned(gone, 2)
    assert desk.invoices(one) == desk.invoices(gone) == []

    invoice_month(desk.shop.books, "2026-03", now=datetime(2026, 4, 1, 6, 0, tzinfo=desk.now.tzinfo))

    assert [each.invoice.totals.agreed_minor for each in desk.invoices(one)] == [2400, 1200]
    assert desk.invoices(gone) == []


def test_cancelled_before_it_was_invoiced_it_never_is(desk: Desk) -> None:
    """Also when the job of the shipping comes late."""
    order = desk.order(payment="on_invoice")
    desk.bill(order, "return")
    desk.bill(order, "ship")

    assert desk.invoices(order) == []
    assert desk.next_number() == 1


def test_a_change_after_the_invoice_takes_it_back_and_bills_anew(desk: Desk) -> None:
    """Three documents: the first, its credit note, and the one of revision B."""
    order = desk.order(payment="prepaid")
    desk.bill(order, "placed")
    desk.bill(order, "change")
    assert len(desk.invoices(order)) == 1
    with desk.shop.database.write() as db:
        db.connection().execute(text("UPDATE customer_order SET revision = 2 WHERE id = :id"), {"id": order})
    desk.bill(order, "change")
    desk.bill(order, "change")

    numbers = [each.invoice.number for each in desk.invoices(order)]
    assert numbers == ["INV-2026-000001", "CN-2026-000001", "INV-2026-000002"]


def test_a_month_is_collected_by_customer_with_progress(desk: Desk) -> None:
    """Two orders of one company on one invoice, another's on its own; what comes later waits; again is nothing."""
    one, other = desk.customer(), desk.customer()
    first, second = desk.order(one, **COMPANY, invoicing="monthly"), desk.order(one, **COMPANY, invoicing="monthly")
    third, later = desk.order(other, **COMPANY, invoicing="monthly"), desk.order(one, **COMPANY, invoicing="monthly")
    for order in (first, second, third):
        desk.bill(order, "ship")
        desk.bill(order, "ship")
    desk.bill(later, "ship", now=desk.now + timedelta(days=40))
    assert desk.invoices(first) == []

    end = datetime(2026, 4, 1, 6, 0, tzinfo=desk.now.tzinfo)
    invoice_month(desk.shop.books, "2026-03", now=end)
    invoice_month(desk.shop.books, "2026-03", now=end)

    (issued,) = desk.invoices(first)
    assert desk.invoices(second) == [issued]
    assert (issued.invoice.method, issued.invoice.totals.agreed_minor) == (InvoicingMethod.MONTHLY, 2400)
    assert len(issued.invoice.orders) == 2
    assert [each.invoice.totals.agreed_minor for each in desk.invoices(third)] == [1200]
    assert desk.invoices(later) == []
    assert findings(invoice_files(desk.shop.blobs, issued)[1]) == ()
    assert desk.next_number() == 3

    desk.bill(second, "return", now=end + timedelta(days=1))
    assert [each.invoice.totals.agreed_minor for each in desk.invoices(second)] == [2400, 1200]
    with desk.shop.database.read() as db:
        (run,) = repository.runs(db)
    assert (run.month, run.finished_at) == ("2026-03", end)


def test_a_customer_whose_invoice_cannot_be_does_not_hold_up_the_others(desk: Desk) -> None:
    """The run names whom, by the order; put right, the next run issues it."""
    wrong, right = desk.customer(vat_id="DE999999904"), desk.customer()
    stuck, fine = desk.order(wrong, **COMPANY, invoicing="monthly"), desk.order(right, **COMPANY, invoicing="monthly")
    desk.bill(stuck, "ship")
    desk.bill(fine, "ship")
    end = datetime(2026, 4, 1, 6, 0, tzinfo=desk.now.tzinfo)
    invoice_month(desk.shop.books, "2026-03", now=end)

    with desk.shop.database.read() as db:
        (run,) = repository.runs(db)
    assert (run.total, run.done) == (2, 2)
    assert [told["field"] for told in run.refused.values()] == ["vat_id"]
    assert len(desk.invoices(fine)) == 1
    with desk.shop.database.write() as db:
        save_billing(db, wrong, BillingDetails())
    invoice_month(desk.shop.books, "2026-03", now=end)
    assert len(desk.invoices(stuck)) == 1


def test_the_month_before_is_queued_once(desk: Desk) -> None:
    """Every minute of January asks for December; one job is stored."""
    with desk.shop.database.write() as db:
        assert enqueue_month(db, today=date(2027, 1, 1)) == "invoicing.month:2026-12"
    with desk.shop.database.write() as db:
        enqueue_month(db, today=date(2027, 1, 31))
    done: list[str] = []
    run_pending(desk.shop.database, {"invoicing.month": done.append})  # type: ignore[dict-item]

    assert done == ["2026-12"]


def test_a_worker_that_dies_before_the_files_leaves_no_gap_and_no_double(desk: Desk, tmp_path: Path) -> None:
    """The number stands, the files follow with the next attempt."""
    order = desk.order(payment="prepaid")
    (tmp_path / "broken").mkdir()
    broken = replace(desk.shop.books, blobs=BlobStore(str(tmp_path / "broken")))
    shutil.rmtree(tmp_path / "broken")
    (tmp_path / "broken").write_text("no folder")
    with pytest.raises(Exception, match=r"(?i)not a directory|unable|generic"):
        bill_order(broken, order, "placed", now=desk.now)
    (left,) = desk.invoices(order)
    assert (left.invoice.number, left.pdf) == ("INV-2026-000001", None)

    desk.bill(order, "placed")

    (issued,) = desk.invoices(order)
    assert issued.invoice == left.invoice
    assert issued.pdf is not None
    assert draw_files(desk.shop.books, issued.id) == issued
    assert desk.next_number() == 2


def test_many_at_once_leave_no_gap_and_no_double(desk: Desk) -> None:
    """Each order's job runs in two workers at the same time; one in three is refused."""
    good = [desk.order(payment="prepaid") for _ in range(6)]
    bad = [desk.order(payment="prepaid", invoicing="peppol", peppol_id="nowhere") for _ in range(3)]
    trouble: list[BaseException] = []

    def work(order: OrderId) -> None:
        try:
            desk.bill(order, "placed")
        except PartyNotValid as error:
            trouble.append(error)

    with _all_at_once([lambda each=each: work(each) for each in (*good, *bad, *good, *bad)]):
        pass

    numbers = sorted(each.invoice.number for order in good for each in desk.invoices(order))
    assert numbers == [f"INV-2026-{number:06d}" for number in range(1, 7)]
    assert all(desk.invoices(order) == [] for order in bad)
    assert len(trouble) == 6
    assert desk.next_number() == 7


@contextmanager
def _all_at_once(works: list[object]) -> Iterator[None]:
    threads = [threading.Thread(target=work) for work in works]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def test_in_whatever_order_its_jobs_run_a_returned_order_keeps_no_invoice(desk: Desk) -> None:
    """Every order of the three jobs, each run twice, for each way to pay: no open invoice, no gap, no orphan."""
    company = desk.customer()
    numbers: dict[str, InvoiceKind] = {}
    for answers in ({"payment": "prepaid"}, {"payment": "on_invoice"}, {**COMPANY, "invoicing": "monthly"}):
        for events in permutations(("placed", "ship", "return")):
            order = desk.order(company, **answers)
            for event in events:
                desk.bill(order, event)
                desk.bill(order, event)
            with desk.shop.database.read() as db:
                on = repository.invoiced_order(db, order)
            assert open_invoice(on) is None, (answers, events)
            for each in desk.invoices(order):
                numbers[each.invoice.number] = each.invoice.kind
                assert (each.refers_to is None) == (each.invoice.kind is InvoiceKind.INVOICE)
    invoice_month(desk.shop.books, "2026-03", now=datetime(2026, 4, 1, 6, 0, tzinfo=desk.now.tzinfo))

    with desk.shop.database.read() as db:
        assert {each.invoice.number for each in repository.find_invoices(db, limit=999)} == set(numbers)
    issued = [number for number, kind in numbers.items() if kind is InvoiceKind.INVOICE]
    taken_back = [number for number, kind in numbers.items() if kind is InvoiceKind.CREDIT_NOTE]
    assert sorted(issued) == [f"INV-2026-{number:06d}" for number in range(1, len(issued) + 1)]
    assert sorted(taken_back) == [f"CN-2026-{number:06d}" for number in range(1, len(issued) + 1)]


def test_payments_add_up_and_nothing_is_paid_back_that_never_came(desk: Desk) -> None:
    """Deposit, payment, refund; a provider's word counts once; a wrong one changes nothing."""
    order_id = desk.order()
    tools = {"new_id": desk.shop.new_id, "actor": CLERK, "now": desk.now}
    with desk.shop.database.write() as db:
        order = orders.get_order(db, order_id)
        record_payment(
            db, order, kind=PaymentKind.DEPOSIT, provider="in_store", amount_minor=300, currency="EUR", **tools
        )
        word = Confirmed(order.number, 900, "EUR", "tx-1")
        assert take_word(db, "cards", word, **tools)
    with desk.shop.database.write() as db:
        assert not take_word(db, "cards", word, **tools)
        assert paid_of(db, order) == 1200
    for kind, amount, currency, error in (
        (PaymentKind.REFUND, 1201, "EUR", RefundTooLarge),
        (PaymentKind.PAYMENT, 0, "EUR", PaymentNotValid),
        (PaymentKind.PAYMENT, 5, "USD", PaymentNotValid),
    ):
        with pytest.raises(error), desk.shop.database.write() as db:
            record_payment(db, order, kind=kind, provider="in_store", amount_minor=amount, currency=currency, **tools)
    with desk.shop.database.write() as db:
        record_payment(
            db, order, kind=PaymentKind.REFUND, provider="in_store", amount_minor=1200, currency="EUR", **tools
        )
        assert paid_of(db, order) == 0
