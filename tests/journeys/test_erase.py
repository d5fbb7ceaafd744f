"""Erasing: a text planted everywhere a customer can write is searched for in every table, file, job and log."""

import json
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import inspect, text
from starlette.testclient import TestClient

from orders.audit import repository as audit
from orders.audit.service import first_broken_link
from orders.customers import repository as customers
from orders.customers.model import Purpose
from orders.invoicing.repository import find_invoices
from orders.lifecycle import repository as orders
from orders.lifecycle.date_offers import answer_offer, offer_date
from orders.lifecycle.reasons import reason_told
from orders.lifecycle.service import move
from orders.lifecycle.transitions import OrderEvent, OrderState
from orders.payments.repository import payments_of
from orders.privacy import repository as privacy
from production.promise.document import promise_from_json
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.ordering import CLERK
from tests.journeys.person import Person, words_of
from tests.journeys.test_store_measures import READINGS
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.mail_inbox import receive_mail
from web.shop import Shop

PLANTED = "Qwzyxv"
"""Stands in name, address and notes; an issued invoice names its buyer."""
WRITTEN = "Jqvxzk"
"""Stands in every text of a product; no invoice needs it."""


def everywhere(shop: Shop) -> Iterator[tuple[str, bytes]]:
    """Yield every place something may be kept, and what it holds."""
    with shop.database.read() as db:
        connection = db.connection()
        schemas = [each for each in inspect(connection).get_schema_names() if each != "information_schema"]
        for schema in schemas:
            for table in inspect(connection).get_table_names(schema=schema):
                quoted = f'"{schema}"."{table}"'
                for row in connection.execute(text(f"SELECT * FROM {quoted}")):
                    yield table, b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for path in files_of(shop):
        content = path.read_bytes()
        yield str(path), content
        if content.startswith(b"%PDF-"):
            yield f"{path} (as read)", as_read(content)


def blob_path(shop: Shop, name: str) -> Path:
    (path,) = [each for each in files_of(shop) if each.parent.name + each.name == name]
    return path


def as_read(pdf: bytes) -> bytes:
    """Return what a PDF says and what is attached to it, which its bytes keep compressed."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    attached = [each for contents in reader.attachments.values() for each in contents]
    words = "".join(page.extract_text() for page in reader.pages)
    return b" ".join([*attached, words.encode(), "".join(words.split()).encode(), str(reader.metadata).encode()])


def files_of(shop: Shop) -> list[Path]:
    root = shop.outbox.parent
    return [path for path in root.rglob("*") if path.is_file()]


def holding(shop: Shop, words: str) -> set[str]:
    """Return where the words stand, also as JSON escapes them and inside PDF attachments' plain text."""
    forms = {words.encode(), words.lower().encode(), json.dumps(words)[1:-1].encode(), words.encode("utf-16-be")}
    return {place for place, content in everywhere(shop) if any(form in content for form in forms)}


def with_everything_planted(shop: Shop) -> tuple[str, str]:
    """Return the card's address and the order's number of a customer who wrote the text wherever they can."""
    clerk = enter(shop, login_name="store")
    clerk.open("/customers").press(
        "Add",
        within="#new-customer",
        name=f"{PLANTED} Novák",
        email=f"{PLANTED.lower()}@example.org",
        phone="+43 1 555000777",
    )
    card = clerk.path
    clerk.press("Write it down", note=f"says {PLANTED} on the telephone", channel="phone")
    clerk.open(f"{card}/measures").press("Keep the measures", sex="F", **{**READINGS, "thigh_circ": ["61", "61.4"]})
    clerk.open(card).press("Start jeans")
    draft = clerk.path.rpartition("/")[0]
    clerk.press("=measured", within="#feature-sizing")
    fill_texts(shop, clerk, draft)
    clerk.open(f"{draft}/cloth").press("Tell us", text=f"a lining with {WRITTEN}")
    clerk.open(draft).press("Order")
    pay = next(each for each in clerk.all("button") if "Order and pay" in "".join(each.itertext()))
    clerk.press(words_of(pay), street=f"{PLANTED} 1", city="Wien")
    number = clerk.path.removeprefix("/orders/")
    do_jobs(shop)
    clerk.open(card).press("Start a PC")  # a draft nobody orders
    fill_texts(shop, clerk, clerk.path.rpartition("/")[0])
    return card, number


def fill_texts(shop: Shop, person: Person, draft: str) -> None:
    """Write the text into every text field the configure pages show."""
    person.open(draft)
    for step in sorted(str(each.get("href")) for each in person.all(".steps__link")):
        person.open(step)
        for feature in [str(each.get("id")) for each in person.all("section")]:
            field = next((each for each in person.all(f"#{feature.replace('feature-', 'value-')}")), None)
            if field is not None and field.get("maxlength"):
                person.press("Take it", within=f"#{feature}", value=WRITTEN)


