"""Reading what a customer answered. Pure: bytes in, text out; whatever they hold."""

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from orders.messages.model import LONGEST_REPLY, TOKEN, MailNotValid

LARGEST_MAIL = 25_000_000
FILES = "📎 "
"""How the line begins that names the files of an answer."""
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_QUOTE_BEGINS = re.compile(
    r"^(?:>|On .{5,200} wrote:|Am .{5,200} schrieb|-{2,} ?Original|_{10,}|From: |Von: |在.{2,120}写道：|.{2,120}寫道：)"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail says, without what it quotes, and the names of the files it brought, which are not kept.

    ``tokens`` are those of its recipients; ``fingerprint`` names the mail.
    """

    tokens: tuple[str, ...]
    text: str
    fingerprint: str
    is_automatic: bool


def read_reply(content: bytes) -> Reply:
    """Return what a mail answers.

    Raises:
        MailNotValid: it is too large, or no mail.
    """
    if len(content) > LARGEST_MAIL:
        raise MailNotValid(field="size", bytes=len(content))
    try:
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101 - the policy says so
        recipients = " ".join(str(value) for name in _RECIPIENTS for value in message.get_all(name, []))
        body = message.get_body(preferencelist=("plain", "html"))
        text = "" if body is None else str(body.get_content())
        if body is not None and body.get_content_subtype() == "html":
            text = _words(text)
        files = [each.get_filename() or "?" for each in message.iter_attachments()] if message.is_multipart() else []
        named = str(message.get("message-id", "")).strip().encode() or content
        automatic = str(message.get("auto-submitted", "no")).strip().lower() != "no"
        bulk = str(message.get("precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply")
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise MailNotValid(field="mail", reason=type(error).__name__) from None
    return Reply(
        tokens=tuple(dict.fromkeys(TOKEN.findall(recipients.lower()))),
        text=_with_files(_own_words(text), files),
        fingerprint=hashlib.sha256(named).hexdigest(),
        is_automatic=automatic or bulk,
    )


def _own_words(text: str) -> str:
    """Return the text up to what it quotes, printable, not longer than a note may be."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if _QUOTE_BEGINS.match(line.strip()):
            break
        kept.append("".join(char for char in line if char.isprintable() or char == "\t").rstrip())
    return "\n".join(kept).strip()[:LONGEST_REPLY]


def _with_files(text: str, files: list[str]) -> str:
    """Return the text with a line for the files that came with it, if some did: ``📎 stain.jpg, label.pdf``."""
    if not files:
        return text
    names = ", ".join("".join(char for char in name if char.isprintable())[:60] for name in files[:10])
    line = f"{FILES}{names}"[: LONGEST_REPLY // 2]
    return f"{text[: LONGEST_REPLY - len(line) - 1]}\n{line}".strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script", "title")
        if tag in ("p", "br", "div", "tr", "li", "blockquote"):
            self.parts.append("\n> " if tag == "blockquote" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in ("style", "script", "title")))

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def _words(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    return "".join(parser.parts)
