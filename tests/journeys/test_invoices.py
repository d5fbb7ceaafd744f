"""Invoices and payments on pages and by program: finance sees all, a customer theirs, others none."""

import re

import pytest
from starlette.testclient import TestClient

from orders.customers.billing.repository import billing_of
from orders.customers.model import Purpose
from orders.lifecycle import repository as orders
from tests.journeys.conftest import enter
from tests.journeys.ordering import released
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.routes.api.invoice_schemas import Account, Invoice, InvoiceDocument
from web.shop import Shop

API = "/api/v1"
NUMBER = "INV-2026-000001"


def test_finance_finds_the_invoice_and_the_store_records_the_payment(shop: Shop, htmx: bool) -> None:
    """Paid in advance: the invoice stands there when the order is released; a wrong amount is told beside the field."""
    order = released(shop, "jeans", invoicing="factur_x")
    finance = enter(shop, htmx=htmx, login_name="finance")
    finance.open("/invoices")
    assert f"/invoices/{NUMBER}" in finance.links("/invoices/")
    finance.open(f"/invoices/{NUMBER}")
    assert order in finance.text()
    pdf = finance.client.get(f"/invoices/{NUMBER}/invoice.pdf")
    xml = finance.client.get(f"/invoices/{NUMBER}/invoice.xml")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert (xml.headers["content-type"], b"CrossIndustryInvoice" in xml.content) == ("application/xml", True)

    store = enter(shop, htmx=htmx, login_name="store")
    store.open(f"/orders/{order}")
    assert NUMBER in store.text("#billing")
    owed = re.search(r"Still to pay (€[\d.,]+)", store.text("#billing"))
    assert owed
    store.press("Record it", amount="a lot")
    assert (store.status, "An amount such as 12.50" in store.text()) == (422, True)
    store.press("Record it", amount=owed[1].strip("€"))
    assert "Nothing is open." in store.text("#billing")
    store.press("Record it", amount="99999", kind="refund")
    assert "That is more than was paid." in store.text()


def test_what_invoices_need_is_kept_with_the_customer(shop: Shop) -> None:
    """A VAT number that cannot be one is refused beside its field, with what was typed."""
    number = released(shop, "jeans")
    with shop.database.read() as db:
        customer = orders.get_order_by_number(db, number).customer_id
    assert customer is not None
    store = enter(shop, login_name="store")
    store.open(f"/customers/{customer}/billing")
    store.press("Keep", vat_id="DE999999904", legal_name="Novák s.r.o.")
    assert (store.status, "cannot be a VAT number" in store.text()) == (422, True)
    store.press("Keep", vat_id="DE999999903", legal_name="Novák s.r.o.")
    assert store.path == f"/customers/{customer}"
    with shop.database.read() as db:
        kept = billing_of(db, customer, purpose=Purpose.INVOICE)
    assert (kept.vat_id, kept.legal_name) == ("DE999999903", "Novák s.r.o.")


@pytest.fixture
def client(shop: Shop) -> TestClient:
    return TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")


def token(client: TestClient, login_name: str) -> dict[str, str]:
    answer = client.post("/sessions", json={"login_name": login_name, "password": DEMO_PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_a_program_reads_invoices_and_records_a_payment_once(client: TestClient, shop: Shop) -> None:
    """Staff by token; a customer who is somebody else, and nobody, hear that it is not theirs."""
    order = released(shop, "jeans")
    staff, stranger = token(client, "store"), token(client, "ana")
    (listed,) = client.get("/invoices", headers=staff).json()
    assert Invoice.model_validate(listed).orders == [order]
    whole = InvoiceDocument.model_validate(client.get(f"/invoices/{NUMBER}", headers=staff).json())
    assert whole.document["totals"]["due_minor"] == listed["due_minor"]
    assert client.get(f"/invoices/{NUMBER}/invoice.xml", headers=staff).json()["code"] == "NoEInvoice"

    body = {"provider": "transfer", "amount_minor": listed["due_minor"], "currency": "EUR", "reference": "F-1"}
    once = {**staff, "Idempotency-Key": "pay-1"}
    answers = [client.post(f"/orders/{order}/payments", json=body, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    account = Account.model_validate(answers[1].json())
    assert (account.open_minor, len(account.payments)) == (0, 1)
    wrong = client.post(f"/orders/{order}/payments", json={**body, "currency": "USD"}, headers=staff)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "PaymentNotValid")

    for headers in (stranger, {}):
        for path in (f"/invoices/{NUMBER}", f"/invoices/{NUMBER}/invoice.pdf", f"/orders/{order}/account"):
            assert client.get(path, headers=headers).status_code == 403
    assert client.get("/invoices", headers=stranger).status_code == 403
    assert client.get("/invoices/INV-2026-999999", headers=staff).status_code == 404
    assert client.post("/invoices/runs", headers=staff).status_code == 403
    assert client.post("/invoices/runs", headers=token(client, "finance")).status_code == 202
