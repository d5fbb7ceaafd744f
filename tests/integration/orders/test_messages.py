"""Messages go out once, in the customer's language; answers come back to their order."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from kernel.database import Database
from kernel.ids import CustomerId, OrderId, QuoteId
from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.customers.contacts.model import Channel
from orders.customers.contacts.repository import contacts_of
from orders.customers.model import Contact, Purpose
from orders.customers.service import register_customer
from orders.drafts import service as drafts
from orders.drafts.service import Reader
from orders.lifecycle import repository as orders
from orders.lifecycle.service import place_order
from orders.messages import repository
from orders.messages.composing import letter, mail
from orders.messages.model import (
    MailAddresses,
    MailNotValid,
    MessageId,
    MessageKind,
    MessageNotFound,
    MessageNotTaken,
    MessageSent,
    MessageState,
    ReplyNotOurs,
    SentMessage,
)
from orders.messages.replies import read_reply
from orders.messages.service import receive, send_again, tell_of_order, tell_of_quote
from orders.messages.transports import FileOutbox, SmtpServer, smtp_server
from orders.quotes import repository as quotes
from orders.quotes.service import issue_quote
from tests.mugs import pottery
from web.jobs import job_functions
from web.mail_inbox import receive_maildir
from web.papers.quotes import mailed_quote
from web.qr_reading import read_qr_codes
from web.shop import Shop

CLERK = Actor(id="clerk", role="store")
READER = Reader("clerk", is_staff=True)


@pytest.fixture
def shop(database: Database, tmp_path: Path, now: datetime) -> Iterator[Shop]:
    with pottery(database, tmp_path, now=now) as opened:
        yield replace(opened, outbox=tmp_path / "outbox", origin="https://shop.example")


def customer_of(shop: Shop, *, email: str | None = "li@example.org", locale: str = "en") -> CustomerId:
    with shop.database.write() as db:
        contact = Contact("李雷 <b>", email, None, locale, "DE")
        return register_customer(db, contact, new_id=shop.new_id, actor=CLERK, now=shop.now()).id


def quoted(shop: Shop, customer: CustomerId | None) -> QuoteId:
    tools, now = (shop.database, shop.configurators), shop.now()
    draft = drafts.open_draft(*tools, "mug", owner="clerk", new_id=shop.new_id, now=now, customer_id=customer)
    return issue_quote(*tools, draft, READER, new_id=shop.new_id, actor=CLERK, now=now).id


def ordered(shop: Shop, customer: CustomerId | None) -> OrderId:
    quote = quoted(shop, customer)
    with shop.database.write() as db:
        return place_order(db, quote, new_id=shop.new_id, actor=CLERK, now=shop.now()).id


def mails(shop: Shop) -> list[Any]:
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(shop.outbox.glob("*.eml"))]


def token_in(message: Any) -> str:
    found = re.fullmatch(r"orders\+([0-9a-f]{32})@lotone\.example", message["Reply-To"])
    assert found, message["Reply-To"]
    return found[1]


def test_an_order_is_confirmed_once_in_text_and_html(shop: Shop) -> None:
    """By the job stored with it, whose payload is ids; run again nothing more goes out."""
    order = ordered(shop, customer_of(shop, locale="zh_Hant"))
    done = run_pending(shop.database, {**job_functions(shop), "orders.release": lambda _id: None})  # type: ignore[dict-item]
    tell_of_order(shop.post_office, order, "placed", now=shop.now())

    assert [each.error for each in done if each.error] == []
    (message,) = mails(shop)
    assert message["To"] == "li@example.org"
    assert message["Subject"] == "您的訂單 MU-2026-000001"
    assert message["Auto-Submitted"] == "auto-generated"
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for words in ("李雷 <b>，您好：", "€12.00", "https://shop.example/orders/MU-2026-000001"):
        assert words in plain
    assert "李雷 &lt;b&gt;" in html
    assert 'lang="zh-Hant"' in html
    with shop.database.read() as db:
        (kept,) = repository.messages_of_order(db, order)
        stored = str(db.connection().execute(text("SELECT * FROM customer_message")).mappings().all())
    assert (kept.kind, kept.state) == (MessageKind.ORDER, MessageState.SENT)
    assert "li@example.org" not in stored
    assert "李雷" not in stored


def test_whom_nobody_can_write_to_is_not_written_to(shop: Shop) -> None:
    for customer in (None, customer_of(shop, email=None)):
        tell_of_order(shop.post_office, ordered(shop, customer), "placed", now=shop.now())

    assert mails(shop) == []


def test_a_quote_is_sent_while_it_is_open(shop: Shop) -> None:
    """One that was ordered meanwhile is not."""
    customer = customer_of(shop)
    quote = quoted(shop, customer)
    tell_of_quote(shop.post_office, quote, partial(mailed_quote, shop), now=shop.now())
    with shop.database.write() as db:
        place_order(db, quote, new_id=shop.new_id, actor=CLERK, now=shop.now())
    tell_of_quote(shop.post_office, quote, partial(mailed_quote, shop), now=shop.now())
    ordered_at_once = quoted(shop, customer)
    with shop.database.write() as db:
        place_order(db, ordered_at_once, new_id=shop.new_id, actor=CLERK, now=shop.now())
    tell_of_quote(shop.post_office, ordered_at_once, partial(mailed_quote, shop), now=shop.now())

    (message,) = mails(shop)
    assert message["Subject"] == "Your quote Q-2026-000001"
    (paper,) = message.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type()) == ("Q-2026-000001.pdf", "application/pdf")
    (link,) = [code for code in read_qr_codes(paper.get_content()) if "/offers/" in code]
    assert link in message.get_body(("plain",)).get_content()
    with shop.database.read() as db:
        assert quotes.linked_quote(db, link.rpartition("/")[2]).id == quote


class Postman:
    """What a mail server does with what it gets: answers a status, keeps what it takes."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return answer


