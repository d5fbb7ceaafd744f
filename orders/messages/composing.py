"""From what happened to a letter, and from a letter to a mail. Pure but for its own texts."""

from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

import babel.dates
import jinja2

from orders.messages.letter_texts import letter_texts
from orders.messages.model import (
    Attachment,
    Letter,
    MailAddresses,
    MailNotValid,
    MessageKind,
    SentMessage,
)

TEMPLATES = Path(__file__).parent / "templates"


def written_day(day: date, locale: str) -> str:
    """Return a day as the language writes it in a letter."""
    return babel.dates.format_date(day, letter_texts(locale)["date"], locale=locale)


def letter(
    kind: MessageKind,
    locale: str,
    *,
    name: str,
    values: Mapping[str, str],
    facts: Mapping[str, str],
    url: str,
    is_pickup: bool = False,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """Return what a message says.

    Args:
        kind: What it is about.
        locale: The customer's language.
        name: Whom it greets.
        values: What the texts name: ``number``, ``revision``, ``until``.
        facts: What is told in a table, {``order``, ``ready``, …: value}; empty values are left out.
        url: Where it can be seen.
        is_pickup: Whether the customer fetches it; some texts differ.
        attachments: Files that go with it.
    """
    words = letter_texts(locale)
    text = words.get(f"{kind.value}.pickup") if is_pickup else None
    return Letter(
        locale=locale,
        subject=words[f"{kind.value}.subject"].format(**values),
        greeting=words["greeting"].format(name=name),
        paragraphs=((text or words[f"{kind.value}.text"]).format(**values),),
        facts=tuple((words[f"fact.{key}"], value) for key, value in facts.items() if value),
        link=(words[f"{kind.value}.link"], url),
        closing=(words["closing"], words["signature"]),
        attachments=attachments,
    )


def as_text(told: Letter) -> str:
    """Return a letter as plain text."""
    parts = [told.greeting, *told.paragraphs]
    if told.facts:
        parts.append("\n".join(f"{name}: {value}" for name, value in told.facts))
    if told.link:
        parts.append(f"{told.link[0]}: {told.link[1]}")
    return "\n\n".join([*parts, *told.closing]) + "\n"


def as_html(told: Letter) -> str:
    """Return a letter as HTML with its styles inside; everything in it is escaped."""
    return _template().render(letter=told, lang=told.locale.replace("_", "-"))


def mail(told: Letter, to: str, message: SentMessage, addresses: MailAddresses) -> EmailMessage:
    """Return the mail of a message: text and HTML, files, and the address replies come to.

    Raises:
        MailNotValid: the address or the subject would break out of its header.
    """
    for field, value in (("to", to), ("subject", told.subject)):
        if not value or not value.isprintable():
            raise MailNotValid(field=field)
    domain = addresses.reply_to.partition("@")[2]
    made = EmailMessage(policy=SMTP)
    try:
        made["From"], made["To"], made["Subject"] = addresses.sender, to, told.subject
    except (ValueError, IndexError):
        raise MailNotValid(field="to") from None
    made["Reply-To"] = addresses.reply_address(message.token)
    made["Message-ID"] = f"<{message.id}@{domain}>"
    made["Date"] = message.at
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(as_text(told), cte="base64" if not as_text(told).isascii() else "quoted-printable")
    made.add_alternative(as_html(told), subtype="html", cte="base64")
    for each in told.attachments:
        main, _slash, sub = each.media_type.partition("/")
        made.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    for number, part in enumerate(made.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{message.id}_{number}")
    return made


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("message.html")