def program(shop: Shop, card: str) -> None:
    """Write the text through the API as well: a note under a key, which is kept with its answer."""
    client = TestClient(app_of(shop), base_url="http://127.0.0.1:8000/api/v1")
    signed_in = client.post("/sessions", json={"login_name": "store", "password": DEMO_PASSWORD}).json()
    signed_in_as = {"Authorization": f"Bearer {signed_in['token']}"}
    headers = {**signed_in_as, "Idempotency-Key": f"note of {PLANTED}"}
    for _ in range(2):
        noted = client.post(f"{card}/contacts", json={"note": f"{PLANTED} wrote by program"}, headers=headers)
        assert noted.status_code == 201, noted.text
    opened = client.post("/drafts", json={"line": "jeans"}, headers=signed_in_as)
    draft = f"/drafts/{opened.json()['draft_id']}"
    for answer in (
        client.put(f"{draft}/customer", json={"customer_id": card.rpartition("/")[2]}, headers=signed_in_as),
        client.put(f"{draft}/choices/monogram_text", json={"text": WRITTEN}, headers=signed_in_as),
        client.post(f"{draft}/wishes", json={"text": f"a pocket for {WRITTEN}"}, headers=signed_in_as),
    ):
        assert answer.status_code in (200, 201), answer.text
    for body in ({"note": f"{PLANTED} again"}, {"note": f"{PLANTED} wrote", "channel": "phone"}):
        assert client.post(f"{card}/contacts", json=body, headers=headers).status_code == 422