@contextmanager
def server(postman: Postman) -> Iterator[SmtpServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield SmtpServer("127.0.0.1", port)
    finally:
        controller.stop()


def test_through_a_mail_server_tried_again_until_it_is_taken_and_never_twice(shop: Shop) -> None:
    """451 gives the occasion back; taken once, no further attempt sends it."""
    postman = Postman()
    postman.answers = ["451 try later"]
    order = ordered(shop, customer_of(shop))
    with server(postman) as smtp:
        office = replace(shop.post_office, transport=smtp)
        with pytest.raises(MessageNotTaken):
            tell_of_order(office, order, "placed", now=shop.now())
        assert postman.taken == []
        for _ in range(3):
            tell_of_order(office, order, "placed", now=shop.now())

    assert [message["Subject"] for message in postman.taken] == ["Your order MU-2026-000001"]
    assert {part.get_content_type() for part in postman.taken[0].walk()} >= {"text/plain", "text/html"}


def test_refused_for_good_is_noted_and_not_tried_again(shop: Shop) -> None:
    postman = Postman()
    postman.answers = ["554 no"]
    order = ordered(shop, customer_of(shop))
    with server(postman) as smtp:
        for _ in range(2):
            tell_of_order(replace(shop.post_office, transport=smtp), order, "placed", now=shop.now())

    assert postman.taken == []
    with shop.database.read() as db:
        assert [each.state for each in repository.messages_of_order(db, order)] == [MessageState.REFUSED]


def test_no_server_is_tried_again(shop: Shop) -> None:
    """Nothing listens there; the occasion is free again."""
    order = ordered(shop, customer_of(shop))
    with server(Postman()) as gone:
        pass
    with pytest.raises(MessageNotTaken):
        tell_of_order(replace(shop.post_office, transport=gone), order, "placed", now=shop.now())
    tell_of_order(shop.post_office, order, "placed", now=shop.now())

    assert len(mails(shop)) == 1


def test_the_invoice_comes_with_its_pdf_but_not_when_wanted_on_paper(shop: Shop) -> None:
    for invoicing in ("pdf", "paper"):
        order = ordered(shop, customer_of(shop))
        with shop.database.write() as db:
            db.connection().execute(
                text("UPDATE customer_order SET selection = :selection WHERE id = :id"),
                {"selection": f'[["payment", "prepaid"], ["invoicing", "{invoicing}"]]', "id": order},
            )
    run_pending(shop.database, {**job_functions(shop), "orders.release": lambda _id: None})  # type: ignore[dict-item]

    (invoice,) = [message for message in mails(shop) if message["Subject"].startswith("Invoice")]
    (attached,) = list(invoice.iter_attachments())
    assert attached.get_filename() == f"{invoice['Subject'].split()[1]}.pdf"
    assert attached.get_content().startswith(b"%PDF")


def test_what_was_refused_or_is_in_doubt_is_sent_again_by_hand_once(shop: Shop) -> None:
    """Not what went out, not what may be going out this moment; the second press finds it taken."""
    customer = customer_of(shop)
    order = ordered(shop, customer)
    postman = Postman()
    postman.answers = ["554 no"]
    with server(postman) as refusing:
        tell_of_order(replace(shop.post_office, transport=refusing), order, "placed", now=shop.now())
    with shop.database.read() as db:
        placed = orders.get_order(db, order)
        (refused,) = repository.messages_of_order(db, order)
    with shop.database.write() as db:
        send_again(db, placed, refused.id, actor=CLERK, now=shop.now())
    with pytest.raises(MessageSent), shop.database.write() as db:
        send_again(db, placed, refused.id, actor=CLERK, now=shop.now())
    with pytest.raises(MessageNotFound), shop.database.write() as db:
        send_again(db, placed, "none", actor=CLERK, now=shop.now())
    run_pending(shop.database, {**job_functions(shop), "orders.release": lambda _id: None})  # type: ignore[dict-item]

    assert [each["Subject"] for each in mails(shop)] == [f"Your order {placed.number}"]
    with shop.database.read() as db:
        given_up, sent = repository.messages_of_order(db, order)
        assert repository.message_by_token(db, refused.token) == given_up
    assert (given_up.is_given_up, given_up.may_be_sent_again(shop.now())) == (True, False)
    assert (sent.state, sent.may_be_sent_again(shop.now())) == (MessageState.SENT, False)
    doubted = replace(sent, state=MessageState.SENDING)
    assert [doubted.may_be_sent_again(doubted.at + timedelta(minutes=late)) for late in (9, 10)] == [False, True]


def test_an_answer_names_the_files_that_came_with_it() -> None:
    """They are not kept; an answer of nothing but a photograph is one too."""
    made = EmailMessage(policy=SMTP)
    made["To"], made["Message-ID"] = "orders@lotone.example", "<3@example.org>"
    made.set_content("Too long.\n\nOn Mon, 2 Mar 2026 Lot One wrote:\n> Thank you\n")
    made.add_attachment(b"JPEG", maintype="image", subtype="jpeg", filename="hem.jpg")
    assert read_reply(made.as_bytes()).text.startswith("Too long.\n📎 hem.jpg")
    only = EmailMessage(policy=SMTP)
    only.add_attachment(b"JPEG", maintype="image", subtype="jpeg", filename="a.jpg")
    assert read_reply(only.as_bytes()).text == "📎 a.jpg"


def answer(to: str, body: str, *, message_id: str = "<1@example.org>", **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "li@example.org", to, "Re: your order", message_id
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made.as_bytes()


def test_an_answer_is_filed_with_the_order_once(shop: Shop, tmp_path: Path) -> None:
    """Without what it quotes; strangers' mails and automatic ones are not filed."""
    customer = customer_of(shop)
    order = ordered(shop, customer)
    tell_of_order(shop.post_office, order, "placed", now=shop.now())
    token = token_in(mails(shop)[0])
    to = f"Lot One <orders+{token}@lotone.example>"
    content = answer(to, "Please ring 李 first.\n\nOn Mon, 2 Mar 2026 Lot One wrote:\n> Thank you\n")
    with shop.database.write() as db:
        assert receive(db, content, new_id=shop.new_id, now=shop.now()) is not None
    for repeated in (content, answer(to, "I am away", message_id="<2@example.org>", Auto_Submitted="auto-replied")):
        with shop.database.write() as db:
            assert receive(db, repeated, new_id=shop.new_id, now=shop.now()) is None
    for stranger in (answer("orders@lotone.example", "hello"), answer(f"orders+{'0' * 32}@lotone.example", "hello")):
        with pytest.raises(ReplyNotOurs), shop.database.write() as db:
            receive(db, stranger, new_id=shop.new_id, now=shop.now())

    with shop.database.read() as db:
        (note,) = contacts_of(db, customer, purpose=Purpose.SUPPORT)
        number = orders.get_order(db, order).number
    assert (note.channel, note.note, note.about) == (Channel.MAIL, "Please ring 李 first.", number)

    new = tmp_path / "maildir" / "new"
    new.mkdir(parents=True)
    (new / "1").write_bytes(answer(to, "And wrap it.", message_id="<3@example.org>"))
    (new / "2").write_bytes(answer("somebody@else.example", "spam"))
    assert receive_maildir(shop, tmp_path / "maildir") == 1
    assert [path.name for path in new.iterdir()] == []
    assert len(list((tmp_path / "maildir" / "refused").iterdir())) == 1


def test_an_answer_in_html_keeps_its_words_only() -> None:
    made = EmailMessage(policy=SMTP)
    made["To"] = f"orders+{'a' * 32}@lotone.example"
    made.set_content("<style>p{}</style><p>Yes &amp; no</p><blockquote>old</blockquote><script>x()</script>", "html")

    reply = read_reply(made.as_bytes())

    assert (reply.tokens, reply.text) == (("a" * 32,), "Yes & no")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--"])
def test_rubbish_is_no_answer(content: bytes) -> None:
    assert read_reply(content).tokens == ()


@pytest.mark.parametrize("to", ["a@b.example\nBcc: c@d.example", "a@b.example\rX: y", "", "a\x00@b.example"])
def test_no_header_can_be_smuggled_in(to: str, now: datetime) -> None:
    """An address that would begin another header is refused."""
    told = letter(MessageKind.ORDER, "en", name="x", values={"number": "MU-1"}, facts={}, url="https://x")
    message = SentMessage(MessageId("m"), MessageKind.ORDER, CustomerId("c"), "MU-1", "a" * 32, now)

    with pytest.raises(MailNotValid):
        mail(told, to, message, MailAddresses())


def test_a_servers_address() -> None:
    assert smtp_server("smtp://me%40x:pa%3Ass@mail.example:25") == SmtpServer("mail.example", 25, "me@x", "pa:ss")
    assert smtp_server("smtps://mail.example") == SmtpServer("mail.example", 465, tls=True)
    for wrong in ("http://mail.example", "smtp://", "smtp://x:99999999"):
        with pytest.raises(MailNotValid):
            smtp_server(wrong)


def test_the_outbox_keeps_a_mail_for_its_owner_only(tmp_path: Path) -> None:
    made = EmailMessage(policy=SMTP)
    made["To"], made["Message-ID"] = "a@b.example", "<1@x>"
    for _ in range(2):
        FileOutbox(tmp_path / "box").send(made)

    (path,) = (tmp_path / "box").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