def answered(shop: Shop, number: str) -> None:
    """Answer the mail about the order, as the customer's own mail program would."""
    token = min(
        found for path in files_of(shop) for found in re.findall(rb"orders\+([0-9a-f]{32})@", path.read_bytes())
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Message-ID"] = f"{PLANTED.lower()}@example.org", f"<{PLANTED}@example.org>"
    mail["To"], mail["Subject"] = f"orders+{token.decode()}@lotone.example", f"Re: {number} {PLANTED}"
    mail.set_content(f"{PLANTED} would like it longer.")
    mail.add_attachment(b"JPEG", maintype="image", subtype="jpeg", filename=f"{PLANTED}.jpg")
    assert receive_mail(shop, mail.as_bytes())


def deliver(shop: Shop, number: str) -> None:
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        for event in (OrderEvent.START, OrderEvent.FINISH, OrderEvent.SHIP, OrderEvent.DELIVER):
            move(db, order.id, event, actor=CLERK, now=shop.now())
    do_jobs(shop)


def reasons_in_the_chain(shop: Shop, number: str) -> set[str]:
    with shop.database.read() as db:
        order = orders.get_order_by_number(db, number)
        chain = audit.entries(db, f"order:{number}")
        return {reason_told(db, order, entry.details) for entry, _previous, _hash in chain} - {""}


def test_an_order_under_way_stands_in_the_way_and_nothing_is_changed(shop: Shop) -> None:
    card, number = with_everything_planted(shop)
    before = holding(shop, PLANTED)
    clerk = enter(shop, login_name="store")
    reference = clerk.open(card).text(".page-head__lead").split()[0]
    clerk.open(f"{card}/erasure").press("Erase everything now", reference=reference)
    assert clerk.status == 409
    assert f"{number} It has not been begun" in clerk.text()
    assert holding(shop, PLANTED) == before
    assert "customer" in before


def test_nothing_is_left_of_an_erased_customer_but_the_reference(
    either_shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Tables, job payloads, files, outbox and logs: searched before, where it is found, and after, where it is not."""
    shop = either_shop
    caplog.set_level(logging.DEBUG)
    card, number = with_everything_planted(shop)
    clerk = enter(shop, login_name="store")
    clerk.open(f"/orders/{number}").press("Hold the order", reason=f"{PLANTED} is on holiday")
    clerk.press("Take off hold")
    with shop.database.write() as db:
        promised = promise_from_json(orders.get_order_by_number(db, number).promise).date
        words = f"{PLANTED} rang"
        later = promised + timedelta(days=1)
        offer_date(db, number, later, shown=promised, reason=words, actor=CLERK, now=shop.now())
        answer_offer(db, number, 1, accepts=True, actor=CLERK, now=shop.now())
    deliver(shop, number)
    clerk.open(f"/orders/{number}/fit").press("Tell us", waist="too_small", words=f"{PLANTED} could not breathe")
    with shop.database.write() as db:
        order = orders.get_order_by_number(db, number)
        move(db, order.id, OrderEvent.RETURN, actor=CLERK, now=shop.now(), reason=f"too small for {PLANTED}")
    do_jobs(shop)
    clerk.open(f"/orders/{number}").press("Record it", amount="10.00", reference=f"cash of {PLANTED}")
    assert clerk.send_again() == 303
    program(shop, card)
    answered(shop, number)
    before = holding(shop, PLANTED)
    written = holding(shop, WRITTEN)
    assert {"customer", "production_event", "order_date_offer"} <= before
    assert "audit_entry" not in before  # sealed by the customer's key
    assert {"draft", "quote", "customer_order", "wish_words"} <= written
    assert [place for place in written if "blobs" in place and "(as read)" in place]
    assert [place for place in before if "outbox" in place]
    assert reasons_in_the_chain(shop, number) == {
        f"{PLANTED} is on holiday",
        f"{PLANTED} rang",
        f"too small for {PLANTED}",
    }
    reference = clerk.open(card).text(".page-head__lead").split()[0]

    clerk.open(f"{card}/erasure").press("Erase everything now", reference="A-0")
    assert clerk.status == 422
    clerk.press("Erase everything now", reference=reference)
    assert clerk.status == 409
    assert f"{number} It came back; what was paid for it must be paid back first." in clerk.text()
    with shop.database.read() as db:
        assert [each.amount_minor for each in payments_of(db, orders.get_order_by_number(db, number).id)] == [1000]
    clerk.open(f"/orders/{number}").press("Record €10.00 as paid back in the store")
    clerk.open(f"{card}/erasure").press("Erase everything now", reference=reference)
    assert clerk.status == 200, clerk.text()
    assert "What is gone" in clerk.text()
    do_jobs(shop)

    left = holding(shop, PLANTED)
    assert holding(shop, WRITTEN) == set()
    assert {place for place in holding(shop, "+43 1 555000777") if "invoice" not in place} == set()
    assert PLANTED not in caplog.text
    assert WRITTEN not in caplog.text
    assert clerk.open(card).status == 404
    with shop.database.read() as db:
        assert first_broken_link(db) is None
        order = orders.get_order_by_number(db, number)
        assert (order.state, order.profile_id) == (OrderState.CLOSED, None)
        assert order.customer_id is not None
        assert customers.get_customer(db, order.customer_id, purpose=Purpose.SUPPORT).reference == reference
        (receipt,) = privacy.receipts(db, reference)
        issued = find_invoices(db, customer_id=order.customer_id)
    # Issued invoices stay until the law lets them go: their rows, and what their PDFs say.
    papers = {f"{blob_path(shop, each.pdf)} (as read)" for each in issued if each.pdf}
    assert len(papers) == 2
    assert {place for place in left if not place.startswith("invoice")} == papers
    assert reasons_in_the_chain(shop, number) == set()
    assert {each.number for each in receipt.kept} == {each.invoice.number for each in issued}
    assert (receipt.gone["measurements"], receipt.gone["orders"], receipt.gone["drafts"]) == (2, 1, 3)
    assert receipt.gone["files"] >= 2
    assert clerk.open(f"/orders/{number}").status == 200


def test_the_database_file_itself_forgets(shop: Shop) -> None:
    """SQLite overwrites what it deletes, so the bytes are gone from the file once its log is folded in."""
    card, number = with_everything_planted(shop)
    deliver(shop, number)
    clerk = enter(shop, login_name="store")
    reference = clerk.open(card).text(".page-head__lead").split()[0]
    clerk.open(f"{card}/erasure").press("Erase everything now", reference=reference)
    do_jobs(shop)
    shop.database.dispose()
    raw = Path(str(shop.database.url.database))
    assert WRITTEN.encode() not in raw.read_bytes()


def test_an_account_is_erased_by_its_person_with_the_password(shop: Shop) -> None:
    """Account, sessions and outbox mails go too; the export taken before holds what was there."""
    from tests.journeys.test_accounts import PASSWORD, registered

    person = registered(shop)
    person.open("/account/data").press(
        "Keep the address", name=PLANTED, street=f"{PLANTED} 1", city="Wien", country="AT", company=PLANTED
    )
    archive = zipfile.ZipFile(BytesIO(person.client.get("/account/export.zip").content))
    assert PLANTED in archive.read("addresses.json").decode()
    person.open("/account/erasure").press("Erase everything now", password="not it at all")
    assert person.status == 422
    person.press("Erase everything now", password=PASSWORD)
    assert "What is gone" in person.text()
    assert holding(shop, "mia@example.org") == set()
    assert holding(shop, "Mia Roth") == set()
    assert person.open("/account").path == "/login?next=/account"
    person.open("/login").press("Sign in", login_name="mia@example.org", password=PASSWORD)
    assert person.status == 422
